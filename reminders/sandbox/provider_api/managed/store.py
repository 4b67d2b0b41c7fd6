"""Managed webhooks: which there are, what one may be, and what each sends about an event."""

import threading
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

from reminders.sandbox.control_room.clock import written
from reminders.sandbox.provider_api.managed.templates import render
from reminders.sandbox.provider_api.manners import OPT_OUT_WORDS
from reminders.sandbox.provider_api.records import OUR_NUMBER, VENDOR, Json, Report, StoredReply
from reminders.sandbox.provider_api.validation import RequestRefused

EVENTS = ("RECEIVED_SMS", "OPT_OUT_SMS", "RECEIVED_MMS", "ENROUTE_DR", "EXPIRED_DR",
          "REJECTED_DR", "FAILED_DR", "DELIVERED_DR", "SUBMITTED_DR")  # fmt: skip
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
ENCODINGS = ("JSON", "FORM_ENCODED", "XML")
CHANGEABLE = ("url", "method", "encoding", "headers", "events", "template")
LONGEST_URL = 1_000
_BOUNDS = {"read_timeout": (1, 60_000), "retries": (0, 5), "retry_delay": (5, 60)}


class AlreadyThereError(Exception):
    """There is one with this address and method."""


@dataclass(slots=True)
class ManagedWebhook:
    """One of them, of one account."""

    id: str
    account: str
    url: str
    method: str
    encoding: str
    events: list[str]
    headers: dict[str, str] = field(default_factory=dict)
    template: str = ""
    read_timeout: int | None = None
    retries: int = 0
    retry_delay: int | None = None

    def shown(self) -> Json:
        """As answered: what was never given is not there."""
        fields = {name: value for name, value in asdict(self).items() if name != "account"}
        return {name: value for name, value in fields.items() if value not in (None, "")}


class ManagedWebhooks:
    """Those of every account. Any thread may call any method."""

    def __init__(self) -> None:
        self._all: dict[str, ManagedWebhook] = {}
        self._lock = threading.Lock()

    def create(self, body: Json, *, account: str) -> ManagedWebhook:
        """Make one. Raises RequestRefused and AlreadyThereError."""
        _check(body, needed=("url", "method", "encoding", "events"))
        known = {name: body[name] for name in (*CHANGEABLE, *_BOUNDS) if body.get(name) is not None}
        made = ManagedWebhook(id=str(uuid.uuid4()), account=account, **known)
        return self.add(made)

    def add(self, made: ManagedWebhook) -> ManagedWebhook:
        """Take one in; the same. Raises AlreadyThereError."""
        with self._lock:
            self._see_that_free(made)
            self._all[made.id] = made
        return made

    def change(self, webhook_id: str, body: Json, *, account: str) -> ManagedWebhook | None:
        """Change what is named of one; None where there is none. Raises as `create` does."""
        _check(body, needed=())
        wanted = {name: body[name] for name in CHANGEABLE if body.get(name) is not None}
        if not wanted:
            raise RequestRefused("At least one property is required")
        with self._lock:
            there = self._all.get(webhook_id)
            if there is None or there.account != account:
                return None
            changed = ManagedWebhook(**{**asdict(there), **wanted})
            self._see_that_free(changed)
            self._all[webhook_id] = changed
        return changed

    def delete(self, webhook_id: str, *, account: str) -> bool:
        """Forget one; False where there is none."""
        with self._lock:
            there = self._all.get(webhook_id)
            if there is None or there.account != account:
                return False
            del self._all[webhook_id]
        return True

    def of(self, account: str) -> list[ManagedWebhook]:
        """An account's, the oldest first."""
        with self._lock:
            return [one for one in self._all.values() if one.account == account]

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._all.clear()

    def _see_that_free(self, wanted: ManagedWebhook) -> None:
        place = (wanted.account, wanted.url, wanted.method)
        others = (one for one in self._all.values() if one.id != wanted.id)
        if any((one.account, one.url, one.method) == place for one in others):
            raise AlreadyThereError


def event_of(entry: Report | StoredReply) -> str:
    """The name of what happened."""
    if isinstance(entry, Report):
        return f"{entry.status.upper()}_DR"
    if entry.content.strip().upper() in OPT_OUT_WORDS:
        return "OPT_OUT_SMS"
    return "RECEIVED_MMS" if entry.picture else "RECEIVED_SMS"


def body_of(webhook: ManagedWebhook, entry: Report | StoredReply, *, notice_id: str) -> bytes:
    """What is sent of it, made by the webhook's template."""
    return render(webhook.template, _known(entry, notice_id=notice_id)).encode()


def _known(entry: Report | StoredReply, *, notice_id: str) -> dict[str, Any]:  # Any: see templates
    message = entry.message
    known: dict[str, Any] = {
        "accountId": entry.account,
        "vendorId": VENDOR,
        "messageId": message.message_id if message else None,
        "mtId": message.message_id if message else None,
        "metadata": dict(message.metadata) if message else {},
        "receivedTimestamp": written(entry.at),
        "submittedTimestamp": written(entry.at),
        "mtContent": message.submitted["content"] if message else None,
        "format": "SMS",
        "retryCount": 0,
    }
    if isinstance(entry, Report):
        return known | {
            "drId": entry.report_id, "reportId": entry.report_id, "status": entry.status,
            "statusCode": entry.code, "sourceAddress": entry.message.number, "billingUnits": 1,
        }  # fmt: skip
    known |= {
        "sourceAddress": entry.number,
        "destinationAddress": entry.destination or OUR_NUMBER,
        "moContent": entry.content,
        "replyContent": entry.content,
    }
    # A notice has an id of its own; asked for a reply's, it writes the variable's name.
    if event_of(entry) == "OPT_OUT_SMS":
        return known | {"notificationId": notice_id}
    known |= {"replyId": entry.reply_id, "moId": entry.reply_id}
    return known | ({"attachments": [_attachment(entry.picture)]} if entry.picture else {})


def _attachment(picture: str) -> dict[str, str]:
    kind, _, content = picture.removeprefix("data:").partition(";base64,")
    return {"contentType": kind, "base64": content, "originalName": "picture"}


def _check(body: Json, *, needed: tuple[str, ...]) -> None:
    complaints = [f"/{name}: must not be null" for name in needed if body.get(name) is None]
    complaints += [line for name, value in body.items() if (line := _about(name, value))]
    if complaints:
        raise RequestRefused(*complaints)


def _about(name: str, value: Any) -> str:  # Any: JSON values
    if value is None:
        return ""
    if name == "url":
        right = isinstance(value, str) and value.startswith(("http://", "https://"))
        return "" if right and len(value) <= LONGEST_URL else "/url: is invalid"
    if name in ("method", "encoding"):
        return (
            "" if value in (METHODS if name == "method" else ENCODINGS) else f"/{name}: is invalid"
        )
    if name == "events":
        known = isinstance(value, list) and bool(value) and all(one in EVENTS for one in value)
        return "" if known else "/events: is invalid"
    if name == "headers":
        right = isinstance(value, dict) and "content-type" not in map(str.lower, value)
        return "" if right else "/headers: is invalid"
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        right = isinstance(value, int) and least <= value <= most
        return "" if right else f"/{name}: must be between {least} and {most}"
    return "" if name != "template" or isinstance(value, str) else "/template: is invalid"
