"""Appointments as a file: days, locations and columns are chosen; the file is written as it goes.

It leaves the building with names and numbers in it, so it takes a right and a proof of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.appointment_file import COLUMNS, MOST_DAYS, Wanted, lines
from reminders.domain.trail.write import Kind, note
from reminders.views.door.again import prove
from reminders.views.shared.asked import read_id
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.locations import place_ids, zone
from reminders.views.shared.pages import StaffRequest, staff_page

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The page, with how many there would be; with `?as=csv` the file."""
    wanted = _wanted(request)
    if request.GET.get("as") == "csv" and wanted.columns:
        # One lands on the page again, and not in a download that nobody sees begin.
        prove(request, back=reverse("appointments_export"))
        return _file(wanted)
    return render(request, "appointments/export.html", _context(request, wanted))


def _file(wanted: Wanted) -> HttpResponse:
    note(
        Kind.DOWNLOAD,
        details={
            "file": "appointments",
            "first": str(wanted.first),
            "last": str(wanted.last),
            "locations": sorted(wanted.location_ids),
            "columns": list(wanted.columns),
            "count": wanted.appointments().count(),
        },
    )
    response = StreamingHttpResponse(
        lines(wanted, now=timezone.now()), content_type="text/csv; charset=utf-8"
    )
    name = f"appointments-{wanted.first}-to-{wanted.last}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    # Both are answers; only their common base has no name in the wrapper.
    return cast(HttpResponse, response)


def _context(request: StaffRequest, wanted: Wanted) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "first_field": day_field(request, "first", wanted.first),
        "last_field": day_field(request, "last", wanted.last),
        "columns": [
            (name, column.head, name in wanted.columns) for name, column in COLUMNS.items()
        ],
        "places": [(one, one.pk in wanted.location_ids) for one in request.scope.locations],
        "count": wanted.appointments().count(),
        "most_days": MOST_DAYS,
    }


def _wanted(request: StaffRequest) -> Wanted:
    """What the address asks for; of locations only those that the user sees."""
    first, last = _days(request)
    asked = {read_id(pk) for pk in request.GET.getlist("location")}
    theirs = sorted(asked & request.scope.location_ids) or place_ids(request)
    chosen = request.GET.getlist("column")
    # Sent without any box ticked is no column; opened for the first time is the usual ones.
    usual = [name for name, column in COLUMNS.items() if column.usual]
    columns = (
        [name for name in COLUMNS if name in chosen] if "first" in request.GET or chosen else usual
    )
    return Wanted(first, last, theirs, columns)


def _days(request: StaffRequest) -> tuple[date, date]:
    """The first and last day, either way round, at most a year apart; this week until chosen."""
    today = timezone.now().astimezone(zone(request)).date()
    monday = today - timedelta(days=today.weekday())
    one = read_day(request, "first") or monday
    other = read_day(request, "last") or max(one, monday) + timedelta(days=6)
    # Dates of an address may be of the year 1 or 9999, from which no day can be taken or added.
    first, last = sorted(min(max(day, EARLIEST), LATEST) for day in (one, other))
    return first, min(last, first + timedelta(days=MOST_DAYS - 1))
