"""Statistics: answers, no-shows, delivery and how replies were read, as charts and tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.operations.replica import read_figures
from reminders.domain.pages.figures.roads import RoadFigures, road_figures
from reminders.domain.pages.figures.spared import Spared, spared
from reminders.domain.pages.reply_figures import ReplyFigures, reply_figures
from reminders.domain.pages.statistics import Figures, Statistics, ensure_fresh, statistics
from reminders.domain.recalls.figures import recall_figures
from reminders.domain.roads.email import access
from reminders.domain.roads.whatsapp.client import is_on
from reminders.domain.sooner.figures import slot_figures
from reminders.models import Practitioner
from reminders.views.shared.asked import read_choice, read_id
from reminders.views.shared.charts import WIDE, Chart, bars
from reminders.views.shared.figure_rows import FigureTable
from reminders.views.shared.locations import everybodys, place_ids, zone
from reminders.views.shared.pages import StaffRequest, staff_page

WEEKS = (4, 12, 26, 52)
DEFAULT_WEEKS = 12


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The page: figures of so many `?weeks=`, of everybody or one practitioner."""
    now = timezone.now()
    weeks = read_choice(request.GET.get("weeks"), WEEKS, otherwise=DEFAULT_WEEKS)
    practitioner = read_id(request.GET.get("practitioner"))
    today = now.astimezone(zone(request)).date()
    # Whole weeks from a Monday: a first week of two days would look like a collapse.
    since = today - timedelta(days=today.weekday(), weeks=weeks - 1)
    ensure_fresh(since=since, now=now)
    # Chosen before: who sees what is no matter of a copy.
    places, clock = place_ids(request), zone(request)
    figures, source = read_figures(
        lambda: _figures(request, places, clock, (since, today), practitioner or None, now=now)
    )
    found: Statistics = figures["found"]
    context = figures | {
        "weeks": [(value, value == weeks) for value in WEEKS],
        "practitioners": Practitioner.objects.values_list("pk", "name"),
        "practitioner": practitioner,
        "charts": _charts(found),
        "tables": [
            FigureTable("By week", "Week from", found.weeks),
            FigureTable("By location", "Location", found.locations),
            FigureTable("By practitioner", "Practitioner", found.practitioners),
        ],
        "clock": clock.key,
        "source": source,
    }
    return render(request, "statistics.html", context)


def _figures(
    request: StaffRequest,
    places: list[int],
    clock: ZoneInfo,
    days: tuple[date, date],
    practitioner: int | None,
    *,
    now: datetime,
) -> dict[str, Any]:  # Any: each kind of figures has a type of its own
    since, today = days
    of_days: dict[str, Any] = {  # Any: as keywords
        "location_ids": places,
        "since": since,
        "until": today,
        "practitioner_id": practitioner,
    }
    return {
        "found": statistics(**of_days),
        # A reply belongs to a text, not to a practitioner: figures of one would be of all.
        "replies": [] if practitioner else _replies(request, since=since, today=today),
        **({} if practitioner else _roads(request, since=since, now=now)),
        "invited": recall_figures(
            since=datetime.combine(since, time.min, tzinfo=clock),
            until=now,
            location_ids=request.scope.narrowed_to,
            now=now,
        ),
        "slots": slot_figures(**of_days),
    }


def _roads(
    request: StaffRequest, *, since: date, now: datetime
) -> dict[str, list[RoadFigures] | Spared | None]:
    """Each road's figures, and what the others spared, where there is more than one."""
    if not (is_on() or access.is_on()):
        return {}
    begin = datetime.combine(since, time.min, tzinfo=zone(request))
    places = place_ids(request)
    return {
        "roads": road_figures(location_ids=places, since=begin, until=now),
        "spared": spared(location_ids=places, since=begin, until=now),
    }


def _replies(request: StaffRequest, *, since: date, today: date) -> list[tuple[date, ReplyFigures]]:
    """How replies were read, the latest week first; empty where there was none."""
    weeks = reply_figures(
        location_ids=place_ids(request),
        everywhere=everybodys(request) is None,
        since=since,
        until=today,
    )
    return weeks[::-1] if any(one.replies or one.acted for _, one in weeks) else []


def _charts(found: Statistics) -> list[Chart]:
    def rows(values: Any) -> list[tuple[str, list[float], bool]]:  # Any: a function of figures
        return [(_label(week), values(figures), False) for week, figures in found.weeks]

    return [
        bars(
            rows(_answers),
            names=["Confirmed", "Declined", "No answer"],
            title="Answers by week",
            width=WIDE,
        ),
        bars(
            rows(_no_shows),
            names=["Did not come"],
            title="Did not come, in %",
            unit=" %",
            colours=(2,),
        ),
        bars(rows(_delivery), names=["Delivered", "Not delivered"], title="Texts by week"),
    ]


def _label(week: date) -> str:
    return f"{week:%-d %b}"


def _answers(figures: Figures) -> list[float]:
    return [figures.confirmed, figures.declined, figures.unanswered]


def _no_shows(figures: Figures) -> list[float]:
    return [round(100 * (figures.no_show_share or 0), 1)]


def _delivery(figures: Figures) -> list[float]:
    return [figures.delivered, figures.failed]
