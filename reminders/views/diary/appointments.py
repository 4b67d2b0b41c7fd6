"""Appointments: the list with its search, one with its whole story, booking and changing.

Dates and times are those of the location's wall clock throughout.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.etags import ChangedMeanwhileError, etag
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.editing import book
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.domain.pages.search import asks_something, find_appointments, find_contacts
from reminders.domain.pages.timeline import changes_since, timeline
from reminders.models import Appointment, Contact, Location
from reminders.views.diary.contacts import COLUMNS, page_of_contact
from reminders.views.diary.day_rows import SheetLine
from reminders.views.diary.moment_icons import MOMENT_ICONS, UNKNOWN_MOMENT
from reminders.views.shared.asked import read_date, read_id, read_text
from reminders.views.shared.forms import AppointmentForm, ContactForm, country_of
from reminders.views.shared.lists import PER_PAGE, Slice, page_of
from reminders.views.shared.locations import place_ids, several, zone
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form, staff_page

DAY = timedelta(days=1)
FIRST_DAY = date(1900, 1, 1)
FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
SHOWN = 8
"""People offered while one types a name into the booking form."""


@staff_form()
def index(request: StaffRequest) -> HttpResponse:
    """The coming appointments, or those that a posted `q` finds."""
    now = timezone.now()
    query = read_text(request.POST.get("q"))
    today = now.astimezone(zone(request)).date()
    start = read_date(request.GET.get("from", "")) or today
    searching = asks_something(query)
    if searching:
        found = find_appointments(
            query, scope=request.scope, location_ids=place_ids(request), today=today, limit=PER_PAGE
        )
        page: Slice[Appointment] = Slice([], 1, has_next=False)
        ids, more = found.ids, found.more
    else:
        page, more = _from(request, start), False
        ids = [appointment.pk for appointment in page.rows]
    context = {
        "query": query,
        "searching": searching,
        "start": start,
        "today": today,
        "page": page,
        "more": more,
        "lines": _lines(ids, now=now),
        "several_places": several(request),
        "empty_title": "No appointments from this day on",
        "empty_text": "They come with the diary, or you book one here. "
        "An earlier date shows what was.",
    }
    template = "appointments/results.html" if request.htmx else "appointments/index.html"
    return render(request, template, context)


def _from(request: StaffRequest, start: date) -> Slice[Appointment]:
    """The appointments from a local date on, in the order of the index that finds them."""
    rows = Appointment.objects.filter(location__in=place_ids(request), local_date__gte=start).only(
        "pk"
    )
    if not several(request):
        return page_of(request, rows.order_by("local_date", "starts_at", "pk"))
    # Local dates of several zones lie within a day of UTC's: a bound that the index on the start
    # can use.
    earliest = (
        datetime.combine(start, time.min, tzinfo=UTC) - DAY if start > FIRST_DAY else FIRST_MOMENT
    )
    return page_of(request, rows.filter(starts_at__gte=earliest).order_by("starts_at", "pk"))


def _lines(ids: list[int], *, now: datetime) -> list[SheetLine]:
    order = {pk: place for place, pk in enumerate(ids)}
    rows = sorted(rows_of(ids, now=now), key=lambda row: order[row.id]) if ids else []
    return [SheetLine(row, now) for row in rows]


@staff_page()
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """One appointment: its state, what can be done, and all that happened."""
    rows = request.scope.appointments().select_related(
        "contact", "location", "practitioner", "service"
    )
    appointment = get_object_or_404(rows, pk=pk)
    now = timezone.now()
    (row,) = rows_of([pk], now=now)
    moments = timeline(appointment, now=now)
    others = (
        request.scope.appointments()
        .filter(contact=appointment.contact, starts_at__gte=now)
        .exclude(pk=pk)
    )
    context = {
        "appointment": appointment,
        "line": SheetLine(row, now),
        "row": row,
        "moments": [(MOMENT_ICONS.get(one.kind, UNKNOWN_MOMENT), one) for one in moments],
        "planned": None if any(moment.at == row.next_at for moment in moments) else _planned(row),
        "others": others.select_related("location", "service").order_by("starts_at")[:5],
        "contact_page": page_of_contact(appointment.contact),
    }
    return render(request, "appointments/show.html", context)


def _planned(row: DayRow) -> datetime | None:
    return row.next_at if row.status in Appointment.EXPECTED else None


@staff_form("reminders.add_appointment")
def new(request: StaffRequest) -> HttpResponse:
    """Book an appointment for a patient who is found or added on the spot."""
    form = AppointmentForm(
        request.POST or None, scope=request.scope, initial=_first_values(request)
    )
    patient = _chosen(request, request.POST.get("contact") or request.GET.get("contact"))
    adding = request.method == "POST" and request.POST.get("contact") == "new"
    country = country_of(request.scope, _posted_location(request))
    person = ContactForm(
        request.POST if adding else None, country=country, prefix="new", initial={"channel": "sms"}
    )
    missing = request.method == "POST" and not adding and patient is None
    if (
        request.method == "POST"
        and form.is_valid()
        and not missing
        and (not adding or person.is_valid())
    ):
        appointment = _book(request, form, patient or person)
        say(request, f"{appointment.contact} is booked for {appointment}.")
        return go(request, appointment.get_absolute_url())
    context = {
        "form": form,
        "person": person,
        "patient": patient,
        "adding": adding,
        "missing": missing,
        "draft": "appointment-new",
        "country": country,
    }
    return render(
        request, "appointments/form.html", context, status=422 if request.method == "POST" else 200
    )


def _book(
    request: StaffRequest, form: AppointmentForm, patient: Contact | ContactForm
) -> Appointment:
    now = timezone.now()
    if isinstance(patient, ContactForm):
        person: Contact | dict[str, Any] = {name: patient.cleaned_data[name] for name in COLUMNS}
    else:
        person = patient
    return book(
        person,
        location=form.cleaned_data["location"],
        day=form.cleaned_data["date"],
        at=form.cleaned_data["time"],
        by=request.scope.actor,
        now=now,
        **form.columns,
    )


def _first_values(request: StaffRequest) -> dict[str, Any]:
    remembered = request.scope.profile.remembered
    return {
        "location": remembered.get("location") or next(iter(request.scope.locations), None),
        "practitioner": remembered.get("practitioner"),
        "date": read_date(request.GET.get("date", ""))
        or timezone.now().astimezone(zone(request)).date(),
    }


def _posted_location(request: StaffRequest) -> Location | None:
    return request.scope.location(request.POST.get("location", ""))


def _chosen(request: StaffRequest, pk: str | None) -> Contact | None:
    return request.scope.contacts().filter(pk=read_id(pk)).first()


@staff_action("reminders.add_appointment")
def pick(request: StaffRequest) -> HttpResponse:
    """The patients that fit what is typed into the booking form, to choose from."""
    query = read_text(request.POST.get("who"))
    found = find_contacts(query, scope=request.scope, limit=SHOWN)
    people = (
        request.scope.contacts().filter(pk__in=found.ids).order_by("last_name", "first_name", "pk")
    )
    context = {
        "people": people,
        "more": found.more,
        "asked": asks_something(query),
        "country": country_of(request.scope, _posted_location(request)),
    }
    return render(request, "appointments/pick.html", context)


@staff_form("reminders.change_appointment")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change or move an appointment, unless somebody else did meanwhile."""
    rows = request.scope.appointments().select_related("contact", "location")
    appointment = get_object_or_404(rows, pk=pk)
    form = AppointmentForm(request.POST or None, scope=request.scope, appointment=appointment)
    conflict: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, appointment, form)
        except ChangedMeanwhileError as error:
            appointment.refresh_from_db(fields=["updated_at"])
            conflict = changes_since(error.since, appointment=appointment)
    context = {
        "form": form,
        "appointment": appointment,
        "patient": appointment.contact,
        "conflict": conflict,
        "outdated": request.method == "POST" and not form.errors,
        "seen": etag(appointment),
        "draft": f"appointment-{pk}",
    }
    status = 200 if request.method != "POST" else 422 if form.errors else 409
    return render(request, "appointments/form.html", context, status=status)


def _save(request: StaffRequest, appointment: Appointment, form: AppointmentForm) -> HttpResponse:
    changes = form.columns | {
        "location_id": form.cleaned_data["location"].pk,
        "local_date": form.cleaned_data["date"],
        "local_time": form.cleaned_data["time"],
    }
    seen = request.POST.get("seen", "")
    planned = change_appointment(
        appointment, changes, seen=seen, by=request.scope.actor, now=timezone.now()
    )
    words = "The appointment is saved."
    if planned.to_withdraw:
        words += " The text with the old details is being withdrawn."
    say(request, words)
    return go(request, reverse("appointment", args=[appointment.pk]))
