"""The first promise in figures: of the texts that were due, how many the provider had within a
minute.

Counted by day into `PromiseDay`, so that the figures outlive the texts; a day is one of the site's
own time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Q

from reminders.models import Message, PromiseDay, Reminder

IN_TIME = timedelta(seconds=60)
SHOWN = 30
"""Days."""
COUNTED_AGAIN = 2
"""Days that may still change: today, and what was due before midnight."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's texts; `share` is None where none was due."""

    day: date
    due: int
    kept: int

    @property
    def share(self) -> float | None:
        """The part that was in time, in percent."""
        return 100 * self.kept / self.due if self.due else None

    @property
    def percent(self) -> str:
        """The same in words, never rounded up to a promise that was not kept."""
        if self.share is None:
            return "none due"
        # Cut, not rounded: 99.96 percent is not all of them.
        return "100 %" if self.kept == self.due else f"{int(self.share * 10) / 10:.1f} %"


def keep_days(*, now: datetime) -> int:
    """Count the last days anew; return how many there are."""
    today = _local(now)
    rows = [_count(today - timedelta(days=back), now=now) for back in range(COUNTED_AGAIN)]
    PromiseDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["due", "kept", "computed_at"],
    )
    return len(rows)


def days(*, now: datetime) -> list[Day]:
    """The last thirty days, the latest first; one of which nothing is known has none due."""
    today = _local(now)
    known = {
        row.day: row for row in PromiseDay.objects.filter(day__gt=today - timedelta(days=SHOWN))
    }
    asked = [today - timedelta(days=back) for back in range(SHOWN)]
    return [
        Day(day, known[day].due, known[day].kept) if day in known else Day(day, 0, 0)
        for day in asked
    ]


def whole(found: list[Day]) -> Day:
    """All of these days together, dated with the latest."""
    return Day(found[0].day, sum(one.due for one in found), sum(one.kept for one in found))


def handed_over(start: datetime, end: datetime) -> tuple[int, int]:
    """Of texts that were due from `start` until `end` (UTC): how many there were, and were in
    time.
    """
    # By the time of acceptance, which has an index; a text is accepted at most so long ahead.
    earliest = start - settings.HAND_OVER_AHEAD - timedelta(days=1)
    sent = Message.objects.filter(
        accepted_at__gte=earliest, accepted_at__lt=end + timedelta(days=1)
    )
    # A copy was promised to nobody.
    sent = sent.exclude(kind=Message.Kind.COPY)
    in_time = Q(accepted_at__lte=F("scheduled_at") + IN_TIME)
    due = sent.filter(scheduled_at__gte=start, scheduled_at__lt=end).aggregate(
        n=Count("pk"), kept=Count("pk", filter=in_time)
    )
    missed = Reminder.objects.filter(
        state=Reminder.State.EXPIRED, due_at__gte=start, due_at__lt=end
    )
    return due["n"] + missed.count(), due["kept"]


def _count(day: date, *, now: datetime) -> PromiseDay:
    zone = ZoneInfo(settings.TIME_ZONE)
    start = datetime.combine(day, time(), zone)
    # What is due within this minute is not late yet.
    end = min(datetime.combine(day + timedelta(days=1), time(), zone), now - IN_TIME)
    due, kept = handed_over(start, end) if start < end else (0, 0)
    return PromiseDay(day=day, due=due, kept=kept, computed_at=now)


def _local(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
