"""The day sheet: a date, a location, a practitioner; every appointment with its state, live.

The whole page and the live look render the same part; a live look while nothing at all has happened
costs one cheap statement and answers 204.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Page
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common import access
from reminders.domain.common.etags import digest
from reminders.domain.pages.day_sheet import DaySheet, DayStanding, DayState, day_sheet, rows_of
from reminders.models import Location, Practitioner
from reminders.views.diary.day_rows import LOOKS, SheetLine
from reminders.views.shared.asked import read_choice, read_date, read_id
from reminders.views.shared.lists import counted_page
from reminders.views.shared.locations import sign
from reminders.views.shared.pages import StaffRequest, staff_page

ROWS = 100


@dataclass(frozen=True)
class Choice:
    """What the user is looking at; `day` is a date on the clock of the location."""

    day: date
    today: date
    location: Location | None
    practitioner_id: int | None
    state: DayState | None

    @property
    def before(self) -> date:
        return self.day - timedelta(days=1) if self.day > date.min else self.day

    @property
    def after(self) -> date:
        return self.day + timedelta(days=1) if self.day < date.max else self.day

    @property
    def relative(self) -> str:
        """“Today”, “Tomorrow”, “Yesterday”, or nothing."""
        return {0: "Today", 1: "Tomorrow", -1: "Yesterday"}.get((self.day - self.today).days, "")


@staff_page()
def show(request: StaffRequest) -> HttpResponse:
    """The whole page; the practitioner that is chosen is remembered."""
    look = _look(request, now=timezone.now())
    if "practitioner" in request.GET:
        access.remember(request.scope.profile, practitioner=look.choice.practitioner_id)
    return render(request, "day_sheet.html", _context(request, look))


@staff_page()
def rows(request: StaffRequest) -> HttpResponse:
    """Only what may have changed; 204 when nothing has happened since what the browser shows."""
    now = timezone.now()
    seen, _, shown = request.GET.get("token", "").partition("/")
    if seen == _sign(request, _choice(request, now=now), now=now):
        return HttpResponse(status=204)
    look = _look(request, now=now)
    unchanged = look.digest == shown
    template = "partials/token.html" if unchanged else "day_sheet/live.html"
    return render(
        request, template, {"token": look.token} if unchanged else _context(request, look)
    )


def _sign(request: StaffRequest, choice: Choice, *, now: datetime) -> str:
    return sign(request, choice.day, choice.today, choice.practitioner_id, choice.state, now=now)


def _choice(request: StaffRequest, *, now: datetime) -> Choice:
    remembered = request.scope.profile.remembered
    location = request.scope.location(remembered.get("location"))
    if not location and len(request.scope.locations) == 1:
        location = request.scope.locations[0]
    today = now.astimezone(_zone(request, location)).date()
    practitioner = request.GET.get("practitioner", str(remembered.get("practitioner") or ""))
    return Choice(
        day=read_date(request.GET.get("date", "")) or today,
        today=today,
        location=location,
        practitioner_id=read_id(practitioner) or None,
        state=read_choice(request.GET.get("state"), DayState, otherwise=None),
    )


def _zone(request: StaffRequest, location: Location | None) -> ZoneInfo:
    place = location or next(iter(request.scope.locations), None)
    return place.tz if place else ZoneInfo(settings.TIME_ZONE)


@dataclass(frozen=True)
class SheetView:
    """One reading of the day: what was asked for, what was found, the lines of this page."""

    choice: Choice
    sheet: DaySheet
    page: Page[DayStanding]
    lines: list[SheetLine]
    sign: str

    @cached_property
    def digest(self) -> str:
        """A short token that changes with anything shown."""
        counts = sorted((str(state), number) for state, number in self.sheet.counts.items())
        return digest(
            (
                counts,
                self.sheet.practitioners,
                self.page.number,
                [line.digest for line in self.lines],
            )
        )

    @property
    def token(self) -> str:
        """What the next live look brings along: what had happened by then, and what was shown."""
        return f"{self.sign}/{self.digest}"


def _look(request: StaffRequest, *, now: datetime) -> SheetView:
    choice = _choice(request, now=now)
    seen = _sign(
        request, choice, now=now
    )  # before reading: what happens meanwhile is for the next look
    places = [choice.location.pk] if choice.location else sorted(request.scope.location_ids)
    sheet = day_sheet(day=choice.day, location_ids=places, now=now, state=choice.state,
                      practitioner_id=choice.practitioner_id)  # fmt: skip
    page = counted_page(request, sheet.rows, per_page=ROWS)
    shown = rows_of([standing.id for standing in page], now=now)
    return SheetView(choice, sheet, page, [SheetLine(row, now) for row in shown], seen)


def _context(request: StaffRequest, look: SheetView) -> dict[str, Any]:
    several_places = look.choice.location is None and len(request.scope.locations) > 1
    return {
        "choice": look.choice,
        "sheet": look.sheet,
        "page": look.page,
        "lines": look.lines,
        "filters": _filters(look.sheet, look.choice),
        "several_places": several_places,
        "token": look.token,
        "digest": look.digest,
        "address": _address(look.choice, look.page),
        "new_address": _new_address(request, look.choice),
        "practitioner_elsewhere": _elsewhere(look.sheet, look.choice),
    }


def _filters(sheet: DaySheet, choice: Choice) -> list[dict[str, Any]]:
    return [
        {
            "state": state,
            "icon": LOOKS[state],
            "count": sheet.counts[state],
            "on": state == choice.state,
        }
        for state in DayState
        if sheet.counts[state] or state == choice.state
    ]


def _new_address(request: StaffRequest, choice: Choice) -> str:
    may = request.scope.locations and request.scope.may("reminders.add_appointment")
    return f"{reverse('appointment_new')}?date={choice.day.isoformat()}" if may else ""


def _elsewhere(sheet: DaySheet, choice: Choice) -> str:
    """The name of the chosen practitioner on a day without them, so that the filter is seen to be
    on.
    """
    if choice.practitioner_id is None or any(
        pk == choice.practitioner_id for pk, _ in sheet.practitioners
    ):
        return ""
    names = Practitioner.objects.filter(pk=choice.practitioner_id).values_list("name", flat=True)
    return names.first() or ""


def _address(choice: Choice, page: Page[DayStanding]) -> dict[str, Any]:
    """What a live look asks for: the same as shown, the filters kept though the address may not
    name them.
    """
    return {
        "date": choice.day.isoformat(),
        "practitioner": choice.practitioner_id or "",
        "state": choice.state or "",
        "page": page.number,
    }
