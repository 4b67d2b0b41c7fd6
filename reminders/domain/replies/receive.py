"""Receive replies and delivery reports: store each once, commit, and only then confirm; apply.

Polling and webhooks end here alike; the provider's id makes each count once. What can't be read is
stored as it came, shown to staff and confirmed, and holds nothing up. Acting on replies is
`replying`'s business, applying reports is `reporting`'s.
"""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db import DataError, connection, transaction

from reminders.domain.common.cards import NewCard, open_all
from reminders.domain.common.connections import release_connection
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.replies.auto_reply import AnswerContext
from reminders.domain.replies.delivery_reports import (
    apply_waiting,
    apply_waiting_reports,
    tidy_reports,
)
from reminders.domain.replies.handle import Acted, act_on_waiting, apply_waiting_replies
from reminders.domain.sending.submit import METADATA_KEY
from reminders.models import InboxItem, Reply
from reminders.provider import DeliveryReportPayload, MessagesApi, Refused, ReplyPayload, Unreadable

logger = logging.getLogger(__name__)

__all__ = [
    "apply_waiting",
    "apply_waiting_replies",
    "receive_replies",
    "receive_reports",
    "store_pushed",
    "store_replies",
    "store_reports",
    "tidy_reports",
]

Source = Reply.Source
TEXT_KEPT = 5_000
PROVIDER_ID_KEPT = 100
PROBLEM_KEPT = 300
RAW_KEPT = 20_000
_Item = TypeVar("_Item", ReplyPayload | Unreadable, DeliveryReportPayload | Unreadable)


def receive_replies(api: MessagesApi, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """Fetch, store, act on and confirm replies until none is left or time is up; return how many
    were new.

    Raises MessagesApiError when the provider can't be asked; what was stored by then is acted on
    all the same, and confirmed the next time.
    """
    desk, acted = cache(AnswerContext.load), Acted()

    def act() -> None:
        acted.answers += act_on_waiting(desk(), now=now, go_on=go_on).answers

    try:
        return _receive(
            api.replies,
            lambda items: store_replies(items, source=Source.POLL, now=now),
            act,
            api.confirm_replies,
            go_on=go_on,
        )
    finally:
        if acted.answers:
            enqueue_after_commit("send")


def receive_reports(api: MessagesApi, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """As `receive_replies`, for delivery reports: fetch, store, apply and confirm; return how many
    were new.

    Raises MessagesApiError as `receive_replies` does.
    """
    return _receive(
        api.delivery_reports,
        lambda items: store_reports(items, now=now),
        lambda: apply_waiting_reports(now=now, go_on=go_on),
        api.confirm_delivery_reports,
        go_on=go_on,
    )


def _receive(
    fetch: Callable[[], list[_Item]],
    store: Callable[[list[_Item]], int],
    apply: Callable[[], object],
    confirm: Callable[[list[str]], None],
    *,
    go_on: GoOn,
) -> int:
    """The loop of both queues. The same ones come back until they are confirmed.

    What is stored and committed can't be lost any more: while it is applied, a second thread, which
    touches no database, confirms it and fetches the next ones.
    """

    def confirm_and_fetch(ids: list[str]) -> list[_Item]:
        _confirm(confirm, ids)
        items = fetch() if go_on() else []
        return items if set(_ids(items)) - set(ids) else []

    count = 0
    with ThreadPoolExecutor(1, thread_name_prefix="messages-api") as pool:
        release_connection()
        items = fetch()
        while items:
            count += store(items)
            ids = _ids(items)
            following = pool.submit(confirm_and_fetch, ids) if ids else None
            apply()
            release_connection()
            items = following.result() if following else []
    return count


def _confirm(confirm: Callable[[list[str]], None], ids: list[str]) -> None:
    try:
        confirm(ids)
    except Refused:
        logger.warning(
            "The provider refuses to have something confirmed; it comes again and is ignored"
        )


def _ids(items: Iterable[ReplyPayload | DeliveryReportPayload | Unreadable]) -> list[str]:
    return [item_id for item in items if (item_id := _id_of(item))]


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
    return _store(_STORE_REPLIES, _REPLY_COLUMNS, rows, now=now)


def store_reports(items: Sequence[DeliveryReportPayload | Unreadable], *, now: datetime) -> int:
    """Store delivery reports that are not here yet; return how many were new."""
    return _store(_STORE_REPORTS, _REPORT_COLUMNS, [_report_row(item) for item in items], now=now)


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
    with connection.cursor() as cursor:
        cursor.execute(statement, {**given, "now": now})
        stored = cursor.fetchall()
    cards = [
        NewCard(InboxItem.Kind.UNREADABLE, phone=phone, reply_id=reply_id)
        for reply_id, phone, unreadable in stored
        if unreadable
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
        _raw(item.raw),
    )


def _id_of(item: ReplyPayload | DeliveryReportPayload | Unreadable) -> str | None:
    if isinstance(item, Unreadable):
        return item.provider_id
    return item.reply_id if isinstance(item, ReplyPayload) else item.delivery_report_id


def _own_id(item: Unreadable) -> str:
    """The provider's id; without one, an id of the content, the same whenever it comes again."""
    if item.provider_id:
        return item.provider_id
    digest = hashlib.sha256(json.dumps(item.raw, sort_keys=True, default=str).encode()).hexdigest()
    return f"unreadable-{digest[:40]}"


def _uuid(metadata: dict[str, str]) -> uuid.UUID | None:
    """Our own id of the text that is answered or reported on; other programs may use the same key."""
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
_STORE_REPLIES = """
INSERT INTO reminders_reply (provider_id, source, message_uuid, message_provider_id, phone, text, received_at,
    stored_at, applied_at, intent, matched_by, outcome, problem, raw, pictures)
SELECT v.provider_id, v.source, v.message_uuid, v.message_provider_id, v.phone, v.text, v.received_at,
    %(now)s, CASE WHEN v.problem <> '' THEN %(now)s END, '', '',
    CASE WHEN v.problem <> '' THEN 'unreadable' ELSE '' END, v.problem, v.raw::jsonb,
    v.pictures
FROM unnest(%(provider_ids)s::text[], %(sources)s::text[], %(uuids)s::uuid[],
            %(message_provider_ids)s::text[], %(phones)s::text[], %(texts)s::text[],
            %(received)s::timestamptz[], %(problems)s::text[], %(raws)s::text[], %(pictures)s::int[])
     AS v (provider_id, source, message_uuid, message_provider_id, phone, text, received_at, problem, raw,
           pictures)
ON CONFLICT (provider_id) DO NOTHING
RETURNING id, phone, problem <> ''
"""

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
_STORE_REPORTS = """
INSERT INTO reminders_deliveryreport (provider_id, message_uuid, message_provider_id, status, code,
    submitted_at, received_at, stored_at, applied_at, problem, raw)
SELECT v.provider_id, v.message_uuid, v.message_provider_id, v.status, v.code, v.submitted_at, v.received_at,
    %(now)s, CASE WHEN v.problem <> '' THEN %(now)s END, v.problem, v.raw::jsonb
FROM unnest(%(provider_ids)s::text[], %(uuids)s::uuid[], %(message_provider_ids)s::text[],
            %(statuses)s::text[], %(codes)s::int[], %(submitted)s::timestamptz[], %(received)s::timestamptz[],
            %(problems)s::text[], %(raws)s::text[])
     AS v (provider_id, message_uuid, message_provider_id, status, code, submitted_at, received_at, problem,
           raw)
ON CONFLICT (provider_id) DO NOTHING
RETURNING NULL::bigint, '', problem <> ''
"""
