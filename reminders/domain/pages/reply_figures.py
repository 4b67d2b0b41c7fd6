"""How well replies are read: how many needed nobody, and how many answers staff turned round.

A reply counts in the week in which it came, by the clock of its location. `figures.daily` counts
the days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from django.db.models import Q, Sum
from django.db.models.functions import TruncWeek

from reminders.models import DailyTexts

WEEK = timedelta(days=7)
MOST_WEEKS = 6
"""A clinic looks at the last ones."""


@dataclass(frozen=True, slots=True)
class ReplyFigures:
    """Counts of a period.

    `alone`: replies that nobody had to read. `acted`: visits that a reply confirmed or declined by
    itself; `undone`: those of them that staff turned round before the patient wrote again.
    """

    replies: int = 0
    alone: int = 0
    cards: int = 0
    acted: int = 0
    undone: int = 0

    def __add__(self, other: ReplyFigures) -> ReplyFigures:
        return ReplyFigures(
            self.replies + other.replies,
            self.alone + other.alone,
            self.cards + other.cards,
            self.acted + other.acted,
            self.undone + other.undone,
        )

    @property
    def alone_share(self) -> float | None:
        """Of all replies, those that nobody had to read; 0 to 1."""
        return self.alone / self.replies if self.replies else None

    @property
    def undone_share(self) -> float | None:
        """Of what was acted on by itself, what staff turned round: the error rate at most."""
        return self.undone / self.acted if self.acted else None


def reply_figures(
    *, location_ids: Sequence[int], everywhere: bool, since: date, until: date
) -> list[tuple[date, ReplyFigures]]:
    """Every week by its Monday, the latest six between two local days, inclusive.

    `everywhere`: what belongs to no location counts too, as for those who see all of them.
    """
    monday = until - timedelta(days=until.weekday())
    first = max(since - timedelta(days=since.weekday()), monday - WEEK * (MOST_WEEKS - 1))
    whose = Q(location__in=list(location_ids))
    if everywhere:
        whose |= Q(location=None)
    names = [field.name for field in fields(ReplyFigures)]
    sums = (
        DailyTexts.objects.filter(whose, day__range=(first, until))
        .order_by()
        .values_list(TruncWeek("day"))
        .annotate(*(Sum(name, default=0) for name in names))
    )
    found = {week: ReplyFigures(*counts) for week, *counts in sums}
    weeks = [first + WEEK * number for number in range((monday - first).days // 7 + 1)]
    return [(week, found.get(week, ReplyFigures())) for week in weeks]
