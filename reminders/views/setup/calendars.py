"""Set-up: secret addresses by which programs outside fetch a calendar."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.calendars import feeds
from reminders.domain.common.access import Scope
from reminders.domain.links import addresses
from reminders.domain.trail.write import Kind, note
from reminders.models import Location, Practitioner
from reminders.views.shared.pages import StaffRequest, say, staff_action, staff_page

ENDED_SHOWN = 10


class FeedForm(forms.Form):
    """What the calendar holds."""

    location = forms.ModelChoiceField(Location.objects.none(), required=False)
    practitioner = forms.ModelChoiceField(
        Practitioner.objects.filter(active=True), required=False, empty_label="Everybody there"
    )
    names = forms.BooleanField(required=False, label="With patients’ names")

    def __init__(self, *args: object, scope: Scope, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # Django's own
        place = self.fields["location"]
        assert isinstance(place, forms.ModelChoiceField)  # noqa: S101  # as declared above
        place.queryset = Location.objects.filter(pk__in=[one.pk for one in scope.locations])
        place.required = scope.restricted
        place.empty_label = "Choose one" if scope.restricted else "Every location"


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The addresses there are, and a form for another one."""
    return _list(request, FeedForm(scope=request.scope))


@staff_action
def new(request: StaffRequest) -> HttpResponse:
    """Make an address, which is shown once."""
    form = FeedForm(request.POST, scope=request.scope)
    if form.is_valid():
        try:
            return _made(request, form)
        except feeds.FeedError as error:
            form.add_error(None, str(error))
    return _list(request, form)


def _list(request: StaffRequest, form: FeedForm) -> HttpResponse:
    rows = feeds.feeds_of(request.scope)
    live = [(row, feeds.shows_names(row)) for row in rows.filter(revoked_at=None)]
    context = {
        "form": form,
        "live": live,
        "ended": rows.exclude(revoked_at=None)[:ENDED_SHOWN],
        "reached": bool(addresses.site()),
    }
    return render(request, "calendars.html", context, status=422 if form.errors else 200)


def _made(request: StaffRequest, form: FeedForm) -> HttpResponse:
    made, token = feeds.make_feed(**form.cleaned_data, by=request.scope.actor, now=timezone.now())
    note(Kind.DOWNLOAD, details={"file": "calendar", "id": made.pk, "names": made.names})
    path = reverse("calendar_feed", args=[token])
    site = addresses.site() or request.build_absolute_uri("/").rstrip("/")
    # Shown once and never stored: the database keeps a digest of it.
    response = render(request, "calendars/made.html", {"feed": made, "address": site + path})
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_action
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """End an address: programs that have it find nothing any more."""
    row = get_object_or_404(feeds.feeds_of(request.scope), pk=pk)
    if feeds.end_feed(row.pk, by=request.scope.actor, now=timezone.now()):
        say(request, "Ended. Programs that fetched this calendar find nothing any more.")
    return redirect("calendars")
