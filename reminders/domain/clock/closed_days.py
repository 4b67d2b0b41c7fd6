"""Days on which a location is shut although the weekday is a working day. Pure.

Which days these are is stored by `setup.closed_days` and read by `planning.closed_days`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class ClosedDays:
    """Dates, and days of the year that come back every year as month and day.

    29 February of every year is shut in leap years alone: the others do not have it.
    """

    dates: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()

    def holds(self, day: date) -> bool:
        """Whether this calendar day is one of them."""
        return day in self.dates or (day.month, day.day) in self.yearly


NEVER_CLOSED = ClosedDays()


def closed_days(spans: Iterable[tuple[date, date, bool]]) -> ClosedDays:
    """Put together first days, last days, and whether they come back every year."""
    dates: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for first, last, every_year in spans:
        if every_year:
            yearly.update((day.month, day.day) for day in _days_of_any_year(first, last))
        else:
            dates.update(_days(first, last))
    return ClosedDays(frozenset(dates), frozenset(yearly))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _days_of_any_year(first: date, last: date) -> Iterator[date]:
    # In a leap year, and over New Year where it runs so: else 28 February to 1 March would leave
    # the day between them open once in four years.
    began = first.replace(year=LEAP_YEAR)
    ends = last.replace(year=LEAP_YEAR)
    return _days(began, ends if began <= ends else ends.replace(year=LEAP_YEAR + 1))
