"""Claim what waits in the outbox: staff's texts, automatic answers, and what is tried once more.

Each was written before; whether it may still go, and when, is asked again here.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from reminders.domain.clock import rule_schedule
from reminders.domain.phones.parsing import costs_extra
from reminders.domain.sending.claiming import portions
from reminders.domain.sending.claiming.drafts import (
    AT_ONCE,
    CHECK_AFTER,
    ClaimContext,
    OutgoingMessage,
)
from reminders.domain.sending.claiming.due import LATE_AFTER, Claim
from reminders.models import Message, Reminder
from reminders.models.in_sql.claims import QueuedMessage, lock_queued_messages
from reminders.models.message_states import MessageState

Reason = Reminder.Reason
State = Reminder.State
NEVER_TO_GO = frozenset(
    {Reason.OPTED_OUT, Reason.WRONG_NUMBER, Reason.SUPERSEDED, Reason.NO_PHONE, Reason.CAPPED}
)
CAPPED = frozenset(
    {
        Message.Kind.STAFF,
        Message.Kind.NOTICE,
        Message.Kind.TEST,
        Message.Kind.OFFER,
        Message.Kind.RECALL,
    }
)
"""Of these a number gets no more than of reminders: somebody at an open page could send on and on.
A correction of what is already wrong on the telephone goes in any case."""


def claim_queued(*, now: datetime, limit: int, hold: timedelta) -> Claim:
    """Claim messages of the outbox: staff's texts, automatic answers, and what is to be tried
    again.

    A reminder that had to be put back keeps to the rules of a late one: within texting hours, while
    of use.
    """
    claim = Claim()
    going: list[tuple[QueuedMessage, datetime]] = []
    refused: dict[Reminder.Reason, list[uuid.UUID]] = defaultdict(list)
    with transaction.atomic():
        # Appointments are not locked here: the claim of an answer must not wait for an import that
        # holds them.
        rows = lock_queued_messages(now=now, limit=limit)
        if not rows:
            return claim
        claim.looked_at = len(rows)
        books = ClaimContext.load()
        for row in rows:
            moment = _moment_of_queued(row, now=now, books=books)
            reason = _why_not_queued(row, moment, now=now, books=books)
            if reason:
                refused[reason].append(row.id)
            else:
                going.append((row, moment))
        for reason, ids in refused.items():
            # Staff read the difference: one was called off, the other only came too late.
            blocked = reason in NEVER_TO_GO
            give_up(
                ids, Message.State.CANCELLED if blocked else Message.State.EXPIRED, reason, now=now
            )
        _take(going, now=now, until=now + hold)
        claim.wires = [_wire_of(row, moment, now=now) for row, moment in going]
        claim.held = portions.hold(claim.wires, now=now, until=now + hold)
    claim.set_aside = len(rows) - len(going)
    return claim


def _moment_of_queued(row: QueuedMessage, *, now: datetime, books: ClaimContext) -> datetime:
    moment = max(row.scheduled_at, now)
    if row.location_id is None or row.forced:
        return moment
    return rule_schedule.next_open(moment, books.rules.hours[row.location_id])


def _why_not_queued(
    row: QueuedMessage, moment: datetime, *, now: datetime, books: ClaimContext
) -> Reminder.Reason | None:
    if row.opted_out:
        return Reason.OPTED_OUT
    if row.wrong_number:
        return Reason.WRONG_NUMBER
    if costs_extra(row.phone):
        return Reason.NO_PHONE
    # Not answers: they have a pace of their own, and a STOP is confirmed whatever came before.
    if row.kind in CAPPED and 0 < settings.MESSAGES_PER_NUMBER_PER_DAY <= row.texts_lately:
        return Reason.CAPPED
    # An answer names a visit's time. A change since then would make it confirm what holds no
    # longer.
    if row.outdated:
        return Reason.SUPERSEDED
    if row.expires_at <= now:
        return Reason.CUTOFF
    if row.starts_at is None or row.forced:
        return None
    rule = next((rule for rule in books.rules.rules if rule.id == row.rule_id), None)
    if (
        rule
        and not rule.is_event
        and now > row.scheduled_at + LATE_AFTER
        and now > row.starts_at - rule.schedule.min_notice
    ):
        return Reason.CUTOFF
    return Reason.CLOSED_TOO_LONG if moment >= row.expires_at else None


def _take(
    going: Sequence[tuple[QueuedMessage, datetime]], *, now: datetime, until: datetime
) -> None:
    """Mark messages as being handed over; those that have to wait for texting hours get their new
    time.
    """
    Message.objects.filter(pk__in=[row.id for row, _ in going]).update(
        # Counted in the database: the pause before the next try grows by it, and another run may
        # have counted meanwhile.
        state=Message.State.SUBMITTING,
        claimed_until=until,
        attempt=F("attempt") + 1,
    )
    # By moment, so that a whole backlog after closing time takes one statement, not one for each.
    later: dict[datetime, list[uuid.UUID]] = defaultdict(list)
    for row, moment in going:
        if moment > max(row.scheduled_at, now):
            later[moment].append(row.id)
    for moment, ids in later.items():
        check_after = moment + CHECK_AFTER
        Message.objects.filter(pk__in=ids).update(scheduled_at=moment, check_after=check_after)


def give_up(
    ids: Sequence[uuid.UUID], state: MessageState, reason: Reminder.Reason, *, now: datetime
) -> None:
    """End messages that were never handed over, and tell their reminders why. In the caller's
    transaction.
    """
    if not ids:
        return
    expired = state == Message.State.EXPIRED
    Message.objects.filter(pk__in=ids).update(
        state=state, words=Reason(reason).label, final_at=now, claimed_until=None
    )
    # Only those still being sent: a change may have asked the others back, and they wait for that.
    Reminder.objects.filter(message_id__in=ids, state=State.SENDING).update(
        state=State.EXPIRED if expired else State.SKIPPED, reason=reason, updated_at=now
    )


def _wire_of(row: QueuedMessage, moment: datetime, *, now: datetime) -> OutgoingMessage:
    scheduled = moment if moment > now + AT_ONCE else None
    return OutgoingMessage(
        row.id,
        row.appointment_uuid,
        row.phone,
        row.source_number or settings.MESSAGES_SOURCE_NUMBER,
        row.text,
        row.format,
        scheduled,
        row.expires_at,
        row.attempt + 1,
        row.rule_id,
    )
