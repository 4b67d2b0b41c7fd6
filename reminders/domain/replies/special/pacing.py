"""When a number may get its next automatic text: one in ten minutes, whatever it writes.

An answer that comes sooner waits, and takes the place of one that waits already: what it says is
newer. Answers that carriers demand, and the one to an emergency, go at once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Max

from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.models import Message

BETWEEN = timedelta(minutes=10)
AT_ONCE = frozenset({"emergency", "started", "help", "offer_accepted", "offer_taken"})
"""Purposes of answers that never wait."""


def next_answers(phones: Collection[str], *, now: datetime) -> dict[str, datetime]:
    """For numbers that had an automatic text within ten minutes, when they may get the next
    (UTC).
    """
    answers = Message.objects.filter(
        phone__in=phones,
        kind=Message.Kind.ANSWER,
        created_at__gt=now - 2 * BETWEEN,
        scheduled_at__gt=now - BETWEEN,
        scheduled_at__lte=now,
    ).exclude(state=Message.State.CANCELLED)
    last = answers.order_by().values("phone").annotate(at=Max("scheduled_at"))
    return {row["phone"]: row["at"] + BETWEEN for row in last}


def pace(message: Message, purpose: str, after: datetime | None) -> Message | None:
    """The answer, put off until `after` if need be; None where it would be of no use by then."""
    if after is None or purpose in AT_ONCE or after <= message.scheduled_at:
        return message
    if message.expires_at <= after:
        return None
    message.scheduled_at = message.send_after = after
    return message


def withdraw_waiting_answers(newer: Sequence[Message], *, now: datetime) -> None:
    """Withdraw answers that wait for their time and whose number has a newer one by now."""
    waiting = Message.objects.filter(
        phone__in={message.phone for message in newer},
        kind=Message.Kind.ANSWER,
        state=Message.State.QUEUED,
        scheduled_at__gt=now,
    )
    ids = list(waiting.values_list("pk", flat=True)) if newer else []
    if ids:
        withdraw_messages(ids, now=now)
