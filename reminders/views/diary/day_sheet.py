"""The day sheet: a date, locations, a practitioner; every appointment with its state, live.

The whole page and the live look render the same part; a live look while nothing at all has happened
costs one cheap statement and answers 204. Without a date each location shows its own today.
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
from reminders.domain.pages.moments import read_moment, write_moment
from reminders.domain.whole_day.wish import DELAYS
from reminders.formatting import NEAR
from reminders.models import Location, Practitioner
from reminders.views.diary.day_list import Between, Part, entries, jumps, parts_of
from reminders.views.diary.day_rows import LOOKS, SheetLine
from reminders.views.diary.histories import histories
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.lists import counted_page
from reminders.views.shared.locations import places, sign
from reminders.views.shared.pages import StaffRequest, staff_page

ROWS = 50
"""On a page; with all that is shown of them the first answer stays below 14 kB."""
EVERY = 1_000_000
LONGEST_OPEN = timedelta(days=30)


@dataclass(frozen=True)
class Choice:
    """What the user is looking at; `days` has a date on the clock of each location.

    They differ where midnight lies between the locations and no date was asked for: then each shows
    its own today, as of `opened`.
    """

    places: tuple[Location, ...]
    days: dict[int, date]
    today: date
    opened: datetime
    practitioner_id: int | None
    state: DayState | None
    letter: str
    unfolded: bool
    printing: bool

    @property
    def differ(self) -> bool:
        """Whether it is another date at another of the locations."""
        return len(set(self.days.values())) > 1

    @property
    def several(self) -> bool:
        return len(self.places) > 1

    @property
    def location(self) -> Location | None:
        """The only location that is shown."""
        return self.places[0] if len(self.places) == 1 else None

    @property
    def day(self) -> date:
        """The date for the form: the first location's."""
        return next(iter(self.days.values()), self.today)

    @property
    def before(self) -> date:
        # At the ends of the calendar a step further is an error, and the address is free to name
        # them. Where today is two dates, the step back is to the earlier one, and none is left out.
        last = max(self.days.values(), default=self.today)
        return last - timedelta(days=1) if last > date.min else last

    @property
    def after(self) -> date:
        first = min(self.days.values(), default=self.today)
        return first + timedelta(days=1) if first < date.max else first

    @property
    def relative(self) -> str:
        """“Today”, “Tomorrow”, “Yesterday”, or nothing."""
        return NEAR.get((self.day - self.today).days, "")

    @property
    def filtered(self) -> bool:
        """Whether only some are asked for, wherever in the day they are."""
        return self.state is not None or self.letter != ""


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The whole page; the practitioner that is chosen is remembered."""
    look = _look(request, now=timezone.now())
    # Only where the address names one: opening the sheet again must keep the last choice.
    if "practitioner" in request.GET:
        access.remember(request.scope.profile, practitioner=look.choice.practitioner_id)
    return render(request, "day_sheet.html", _context(request, look))


@staff_page
def rows(request: StaffRequest) -> HttpResponse:
    """Only what may have changed; 204 when nothing has happened since what the browser shows."""
    now = timezone.now()
    # Two halves: what had happened, and what was shown. The first is cheap, the second is exact.
    seen, _, shown = request.GET.get("token", "").partition("/")
    if seen == _sign(request, _choice(request, now=now), now=now):
        return HttpResponse(status=204)
    look = _look(request, now=now)
    # Something happened elsewhere: the page only gets the newer mark, or each look would be dear.
    unchanged = look.digest == shown
    template = "partials/token.html" if unchanged else "day_sheet/live.html"
    return render(
        request, template, {"token": look.token} if unchanged else _context(request, look)
    )


def _sign(request: StaffRequest, choice: Choice, *, now: datetime) -> str:
    asked = (choice.days, choice.today, choice.practitioner_id, choice.state, choice.letter)
    return sign(request, asked, choice.unfolded, now=now)


def _choice(request: StaffRequest, *, now: datetime) -> Choice:
    shown = places(request)
    # A page that stays open over midnight goes on to show what its heading says.
    opened = read_moment(request.GET.get("opened")) or now
    opened = opened if abs(now - opened) < LONGEST_OPEN else now
    asked = read_day(request, "date")
    days = {place.pk: asked or opened.astimezone(place.tz).date() for place in shown}
    # The location's day: for somebody who looks from afar it may be yesterday there.
    clock = shown[0].tz if shown else ZoneInfo(settings.TIME_ZONE)
    remembered = str(request.scope.profile.remembered.get("practitioner") or "")
    practitioner = request.GET.get("practitioner", remembered)
    printing = request.GET.get("print") == "1"
    return Choice(
        places=shown,
        days=days,
        today=now.astimezone(clock).date(),
        opened=opened,
        practitioner_id=read_id(practitioner) or None,
        state=read_choice(request.GET.get("state"), DayState, otherwise=None),
        letter=request.GET.get("letter", "")[:1],
        unfolded=printing or request.GET.get("earlier") == "1",
        printing=printing,
    )


@dataclass(frozen=True)
class SheetView:
    """One reading of the day: what was asked for, what was found, the rows of this page."""

    choice: Choice
    sheet: DaySheet
    parts: list[Part]
    page: Page[DayStanding]
    entries: list[Between | SheetLine]
    sign: str

    @cached_property
    def digest(self) -> str:
        """A short token that changes with anything shown."""
        counts = sorted((str(state), number) for state, number in self.sheet.counts.items())
        shown = [(entry.id, entry.digest) for entry in self.entries]
        return digest((counts, self.sheet.practitioners, self.ways, shown))

    @cached_property
    def ways(self) -> str:
        """Changes with what leads to other pages of the day."""
        parts = [(part.location.name, len(part.rows)) for part in self.parts]
        letters = self.sheet.letters if self.is_long else []
        return digest((self.page.number, self.page.paginator.num_pages, parts, letters))

    @property
    def is_long(self) -> bool:
        """Whether a page has no room for the day."""
        return self.sheet.total > ROWS and not self.choice.printing

    @property
    def token(self) -> str:
        """What the next live look brings along: what had happened by then, and what was shown."""
        return f"{self.sign}/{self.digest}"


def _look(request: StaffRequest, *, now: datetime) -> SheetView:
    choice = _choice(request, now=now)
    seen = _sign(
        request, choice, now=now
    )  # before reading: what happens meanwhile is for the next look
    sheet = day_sheet(days=choice.days, now=now, state=choice.state, letter=choice.letter,
                      practitioner_id=choice.practitioner_id)  # fmt: skip
    fold = not (choice.unfolded or choice.filtered)
    parts = parts_of(sheet.rows, choice.places, choice.days, now=now, fold=fold)
    listed = [standing for part in parts for standing in part.rows]
    page = counted_page(request, listed, per_page=EVERY if choice.printing else ROWS)
    shown = rows_of([standing.id for standing in page], now=now)
    missed = histories(request, (row.contact_id for row in shown), now=now)
    lines = list(entries(page, shown, parts, headed=choice.several, missed=missed))
    return SheetView(choice, sheet, parts, page, lines, seen)


def _context(request: StaffRequest, look: SheetView) -> dict[str, Any]:
    return {
        "choice": look.choice,
        "day_field": day_field(request, "date", look.choice.day),
        "sheet": look.sheet,
        "page": look.page,
        "entries": look.entries,
        "filters": _filters(look.sheet, look.choice),
        "jumps": jumps(look.page, look.parts),
        "letters": look.sheet.letters if look.is_long else [],
        "now_at": next((part.id for part in look.parts if part.is_today), ""),
        "zones_differ": len({place.zone for place in look.choice.places}) > 1,
        "ways": look.ways,
        "token": look.token,
        "digest": look.digest,
        "address": _address(look.choice, look.page),
        "new_address": _new_address(request, look.choice),
        "is_today": look.choice.differ or look.choice.day == look.choice.today,
        "delays": DELAYS,
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
        # The chosen one stays though nothing is left of it: else there is no way to switch it off.
        if sheet.counts[state] or state == choice.state
    ]


def _new_address(request: StaffRequest, choice: Choice) -> str:
    may = request.scope.locations and request.scope.opens("appointment_new")
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
    # By the moment where it is two dates: one date would be wrong for some of the locations.
    when = (
        {"opened": write_moment(choice.opened)}
        if choice.differ
        else {"date": choice.day.isoformat()}
    )
    return when | {
        "practitioner": choice.practitioner_id or "",
        "state": choice.state or "",
        "letter": choice.letter,
        "earlier": "1" if choice.unfolded else "",
        "page": page.number,
    }
