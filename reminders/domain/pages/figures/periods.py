"""Equal stretches of days before and after a date."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

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
