"""Set-up: the locations."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.planning import handed_over
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup import jobs, places
from reminders.domain.setup.locations import SavedLocation, save_location
from reminders.models import Location
from reminders.views.setup.location_form import LocationForm
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    say,
    staff_form,
    staff_page,
)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The locations that the user looks after."""
    countries = dict(places.countries())
    rows = [
        (place, countries.get(place.country, place.country), places.in_words(place.zone))
        for place in _theirs(request)
    ]
    context = {"rows": rows}
    return render(request, "practice/locations.html", context)


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """A new location; it takes somebody who may see them all."""
    first = not Location.objects.exists()
    response = _edited(request, Location(), title="New location")
    # From the first location on to the next of the first steps.
    return (
        go(request, reverse("first_steps"))
        if response is None and first
        else _back(request, response)
    )


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change one; its appointments and texts follow."""
    place = get_object_or_404(_theirs(request), pk=pk)
    return _back(request, _edited(request, place, title=place.name))


def _back(request: StaffRequest, response: HttpResponse | None) -> HttpResponse:
    return response or go(request, reverse("locations"))


def _edited(request: StaffRequest, place: Location, *, title: str) -> HttpResponse | None:
    """The form, or None once it is saved."""
    form = LocationForm(request.POST or None, instance=place)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_location(
                form.save(commit=False), by=request.scope.actor, now=timezone.now()
            )
        except BusyError as error:
            form.add_error(None, str(error))
        else:
            say(request, _in_words(saved))
            return None
    status = 422 if request.method == "POST" else 200
    return render(request, "practice/location.html", {"form": form, "title": title}, status=status)


def _in_words(saved: SavedLocation) -> str:
    words = ["Saved."]
    if saved.job:
        words.append(jobs.in_words(saved.job))
    if saved.replaced:
        words.append(handed_over.in_words(saved.replaced))
    return " ".join(words)


def _theirs(request: StaffRequest) -> QuerySet[Location]:
    every = Location.objects.order_by("name")
    scope = request.scope
    return every.filter(pk__in=scope.location_ids) if scope.restricted else every
