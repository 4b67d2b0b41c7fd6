"""Closed days by the calendar: on which dates of a year they lie, and who is booked on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from reminders.models import Appointment, ClosedDay, Location

YEARS_AHEAD = 3
"""So many years of a day that comes back are looked through for bookings."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A closed day as it lies in one year, and how many coming visits are booked on it."""

    row: ClosedDay
    first: date
    last: date
    booked: int

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1


def span_in(row: ClosedDay, year: int) -> tuple[date, date] | None:
    """First and last day of what begins in this year; None where nothing does."""
    if not row.every_year:
        return (row.first_day, row.last_day) if row.first_day.year == year else None
    over_new_year = row.last_day.year - row.first_day.year
    first = _moved(row.first_day, year, up=True)
    last = _moved(row.last_day, year + over_new_year, up=False)
    # 29 February by itself is not there in most years.
    return (first, last) if first <= last else None


def _moved(day: date, year: int, *, up: bool) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1) if up else date(year, 2, 28)


def list_year(place: Location, year: int, *, now: datetime) -> list[Listed]:
    """The closed days of a location that begin in a year, removed ones too, in their order."""
    rows = ClosedDay.objects.filter(location=place)
    found = [(row, span) for row in rows if (span := span_in(row, year))]
    counts = _booked(place, [span for _, span in found], now=now)
    listed = [Listed(row, *span, booked=_within(counts, *span)) for row, span in found]
    return sorted(listed, key=lambda one: (one.first, one.last, one.row.pk))


def _booked(place: Location, spans: Iterable[tuple[date, date]], *, now: datetime) -> Counter[date]:
    days = coming_on(place, spans, now=now).order_by().values("local_date").annotate(n=Count("pk"))
    return Counter({row["local_date"]: row["n"] for row in days})


def _within(counts: Counter[date], first: date, last: date) -> int:
    return sum(n for day, n in counts.items() if first <= day <= last)


def coming_on(
    place: Location, spans: Iterable[tuple[date, date]], *, now: datetime
) -> QuerySet[Appointment]:
    """The visits of a location that are still expected on these days."""
    on = Q(pk__in=[])
    for span in spans:
        on |= Q(local_date__range=span)
    return Appointment.objects.filter(
        on, location=place, starts_at__gt=now, status__in=Appointment.EXPECTED
    )


def coming_spans(rows: Iterable[ClosedDay], *, today: date) -> Iterator[tuple[date, date]]:
    """On which days these lie from last year on, one after the other."""
    for row in rows:
        for year in range(today.year - 1, today.year + YEARS_AHEAD + 1):
            if (span := span_in(row, year)) and span[1] >= today:
                yield span
        if not row.every_year and row.first_day.year > today.year + YEARS_AHEAD:
            yield row.first_day, row.last_day


def closed_on(location_id: int, day: date) -> str:
    """Why a location is closed on a day, by the name of it; blank where it is not."""
    rows = ClosedDay.objects.filter(location_id=location_id, removed_at=None)
    near = rows.filter(Q(every_year=True) | Q(first_day__lte=day, last_day__gte=day))
    return next((row.name for row in near if _covers(row, day)), "")


def _covers(row: ClosedDay, day: date) -> bool:
    spans = (span_in(row, year) for year in (day.year - 1, day.year))
    return not row.every_year or any(span and span[0] <= day <= span[1] for span in spans)
