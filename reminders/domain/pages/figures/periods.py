"""Equal stretches of days before and after a date, and their moments by each location's clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, IntegerField, Q, Value, When

from reminders.models import Location

DAY, WEEK = timedelta(days=1), 7
EARLIEST = date(2000, 1, 1)


class Period(NamedTuple):
    """Local days, both inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


def around(on: date, *, weeks: int, today: date) -> tuple[Period, Period] | None:
    """As many days before `on` as from it on until yesterday, at most so many weeks; None without.

    Whole weeks from a week on: Mondays are compared with Mondays.
    """
    passed = (today - on).days
    if passed <= 0 or on < EARLIEST:
        return None
    days = min(passed, weeks * WEEK)
    days -= days % WEEK if days >= WEEK else 0
    length = timedelta(days=days)
    return Period(on - length, on - DAY), Period(on, on + length - DAY)


def within_any(periods: Sequence[Period], places: Sequence[Location], *, at: str, place: str) -> Q:
    """As `within`, for several periods that one statement counts."""
    found = Q(pk__in=[])
    for period in periods:
        found |= within(period, places, at=at, place=place)
    return found


def number_of(
    periods: Sequence[Period], places: Sequence[Location], *, at: str, place: str
) -> Case:
    """Which of these periods, by its number, a row of `within_any` belongs to."""
    return Case(
        *(
            When(within(period, places, at=at, place=place), then=Value(number))
            for number, period in enumerate(periods)
        ),
        output_field=IntegerField(),
    )


def within(period: Period, places: Sequence[Location], *, at: str, place: str) -> Q:
    """A condition on moments of locations: each begins its days by its own clock.

    `at` and `place` are the names of the columns.
    """
    by_zone: dict[str, list[int]] = defaultdict(list)
    for one in places:
        by_zone[one.zone].append(one.pk)
    # Nothing for nobody: an empty condition would be everything.
    found = Q(pk__in=[])
    for zone, ids in by_zone.items():
        clock = ZoneInfo(zone)
        found |= Q(
            **{
                f"{place}__in": ids,
                f"{at}__gte": datetime.combine(period.first, time(), clock),
                # The next local midnight: a day has 23 or 25 hours when the clocks change.
                f"{at}__lt": datetime.combine(period.last + DAY, time(), clock),
            }
        )
    return found
