"""What runs left that died or were cut off: back into the outbox, or unknown.

Which of the two the portion tells. Neither is a guess: what goes back was never offered to the
provider and can't be any more (see `claiming.portions`), everything else is looked up by
`reconcile` before anybody sends it again.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.sending.recording.record import put_back
from reminders.domain.sending.submit import SubmissionResult
from reminders.models import Message, Portion

AT_A_TIME = 20
LONG_AGO = timedelta(minutes=10)
"""A portion that nobody took over for so long may come from a copy of the database: what was done
about it since is written nowhere."""


def take_over(*, now: datetime) -> int:
    """Settle what runs held that have not shown a sign of life; return how many texts."""
    taken = 0
    # Asked without a lock first: nearly always nobody has died.
    while Portion.objects.filter(held_until__lt=now).exists():
        with transaction.atomic():
            rows = Portion.objects.select_for_update(skip_locked=True).filter(held_until__lt=now)
            left = list(rows.order_by("pk")[:AT_A_TIME])
            taken += _settle(left, now=now)
        if not left:
            break
    return taken


def abandon_claims(*, now: datetime) -> int:
    """What a worker claimed and never answered for is unknown from now on. Returns how many.

    The net below `take_over`: for claims without a portion, and such that lasted too long.
    """
    left = Message.objects.filter(state=Message.State.SUBMITTING, claimed_until__lt=now)
    with transaction.atomic():
        ids = list(
            # Skipped where somebody records its answer at this very moment: late, but not unknown.
            left.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
        )
        if not ids:
            return 0
        return Message.objects.filter(pk__in=ids).update(
            state=Message.State.UNKNOWN, unknown_since=now, claimed_until=None
        )


def _settle(left: Sequence[Portion], *, now: datetime) -> int:
    unasked = [row for row in left if row.calls_end is None and row.held_until > now - LONG_AGO]
    asked = [row for row in left if row not in unasked]
    # In the order of all locks: what goes back may be planned anew.
    lock_appointments_of(_ids(unasked))
    lock_messages(_ids(left))
    back = [each for row in unasked for each in _still_theirs(row)]
    put_back([SubmissionResult(each, "put_back", retry_after=0) for each in back], now=now)
    unknown = sum(_mark_unknown(row, now=now) for row in asked)
    Portion.objects.filter(pk__in=[row.pk for row in left]).delete()
    return len(back) + unknown


def _mark_unknown(row: Portion, *, now: datetime) -> int:
    # A run that is only cut off may still be in its call: when that ends at the latest, the
    # provider's report is given its time from then on.
    since = max(now, row.calls_end or row.claimed_until)
    return Message.objects.filter(pk__in=_still_theirs(row)).update(
        state=Message.State.UNKNOWN, unknown_since=since, claimed_until=None
    )


def _still_theirs(row: Portion) -> list[uuid.UUID]:
    """Of its texts those that nobody recorded, and nobody claimed anew, since."""
    texts = Message.objects.filter(
        pk__in=row.messages, state=Message.State.SUBMITTING, claimed_until=row.claimed_until
    )
    return list(texts.values_list("pk", flat=True))


def _ids(rows: Sequence[Portion]) -> list[uuid.UUID]:
    return [each for row in rows for each in row.messages]
