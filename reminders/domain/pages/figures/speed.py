"""How fast: patients' answers, and our texts with the provider when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Q, Sum

from reminders.domain.common.rows import fetch
from reminders.domain.pages.figures.chance import Share
from reminders.domain.pages.figures.daily import STEPS
from reminders.domain.pages.figures.periods import Period
from reminders.models import DailyTexts, Location

_COUNTS = ("handed_over", "late", "replies", "alone")


class Speed(NamedTuple):
    """Of a period: how long the first answer to a text took, who was on time, what acted alone."""

    answered: int = 0
    median: timedelta | None = None
    slow: timedelta | None = None
    """Nine of ten answers were there by then."""
    on_time: Share = Share(0, 0)
    """Of the texts of rules that were handed over, those not later than a minute after due."""
    alone: Share = Share(0, 0)
    """Of the replies, those that nobody had to read."""


def speeds(periods: Sequence[Period], places: Sequence[Location]) -> list[Speed]:
    """The figures of each of these periods at these locations; a statement and one of each."""
    ids = [place.pk for place in places]
    days = DailyTexts.objects.filter(location__in=ids)
    sums = days.aggregate(
        **{
            f"{name}_{number}": Sum(name, default=0, filter=Q(day__range=period))
            for name in _COUNTS
            for number, period in enumerate(periods)
        }
    )
    return [
        _speed(_waits(period, ids), *(sums[f"{name}_{number}"] for name in _COUNTS))
        for number, period in enumerate(periods)
    ]


def _speed(waits: Sequence[int], handed_over: int, late: int, replies: int, alone: int) -> Speed:
    return Speed(
        sum(waits),
        _within(0.5, waits),
        _within(0.9, waits),
        Share(handed_over - late, handed_over),
        Share(alone, replies),
    )


class _Step(NamedTuple):
    place: int
    many: int


def _waits(period: Period, location_ids: Sequence[int]) -> list[int]:
    """How many first answers took as long as each of the steps."""
    given = {"first": period.first, "last": period.last, "locations": list(location_ids)}
    found = {one.place: one.many for one in fetch(_Step, _ADD_UP, given)}
    return [found.get(place, 0) for place in range(1, len(STEPS) + 2)]


def _within(share: float, waits: Sequence[int]) -> timedelta | None:
    """By when about such a share of the answers was there; within a step they lie evenly."""
    wanted = share * sum(waits)
    if not wanted:
        return None
    before, low = 0, 0
    for many, high in zip(waits, STEPS, strict=False):
        if before + many >= wanted:
            return timedelta(minutes=low + (high - low) * (wanted - before) / many)
        before, low = before + many, high
    return timedelta(minutes=low)


_ADD_UP = """
SELECT step.place::int, sum(step.many)::int AS many
FROM reminders_dailytexts day, unnest(day.waits) WITH ORDINALITY AS step (many, place)
WHERE day.day BETWEEN %(first)s AND %(last)s AND day.location_id = ANY(%(locations)s)
GROUP BY step.place
"""
