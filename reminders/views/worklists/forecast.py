"""Forecast: what goes out in the next two weeks, per rule and day, with heavy days marked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from reminders.domain.pages.forecast import forecast
from reminders.views.shared.charts import PLAIN, WIDE, bars
from reminders.views.shared.locations import places
from reminders.views.shared.pages import StaffRequest, staff_page


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The page: two weeks of texts as a chart and a table."""
    result = forecast(places(request), now=timezone.now())
    chart = bars(
        [
            (f"{day.day:%a %-d}", [cell.messages for cell in day.cells], day.heavy)
            for day in result.days
        ],
        names=[rule.name for rule in result.rules],
        title="Texts a day for the next two weeks",
        colours=PLAIN,
        width=WIDE,
    )
    return render(request, "forecast.html", {"forecast": result, "chart": chart})
