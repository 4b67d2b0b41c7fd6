"""The provider's endpoints: checks credentials, calls the account, answers in the documented
shapes.

Also acts on the faults that were ordered, before or after the real work.
"""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from reminders.sandbox.control_room.clock import written
from reminders.sandbox.control_room.distortions import AFTERWARDS, INSTEAD
from reminders.sandbox.control_room.faults import Faults
from reminders.sandbox.http import Response, Routes, SandboxRequest, answered, failed, refused
from reminders.sandbox.provider_api import detail
from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.auth import Credentials, Presented, is_authentic
from reminders.sandbox.provider_api.managed.store import AlreadyThereError, ManagedWebhooks
from reminders.sandbox.provider_api.queues import BATCH, Queue
from reminders.sandbox.provider_api.records import (
    ACCOUNT,
    APPROVED_SENDERS,
    Json,
    StoredMessage,
)
from reminders.sandbox.provider_api.signing import Keyring
from reminders.sandbox.provider_api.validation import (
    RequestRefused,
    checked_messages,
    international,
    is_number,
)

BLOCKED = "/v1/number_authorisation/mt/blacklist"
KEYS = "/v1/iam/signature_keys"
WEBHOOKS = "/v1/webhooks/messages"
SENDERS = "/v1/messaging/numbers/sender_address/addresses/"
MOST_BLOCKED_AT_ONCE = 10
BLOCKED_PER_PAGE = 100


class Api:
    """The part of the sandbox that speaks like the provider."""

    def __init__(
        self,
        account: Account,
        faults: Faults,
        keyring: Keyring,
        managed: ManagedWebhooks,
        known: Credentials,
    ) -> None:
        self._account = account
        self._faults = faults
        self._keyring = keyring
        self._managed = managed
        self._known = known
        self._routes = Routes(
            ("POST", "/v1/messages", "send", self._send),
            ("GET", "/v1/messages/(?P<message_id>[^/]+)", "status", self._status),
            ("PUT", "/v1/messages/(?P<message_id>[^/]+)", "cancel", self._cancel),
            ("GET", "/v1/replies", "replies", self._replies),
            ("POST", "/v1/replies/confirmed", "confirm_replies", self._confirm_replies),
            ("GET", "/v1/delivery_reports", "reports", self._reports),
            ("POST", "/v1/delivery_reports/confirmed", "confirm_reports", self._confirm_reports),
            ("POST", "/v2-preview/reporting/messages/detail", "detail", self._detail),
            ("GET", BLOCKED, "blocked", self._blocked),
            ("POST", BLOCKED, "blocked", self._block),
            ("DELETE", f"{BLOCKED}/(?P<number>[^/]+)", "blocked", self._unblock),
            (
                "GET",
                "/v1/number_authorisation/is_authorised/(?P<numbers>[^/]+)",
                "blocked",
                self._authorised,
            ),
            ("GET", SENDERS, "senders", self._senders),
            ("POST", KEYS, "keys", self._create_key),
            ("GET", KEYS, "keys", self._list_keys),
            ("GET", f"{KEYS}/enabled", "keys", self._enabled_key),
            ("PATCH", f"{KEYS}/enabled", "keys", self._enable_key),
            ("DELETE", f"{KEYS}/enabled", "keys", self._disable_key),
            ("GET", f"{KEYS}/(?P<key_id>[^/]+)", "keys", self._key),
            ("DELETE", f"{KEYS}/(?P<key_id>[^/]+)", "keys", self._delete_key),
            ("GET", WEBHOOKS, "webhooks", self._list_webhooks),
            ("POST", WEBHOOKS, "webhooks", self._create_webhook),
            ("PATCH", f"{WEBHOOKS}/(?P<webhook_id>[^/]+)", "webhooks", self._change_webhook),
            ("DELETE", f"{WEBHOOKS}/(?P<webhook_id>[^/]+)", "webhooks", self._delete_webhook),
        )

    def handle(self, request: SandboxRequest) -> Response:
        """Answer one request, or close its connection where a fault says so."""
        found = self._routes.find(request)
        if isinstance(found, Response):
            return found
        route, parts = found
        began = time.monotonic()
        # Asked before the credentials are: a fault of the network strikes whoever calls.
        delay, fault = self._faults.met_by(route.endpoint)
        if fault and fault.kind in INSTEAD:
            time.sleep(delay)
            return INSTEAD[fault.kind](self._faults, fault, request)
        response = self._answer(route.handler, request, parts)
        if delay:
            # The sandbox's own work counts as part of the time that was ordered.
            time.sleep(max(0.0, began + delay - time.monotonic()))
        return AFTERWARDS[fault.kind](self._faults, fault, request, response) if fault else response

    def _answer(
        self, handler: Callable[..., Response], request: SandboxRequest, parts: dict[str, str]
    ) -> Response:
        if not is_authentic(_presented(request), known=self._known):
            return failed(401, "Invalid authentication credentials")
        try:
            return handler(request, **parts)
        except RequestRefused as refusal:
            return refused(refusal.details)
        except AlreadyThereError:
            return failed(409, "A webhook with the given url and method already exists.")

    # Messages

    def _send(self, request: SandboxRequest) -> Response:
        accepted = self._account.accept(
            checked_messages(request.json()), account=_account_of(request)
        )
        return answered(202, {"messages": [message.as_submitted() for message in accepted]})

    def _status(self, request: SandboxRequest, message_id: str) -> Response:
        message = self._message(request, message_id)
        return answered(200, message.as_status()) if message else failed(404, "Resource not found.")

    def _cancel(self, request: SandboxRequest, message_id: str) -> Response:
        if request.json_object().get("status") != "cancelled":
            raise RequestRefused("/status: Status must be cancelled")
        message = self._message(request, message_id)
        if message is None:
            return failed(404, "Resource not found.")
        if not self._account.cancel(message):
            raise RequestRefused(
                f"/status: Message is {message.status}, only a scheduled message can be cancelled"
            )
        return answered(200, message.as_status())

    def _message(self, request: SandboxRequest, message_id: str) -> StoredMessage | None:
        message = self._account.find(message_id)
        # Another account's message is unknown here, as it is at the provider.
        return message if message and message.account == _account_of(request) else None

    # Polling

    def _replies(self, request: SandboxRequest) -> Response:
        return answered(200, {"replies": self._pending(self._account.replies, request)})

    def _reports(self, request: SandboxRequest) -> Response:
        return answered(200, {"delivery_reports": self._pending(self._account.reports, request)})

    def _pending(
        self, queue: Queue, request: SandboxRequest
    ) -> list[Any]:  # Any: a test may queue nonsense
        entries = self._account.pending(queue, account=_account_of(request))
        with_code = self._account.settings.codes_when_polled
        return [entry.rendered(with_code=with_code) for entry in entries]

    def _confirm_replies(self, request: SandboxRequest) -> Response:
        return self._confirm(self._account.replies, request, "reply_ids")

    def _confirm_reports(self, request: SandboxRequest) -> Response:
        return self._confirm(self._account.reports, request, "delivery_report_ids")

    def _confirm(self, queue: Queue, request: SandboxRequest, name: str) -> Response:
        ids = request.json_object().get(name)
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise RequestRefused(f"/{name}: must be a list of ids")
        if not 1 <= len(ids) <= BATCH:
            raise RequestRefused(f"/{name}: must contain between 1 and {BATCH} ids")
        self._account.confirm(queue, ids, account=_account_of(request))
        return Response(202, b"", "text/plain")

    def _detail(self, request: SandboxRequest) -> Response:
        return answered(200, detail.answer(self._account, detail.asked(request.json())))

    # Blocked numbers

    def _blocked(self, request: SandboxRequest) -> Response:
        token = request.query.get("token", "")
        with self._account.lock:
            numbers = list(self._account.blocked)
        # An odd token begins at the front, which a client has to survive.
        start = int(token) if token.isascii() and token.isdigit() and len(token) < 10 else 0
        body: Json = {"uri": BLOCKED, "numbers": numbers[start : start + BLOCKED_PER_PAGE]}
        if len(numbers) > start + BLOCKED_PER_PAGE:
            following = str(start + BLOCKED_PER_PAGE)
            body["pagination"] = {"page": following, "next_uri": f"{BLOCKED}?token={following}"}
        return answered(200, body)

    def _block(self, request: SandboxRequest) -> Response:
        numbers = request.json_object().get("numbers")
        if not isinstance(numbers, list) or not 1 <= len(numbers) <= MOST_BLOCKED_AT_ONCE:
            raise RequestRefused(
                f"/numbers: must contain between 1 and {MOST_BLOCKED_AT_ONCE} numbers"
            )
        wrong = [
            f"/numbers/{place}: is no number"
            for place, one in enumerate(numbers)
            if not is_number(one)
        ]
        # All or none, so that a client has to find the one number that is at fault.
        if wrong:
            raise RequestRefused(*wrong)
        added = [self._account.block(international(number)) for number in numbers]
        return answered(201 if any(added) else 200, {"uri": BLOCKED, "numbers": numbers})

    def _unblock(self, request: SandboxRequest, number: str) -> Response:
        if not self._account.unblock(international(number)):
            return failed(404, "Resource not found.")
        return Response(200, b"", "text/plain")

    def _authorised(self, request: SandboxRequest, numbers: str) -> Response:
        asked = numbers.split(",")
        wrong = [
            f"/numbers/{place}: is no number"
            for place, one in enumerate(asked)
            if not is_number(one)
        ]
        if wrong:
            raise RequestRefused(*wrong)
        blocked = self._account.blocked
        shown = [{"number": one, "authorised": international(one) not in blocked} for one in asked]
        uri = f"/v1/number_authorisation/is_authorised/{quote(numbers, safe='+,')}"
        return answered(200, {"uri": uri, "numbers": shown})

    # Numbers and names that may be sent from

    def _senders(self, _request: SandboxRequest) -> Response:
        shown = [
            {"id": address, "sender_address": address, "sender_address_type": kind, "label": label}
            for address, kind, label in APPROVED_SENDERS
        ]
        return answered(200, {"data": shown, "pagination": {"page_size": len(shown)}})

    # Signature keys

    def _create_key(self, request: SandboxRequest) -> Response:
        key = self._keyring.create(request.json(), created=written(self._account.clock.now()))
        self._account.on_change("key", key.key_id, key)
        return answered(201, key.created_answer())

    def _list_keys(self, request: SandboxRequest) -> Response:
        page, size = request.query.get("page", "1"), request.query.get("page_size", "20")
        wrong = [
            f"{name} property value is invalid"
            for name, value in (("page", page), ("page_size", size))
            if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= 1_000_000)
        ]
        if wrong:
            raise RequestRefused(*wrong)
        first = (int(page) - 1) * int(size)
        return answered(
            200, [key.shown() for key in self._keyring.all()[first : first + int(size)]]
        )

    def _key(self, request: SandboxRequest, key_id: str) -> Response:
        key = self._keyring.get(key_id)
        return answered(200, key.shown()) if key else failed(404, "Entity not found")

    def _enabled_key(self, request: SandboxRequest) -> Response:
        key = self._keyring.enabled()
        return answered(200, key.shown()) if key else failed(404, "Currently no key is enabled")

    def _enable_key(self, request: SandboxRequest) -> Response:
        key_id = request.json_object().get("key_id")
        if not isinstance(key_id, str):
            raise RequestRefused("/key_id: Key id cannot be null")
        key = self._keyring.enable(key_id)
        self._keys_changed()
        return answered(200, key.shown()) if key else failed(404, "Entity not found")

    def _disable_key(self, request: SandboxRequest) -> Response:
        self._keyring.disable()
        self._keys_changed()
        return Response(204)

    def _delete_key(self, request: SandboxRequest, key_id: str) -> Response:
        if not self._keyring.delete(key_id):
            return failed(404, "Entity not found")
        self._account.on_change("key", key_id, None)
        return Response(204)

    def _keys_changed(self) -> None:
        for key in self._keyring.all():
            self._account.on_change("key", key.key_id, key)

    # Managed webhooks

    def _list_webhooks(self, request: SandboxRequest) -> Response:
        page, size = request.query.get("page", "0"), request.query.get("page_size", "100")
        if not (page.isascii() and page.isdigit() and size.isascii() and size.isdigit()):
            raise RequestRefused("page and page_size have to be numbers")
        first, count = int(page[:9]) * int(size[:9]), int(size[:9])
        shown = [one.shown() for one in self._managed.of(_account_of(request))]
        body = {"page": int(page[:9]), "pageSize": count, "pageData": shown[first : first + count]}
        return answered(200, body)

    def _create_webhook(self, request: SandboxRequest) -> Response:
        made = self._managed.create(request.json_object(), account=_account_of(request))
        self._account.on_change("webhook", made.id, made)
        return answered(201, made.shown())

    def _change_webhook(self, request: SandboxRequest, webhook_id: str) -> Response:
        wanted, account = request.json_object(), _account_of(request)
        changed = self._managed.change(webhook_id, wanted, account=account)
        if changed is None:
            return failed(404, "Resource not found.")
        self._account.on_change("webhook", changed.id, changed)
        return answered(200, changed.shown())

    def _delete_webhook(self, request: SandboxRequest, webhook_id: str) -> Response:
        if not self._managed.delete(webhook_id, account=_account_of(request)):
            return failed(404, "Resource not found.")
        self._account.on_change("webhook", webhook_id, None)
        return Response(204)


def _account_of(request: SandboxRequest) -> str:
    return request.header("Account") or ACCOUNT


def _presented(request: SandboxRequest) -> Presented:
    return Presented(
        authorization=request.header("Authorization"),
        date=request.header("Date"),
        content_md5=request.header("Content-MD5"),
        request_line=f"{request.method} {request.target} HTTP/1.1",
        body=request.body,
    )
