"""Settle messages of unknown outcome: find out, and only then send again, exactly once.

A call without an answer, or a worker that died, leaves a message `unknown`. Its UUID is looked up in the
provider's detail report. Found: adopted. Not found after the settling time, and still before its cutoff:
the very same text is sent once more. Found twice: the extra one is cancelled while it is still scheduled.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from reminders.domain.claiming import give_up
from reminders.domain.connections import release_connection
from reminders.domain.handing_over import METADATA_KEY
from reminders.domain.news import News, apply_news
from reminders.domain.planning import release_reminders
from reminders.models import Message, Reminder
from reminders.provider import MessagesApi, MessagesApiError, NotFound, Refused, ReportedMessage, read_status

HOLD = timedelta(seconds=60)
A_REQUEST = 100
MARGIN = timedelta(days=1)
WAITING_THERE = frozenset({"scheduled", "queued", "processing", "processed", "undefined", ""})


@dataclass
class Reconciled:
    """What a run came to."""

    adopted: int = 0
    sent_again: int = 0
    given_up: int = 0
    waiting: int = 0

    @property
    def settled(self) -> int:
        """How many messages are no longer unknown."""
        return self.adopted + self.sent_again + self.given_up


def reconcile(api: MessagesApi, *, clock: Callable[[], datetime], limit: int = A_REQUEST) -> Reconciled:
    """Look up to `limit` unknown messages up at the provider and settle what can be settled."""
    now = clock()
    abandon_claims(now=now)
    outcome = Reconciled(given_up=give_up_late(now=now))
    with transaction.atomic():
        messages = Message.objects.claim_unknown(now=now, hold=HOLD, limit=limit)
    if not messages:
        return outcome
    try:
        found = _look_up(api, messages, now=now)
    except MessagesApiError:
        _let_go(messages)
        outcome.waiting = len(messages)
        return outcome
    cancel_extras(api, found)
    with transaction.atomic():
        outcome.adopted = _adopt(found, now=clock())
        _settle_missing([row for row in messages if row.pk not in found], now=clock(), outcome=outcome)
        _let_go(messages)
    return outcome


def abandon_claims(*, now: datetime) -> int:
    """What a worker claimed and never answered for is unknown from now on. Returns how many."""
    return Message.objects.filter(state=Message.State.SUBMITTING, claimed_until__lt=now).update(
        state=Message.State.UNKNOWN, unknown_since=now, claimed_until=None
    )


def give_up_late(*, now: datetime) -> int:
    """Unknown messages past their cutoff are expired: staff see them on the list of what was not sent."""
    late = Message.objects.filter(state=Message.State.UNKNOWN, expires_at__lte=now - settings.RECONCILE_AFTER)
    with transaction.atomic():
        ids = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True))
        give_up(ids, Message.State.EXPIRED, Reminder.Reason.UNKNOWN, now=now)
    return len(ids)


def _look_up(
    api: MessagesApi, messages: Sequence[Message], *, now: datetime
) -> dict[uuid.UUID, list[ReportedMessage]]:
    """The provider's messages that carry one of our UUIDs. No connection is held meanwhile."""
    release_connection()
    start = min(row.created_at for row in messages) - MARGIN
    end = max([now, *(row.scheduled_at for row in messages)]) + MARGIN
    wanted = {str(row.pk): row.pk for row in messages}
    found: dict[uuid.UUID, list[ReportedMessage]] = defaultdict(list)
    for item in api.detail_report(list(wanted), start=start, end=end, metadata_key=METADATA_KEY):
        ours = wanted.get(item.metadata.get(METADATA_KEY, ""))
        if ours:
            found[ours].append(item)
    return {ours: furthest_first(copies) for ours, copies in found.items()}


def cancel_extras(api: MessagesApi, found: dict[uuid.UUID, list[ReportedMessage]]) -> int:
    """Of a text that the provider has several times, keep the first in the list and cancel the others.

    Only what still waits can be cancelled; for the rest it is too late. Returns how many were cancelled.
    """
    extras = [extra for copies in found.values() for extra in copies[1:]]
    cancelled = 0
    for extra in extras:
        try:
            api.cancel(extra.message_id)
            cancelled += 1
        except (Refused, NotFound):
            continue
        except MessagesApiError:
            return cancelled
    return cancelled


def furthest_first(copies: list[ReportedMessage], *, ours: str | None = None) -> list[ReportedMessage]:
    """Copies of one text, the one to keep first: what went out already, else the one we know of."""
    return sorted(copies, key=lambda item: (item.status.lower() in WAITING_THERE, item.message_id != ours))


def _adopt(found: dict[uuid.UUID, list[ReportedMessage]], *, now: datetime) -> int:
    news = []
    for message_id, copies in found.items():
        kept = copies[0]
        waiting = kept.status.lower() in WAITING_THERE
        verdict = None if waiting else read_status(kept.status, kept.code)
        news.append(
            News(
                message_id,
                verdict.state if verdict else Message.State.ACCEPTED,
                verdict.words if verdict else "",
                kept.code,
                kept.message_id,
            )
        )
    return len(apply_news(news, now=now))


def _settle_missing(messages: Sequence[Message], *, now: datetime, outcome: Reconciled) -> None:
    """Messages that the provider does not know: wait, send once more, or give up."""
    settled = [
        row for row in messages if row.unknown_since and row.unknown_since + settings.RECONCILE_AFTER <= now
    ]
    unwanted = [row.pk for row in settled if row.cancel_requested_at]
    again = [
        row.pk for row in settled if not row.cancel_requested_at and not row.resent and row.expires_at > now
    ]
    unknown = Message.objects.filter(state=Message.State.UNKNOWN)
    outcome.sent_again += unknown.filter(pk__in=again).update(
        state=Message.State.QUEUED,
        resent=True,
        send_after=now,
        unknown_since=None,
        check_after=now + settings.RECONCILE_AFTER,
    )
    outcome.given_up += unknown.filter(pk__in=unwanted).update(
        state=Message.State.CANCELLED,
        words="Withdrawn; the provider never had it",
        final_at=now,
        cancel_settled_at=now,
        unknown_since=None,
    )
    release_reminders(unwanted, now=now)
    outcome.waiting += len(messages) - len(unwanted) - len(again)


def _let_go(messages: Sequence[Message]) -> None:
    Message.objects.filter(
        Q(pk__in=[row.pk for row in messages]) & ~Q(state=Message.State.SUBMITTING)
    ).update(claimed_until=None)
