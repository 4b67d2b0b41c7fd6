"""One HTTP call to the Messages API: bounded in time and size, never redirected, its faults sorted.

What is asked and what an answer means is in `client`; whether to call again is the caller's
business.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from ipaddress import ip_address
from typing import Literal

import httpx

from reminders.provider.errors import MessagesApiError, NotReceived, OutcomeUnknown, error_of
from reminders.provider.exchanges import (
    Exchange,
    Observer,
    call_name,
    date_in,
    nobody,
    outcome_of,
)
from reminders.provider.signatures import HmacAuth

USER_AGENT = "reminders/0.1 (appointment reminders)"
ANSWER_LIMIT = (
    32 * 1024 * 1024
)  # bytes; 100 of the longest messages, all written as escapes, fit four times
# An idle connection that the provider closes just as we reuse it leaves the outcome unknown.
KEEP_ALIVE = 5.0

# Nothing of the request has left when one of these is raised. Every other fault leaves the outcome
# open, also on a reused connection that turns out to be closed.
SURELY_NOT_RECEIVED = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)

Auth = Literal["basic", "hmac"]


class Transport:
    """Connections to one account, shared by threads."""

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        secret: str,
        auth: Auth,
        account: str | None,
        timeout: float,
        transport: httpx.BaseTransport | None,
        max_connections: int,
        observe: Observer = nobody,
    ) -> None:
        url = _checked_url(base_url)
        self._observe = observe
        self._base = str(url).rstrip("/")
        self._timeout = timeout
        self._http = httpx.Client(
            auth=_auth(auth, key, secret),
            headers=_headers(account),
            timeout=httpx.Timeout(timeout),
            limits=httpx.Limits(
                max_connections=max_connections,
                max_keepalive_connections=max_connections,
                keepalive_expiry=KEEP_ALIVE,
            ),
            # Another address would get our credentials, and a POST that is followed might be sent
            # twice.
            follow_redirects=False,
            transport=transport,
            verify=_tls(),
            trust_env=not _is_local(
                url.host
            ),  # a site's proxy can't reach this machine's own ports
        )

    def close(self) -> None:
        """Close every connection; requests afterwards fail."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        success: HTTPStatus | None = None,
    ) -> bytes:
        """Make one call; return the body of a success. Raises MessagesApiError for everything else.

        A success is any 2xx, or `success` alone where the others would not tell what happened.
        """
        # ASCII, with escapes: HMAC digests these bytes, and no proxy may recode them.
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode("ascii")
        request = self._http.build_request(
            method,
            self._base + path,
            params=query,
            content=content,
            headers=None if content is None else {"Content-Type": "application/json"},
        )
        return self._observed(request, call_name(method, path), success)

    def _observed(self, request: httpx.Request, call: str, success: HTTPStatus | None) -> bytes:
        began, date, answered = time.monotonic(), None, False
        failed: MessagesApiError | None = None
        try:
            status, headers, answer = self._exchange(request)
            date, answered = date_in(headers), True
            if error := error_of(status, headers, answer, now=datetime.now(UTC), success=success):
                raise error
        except MessagesApiError as error:
            failed = error
            raise
        finally:
            outcome = outcome_of(call, failed, answered=answered)
            self._observe(Exchange(call, outcome, time.monotonic() - began, date))
        return answer

    def _exchange(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        try:
            # As a stream: the client would else read an endless body before anybody looks at it.
            response = self._http.send(request, stream=True)
            try:
                return response.status_code, response.headers, self._body(response)
            finally:
                response.close()
        # Only what fails before the first byte of the request has left. All else may have arrived.
        # These come first, because they are RequestErrors, too.
        except SURELY_NOT_RECEIVED as error:
            raise NotReceived(
                f"The provider could not be reached ({type(error).__name__}): {error}"
            ) from error
        except httpx.RequestError as error:
            raise OutcomeUnknown(
                f"No whole answer came from the provider ({type(error).__name__})"
            ) from error

    def _body(self, response: httpx.Response) -> bytes:
        """The body; of a refusal, whose status says enough, as much as came."""
        chunks: list[bytes] = []
        try:
            self._collect(response, chunks)
        except httpx.RequestError:
            # A success without its ids says nothing of the single messages: the outcome is unknown.
            if response.is_success:
                raise
        return b"".join(chunks)

    def _collect(self, response: httpx.Response, chunks: list[bytes]) -> None:
        """Read on for at most the time-out in all: the client's own covers each single read
        only.
        """
        deadline, size = time.monotonic() + self._timeout, 0
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            # A proxy's endless page must not fill the memory of a worker.
            if size > ANSWER_LIMIT:
                raise httpx.ReadError("The answer is too long", request=response.request)
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("The answer takes too long", request=response.request)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """One set of trusted certificates for the process: reading them takes longer than a call."""
    return httpx.create_ssl_context()


def _auth(auth: Auth, key: str, secret: str) -> httpx.Auth:
    if not key or not secret:
        raise ValueError("The Messages API needs a key and a secret")
    if auth == "basic":
        return httpx.BasicAuth(key, secret)
    if auth == "hmac" and _fits_a_header(key) and '"' not in key:
        return HmacAuth(key, secret)
    raise ValueError(
        "The Messages API's auth is 'basic' or 'hmac'; for hmac the key is plain ASCII without "
        "quotes"
    )


def _headers(account: str | None) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    if account:
        if not _fits_a_header(account):
            raise ValueError(
                "The Messages API's account must be plain ASCII letters, digits and signs"
            )
        headers["Account"] = account
    return headers


def _fits_a_header(value: str) -> bool:
    # A line break within would begin a header of its own.
    return value.isascii() and value.isprintable() and value == value.strip()


def _checked_url(base_url: str) -> httpx.URL:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL as error:
        raise ValueError(
            "The Messages API's base URL can't be read: write it like https://host"
        ) from error
    if (
        url.scheme not in ("http", "https")
        or not url.host
        or url.query
        or url.fragment
        # A password in the address would stand in logs and error pages.
        or url.userinfo
    ):
        raise ValueError(
            "The Messages API's base URL must be like https://host or https://host/path"
        )
    return url


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
