"""Whether the chain is whole: followed from end to end, in small steps, each day and when asked.

A step holds the lock of the chain's ends, so that sealing and forgetting come before it or after.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reminders.domain.common import troubles
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.trail.chain import CHANGED, MISSING, Break, Place, follow, keys
from reminders.domain.trail.seal import ends_hold, lock_state
from reminders.models import TrailEntry, TrailState

logger = logging.getLogger(__name__)

AT_A_TIME = 1_000
AGAIN_AFTER = timedelta(days=1)
ELSEWHERE = "stands outside the ends of the chain"


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of the chain: when it last grew, its last whole check, what waits."""

    sealed_at: datetime | None
    checked_at: datetime | None
    entries: int
    broken_at: int | None
    words: str
    at_work: bool
    share: int
    waiting: int

    @property
    def whole(self) -> bool:
        """Whether the last whole check found nothing."""
        return self.checked_at is not None and self.broken_at is None


def report() -> Report:
    """How it stands; two light statements."""
    state = TrailState.objects.filter(pk=1).first()
    waiting = TrailEntry.objects.filter(position=None).count()
    if state is None:
        return Report(None, None, 0, None, "", at_work=False, share=0, waiting=waiting)
    length = state.last_position - state.first_position + 1
    done = max(state.checked_to - state.first_position + 1, 0)
    return Report(
        state.sealed_at,
        state.checked_at,
        state.checked_entries,
        state.broken_at,
        state.broken_words,
        at_work=state.check_began_at is not None,
        share=100 * done // length if length else 0,
        waiting=waiting,
    )


def go_on_checking(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Go on with the check that is under way, or begin one a day after the last.

    Returns how many entries were followed.
    """
    state = TrailState.objects.filter(pk=1).first()
    if state is None:
        return 0
    if state.check_began_at is None:
        if state.checked_at and now - state.checked_at < AGAIN_AFTER:
            return 0
        begin_anew(now=now)
    return _work_off(now=now, go_on=go_on)


def begin_anew(*, now: datetime) -> None:
    """Have the chain followed from its beginning; what the last check found stands until then."""
    with transaction.atomic():
        state = lock_state()
        state.checked_to, state.check_began_at = state.first_position - 1, now
        state.save(update_fields=["checked_to", "check_began_at"])


def check_all(*, now: datetime) -> Report:
    """Follow the whole chain now, however long it takes."""
    begin_anew(now=now)
    _work_off(now=now, go_on=for_ever)
    return report()


def _work_off(*, now: datetime, go_on: GoOn) -> int:
    count = 0
    while True:
        done, over = _check_some(now=now)
        count += done
        if over or not go_on():
            return count


def _check_some(*, now: datetime) -> tuple[int, bool]:
    """One step: how many entries it followed, and whether it was the last."""
    with transaction.atomic():
        state = lock_state()
        # Ended by another one in between.
        if state.check_began_at is None:
            return 0, True
        if broken := ends_hold(state):
            _end(state, broken, now=now)
            return 0, True
        # What was forgotten meanwhile is not missing.
        start = max(state.checked_to, state.first_position - 1)
        found = _follow(state, start)
        if isinstance(found, Break):
            _end(state, found, now=now)
            return 0, True
        state.checked_to = found.position
        over = found.position == state.last_position
        if over:
            _end(state, _at_the_end(state, found), now=now)
        else:
            state.save(update_fields=["checked_to"])
        return found.position - start, over


def _follow(state: TrailState, start: int) -> Place | Break:
    after = Place(start, _seal_at(state, start))
    entries = TrailEntry.objects.filter(position__gt=start, position__lte=state.last_position)
    some = list(entries.order_by("position")[:AT_A_TIME])
    found = follow(some, after=after, known=keys())
    if not some and start < state.last_position:
        return Break(start + 1, MISSING)
    return found


def _seal_at(state: TrailState, position: int) -> bytes:
    """The seal in a place that was followed already; before the first, what the ends say."""
    if position < state.first_position:
        return bytes(state.first_seal)
    seal = TrailEntry.objects.filter(position=position).values_list("seal", flat=True).first()
    return bytes(seal or b"")


def _at_the_end(state: TrailState, found: Place) -> Break | None:
    if found.seal != bytes(state.last_seal):
        return Break(found.position, CHANGED)
    outside = Q(position__lt=state.first_position) | Q(position__gt=state.last_position)
    stray = TrailEntry.objects.filter(outside).order_by("position").first()
    return Break(stray.position or 0, ELSEWHERE) if stray else None


def _end(state: TrailState, broken: Break | None, *, now: datetime) -> None:
    """Write down what a whole check found."""
    state.checked_at, state.check_began_at = now, None
    state.checked_entries = max(state.checked_to - state.first_position + 1, 0)
    state.broken_at = broken.position if broken else None
    state.broken_words = broken.words if broken else ""
    state.save(
        update_fields=[
            "checked_to",
            "checked_at",
            "check_began_at",
            "checked_entries",
            "broken_at",
            "broken_words",
        ]
    )
    if broken:
        logger.error("The trail is broken at %s", broken)
        troubles.tell("trail", words=f"Broken at {broken}"[:300], now=now)
