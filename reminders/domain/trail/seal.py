"""Put what was added into the chain, in the background, a few seconds later.

One at a time does so, over all workers: the row of the chain's ends is locked. Whoever adds entries
meanwhile waits for nothing; an entry whose transaction ends late takes the next place.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from reminders.domain.common import troubles
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.trail.chain import (
    NOTHING,
    Break,
    Place,
    break_of_ends,
    keys,
    seal_of,
    seal_of_ends,
)
from reminders.models import TrailEntry, TrailState

logger = logging.getLogger(__name__)

AT_A_TIME = 500


def seal_waiting(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Seal all that waits; return how many. None where the ends were tampered with: see `check`."""
    count = 0
    while done := _seal_some(now=now):
        count += done
        if not go_on():
            break
    return count


def lock_state() -> TrailState:
    """The ends of the chain, locked until the transaction ends; made where there are none yet."""
    rows = TrailState.objects.select_for_update()
    return rows.filter(pk=1).first() or _begin()


def ends_hold(state: TrailState) -> Break | None:
    """Look at the locked ends before building on them: sealing changed ones would hide that."""
    return break_of_ends(state, known=keys())


def write_ends(state: TrailState, *fields: str) -> None:
    """Save the ends, sealed anew. Only after `ends_hold`."""
    state.key, key = next(iter(keys().items()))
    state.ends_seal = seal_of_ends(state, key=key)
    state.save(update_fields=[*fields, "key", "ends_seal"])


def _begin() -> TrailState:
    name, key = next(iter(keys().items()))
    state = TrailState(pk=1, first_seal=NOTHING, last_seal=NOTHING, key=name)
    state.ends_seal = seal_of_ends(state, key=key)
    # Of two who begin, the second finds the row of the first.
    TrailState.objects.bulk_create([state], ignore_conflicts=True)
    return TrailState.objects.select_for_update().get(pk=1)


def _seal_some(*, now: datetime) -> int:
    with transaction.atomic():
        state = lock_state()
        if broken := ends_hold(state):
            troubles.tell("trail", words=f"Nothing is sealed: {broken.words}", now=now)
            return 0
        waiting = TrailEntry.objects.filter(position=None).order_by("pk")
        entries = list(waiting[:AT_A_TIME])
        if not entries:
            return 0
        last = _seal(entries, after=Place(state.last_position, bytes(state.last_seal)))
        state.last_position, state.last_seal, state.sealed_at = last.position, last.seal, now
        write_ends(state, "last_position", "last_seal", "sealed_at")
    # To be kept on another machine: who changes database and key alike does not reach it there.
    logger.info("The trail is sealed to %d: %s", last.position, last.seal.hex())
    return len(entries)


def _seal(entries: Sequence[TrailEntry], *, after: Place) -> Place:
    """Give these entries their places after this one; return the last."""
    name, key = next(iter(keys().items()))
    places = []
    for entry in entries:
        after = Place(after.position + 1, seal_of(entry, after=after, key=key))
        places.append(after)
    given: dict[str, Any] = {  # Any: one type for each parameter
        "ids": [entry.pk for entry in entries],
        "positions": [place.position for place in places],
        "seals": [place.seal for place in places],
        "key": name,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEAL, given)
    return after


_SEAL = """
UPDATE reminders_trailentry AS entry
SET position = place.position, seal = place.seal, key = %(key)s
FROM unnest(%(ids)s::bigint[], %(positions)s::bigint[], %(seals)s::bytea[])
    AS place (id, position, seal)
WHERE entry.id = place.id
"""
