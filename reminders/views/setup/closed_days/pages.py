"""The pages of closed days: the list of a year, adding, switching, undo.

Whatever changes is shown with its effect first, and saved once somebody says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup.closed_days.calendar import list_year
from reminders.domain.setup.closed_days.changing import (
    KIND,
    Change,
    Changed,
    ClosedDayError,
    save_change,
    undo_change,
)
from reminders.domain.setup.closed_days.effects import effects_of_change
from reminders.domain.setup.closed_days.holidays import lacks_holidays
from reminders.domain.setup.jobs import in_words
from reminders.models import AuditEntry, ClosedDay, Job, Location
from reminders.views.setup.closed_days.forms import YEARS, ClosedDayForm
from reminders.views.shared.asked import read_id, read_number
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page


@dataclass(frozen=True)
class Question:
    """What is asked before a change is saved: its title, its button, and what is sent again."""

    title: str
    button: str
    address: str
    sent: list[tuple[str, str]]


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The closed days of a location in a year."""
    now = timezone.now()
    place = _shown(request)
    if place is None:
        return render(request, "closed_days.html", {"place": None})
    return _list(request, place, ClosedDayForm(place=place, now=now), now=now)


def _list(
    request: StaffRequest, place: Location, form: ClosedDayForm, *, now: datetime
) -> HttpResponse:
    today = now.astimezone(place.tz).date()
    year = read_year(request.GET.get("year"), otherwise=today.year)
    rows = list_year(place, year, now=now)
    context = {
        "place": place,
        "places": request.scope.locations,
        "year": year,
        "years": sorted({today.year - 1, today.year, today.year + 1, today.year + 2, year}),
        "closed": [one for one in rows if not one.row.removed_at],
        "open": [one for one in rows if one.row.removed_at],
        "form": form,
        "today": today,
        "lacks": lacks_holidays(place, year) if year >= today.year else False,
        "job": Job.objects.filter(pk=read_id(request.GET.get("job"))).first(),
    }
    return render(request, "closed_days.html", context, status=422 if form.errors else 200)


@staff_action
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a day or several; first shown, then saved."""
    now = timezone.now()
    place = place_of(request, pk)
    form = ClosedDayForm(request.POST, place=place, now=now)
    if not form.is_valid():
        return _list(request, place, form, now=now)
    sent = [(name, request.POST.get(name, "")) for name in form.fields]
    question = Question(f"Close {place}?", "Close", reverse("closed_days_add", args=[pk]), sent)
    return ask_or_save(request, Change(place, new=[form.closed_day]), question, now=now)


@staff_action
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Remove a closed day, or put it back; first shown, then saved."""
    row = get_object_or_404(ClosedDay.objects.select_related("location"), pk=pk)
    place = place_of(request, row.location_id)
    closes = request.POST.get("to") == "closed"
    change = Change(place, back=[row] if closes else [], gone=[] if closes else [row])
    question = Question(
        f"Close {place} again?" if closes else f"Open {place} again?",
        "Close" if closes else "Open again",
        reverse("closed_day_switch", args=[pk]),
        [("to", "closed" if closes else "open")],
    )
    return ask_or_save(request, change, question, now=timezone.now())


@staff_action
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a change of closed days back."""
    line = get_object_or_404(AuditEntry, pk=pk, kind=KIND)
    place = place_of(request, line.details["location"])
    try:
        changed = undo_change(pk, by=request.scope.actor, now=timezone.now())
    except (BusyError, ClosedDayError) as error:
        say(request, str(error), tone="danger")
        return go(request, back_to(place))
    if changed is None:
        say(request, "That was taken back already.")
        return go(request, back_to(place))
    return _saved(request, place, changed, "Taken back.")


def ask_or_save(
    request: StaffRequest, change: Change, question: Question, *, now: datetime
) -> HttpResponse:
    """Show what the change would do; save it once the page that shows it says so."""
    trouble = ""
    if request.POST.get("sure") == "yes":
        try:
            changed = save_change(change, by=request.scope.actor, now=now)
        except (BusyError, ClosedDayError) as error:
            trouble = str(error)
        else:
            return _saved(request, change.place, changed, "Saved.")
    context = {
        "change": change,
        "place": change.place,
        "effects": effects_of_change(change, now=now),
        "question": question,
        "trouble": trouble,
        "back": back_to(change.place, year=_year_of(change)),
        "now": now,
    }
    return render(request, "closed_days/confirm.html", context, status=422 if trouble else 200)


def _saved(request: StaffRequest, place: Location, changed: Changed, words: str) -> HttpResponse:
    where = back_to(place, year=read_number(request.POST.get("year"), digits=4))
    undo_address = reverse("closed_days_undo", args=[changed.line])
    # Few appointments are planned by now; for many the list shows how far it is.
    if changed.job.state == Job.State.DONE:
        say(request, f"{words} {in_words(changed.job)}", undo=undo_address)
        return go(request, where)
    say(request, words, undo=undo_address)
    return go(request, f"{where}&job={changed.job.pk}")


def back_to(place: Location, *, year: int | None = None) -> str:
    """The list of a location, of a year where one is given."""
    of_year = f"&year={year}" if year in YEARS else ""
    return f"{reverse('closed_days')}?at={place.pk}{of_year}"


def read_year(written: object, *, otherwise: int) -> int:
    """A year that the lists go to."""
    year = read_number(written, digits=4)
    return year if year is not None and year in YEARS else otherwise


def place_of(request: StaffRequest, pk: int) -> Location:
    """A location that the user looks after; another one is not there."""
    place = request.scope.location(pk)
    if place is None:
        raise Http404
    return place


def _shown(request: StaffRequest) -> Location | None:
    if "at" in request.GET:
        return place_of(request, read_id(request.GET["at"]))
    return request.scope.chosen or next(iter(request.scope.locations), None)


def _year_of(change: Change) -> int | None:
    days = [row.first_day for row in (*change.closes, *change.gone)]
    return min(days).year if days else None
