"""Store replies and delivery reports as they came, each once by the provider's id.

What can't be read is stored as well, and shown to staff.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DataError, transaction

from reminders.domain.common.cards import NewCard, open_all
from reminders.domain.common.rows import fetch
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.replies.statements import STORE_REPLIES, STORE_REPORTS
from reminders.domain.sending.submit import METADATA_KEY
from reminders.models import InboxItem, Reply
from reminders.provider import DeliveryReportPayload, ReplyPayload, Unreadable

Source = Reply.Source


# Bounds on what comes from outside: no fault there may fill the database, or be read for hours.
TEXT_KEPT = 5_000


PROVIDER_ID_KEPT = 100


PROBLEM_KEPT = 300


RAW_KEPT = 20_000


# The words and ids of a text stand with the text itself: three reports of each would hold them
# three times more, and those of other programs on the account are no business of ours.
_IN_COLUMNS = {
    "delivery_report_id",
    "message_id",
    "metadata",
    "original_text",
    "status",
    "submitted_date",
    "date_received",
}


class _Stored(NamedTuple):
    """A row that was not here yet."""

    reply_id: int | None
    phone: str
    unreadable: bool


def store_pushed(item: ReplyPayload | DeliveryReportPayload, *, now: datetime) -> bool:
    """Store what a webhook brought, to be applied by the next ring; False if it is here already."""
    if isinstance(item, DeliveryReportPayload):
        return store_reports([item], now=now) > 0
    source = Source.NOTICE if item.is_opt_out_notice else Source.WEBHOOK
    return store_replies([item], source=source, now=now) > 0


def store_replies(
    items: Sequence[ReplyPayload | Unreadable], *, source: Reply.Source, now: datetime
) -> int:
    """Store replies that are not here yet, each in its raw form too; return how many were new.

    Unreadable ones become a card at once, and are never acted on.
    """
    rows = [_reply_row(item, source=source, now=now) for item in items]
    return _store(STORE_REPLIES, _REPLY_COLUMNS, rows, now=now)


def store_reports(items: Sequence[DeliveryReportPayload | Unreadable], *, now: datetime) -> int:
    """Store delivery reports that are not here yet; return how many were new."""
    return _store(STORE_REPORTS, _REPORT_COLUMNS, [_report_row(item) for item in items], now=now)


def _store(
    statement: str, columns: Sequence[str], rows: list[tuple[object, ...]], *, now: datetime
) -> int:
    """One statement for all; where one of them can't be stored, one by one, and that one as
    unreadable.
    """
    if not rows:
        return 0
    try:
        with transaction.atomic():
            return _insert(statement, columns, rows, now=now)
    # One that the database refuses, such as for a NUL, must not keep the others from being stored
    # and confirmed: they would be handed over again and again.
    except DataError:
        if len(rows) == 1:
            with transaction.atomic():
                return _insert(statement, columns, [_only_the_id(columns, rows[0])], now=now)
    return sum(_store(statement, columns, [row], now=now) for row in rows)


def _insert(
    statement: str, columns: Sequence[str], rows: list[tuple[object, ...]], *, now: datetime
) -> int:
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        name: list(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)
    }
    # Who opted out and was forgotten gets no automatic answer now that they write again.
    recall(given.get("phones", ()))
    stored = fetch(_Stored, statement, {**given, "now": now})
    cards = [
        NewCard(InboxItem.Kind.UNREADABLE, phone=row.phone, reply_id=row.reply_id)
        for row in stored
        if row.unreadable
    ]
    if cards:
        open_all(cards, now=now)
    return len(stored)


def _only_the_id(columns: Sequence[str], row: tuple[object, ...]) -> tuple[object, ...]:
    """What is left of a row that the database refuses: enough to know that it came."""
    kept = dict(zip(columns, row, strict=True))
    needed = {
        "provider_ids": kept["provider_ids"],
        "sources": kept.get("sources"),
        "received": kept["received"] if "sources" in kept else None,
        "problems": "It holds what can't be stored",
        "raws": "{}",
        "pictures": 0,
    }
    blank = dict.fromkeys(("message_provider_ids", "phones", "texts", "statuses"), "")
    return tuple((blank | needed).get(name) for name in columns)


def _reply_row(
    item: ReplyPayload | Unreadable, *, source: Reply.Source, now: datetime
) -> tuple[object, ...]:
    if isinstance(item, Unreadable):
        return (
            _own_id(item),
            source,
            None,
            "",
            "",
            "",
            now,
            item.reason[:PROBLEM_KEPT],
            _raw(item.raw),
            0,
        )
    return (
        item.reply_id,
        source,
        _uuid(item.metadata),
        (item.message_id or "")[:PROVIDER_ID_KEPT],
        item.source_number,
        item.content[:TEXT_KEPT],
        # Never in the future: a clock that is ahead would put it behind what is written later.
        min(item.received_at or now, now),
        "",
        _raw(item.raw),
        item.pictures,
    )


def _report_row(item: DeliveryReportPayload | Unreadable) -> tuple[object, ...]:
    if isinstance(item, Unreadable):
        return (
            _own_id(item),
            None,
            "",
            "",
            None,
            None,
            None,
            item.reason[:PROBLEM_KEPT],
            _raw(item.raw),
        )
    return (
        item.delivery_report_id,
        _uuid(item.metadata),
        (item.message_id or "")[:PROVIDER_ID_KEPT],
        item.status,
        item.code,
        item.submitted_at,
        item.received_at,
        "",
        _raw({key: told for key, told in item.raw.items() if key not in _IN_COLUMNS}),
    )


def _own_id(item: Unreadable) -> str:
    """The provider's id; without one, an id of the content, the same whenever it comes again."""
    if item.provider_id:
        return item.provider_id
    digest = hashlib.sha256(json.dumps(item.raw, sort_keys=True, default=str).encode()).hexdigest()
    return f"unreadable-{digest[:40]}"


def _uuid(metadata: dict[str, str]) -> uuid.UUID | None:
    """Our own id of the text that is answered or reported on; other programs may use the
    same key.
    """
    try:
        return uuid.UUID(metadata.get(METADATA_KEY, ""))
    except ValueError:
        return None


def _raw(raw: object) -> str:
    written = json.dumps(raw, ensure_ascii=False, default=str)
    return written if len(written) <= RAW_KEPT else json.dumps({"cut": written[:RAW_KEPT]})


_REPLY_COLUMNS = (
    "provider_ids",
    "sources",
    "uuids",
    "message_provider_ids",
    "phones",
    "texts",
    "received",
    "problems",
    "raws",
    "pictures",
)


_REPORT_COLUMNS = (
    "provider_ids",
    "uuids",
    "message_provider_ids",
    "statuses",
    "codes",
    "submitted",
    "received",
    "problems",
    "raws",
)
