"""Receive replies and delivery reports: store each once, commit, and only then confirm; apply.

Polling and webhooks end here alike. What can't be read is stored and confirmed, too, and holds
nothing up. Acting on replies is `handle`'s business, applying reports is `delivery_reports`'.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import TypeVar

from reminders.domain.common.connections import release_connection
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.replies.auto_reply import AnswerContext
from reminders.domain.replies.delivery_reports import (
    apply_waiting,
    apply_waiting_reports,
    tidy_reports,
)
from reminders.domain.replies.handle import Acted, act_on_waiting, apply_waiting_replies
from reminders.domain.replies.store import store_pushed, store_replies, store_reports
from reminders.models import Reply
from reminders.provider import DeliveryReportPayload, MessagesApi, Refused, ReplyPayload, Unreadable

logger = logging.getLogger(__name__)

__all__ = [
    "apply_waiting",
    "apply_waiting_replies",
    "fetch_replies",
    "receive_replies",
    "receive_reports",
    "store_pushed",
    "store_replies",
    "store_reports",
    "tidy_reports",
]

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
            lambda items: store_replies(items, source=Reply.Source.POLL, now=now),
            act,
            api.confirm_replies,
            go_on=go_on,
        )
    finally:
        if acted.answers:
            enqueue_after_commit("send")


def fetch_replies(api: MessagesApi, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """Fetch, store and confirm replies without acting on any yet; return how many were new.

    Raises MessagesApiError as `receive_replies` does.
    """
    return _receive(
        api.replies,
        lambda items: store_replies(items, source=Reply.Source.POLL, now=now),
        lambda: None,
        api.confirm_replies,
        go_on=go_on,
    )


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


def _id_of(item: ReplyPayload | DeliveryReportPayload | Unreadable) -> str | None:
    if isinstance(item, Unreadable):
        return item.provider_id
    return item.reply_id if isinstance(item, ReplyPayload) else item.delivery_report_id
