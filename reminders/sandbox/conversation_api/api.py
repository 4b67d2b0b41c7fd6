"""The endpoints of the Conversation API that WhatsApp needs, all at the sandbox's one address.

Faults are ordered as for the Messages API, by the names of these endpoints.
"""

import base64
import time
from collections.abc import Callable
from urllib.parse import parse_qs

from reminders.sandbox.control_room.clock import written
from reminders.sandbox.control_room.distortions import AFTERWARDS, INSTEAD
from reminders.sandbox.control_room.faults import Faults
from reminders.sandbox.conversation_api.side import TOKEN_HOLDS, WhatsAppSide
from reminders.sandbox.http import Response, Routes, SandboxRequest, answered
from reminders.sandbox.provider_api.records import Json
from reminders.sandbox.provider_api.validation import RequestRefused, international, is_number

_PROJECT = r"/v1/projects/[^/]+"
LONGEST_METADATA, LONGEST_PAYLOAD = 1024, 128


class ConversationApi:
    """The part of the sandbox that speaks like the Conversation API."""

    def __init__(self, side: WhatsAppSide, faults: Faults, *, key: str, secret: str) -> None:
        self._side, self._faults = side, faults
        basic = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._basic = f"Basic {basic}"
        self._routes = Routes(
            ("POST", "/oauth2/token", "whatsapp_token", self._token),
            ("POST", f"{_PROJECT}/messages:send", "whatsapp_send", self._send),
            ("GET", f"{_PROJECT}/whatsapp/templates", "whatsapp_templates", self._list),
            ("POST", f"{_PROJECT}/whatsapp/templates", "whatsapp_templates", self._register),
        )

    def handle(self, request: SandboxRequest) -> Response:
        """Answer one request, or meet it with the fault that was ordered."""
        found = self._routes.find(request)
        if isinstance(found, Response):
            return found
        route, _ = found
        delay, fault = self._faults.met_by(route.endpoint)
        if delay or (fault and fault.kind in INSTEAD):
            time.sleep(delay)
        if fault and fault.kind in INSTEAD:
            return INSTEAD[fault.kind](self._faults, fault, request)
        response = self._answer(route.handler, request)
        return AFTERWARDS[fault.kind](self._faults, fault, request, response) if fault else response

    def _answer(self, handler: Callable[..., Response], request: SandboxRequest) -> Response:
        given = request.header("Authorization")
        if handler == self._token:
            return handler(request) if given == self._basic else _error(401, "UNAUTHENTICATED")
        if not self._side.is_good(given.removeprefix("Bearer ")):
            return _error(401, "UNAUTHENTICATED")
        try:
            return handler(request)
        except (RequestRefused, KeyError, TypeError, AttributeError):
            return _error(400, "INVALID_ARGUMENT")

    def _token(self, request: SandboxRequest) -> Response:
        form = parse_qs(request.body.decode("utf-8", "replace"))
        if form.get("grant_type") != ["client_credentials"]:
            return _error(400, "INVALID_ARGUMENT")
        return answered(
            200,
            {
                "access_token": self._side.new_token(),
                "token_type": "bearer",
                "expires_in": int(TOKEN_HOLDS),
            },
        )

    def _send(self, request: SandboxRequest) -> Response:
        sent = request.json_object()
        (identity,) = sent["recipient"]["identified_by"]["channel_identities"]
        number, metadata = identity["identity"], sent.get("message_metadata", "")
        message: Json = sent["message"]
        if identity["channel"] != "WHATSAPP" or not is_number(number) or not sent["app_id"]:
            return _error(400, "INVALID_ARGUMENT")
        if len(metadata) > LONGEST_METADATA or not _is_well_formed(message):
            return _error(400, "INVALID_ARGUMENT")
        text = self._side.accept(international(number), message, metadata)
        return answered(
            200, {"message_id": text.message_id, "accepted_time": written(text.accepted_at)}
        )

    def _list(self, request: SandboxRequest) -> Response:
        return answered(200, {"templates": self._side.listed_templates()})

    def _register(self, request: SandboxRequest) -> Response:
        given = request.json_object()
        body = [one for one in given["details"]["components"] if one["type"] == "BODY"]
        if len(body) != 1 or not given["name"] or given["language"] != given["language"].upper():
            return _error(400, "INVALID_ARGUMENT")
        if not self._side.add_template(given):
            return _error(409, "ALREADY_EXISTS")
        return answered(200, given)


def _is_well_formed(message: Json) -> bool:
    if "text_message" in message:
        return bool(message["text_message"]["text"])
    wanted = message["template_message"]["channel_template"]["WHATSAPP"]
    values = wanted.get("parameters") or {}
    plain = all(isinstance(value, str) for value in values.values())
    payloads = [value for name, value in values.items() if name.endswith("payload")]
    short = all(len(value) <= LONGEST_PAYLOAD for value in payloads)
    return bool(wanted["template_id"] and wanted["language_code"]) and plain and short


def _error(status: int, words: str) -> Response:
    error = {"code": status, "message": words, "status": words, "details": []}
    return answered(status, {"error": error})


def is_conversation_path(path: str) -> bool:
    """Whether this API answers requests to this path."""
    return path == "/oauth2/token" or path.startswith("/v1/projects/")
