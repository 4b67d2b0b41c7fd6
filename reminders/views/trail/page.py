"""Who did what: filtered, as a file, with whether the chain is whole.

It is of every location, so for those who see them all. That somebody looked is noted as well.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.database_clock import now as database_now
from reminders.domain.pages.moments import read_moment, write_moment
from reminders.domain.rights.permissions import SEE_DAY
from reminders.domain.trail import read
from reminders.domain.trail.check import begin_anew, report
from reminders.domain.trail.read import Asked
from reminders.domain.trail.write import Detail, Kind, note
from reminders.models import TrailEntry
from reminders.views.door.again import prove
from reminders.views.shared.asked import read_choice, read_date, read_id
from reminders.views.shared.lists import cut
from reminders.views.shared.locations import zone
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page

DAYS = 30
FIRST_DAY = date(2000, 1, 1)
GROUPS = (
    ("Signing in", ("sign_in", "refused", "sign_out", "proof", "second_step", "password")),
    ("Patients", ("look", "search", "print", "download", "export", "erase")),
    ("Users and rights", ("user", "rights", "denied", "trail")),
)
ICONS = {
    "sign_in": "key",
    "refused": "ban",
    "sign_out": "out",
    "proof": "person-check",
    "second_step": "key",
    "password": "key",
    "denied": "ban",
    "look": "person",
    "search": "search",
    "print": "print",
    "download": "export",
    "export": "export",
    "erase": "x-circle",
    "user": "people",
    "rights": "people",
    "trail": "history",
}


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The entries, or with `?as=csv` the file of them."""
    asked = _asked(request)
    if request.GET.get("as") == "csv":
        return _file(request, asked)
    details: dict[str, Detail] = {"patient": asked.contact} if asked.contact else {}
    # Not for each page of the list: that somebody reads on is the same look.
    if "after" not in request.GET:
        note(Kind.TRAIL, details=details)
    return render(request, "trail/show.html", _context(request, asked))


def _file(request: StaffRequest, asked: Asked) -> HttpResponse:
    prove(request, back=reverse("trail"))
    note(Kind.DOWNLOAD, details={"file": "trail"})
    first, last = _days(request)
    response = StreamingHttpResponse(read.export(asked), "text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="trail-{first}-to-{last}.csv"'
    # Both are answers; only their common base has no name in the wrapper.
    return cast(HttpResponse, response)


@staff_action
def check(request: StaffRequest) -> HttpResponse:
    """Have the chain followed anew from its beginning, in the background."""
    begin_anew(now=database_now())
    note(Kind.TRAIL, details={"change": "check asked for"})
    say(request, "The chain is being checked, from its beginning.")
    return go(request, reverse("trail"))


@staff_page
def state(request: StaffRequest) -> HttpResponse:
    """How the check stands, for the open page while one is under way."""
    return render(request, "trail/state.html", {"chain": report(), "zone": str(zone(request))})


def _context(request: StaffRequest, asked: Asked) -> dict[str, Any]:
    rows, last = cut(asked.page(after=_after(request), limit=read.ROWS + 1), read.ROWS)
    first_day, last_day = _days(request)
    names = read.names()
    return {
        "rows": _shown(request, rows, names),
        "further": f"{write_moment(last.at)}_{last.pk}" if last else "",
        "went_on": "after" in request.GET,
        "chain": report(),
        "users": names["user"].items(),
        "groups": [
            (title, [(kind, TrailEntry.Kind(kind).label) for kind in kinds])
            for title, kinds in GROUPS
        ],
        "user": asked.user,
        "kind": asked.kind,
        "patient": asked.contact,
        "patient_name": _names(request, [asked.contact]).get(asked.contact, ""),
        "since": first_day,
        "until": last_day,
        "most": read.MOST_EXPORTED,
        "zone": str(zone(request)),
        "narrowed": bool(asked.user or asked.kind or asked.contact),
    }


def _shown(request: StaffRequest, rows: Any, names: read.Names) -> list[dict[str, Any]]:
    patients = _names(request, [row.contact_id for row in rows if row.contact_id])
    return [
        {
            "entry": row,
            "who": read.who(row),
            "icon": ICONS[row.kind],
            "name": patients.get(row.contact_id or 0, ""),
            "words": read.in_words(row.details, names),
        }
        for row in rows
    ]


def _names(request: StaffRequest, ids: list[int]) -> dict[int, str]:
    """Of whom, for those who see patients anyway; an auditor reads numbers."""
    if not request.scope.may(SEE_DAY) or not any(ids):
        return {}
    return read.names_of(ids, request.scope.contacts())


def _asked(request: StaffRequest) -> Asked:
    first, last = _days(request)
    clock = zone(request)
    return Asked(
        since=datetime.combine(first, time(), tzinfo=clock),
        # The next local midnight, not 24 hours on: a day has 23 or 25 when the clocks change.
        until=datetime.combine(last + timedelta(days=1), time(), tzinfo=clock),
        user=read_id(request.GET.get("user")),
        kind=read_choice(request.GET.get("kind"), TrailEntry.Kind.values, otherwise=""),
        contact=read_id(request.GET.get("patient")),
    )


def _days(request: StaffRequest) -> tuple[date, date]:
    """The first and the last day; of one patient everything, unless days are named."""
    today = timezone.now().astimezone(zone(request)).date()
    last = read_date(request.GET.get("until", "")) or today
    # Dates of an address may be of the year 1 or 9999, to which no day can be added.
    last = min(max(last, FIRST_DAY), today)
    usual = FIRST_DAY if read_id(request.GET.get("patient")) else last - timedelta(days=DAYS - 1)
    first = read_date(request.GET.get("since", "")) or usual
    return max(min(first, last), FIRST_DAY), last


def _after(request: StaffRequest) -> tuple[datetime, int] | None:
    at, _, pk = request.GET.get("after", "").partition("_")
    moment = read_moment(at)
    return (moment, read_id(pk)) if moment else None
