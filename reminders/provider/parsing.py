"""How the provider's JSON is read into `payloads`.

Unknown fields are ignored and one unreadable item never spoils its neighbours: it becomes an
`Unreadable`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial
from typing import TypeAlias, TypeVar

from reminders.provider.payloads import (
    AcceptedMessage,
    DeliveryReportPayload,
    MessageStatus,
    ReplyPayload,
    ReportedMessage,
    Unreadable,
)
from reminders.provider.reading import (
    JsonObject,
    read_code,
    read_id,
    read_json,
    read_metadata,
    read_number,
    read_text,
    read_time,
)

STATUS_LIMIT = 30
SHOWN_OF_UNREADABLE = 10_000
# A notice that somebody opted out has an id of its own; a template that asks for a reply's id gets
# this back.
UNFILLED_REPLY_ID = (
    "$replyId",
    "$moId",
    "${replyId}",
    "${moId}",
)  # no sets: what is looked up may be a list
MOST_PICTURES = 99
UNFILLED_CONTENT = (
    "$moContent",
    "$replyContent",
    "$esc.json($moContent)",
    "$esc.json($!moContent)",
)
# What tells one pushed item from the next; not all of it, since a count of retries may be among it.
TELLING = (
    "source_number",
    "message_id",
    "metadata",
    "date_received",
    "submitted_date",
    "status",
    "error_code",
    "content",
)

ReplyOrUnreadable: TypeAlias = ReplyPayload | Unreadable
ReportOrUnreadable: TypeAlias = DeliveryReportPayload | Unreadable
_Payload = TypeVar("_Payload", ReplyPayload, DeliveryReportPayload)


def parse_reply(item: object) -> ReplyOrUnreadable:
    """Read one reply as polling gives it, or say why it can't be read."""
    return _read(item, ("reply_id",), _reply)


def parse_delivery_report(item: object) -> ReportOrUnreadable:
    """Read one polled delivery report."""
    return _read(item, ("delivery_report_id",), _report)


def parse_webhook(body: bytes) -> ReplyPayload | DeliveryReportPayload | Unreadable:
    """Read what was pushed, for one message or account-wide: a reply, an opt-out notice or a
    report.
    """
    try:
        item = read_json(body)
    except ValueError:
        # As it came, but storable: NUL and broken UTF-8 would keep the database from taking it.
        text = body[:SHOWN_OF_UNREADABLE].decode("utf-8", "replace").replace("\x00", "\ufffd")
        return Unreadable({"body": text}, "This is no JSON", None)
    if not isinstance(item, dict):
        return _unreadable(item, "A JSON object was expected", ())
    if _is_report(item):
        return _read(item, ("delivery_report_id",), partial(_report, pushed=True))
    return _read(item, ("reply_id", "notification_id"), partial(_reply, pushed=True))


def parse_accepted(item: object) -> AcceptedMessage | None:
    """Read one message of an answer to sending; None when it lacks an id."""
    if not isinstance(item, dict) or not (message_id := read_id(item.get("message_id"))):
        return None
    return AcceptedMessage(message_id, _status(item), read_metadata(item.get("metadata")))


def parse_status(item: JsonObject, *, message_id: str) -> MessageStatus:
    """Read the answer to a question for one message's status. Raises ValueError when it tells no
    status.
    """
    if not (status := _status(item)):
        raise ValueError("The answer holds no status")
    return MessageStatus(
        message_id=read_id(item.get("message_id")) or message_id,
        status=status,
        metadata=read_metadata(item.get("metadata")),
        scheduled=read_time(item.get("scheduled")),
        destination_number=read_number(item.get("destination_number")),
    )


def parse_reported(item: object) -> ReportedMessage:
    """Read one line of the detail report. Raises ValueError when it lacks an id."""
    if not isinstance(item, dict) or not (message_id := read_id(item.get("message_id"))):
        raise ValueError("A line of the detail report holds no message_id")
    return ReportedMessage(
        message_id=message_id,
        status=_status(item),
        code=read_code(item.get("status_code")),
        metadata=read_metadata(item.get("metadata")),
        submitted_at=read_time(item.get("timestamp")),
        destination_number=read_number(item.get("destination_address")),
        content=read_text(item.get("content")) or "",
    )


def parse_reported_reply(item: object) -> ReplyOrUnreadable:
    """Read a patient's text as the detail report lists it, or say why it can't be read."""
    if not isinstance(item, dict):
        return _unreadable(item, "A JSON object was expected", ("message_id",))
    # The report's own words for what polling calls otherwise; the line is kept as it came.
    as_polled = item | {
        "reply_id": item.get("message_id"),
        "message_id": item.get("in_response_to"),
        "source_number": item.get("source_address"),
        "destination_number": item.get("destination_address"),
        "date_received": item.get("timestamp"),
    }
    return _read(as_polled, ("reply_id",), _reply)


def _read(
    item: object, ids: tuple[str, ...], read: Callable[[JsonObject], _Payload]
) -> _Payload | Unreadable:
    if not isinstance(item, dict):
        return _unreadable(item, "A JSON object was expected", ids)
    try:
        return read(item)
    except ValueError as error:
        return _unreadable(item, str(error), ids)


def _unreadable(item: object, reason: str, ids: tuple[str, ...]) -> Unreadable:
    raw: JsonObject = item if isinstance(item, dict) else {"item": item}
    return Unreadable(
        raw, reason, next(filter(None, (read_id(raw.get(name)) for name in ids)), None)
    )


def _reply(item: JsonObject, *, pushed: bool = False) -> ReplyPayload:
    notice_id = read_id(item.get("notification_id"))
    # The reply's own id first: pushed and polled it is the same, and is stored once.
    reply_id = read_id(item.get("reply_id")) or notice_id or (_made_id(item) if pushed else None)
    source_number = read_number(item.get("source_number"))
    if not reply_id:
        raise ValueError("The reply has no reply_id")
    # Without a number nobody knows who wrote: kept for staff to see, never guessed.
    if not source_number:
        raise ValueError("The reply does not say which number it came from (source_number)")
    return ReplyPayload(
        reply_id=reply_id,
        message_id=read_id(item.get("message_id")),
        metadata=read_metadata(item.get("metadata")),
        received_at=read_time(item.get("date_received")),
        source_number=source_number,
        destination_number=read_number(item.get("destination_number")),
        content=_content(item),
        raw=item,
        is_opt_out_notice=notice_id is not None or item.get("reply_id") in UNFILLED_REPLY_ID,
        pictures=0 if notice_id else _pictures(item),
    )


def _report(item: JsonObject, *, pushed: bool = False) -> DeliveryReportPayload:
    report_id = read_id(item.get("delivery_report_id")) or (_made_id(item) if pushed else None)
    status, code = _status(item), read_code(item.get("error_code"))
    if not report_id:
        raise ValueError("The delivery report has no delivery_report_id")
    # Either alone says enough: the table reads a status without code, and a code without status.
    if not status and code is None:
        raise ValueError("The delivery report has neither status nor error_code")
    return DeliveryReportPayload(
        delivery_report_id=report_id,
        message_id=read_id(item.get("message_id")),
        metadata=read_metadata(item.get("metadata")),
        status=status,
        code=code,
        received_at=read_time(item.get("date_received")),
        submitted_at=read_time(item.get("submitted_date")),
        source_number=read_number(item.get("source_number")),
        billing_units=read_code(item.get("billing_units")),
        raw=item,
    )


def _status(item: JsonObject) -> str:
    return (read_text(item.get("status")) or "").strip().lower()[:STATUS_LIMIT]


def _content(item: JsonObject) -> str:
    """The text of a reply; a picture message may come without any."""
    content = item.get("content")
    # A number is a text to people: “1” may come as 1.
    if content is not None and not isinstance(content, str | int | float):
        raise ValueError("The content of the reply is no text")
    return "" if content is None or content in UNFILLED_CONTENT else str(content)


def _pictures(item: JsonObject) -> int:
    """How many pictures or other files came with a reply.

    Not documented: these are the names that the provider and its kin use elsewhere. A text is
    documented to have content; one without any is a picture by itself.
    """
    sent = (item.get(name) for name in ("media", "attachments", "media_urls", "rich_link"))
    counts = [len(value) if isinstance(value, list) else 1 for value in sent if value]
    return min(max(counts, default=int(item.get("content") is None)), MOST_PICTURES)


def _is_report(item: JsonObject) -> bool:
    if "delivery_report_id" in item:
        return True
    # Account-wide pushes are made from a template that may leave the report's id out.
    return "reply_id" not in item and "notification_id" not in item and "status" in item


def _made_id(item: JsonObject) -> str:
    """An id for a pushed item without one; its repetitions get the same, so that it is stored
    once.
    """
    # Sorted keys: a repetition may list the same fields in another order.
    telling = json.dumps([item.get(name) for name in TELLING], sort_keys=True)
    return f"pushed-{hashlib.sha256(telling.encode()).hexdigest()[:32]}"
