"""What was not sent by its cutoff is expired, with a reason: it shows on the list of what was not
sent.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reminders.domain.sending.claiming.queued import give_up
from reminders.models import Message, Reminder

STEP = 5_000


def expire(*, now: datetime) -> int:
    """End planned reminders and waiting messages whose cutoff has passed; return how many."""
    return _expire_reminders(now=now) + _expire_queued(now=now)


def _expire_reminders(*, now: datetime) -> int:
    # What is past its cutoff was due before it, and only the due time has an index.
    due = Reminder.objects.filter(state=Reminder.State.PLANNED, due_at__lte=now)
    late = due.filter(cutoff_at__lte=now).order_by("due_at")
    with transaction.atomic():
        ids = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True)[:STEP])
        if not ids:
            return 0
        # What is locked was read as planned under that lock; no further condition is needed.
        return Reminder.objects.filter(pk__in=ids).update(
            state=Reminder.State.EXPIRED, reason=Reminder.Reason.CUTOFF, updated_at=now
        )


def _expire_queued(*, now: datetime) -> int:
    late = Message.objects.filter(state=Message.State.QUEUED, expires_at__lte=now)
    with transaction.atomic():
        ids = list(late.select_for_update(skip_locked=True).values_list("pk", flat=True)[:STEP])
        if ids:
            give_up(ids, Message.State.EXPIRED, Reminder.Reason.CUTOFF, now=now)
    return len(ids)
