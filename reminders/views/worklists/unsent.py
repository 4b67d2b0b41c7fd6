"""Not sent: what was due and did not go, by reason, location and period; as a file; sent anyway."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.unsent import (
    FAILED_TEXT,
    LONGEST_PERIOD,
    ROWS,
    Period,
    count_by_reason,
    cursor_of,
    export,
    label,
    unsent,
)
from reminders.domain.trail.write import Kind, note
from reminders.models import Reminder
from reminders.views.door.again import prove
from reminders.views.shared.asked import read_choice
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.lists import cut
from reminders.views.shared.locations import place_ids, several, zone
from reminders.views.shared.pages import StaffRequest, staff_page

PERIODS = (("1", "Today"), ("7", "7 days"), ("30", "30 days"))
DEFAULT_DAYS = 7
ICONS = {
    "no_phone": "call-off",
    "wrong_number": "person-x",
    "opted_out": "ban",
    "no_channel": "ban",
    "held": "stop",
    "cutoff": "clock",
    "not_delivered": "x-circle",
    "refused": "x-circle",
    "text_failed": "x-circle",
}
CHECKS = frozenset(
    {
        "not_delivered",
        "refused",
        "text_failed",
        "cutoff",
        "no_phone",
        "wrong_number",
        "unknown",
        "wording",
    }
)
"""Reasons that somebody should look into; the others are as the rules or the patient want it."""


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The list, or with `?as=csv` the whole period as a file."""
    as_file = request.GET.get("as") == "csv"
    # A file leaves the building with names and numbers in it.
    if as_file:
        prove(request, back=reverse("unsent"))
    now = timezone.now()
    since, until = _days(request, now=now)
    period = _period(request, since, until, now=now)
    if as_file:
        note(Kind.DOWNLOAD, details={"file": "unsent", "first": str(since), "last": str(until)})
        response = HttpResponse(
            "".join(export(period, now=now)), content_type="text/csv; charset=utf-8"
        )
        response.headers["Content-Disposition"] = (
            f'attachment; filename="not-sent-{since}-to-{until}.csv"'
        )
        return response
    return render(request, "unsent.html", _context(request, period, since, until, now=now))


def _context(
    request: StaffRequest, period: Period, since: date, until: date, *, now: datetime
) -> dict[str, Any]:
    found = unsent(period, now=now, before=request.GET.get("after", ""), limit=ROWS + 1)
    rows, last = cut(found, ROWS)
    counts = count_by_reason(period)
    days = request.GET.get("days", "" if "since" in request.GET else str(DEFAULT_DAYS))
    return {
        "rows": rows,
        "further": cursor_of(last) if last else "",
        "went_on": "after" in request.GET,
        "reasons": [
            {
                "code": code,
                "words": label(code),
                "count": count,
                "icon": ICONS.get(code, "minus-circle"),
                "on": code == period.reason,
            }
            for code, count in counts
        ],
        "total": sum(count for _, count in counts),
        "checks": CHECKS,
        "reason": period.reason,
        "since": since,
        "since_field": day_field(request, "since", since),
        "until_field": day_field(request, "until", until),
        "until": until,
        "periods": [(value, words, value == days) for value, words in PERIODS],
        "several_places": several(request),
    }


def _days(request: StaffRequest, *, now: datetime) -> tuple[date, date]:
    """The first and last day looked at, at most three months apart, on the locations' clock."""
    today = now.astimezone(zone(request)).date()
    days = int(read_choice(request.GET.get("days"), dict(PERIODS), otherwise=str(DEFAULT_DAYS)))
    until = read_day(request, "until") or today
    since = read_day(request, "since") or today - timedelta(days=days - 1)
    # Dates of an address may be of the year 1 or 9999, from which no day can be taken or added.
    until = min(max(until, date(2000, 1, 1)), today)
    # Either way round, and never more than the period that is read in one go.
    return max(min(since, until), until - LONGEST_PERIOD), until


def _period(request: StaffRequest, since: date, until: date, *, now: datetime) -> Period:
    clock = zone(request)
    start = datetime.combine(since, time(), tzinfo=clock)
    # The next local midnight, not 24 hours on: a day has 23 or 25 when the clocks change.
    end = datetime.combine(until + timedelta(days=1), time(), tzinfo=clock)
    # What is due later today is not “not sent”, it is still to come.
    return Period(start, min(end, now), tuple(place_ids(request)), _reason(request))


def _reason(request: StaffRequest) -> str:
    reasons = [*Reminder.Reason.values, FAILED_TEXT]
    return read_choice(request.GET.get("reason"), reasons, otherwise="")
