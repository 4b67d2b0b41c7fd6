"""What a change did: the same figures of equal periods before and after a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Q, Sum

from reminders.domain.pages.figures.chance import Share, Verdict, compare
from reminders.domain.pages.figures.cost import Cost, costs
from reminders.domain.pages.figures.periods import Period, around
from reminders.domain.pages.figures.speed import Speed, speeds
from reminders.models import DailyStatistics, Location

_COUNTS = ("appointments", "confirmed", "arrived", "no_show")


class Figures(NamedTuple):
    """Of one period: visits, those confirmed, those missed, the texts' cost, how fast it went."""

    period: Period
    visits: int
    confirmed: Share
    missed: Share
    """Of those marked as come or not come."""
    cost: Cost
    speed: Speed


class Change(NamedTuple):
    """Both periods, and what may be said of the missed visits."""

    before: Figures
    after: Figures
    missed: Verdict

    @property
    def words(self) -> str:
        """The verdict in words, with both shares."""
        before, after = self.before.missed.value, self.after.missed.value
        if self.missed is Verdict.NOTHING or before is None or after is None:
            return "Nothing to compare yet: no visit was marked as come or not come " + (
                "before that day." if before is None else "since that day."
            )
        shares = f"{100 * before:.1f} % before, {100 * after:.1f} % after"
        if self.missed is Verdict.TOO_FEW:
            return f"Too few visits to tell: {shares}."
        if self.missed is Verdict.NO_DIFFERENCE:
            return f"No clear difference in missed visits: {shares}. Chance alone makes as much."
        which = "Fewer" if self.missed is Verdict.FEWER else "More"
        return f"{which} missed visits: {shares}; the difference is larger than chance would make."


def change(on: date, *, weeks: int, today: date, places: Sequence[Location]) -> Change | None:
    """Compare the days before and from `on`; None while no day has passed since. Six statements."""
    periods = around(on, weeks=weeks, today=today)
    if periods is None:
        return None
    before, after = _figures(periods, places)
    return Change(before, after, compare(before.missed, after.missed))


def _figures(periods: Sequence[Period], places: Sequence[Location]) -> Iterator[Figures]:
    days = DailyStatistics.objects.filter(
        location__in=[place.pk for place in places],
        day__range=(periods[0].first, periods[-1].last),
    )
    # One row of sums for each period, from one statement.
    sums = days.aggregate(
        **{
            f"{name}_{number}": Sum(name, default=0, filter=Q(day__range=period))
            for name in _COUNTS
            for number, period in enumerate(periods)
        }
    )
    spent, took = costs(periods, places), speeds(periods, places)
    for number, period in enumerate(periods):
        visits, confirmed, arrived, no_show = (sums[f"{name}_{number}"] for name in _COUNTS)
        yield Figures(
            period,
            visits,
            Share(confirmed, visits),
            Share(no_show, arrived + no_show),
            spent[number],
            took[number],
        )
