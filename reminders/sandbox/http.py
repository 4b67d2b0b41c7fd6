"""Requests and responses as the sandbox's handlers see them, and the table that finds a handler.

Knows WSGI and JSON; knows nothing of messages.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from reminders.sandbox.provider_api.validation import RequestRefused

Environ = dict[str, Any]  # Any: as WSGI defines it
LARGEST_BODY = 8 * 1024 * 1024
_UNREADABLE = "Failed to parse message body."


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def status_line(self) -> str:
        """`202 Accepted`."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """A whole request; `target` is path and query as they came over the wire."""

    method: str
    path: str
    target: str
    query: dict[str, str]
    body: bytes
    environ: Environ = field(repr=False)

    def header(self, name: str) -> str:
        """A header's value, or nothing."""
        key = name.upper().replace("-", "_")
        return str(self.environ.get(key if key.startswith("CONTENT_TYPE") else f"HTTP_{key}", ""))

    def json(self) -> Any:  # Any: whatever the client sent
        """The body read as JSON. Raises Refused."""
        try:
            return json.loads(self.body)
        # Thousands of brackets are valid text and too deep for the parser.
        except (ValueError, RecursionError) as error:
            raise RequestRefused(_UNREADABLE) from error

    def json_object(self) -> dict[str, Any]:  # Any: JSON values
        """The body read as a JSON object. Raises Refused."""
        body = self.json()
        if not isinstance(body, dict):
            raise RequestRefused(_UNREADABLE)
        return body


def request_from(environ: Environ) -> SandboxRequest:
    """The request in a WSGI environment, its body read."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    query = environ.get("QUERY_STRING", "")
    # WSGI hands the path over as Latin-1; over the wire it is UTF-8.
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    # As it came: a signature covers the very bytes, not what a server makes of them.
    target = environ.get("REQUEST_URI") or (path + (f"?{query}" if query else ""))
    # Bounded here as well: whoever calls this without waitress has no other bound.
    body = environ["wsgi.input"].read(min(length, LARGEST_BODY)) if length else b""
    return SandboxRequest(
        environ["REQUEST_METHOD"], path, target, dict(parse_qsl(query)), body, environ
    )


def answered(status: int, body: object, *headers: tuple[str, str]) -> Response:
    """A JSON answer."""
    return Response(status, json.dumps(body, separators=(",", ":")).encode(), headers=headers)


def failed(status: int, message: str, *headers: tuple[str, str]) -> Response:
    """An error with one sentence."""
    return answered(status, {"message": message}, *headers)


def refused(details: list[str]) -> Response:
    """400 with its details, in the provider's shape."""
    sentence = "Request failed to parse correctly. Please ensure input is valid and try again."
    return answered(400, {"message": sentence, "details": details})


Handler = Callable[..., Response]


@dataclass(frozen=True, slots=True)
class Route:
    """One method and path; `endpoint` is the name by which faults are ordered."""

    method: str
    pattern: re.Pattern[str]
    endpoint: str
    handler: Handler


class Routes:
    """The routes of one part of the sandbox."""

    def __init__(self, *routes: tuple[str, str, str, Handler]) -> None:
        self._routes = [
            Route(m, re.compile(p), endpoint, handler) for m, p, endpoint, handler in routes
        ]

    def find(self, request: SandboxRequest) -> tuple[Route, dict[str, str]] | Response:
        """The route and the parts of its path, or the 404 or 405 to answer."""
        allowed = []
        for route in self._routes:
            match = route.pattern.fullmatch(request.path)
            if match and route.method == request.method:
                return route, match.groupdict()
            if match:
                allowed.append(route.method)
        if allowed:
            return failed(405, "Method not allowed.", ("Allow", ", ".join(sorted(allowed))))
        return failed(404, "Resource not found.")
