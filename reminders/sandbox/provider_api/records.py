"""What the account keeps: messages, delivery reports, replies, and how each is written for clients.

Shapes only; times are seconds since 1970. Nothing here changes anything else.
"""

import uuid
from dataclasses import dataclass, field
from typing import Any

from reminders.sandbox.control_room.clock import written, written_or_none
from reminders.sandbox.provider_api.life import LifeStep

Json = dict[str, Any]  # Any: JSON of every shape passes here

VENDOR = "SinchEU"
ACCOUNT = "SandboxAccount"
OUR_NUMBER = "+61491570156"
APPROVED_SENDERS = (
    (OUR_NUMBER, "INTERNATIONAL", "Reception"),
    ("TILLTHEN", "ALPHANUMERIC", "Name only: cannot be answered"),
)
"""Address, kind and label of what the account may send from."""
"""The sender shown for a message that names none."""


@dataclass(slots=True)
class StoredMessage:
    """One accepted text."""

    seq: int
    message_id: str
    account: str
    submitted: Json
    number: str
    accepted_at: float
    release_at: float
    expires_at: float | None
    scheduled: bool
    status: str = "queued"
    code: str = ""
    changed_at: float = 0.0
    released_at: float | None = None
    delivered_at: float | None = None
    cancelled_at: float | None = None
    plan: list[LifeStep] = field(default_factory=list)
    due: float | None = None

    @property
    def metadata(self) -> dict[str, str]:
        """The pairs that the sender put in."""
        found: dict[str, str] = self.submitted.get("metadata") or {}
        return found

    def as_submitted(self) -> Json:
        """The answer to sending: what came in, with its id."""
        return {**self.submitted, "message_id": self.message_id, "status": "queued"}

    def as_status(self) -> Json:
        """The answer to asking for its status."""
        return {**self.submitted, "message_id": self.message_id, "status": self.status}

    def as_ledger(self) -> Json:
        """The sandbox's own record, with everything that happened to it."""
        return {
            "seq": self.seq,
            "message_id": self.message_id,
            "account": self.account,
            "metadata": self.metadata,
            "destination": self.number,
            "source_number": self.submitted.get("source_number"),
            "content": self.submitted["content"],
            "format": self.submitted["format"],
            "scheduled": self.submitted.get("scheduled"),
            "expiry": self.submitted.get("message_expiry_timestamp"),
            "accepted_at": written(self.accepted_at),
            "released_at": written_or_none(self.released_at),
            "status": self.status,
            "code": self.code or None,
            "delivered_at": written_or_none(self.delivered_at),
            "cancelled_at": written_or_none(self.cancelled_at),
        }

    def as_detail(self) -> Json:
        """Its line in the detail report."""
        return {
            "message_id": self.message_id,
            "format": self.submitted["format"],
            "timestamp": written(self.accepted_at),
            "delivered_timestamp": written_or_none(self.delivered_at),
            "last_status_update": written(self.changed_at),
            "direction": "outbound",
            "status": self.status,
            "status_code": int(self.code or 0),
            "source_address": self.submitted.get("source_number") or OUR_NUMBER,
            "destination_address": self.number,
            "content": self.submitted["content"],
            "account_id": self.account,
            "units": 1,
            "metadata": [{"key": key, "value": value} for key, value in self.metadata.items()],
        }


@dataclass(slots=True)
class Report:
    """One delivery report: a step that a message has made."""

    report_id: str
    message: StoredMessage
    status: str
    code: str
    at: float

    @property
    def account(self) -> str:
        """The account in whose queue it waits."""
        return self.message.account

    @property
    def record_id(self) -> str:
        """The id by which the client confirms it."""
        return self.report_id

    def rendered(self, *, with_code: bool = True) -> Json:
        """As polled and as pushed to a message's own address."""
        shown: Json = {
            "delivery_report_id": self.report_id,
            "source_number": self.message.number,
            "date_received": written(self.at),
            "status": self.status,
            "delay": 0,
            "billing_units": 1,
            "submitted_date": written(self.at),
            "original_text": self.message.submitted["content"],
            "message_id": self.message.message_id,
            "vendor_account_id": {"vendor_id": VENDOR, "account_id": self.message.account},
            "metadata": self.message.metadata,
        }
        if with_code:
            shown["error_code"] = self.code
        return _with_callback(shown, self.message)


@dataclass(slots=True)
class StoredReply:
    """One text from a patient; `message` is the one it answers, `message_id` may name a foreign
    one. `picture` is what came with it, as a data: URL.
    """

    reply_id: str
    account: str
    number: str
    content: str
    at: float
    message: StoredMessage | None
    message_id: str | None
    destination: str | None
    picture: str = ""
    answered: str = ""
    collected: bool = False

    @property
    def record_id(self) -> str:
        """The id by which the client confirms it."""
        return self.reply_id

    def rendered(self, *, with_code: bool = True) -> Json:
        """As polled and as pushed to a message's own address."""
        shown: Json = {
            "reply_id": self.reply_id,
            "date_received": written(self.at),
            "source_number": self.number,
            "content": self.content,
            "vendor_account_id": {"vendor_id": VENDOR, "account_id": self.account},
        }
        if self.picture:
            shown["media"] = [picture_path(self.reply_id)]
        if self.destination:
            shown["destination_number"] = self.destination
        if self.message_id:
            shown["message_id"] = self.message_id
        if self.message is None:
            return shown
        return _with_callback({**shown, "metadata": self.message.metadata}, self.message)

    def as_detail(self) -> Json:
        """Its line in the detail report."""
        pairs = self.message.metadata.items() if self.message else ()
        return {
            "message_id": self.reply_id,
            "format": "SMS",
            "timestamp": written(self.at),
            "direction": "inbound",
            "status": "processed",
            "source_address": self.number,
            "destination_address": self.destination or OUR_NUMBER,
            "in_response_to": self.message_id,
            "content": self.content,
            "account_id": self.account,
            "units": 1,
            "metadata": [{"key": key, "value": value} for key, value in pairs],
        }


@dataclass(slots=True)
class Raw:
    """Something that a test put into a queue exactly as it is, however wrong."""

    account: str
    record_id: str
    body: Any  # Any: the point is that it may be anything

    def rendered(self, *, with_code: bool = True) -> Any:  # Any: as above
        """As it was given."""
        return self.body


def _with_callback(shown: Json, message: StoredMessage) -> Json:
    callback = message.submitted.get("callback_url")
    return {"callback_url": callback, **shown} if callback else shown


def picture_path(reply_id: str) -> str:
    """Where the sandbox shows the picture of a reply."""
    return f"/phone/pictures/{reply_id}"


def reply_from(
    number: str, content: str, at: float, answers: StoredMessage | None, last_account: str
) -> StoredReply:
    """What somebody texted; without a message that it answers it is the account's that sent
    last.
    """
    return StoredReply(
        reply_id=str(uuid.uuid4()),
        account=answers.account if answers else last_account,
        number=number,
        content=content,
        at=at,
        message=answers,
        message_id=answers.message_id if answers else None,
        destination=answers.submitted.get("source_number") if answers else None,
    )
