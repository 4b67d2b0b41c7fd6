"""Who did not come: to be texted at a click, or called, until they are booked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.diary.staff_actions import StaffActionError
from reminders.domain.missed.history import Missed
from reminders.domain.missed.text import text_missed
from reminders.domain.missed.worklist import DAYS, USUAL_DAYS, missed_visits, still_to_do
from reminders.domain.pages.words import text_state
from reminders.domain.planning.reach import why_not_reached
from reminders.formatting import at_zone
from reminders.models import Appointment, CallAttempt, Contact, Suppression
from reminders.views.diary.histories import histories
from reminders.views.shared.asked import read_choice
from reminders.views.shared.lists import counted_page
from reminders.views.shared.locations import place_ids, several, zone
from reminders.views.shared.pages import StaffRequest, note_or_back, staff_action, staff_page

ROWS = 40


@dataclass(frozen=True)
class MissedRow:
    """One missed visit as it is shown."""

    visit: Any  # Any: an Appointment with what `missed_visits` annotates
    history: Missed | None
    opted_out: bool

    @property
    def done(self) -> list[tuple[str, str]]:
        """What was done since, each an icon and words."""
        visit, found = self.visit, []
        if visit.texted_at:
            state = text_state(visit.text_state)
            found.append(("send", f"Texted {at_zone(visit.texted_at, visit.location)} · {state}"))
        if visit.called_at:
            outcome = CallAttempt.Outcome(visit.called).label
            found.append(("call", f"{outcome} {at_zone(visit.called_at, visit.location)}"))
        if visit.again_at:
            found.append(("calendar", f"Comes {at_zone(visit.again_at, visit.location)}"))
        return found

    @property
    def texted(self) -> Contact:
        """Whom a text about the visit goes to: the patient, or who is responsible for them."""
        return _texted(self.visit)

    @property
    def why_not(self) -> str:
        """Why no text can go; blank where one can."""
        patient = self.visit.contact
        return why_not_reached(self.texted, patient=patient, opted_out=self.opted_out).label


def _texted(visit: Appointment) -> Contact:
    return visit.contact.texted_on(visit.local_date)


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The missed visits of the last days, those still to do or all."""
    now = timezone.now()
    days = read_choice(request.GET.get("days"), DAYS, otherwise=USUAL_DAYS)
    everything = request.GET.get("show") == "all"
    today = now.astimezone(zone(request)).date()
    here = place_ids(request)
    found = missed_visits(here, today=today, days=days, now=now)
    to_do = still_to_do(found, here, now=now)
    # Their keys are counted and cut at once; only what the page shows is read whole.
    keys = list((found if everything else to_do).values_list("pk", flat=True))
    page = counted_page(request, keys, per_page=ROWS)
    context = {
        "groups": _by_day(_rows(request, found.filter(pk__in=list(page)), now=now)),
        "page": page,
        "everything": everything,
        "days": days,
        "choices": DAYS,
        "to_do": to_do.count() if everything else len(keys),
        "total": len(keys) if everything else found.count(),
        "several_places": several(request),
    }
    return render(request, "missed.html", context)


def _rows(
    request: StaffRequest, visits: QuerySet[Appointment], *, now: datetime
) -> list[MissedRow]:
    history = histories(request, (one.contact_id for one in visits), now=now)
    phones = {_texted(one).phone for one in visits}
    opted_out = set(
        Suppression.objects.filter(phone__in=phones, lifted_at=None).values_list("phone", flat=True)
    )
    return [
        MissedRow(one, history.get(one.contact_id), _texted(one).phone in opted_out)
        for one in visits
    ]


def _by_day(rows: Iterable[MissedRow]) -> list[tuple[date, list[MissedRow]]]:
    return [(day, list(found)) for day, found in groupby(rows, lambda row: row.visit.local_date)]


@staff_action
def text(request: StaffRequest, pk: int) -> HttpResponse:
    """Text somebody about a missed visit."""
    rows = request.scope.appointments().select_related("contact__responsible", "location")
    visit: Appointment = get_object_or_404(rows, pk=pk)
    now = timezone.now()
    try:
        message = text_missed(visit, by=request.scope.actor, now=now)
    except StaffActionError as error:
        return note_or_back(request, str(error), tone="warning", back=reverse("missed"))
    waits = message.send_after > now
    words = (
        f"The text to {visit.contact} goes out {at_zone(message.send_after, visit.location)}."
        if waits
        else f"The text to {visit.contact} is on its way."
    )
    return note_or_back(request, words, back=reverse("missed"))
