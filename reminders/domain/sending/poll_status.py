"""Ask for the status of messages whose final report is overdue, and look twice at what was sent
twice.

Reports and replies do the rest; this is for those that get lost, and for the button "ask now".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.db import transaction

from reminders.domain.common.connections import release_connection
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.domain.sending.reconcile import look_up, withdraw_extras
from reminders.models import Message
from reminders.provider import MessagesApi, MessagesApiError, NotFound, has_no_news, read_status

CALLS = 8
A_STEP = 5 * CALLS
"""So many are asked about before the next look at the time."""
FIRST = timedelta(minutes=30)
KEPT = timedelta(days=45)


def check_overdue(
    api: MessagesApi, *, clock: Callable[[], datetime], limit: int = 200, go_on: GoOn = for_ever
) -> int:
    """Ask about up to `limit` messages that should have ended by now; return how many moved on."""
    moved = 0
    for left in range(limit, 0, -A_STEP):
        now = clock()
        with transaction.atomic():
            messages = Message.objects.claim_overdue(now=now, again=FIRST, limit=min(A_STEP, left))
        if messages:
            _look_twice([row for row in messages if row.resent], api, now=now)
            # One that waits there for its time has nothing to tell; it was claimed for the look at
            # copies.
            due = [row for row in messages if row.scheduled_at <= now]
            moved += check_messages(api, due, clock=clock)
        if not messages or not go_on():
            break
    return moved


def check_messages(
    api: MessagesApi, messages: Sequence[Message], *, clock: Callable[[], datetime]
) -> int:
    """Ask the provider for the status of each of these messages now; return how many moved on."""
    release_connection()
    with ThreadPoolExecutor(CALLS, thread_name_prefix="messages-api") as pool:
        news = [
            item for item in pool.map(lambda row: _ask(api, row, now=clock()), messages) if item
        ]
    with transaction.atomic():
        return len(apply_status_updates(news, now=clock()))


class StatusAsked(Enum):
    """What asking about one text came to."""

    NEWS = "news"
    NOTHING_NEW = "nothing new"
    NO_ANSWER = "no answer"


def ask_now(api: MessagesApi, message_id: UUID, *, clock: Callable[[], datetime]) -> StatusAsked:
    """Ask about one text because somebody wants to know; no connection is held meanwhile."""
    [message] = Message.objects.filter(pk=message_id)
    release_connection()
    try:
        news = _news(api, message, now=clock())
    except MessagesApiError:
        return StatusAsked.NO_ANSWER
    if news is None:
        return StatusAsked.NOTHING_NEW
    with transaction.atomic():
        moved = apply_status_updates([news], now=clock())
    return StatusAsked.NEWS if moved else StatusAsked.NOTHING_NEW


def _ask(api: MessagesApi, message: Message, *, now: datetime) -> StatusUpdate | None:
    try:
        return _news(api, message, now=now)
    except MessagesApiError:
        return None


def _news(api: MessagesApi, message: Message, *, now: datetime) -> StatusUpdate | None:
    try:
        status = api.status(message.provider_id or "").status
    except NotFound:
        # Not known is not the same as not sent: only after the provider's own 45 days it can't mean
        # anything else.
        if now - message.scheduled_at < KEPT:
            return None
        words = "Unknown, too old: the provider keeps texts for 45 days"
        return StatusUpdate(
            message.pk, Message.State.EXPIRED, words, provider_id=message.provider_id
        )
    if has_no_news(status):
        return None
    verdict = read_status(status, None)
    return StatusUpdate(message.pk, verdict.state, verdict.words, provider_id=message.provider_id)


def _look_twice(messages: Sequence[Message], api: MessagesApi, *, now: datetime) -> None:
    """Sent again, though the provider had the first one after all? Then cancel the one still
    waiting.
    """
    if not messages:
        return
    try:
        found = look_up(api, messages, now=now)
    except MessagesApiError:
        return
    for row in messages:
        copies = found.get(row.pk)
        if copies and copies[0].message_id != row.provider_id:
            Message.objects.filter(pk=row.pk).update(provider_id=copies[0].message_id)
    release_connection()
    withdraw_extras(api, found)
