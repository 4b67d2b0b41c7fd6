"""Choose visits of a day, one by one or by practitioner, half of the day or location."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.day_sheet import DayRow, day_sheet, rows_of
from reminders.domain.whole_day.choosing import MOST, NOON_HOUR, prepare, seen_by, visits_of
from reminders.domain.whole_day.wish import DELAYS
from reminders.models import BulkChange, Location
from reminders.views.diary.day_rows import SheetLine
from reminders.views.shared.asked import read_date, read_id
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.locations import places
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page

SHOWN = 150
"""Visits with a box of their own; of a longer day the groups choose the others, too."""
RECENT = 5


@dataclass(frozen=True)
class Group:
    """Visits that one box chooses."""

    name: str
    words: str
    count: int


@dataclass(frozen=True)
class Line(SheetLine):
    """A visit to choose, and the groups that choose it."""

    @cached_property
    def groups(self) -> str:
        """The names of its groups, for the script that ticks along."""
        return " ".join(name for name, _ in groups_of(self.row))

    @property
    def choosable(self) -> bool:
        """A cancelled visit is no choice."""
        return self.row.status != "cancelled"


@staff_page
def choose(request: StaffRequest) -> HttpResponse:
    """The day's visits with a box before each."""
    now, shown = timezone.now(), places(request)
    days = _days(shown, read_day(request, "date"), now=now)
    practitioner = read_id(request.GET.get("practitioner"))
    sheet = day_sheet(days=days, now=now, practitioner_id=practitioner or None)
    rows = rows_of([row.id for row in sheet.rows[:SHOWN]], now=now)
    day = next(iter(days.values()), now.date())
    context = {
        "day": day,
        "day_field": day_field(request, "date", day),
        "places": shown,
        "several": len(shown) > 1,
        "practitioners": sheet.practitioners,
        "practitioner": practitioner,
        "lines": [Line(row, now) for row in rows],
        "groups": list(_groups(rows, shown)),
        "hidden": max(len(sheet.rows) - SHOWN, 0),
        "delays": DELAYS,
        "today": any(day == now.astimezone(place.tz).date() for place in shown),
        "recent": _recent(request),
    }
    return render(request, "many/choose.html", context)


@staff_action
def begin(request: StaffRequest) -> HttpResponse:
    """Keep what was chosen, and go on to what is to be done with it."""
    now, shown = timezone.now(), places(request)
    days = _days(shown, read_date(request.POST.get("date", "")), now=now)
    ids = [read_id(written) for written in request.POST.getlist("visit")[:MOST]]
    groups = [written[:60] for written in request.POST.getlist("group")[:MOST]]
    visits = visits_of(request.scope, ids, groups, days=days)
    if not visits:
        say(request, "Choose at least one visit.", tone="warning")
        return go(request, _back(request))
    change = prepare(visits, by=request.scope.actor, now=now)
    return go(request, address_of(change))


def address_of(change: BulkChange) -> str:
    """The page of a change."""
    return reverse("many_change", args=[change.pk])


def groups_of(row: DayRow) -> list[tuple[str, str]]:
    """The groups that a visit is of: names and words."""
    place = row.location_id
    found = [(f"place-{place}", "The whole day")]
    early = row.local_time.hour < NOON_HOUR
    half = "morning" if early else "afternoon"
    found.append((f"{half}-{place}", f"The {half}"))
    if row.practitioner_id:
        found.append((f"with-{row.practitioner_id}-{place}", row.practitioner))
    return found


def _groups(rows: Sequence[DayRow], shown: Sequence[Location]) -> Iterator[tuple[str, list[Group]]]:
    """By location, what may be chosen with one box."""
    for place in shown:
        counts: dict[tuple[str, str], int] = {}
        for row in rows:
            if row.location_id == place.pk and row.status != "cancelled":
                for group in groups_of(row):
                    counts[group] = counts.get(group, 0) + 1
        if counts:
            order = ("place", "morning", "afternoon", "with")
            ordered = sorted(counts, key=lambda one: (order.index(one[0].split("-")[0]), one[1]))
            yield place.name, [Group(name, words, counts[name, words]) for name, words in ordered]


def _days(shown: Sequence[Location], asked: date | None, *, now: datetime) -> dict[int, date]:
    return {place.pk: asked or now.astimezone(place.tz).date() for place in shown}


def _recent(request: StaffRequest) -> list[BulkChange]:
    begun = seen_by(request.scope).exclude(state=BulkChange.State.DRAFT)
    return list(begun.select_related("created_by")[:RECENT])


def _back(request: StaffRequest) -> str:
    day = read_date(request.POST.get("date", ""))
    return reverse("many_choose") + (f"?date={day.isoformat()}" if day else "")
