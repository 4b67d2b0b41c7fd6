"""The short-notice list: who would come sooner, when they could, and putting somebody on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.search import asks_something, find_appointments
from reminders.domain.sooner.fit import days_in_words, times_in_words
from reminders.domain.sooner.wishes import (
    WishError,
    listed,
    remove_wish,
    restore_wish,
    save_wish,
    why_not_on_list,
    wish_of,
)
from reminders.domain.trail.write import look, search
from reminders.models import Appointment, Location, Practitioner, Service, SoonerWish
from reminders.models.fields import WEEKDAYS
from reminders.views.shared.asked import read_choice, read_id, read_text
from reminders.views.shared.lists import page_of
from reminders.views.shared.locations import place_ids, several, zone
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    say,
    staff_action,
    staff_form,
)

SHOWN = 12
WEEK = [(str(number), name) for number, name in WEEKDAYS.items()]
PRIORITIES = [(str(value), words) for value, words in SoonerWish.Priority.choices]


class WishForm(forms.ModelForm):
    """What somebody could make who would come sooner."""

    days = forms.TypedMultipleChoiceField(
        label="Days",
        choices=WEEK,
        coerce=int,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choose at least one day."},
    )

    class Meta:
        model = SoonerWish
        fields = (
            *("location", "service", "practitioner", "days", "time_from", "time_to"),
            *("least_notice_hours", "priority", "until", "note"),
        )
        labels = {
            "practitioner": "With",
            "time_from": "Starts from",
            "time_to": "Starts until",
            "least_notice_hours": "Hours’ notice, at least",
            "until": "Last day that would suit",
        }
        help_texts = {
            "service": "Only times of this service are offered.",
            "least_notice_hours": "How long before they want to know.",
            "until": "Blank: until their own visit.",
            "time_to": "The latest start that suits.",
        }
        widgets = {
            **dict.fromkeys(
                ("time_from", "time_to"),
                forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            ),
            "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, request: StaffRequest, visit: Appointment, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.visit = visit
        rows: dict[str, Any] = {
            "location": Location.objects.filter(pk__in=request.scope.location_ids),
            # The visit's own stays a choice though switched off.
            "service": Service.objects.filter(Q(active=True) | Q(pk=visit.service_id or 0)),
            "practitioner": Practitioner.objects.filter(active=True),
        }
        for name, found in rows.items():
            field: Any = self.fields[name]  # Any: a ModelChoiceField, as the model makes it
            field.queryset = found
        for name, words in (("service", "Any service"), ("practitioner", "Anyone")):
            choice: Any = self.fields[name]
            choice.empty_label = words
            choice.required = False

    def clean(self) -> dict[str, Any]:
        """Times in order, and a last day that has not passed."""
        given = super().clean() or self.cleaned_data
        first, last = given.get("time_from"), given.get("time_to")
        if first and last and first > last:
            self.add_error("time_to", "This is before the time from which they could come.")
        until = given.get("until")
        if until and until < timezone.now().astimezone(self.visit.location.tz).date():
            self.add_error("until", "This day has passed.")
        return given

    @property
    def columns(self) -> dict[str, Any]:
        """What `save_wish` takes."""
        values = dict(self.cleaned_data)
        for name in ("location", "service", "practitioner"):
            chosen = values.pop(name)
            values[f"{name}_id"] = chosen.pk if chosen else None
        return values


@staff_form
def show(request: StaffRequest) -> HttpResponse:
    """Who is on the list, the first to be asked first; a posted `q` finds visits to put on it."""
    now = timezone.now()
    query = read_text(request.POST.get("q"))
    rows = listed(place_ids(request), now=now)
    priority = read_choice(request.GET.get("priority"), dict(PRIORITIES), otherwise="")
    whom = read_id(request.GET.get("with"))
    if priority:
        rows = rows.filter(priority=priority)
    if whom:
        rows = rows.filter(practitioner=whom)
    page = page_of(request, rows, wide=True)
    context = {
        "page": page,
        "rows": [_row(one) for one in page.rows],
        "priorities": [("", "Everybody"), *PRIORITIES],
        "priority": priority,
        "practitioners": Practitioner.objects.filter(active=True).values_list("pk", "name"),
        "whom": whom,
        "filtered": bool(priority or whom),
        "several_places": several(request),
        "query": query,
        "found": _found(request, query, now=now) if asks_something(query) else None,
    }
    return render(request, "short_notice.html", context)


def _row(wish: SoonerWish) -> dict[str, Any]:
    return {
        "wish": wish,
        "visit": wish.appointment,
        "when": f"{days_in_words(wish.days)}{times_in_words(wish)}",
    }


def _found(request: StaffRequest, query: str, *, now: datetime) -> list[Appointment]:
    """The coming visits that fit what was typed."""
    today = now.astimezone(zone(request)).date()
    found = find_appointments(
        query, scope=request.scope, location_ids=place_ids(request), today=today, limit=SHOWN
    )
    search(query, page="short_notice", found=len(found.ids))
    rows = request.scope.appointments().filter(
        pk__in=found.ids, starts_at__gt=now, status__in=Appointment.EXPECTED
    )
    return list(rows.select_related("contact", "location", "service").order_by("starts_at"))


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the patient of this visit on the list, or change what they could make."""
    rows = request.scope.appointments().select_related("contact", "location", "service")
    visit = get_object_or_404(rows, pk=pk)
    now = timezone.now()
    wish = wish_of(visit.pk)
    form = WishForm(
        request.POST or None,
        request=request,
        visit=visit,
        instance=wish or SoonerWish(appointment=visit),
        initial={} if wish else _first_values(visit),
    )
    reason = why_not_on_list(visit, now=now)
    if request.method == "POST" and not reason and form.is_valid():
        try:
            save_wish(visit, form.columns, by=request.scope.actor, now=now)
        except WishError as error:
            reason = str(error)
        else:
            told = "is on the short-notice list." if wish is None else "has new wishes."
            say(request, f"{visit.contact} {told}")
            return go(request, reverse("short_notice"))
    look(visit.contact_id, page="short_notice_edit", appointment_id=pk)
    context = {"form": form, "visit": visit, "wish": wish, "reason": reason}
    status = 422 if request.method == "POST" else 200
    return render(request, "short_notice/form.html", context, status=status)


def _first_values(visit: Appointment) -> dict[str, Any]:
    return {
        "location": visit.location_id,
        "service": visit.service_id,
        "days": visit.location.open_days,
        "least_notice_hours": max(2, visit.location.sooner_ahead_hours),
        "priority": SoonerWish.Priority.USUAL,
    }


def _their_wish(request: StaffRequest, pk: int) -> SoonerWish:
    rows = SoonerWish.objects.filter(appointment__in=request.scope.appointments())
    return get_object_or_404(rows.select_related("appointment__contact"), pk=pk)


@staff_action
def remove(request: StaffRequest, pk: int) -> HttpResponse:
    """Take somebody off the list."""
    wish = _their_wish(request, pk)
    name = wish.appointment.contact
    if remove_wish(wish, by=request.scope.actor, now=timezone.now()):
        back = reverse("short_notice_restore", args=[pk])
        say(request, f"{name} is off the short-notice list.", undo=back)
    else:
        say(request, f"{name} was taken off already.", tone="warning")
    return go(request, reverse("short_notice"))


@staff_action
def restore(request: StaffRequest, pk: int) -> HttpResponse:
    """Take that back."""
    wish = _their_wish(request, pk)
    if restore_wish(wish, by=request.scope.actor, now=timezone.now()):
        say(request, f"{wish.appointment.contact} is back on the list.")
    else:
        say(request, "Something has changed since, so this stays as it is.", tone="warning")
    return go(request, reverse("short_notice"))
