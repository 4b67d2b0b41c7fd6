"""Choose among a country's public holidays: those that are ticked close the location."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.setup.closed_days.changing import Change
from reminders.domain.setup.closed_days.holidays import (
    Holiday,
    Source,
    countries,
    holidays_of,
    is_known,
    others_of,
    regions,
    usual_source,
)
from reminders.models import ClosedDay, Location
from reminders.views.setup.closed_days.pages import (
    Question,
    ask_or_save,
    back_to,
    place_of,
    read_year,
)
from reminders.views.shared.pages import StaffRequest, go, say, staff_form


@staff_form
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """The public holidays of a year to tick; what is sent is shown with its effect first."""
    now = timezone.now()
    place = place_of(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    source = _source(place, given.get("country", ""), given.get("region", ""))
    year = read_year(given.get("year"), otherwise=now.astimezone(place.tz).year)
    found = holidays_of(place, source, year)
    if request.method == "POST":
        return _save(request, place, source, year, found, now=now)
    today = now.astimezone(place.tz).date()
    context = {
        "place": place,
        "source": source,
        "year": year,
        "years": sorted({*range(today.year, today.year + 4), year}),
        "countries": countries(),
        "regions": regions(source.country),
        "found": found,
        "others": others_of(place, year, [one.day for one in found]),
        "back": back_to(place, year=year),
    }
    return render(request, "closed_days/holidays.html", context)


def _source(place: Location, country: str, region: str) -> Source:
    # A region of the country that was chosen before says nothing of this one.
    for source in (Source(country, region), Source(country), usual_source(place)):
        if is_known(source):
            return source
    return Source("")


def _save(
    request: StaffRequest,
    place: Location,
    source: Source,
    year: int,
    found: list[Holiday],
    *,
    now: datetime,
) -> HttpResponse:
    ticked = set(request.POST.getlist("closed"))
    change = Change(
        place,
        new=[_row(place, source, one, ticked, now=now) for one in found if one.row is None],
        back=[one.row for one in found if one.row and not one.closed and _is_in(one, ticked)],
        gone=[
            *(one.row for one in found if one.row and one.closed and not _is_in(one, ticked)),
            *others_of(place, year, [one.day for one in found]),
        ],
    )
    if change.is_empty:
        say(request, "Nothing was changed.")
        return go(request, back_to(place, year=year))
    sent = [
        ("country", source.country),
        ("region", source.region),
        ("year", str(year)),
        *(("closed", one.day.isoformat()) for one in found if _is_in(one, ticked)),
    ]
    question = Question(
        f"Public holidays of {year}", "Save", reverse("closed_days_holidays", args=[place.pk]), sent
    )
    return ask_or_save(request, change, question, now=now)


def _row(
    place: Location, source: Source, one: Holiday, ticked: set[str], *, now: datetime
) -> ClosedDay:
    """A day that was not ticked is kept as one on which they work: it is not asked about again."""
    return ClosedDay(
        location=place,
        name=one.name,
        first_day=one.day,
        last_day=one.day,
        holiday=str(source),
        removed_at=None if _is_in(one, ticked) else now,
        created_at=now,
    )


def _is_in(one: Holiday, ticked: set[str]) -> bool:
    return one.day.isoformat() in ticked
