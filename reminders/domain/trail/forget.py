"""Let go of the oldest end of the trail, which is the one way that anything leaves it.

Only from the beginning and only what is sealed: the chain then begins with the seal of the last
entry that went, kept and sealed as its end, and holds from there. What does not hold stays, because
a break at the beginning must not be forgotten away.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from django.db import connection
from django.db.models import Min, QuerySet

from reminders.domain.trail.chain import Break, Place, follow, keys
from reminders.domain.trail.seal import ends_hold, lock_state, write_ends
from reminders.models import TrailEntry


def oldest(before: datetime, *, spared: Collection[int] = ()) -> QuerySet[TrailEntry]:
    """Entries that may go: those before this moment, up to the first about somebody spared."""
    rows = TrailEntry.objects.filter(at__lt=before, position__isnull=False)
    # A chain has no holes: what came after an entry that is kept is kept as well.
    first = TrailEntry.objects.filter(contact_id__in=spared).aggregate(at=Min("position"))["at"]
    return rows if first is None else rows.filter(position__lt=first)


def forget_oldest(before: datetime, *, spared: Collection[int] = (), limit: int) -> int:
    """Forget up to `limit` of these, in the caller's transaction; return how many went."""
    state = lock_state()
    if ends_hold(state):
        return 0
    beginning = TrailEntry.objects.filter(position__gte=state.first_position).order_by("position")
    going = list(takewhile(lambda one: _may_go(one, before, spared), beginning[:limit]))
    start = Place(state.first_position - 1, bytes(state.first_seal))
    last = follow(going, after=start, known=keys())
    if isinstance(last, Break) or not going:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT reminders_trail_forget(%s)", [last.position])
    state.first_position, state.first_seal = last.position + 1, last.seal
    write_ends(state, "first_position", "first_seal")
    return len(going)


def _may_go(entry: TrailEntry, before: datetime, spared: Collection[int]) -> bool:
    return entry.at < before and entry.contact_id not in spared
