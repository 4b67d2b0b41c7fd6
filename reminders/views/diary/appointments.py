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
from reminders.domain.diary.contacts import known_on_phone
from reminders.domain.diary.editing import book
from reminders.domain.diary.undoing import line_to_undo
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.domain.pages.search import asks_something, find_appointments, find_contacts
from reminders.domain.pages.timeline import changes_since, timeline
from reminders.domain.sooner.wishes import why_not_on_list, wish_of
from reminders.domain.trail.write import look, search
from reminders.models import Appointment, Contact, Location
from reminders.views.diary.closed_days import ask_about_closed_day
from reminders.views.diary.contacts import COLUMNS, page_of_contact
from reminders.views.diary.day_rows import SheetLine
from reminders.views.diary.histories import histories
from reminders.views.diary.moment_icons import MOMENT_ICONS, UNKNOWN_MOMENT
from reminders.views.shared.asked import read_id, read_text
from reminders.views.shared.days import day_field, read_day
from reminders.views.shared.forms import AppointmentForm, ContactForm, country_of
from reminders.views.shared.lists import PER_PAGE, Slice, page_of
from reminders.views.shared.locations import place_ids, several, zone
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form, staff_page

DAY = timedelta(days=1)
FIRST_DAY = date(1900, 1, 1)
FIRST_MOMENT = datetime(1900, 1, 1, tzinfo=UTC)
SHOWN = 8
"""People offered while one types a name into the booking form."""


@staff_form
def index(request: StaffRequest) -> HttpResponse:
    """The coming appointments, or those that a posted `q` finds."""
    now = timezone.now()
    query = read_text(request.POST.get("q"))
    today = now.astimezone(zone(request)).date()
    start = read_day(request, "from") or today
    searching = asks_something(query)
    if searching:
        found = find_appointments(
            query, scope=request.scope, location_ids=place_ids(request), today=today, limit=PER_PAGE
        )
        page: Slice[Appointment] = Slice([], 1, has_next=False)
        ids, more = found.ids, found.more
        search(query, page="appointments", found=len(ids))
    else:
        page, more = _from(request, start), False
        ids = [appointment.pk for appointment in page.rows]
    context = {
        "query": query,
        "searching": searching,
        "start": start,
        "start_field": day_field(request, "from", start),
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
    # One location: its own index is in this order, so that a page far on needs no sorting.
    if not several(request):
        return page_of(request, rows.order_by("local_date", "starts_at", "pk"))
    # Local dates of several zones lie within a day of UTC's: a bound that the index on the start
    # can use.
    earliest = (
        datetime.combine(start, time.min, tzinfo=UTC) - DAY if start > FIRST_DAY else FIRST_MOMENT
    )
    return page_of(request, rows.filter(starts_at__gte=earliest).order_by("starts_at", "pk"))


def _lines(ids: list[int], *, now: datetime) -> list[SheetLine]:
    # `rows_of` answers by start; a search has an order of its own, the coming before the past.
    order = {pk: place for place, pk in enumerate(ids)}
    rows = sorted(rows_of(ids, now=now), key=lambda row: order[row.id]) if ids else []
    return [SheetLine(row, now) for row in rows]


@staff_page
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """One appointment: its state, what can be done, and all that happened."""
    rows = request.scope.appointments().select_related(
        "contact", "location", "practitioner", "service"
    )
    appointment = get_object_or_404(rows, pk=pk)
    look(appointment.contact_id, page="appointment", appointment_id=pk)
    now = timezone.now()
    # Not limited again: the row was found within the user's scope above.
    (row,) = rows_of([pk], now=now)
    missed = histories(request, [row.contact_id], now=now)
    moments = timeline(appointment, now=now)
    others = (
        request.scope.appointments()
        .filter(contact=appointment.contact, starts_at__gte=now)
        .exclude(pk=pk)
    )
    context = {
        "appointment": appointment,
        "line": SheetLine(row, now, missed.get(row.contact_id)),
        "row": row,
        "moments": [(MOMENT_ICONS.get(one.kind, UNKNOWN_MOMENT), one) for one in moments],
        # The story has it already where the provider holds the text: it must not stand there twice.
        "planned": None if any(moment.at == row.next_at for moment in moments) else _planned(row),
        "others": others.select_related("location", "service").order_by("starts_at")[:5],
        "contact_page": page_of_contact(appointment.contact),
        "sooner": {"may": not why_not_on_list(appointment, now=now), "wish": wish_of(pk)},
    }
    return render(request, "appointments/show.html", context)


def _planned(row: DayRow) -> datetime | None:
    return row.next_at if row.status in Appointment.EXPECTED else None


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """Book an appointment for a patient who is found or added on the spot."""
    form = AppointmentForm(
        request.POST or None, scope=request.scope, initial=_first_values(request)
    )
    # “Yes, it is this one” comes beside the choice that is still the new patient.
    named = request.POST.get("known") or request.POST.get("contact")
    patient = _chosen(request, named or request.GET.get("contact"))
    # Read from a POST only: in an address it would open the second form with errors nobody made.
    adding = request.method == "POST" and named == "new"
    # By the location that was picked: the same digits are another number at another site.
    country = country_of(request.scope, _posted_location(request))
    person = ContactForm(
        request.POST if adding else None, country=country, prefix="new", initial={"channel": "sms"}
    )
    # Somebody else's patient, or one deleted meanwhile, reads as none: ask again, never book
    # blindly.
    missing = request.method == "POST" and not adding and patient is None
    ready = request.method == "POST" and form.is_valid() and not missing
    closed = ask_about_closed_day(request, form) if ready else None
    # One question after the other: the answer to the first goes along with the second.
    known = _known(request, person) if adding and not closed else []
    if ready and not known and not closed and (not adding or person.is_valid()):
        # Patient and visit in one domain call: half of it would leave a patient without the
        # booking.
        now = timezone.now()
        appointment = _book(request, form, patient or person, now=now)
        say(
            request,
            f"{appointment.contact} is booked for {appointment}.",
            undo=_undo_address(appointment, now=now),
        )
        return go(request, appointment.get_absolute_url())
    if patient:
        look(patient.pk, page="appointment_new")
    context = {
        "form": form,
        "person": person,
        "patient": patient,
        "adding": adding,
        "missing": missing,
        "known": known,
        "closed": closed,
        "although_closed": read_text(request.POST.get("although_closed")),
        "draft": "appointment-new",
        "country": country,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "appointments/form.html", context, status=status)


def _known(request: StaffRequest, person: ContactForm) -> list[Contact]:
    """Who may be this new patient already; nobody once staff said that it is somebody new."""
    if not person.is_valid() or request.POST.get("sure") == "new":
        return []
    return known_on_phone(person.cleaned_data, request.scope.contacts())


def _undo_address(appointment: Appointment, *, now: datetime) -> str:
    """Where the booking or change of this moment is taken back; blank where nothing changed."""
    line = line_to_undo(appointment.pk, at=now)
    return reverse("undo", args=[line]) if line else ""


def _book(
    request: StaffRequest,
    form: AppointmentForm,
    patient: Contact | ContactForm,
    *,
    now: datetime,
) -> Appointment:
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
        "location": request.scope.chosen or next(iter(request.scope.locations), None),
        "practitioner": remembered.get("practitioner"),
        "date": read_day(request, "date") or timezone.now().astimezone(zone(request)).date(),
    }


def _posted_location(request: StaffRequest) -> Location | None:
    return request.scope.location(request.POST.get("location", ""))


def _chosen(request: StaffRequest, pk: str | None) -> Contact | None:
    # Within the scope: an id of the page can be changed by whoever sends the form.
    return request.scope.contacts().filter(pk=read_id(pk)).first()


@staff_action
def pick(request: StaffRequest) -> HttpResponse:
    """The patients that fit what is typed into the booking form, to choose from."""
    query = read_text(request.POST.get("who"))
    found = find_contacts(query, scope=request.scope, limit=SHOWN)
    if asks_something(query):
        search(query, page="appointment_pick", found=len(found.ids))
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


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change or move an appointment, unless somebody else did meanwhile."""
    rows = request.scope.appointments().select_related("contact", "location")
    appointment = get_object_or_404(rows, pk=pk)
    form = AppointmentForm(request.POST or None, scope=request.scope, appointment=appointment)
    conflict: list[Any] = []
    ready = request.method == "POST" and form.is_valid()
    closed = ask_about_closed_day(request, form, appointment) if ready else None
    if ready and not closed:
        try:
            return _save(request, appointment, form)
        except ChangedMeanwhileError as error:
            # Only the stamp: the form keeps what was typed, and the next save is against the newer
            # state.
            appointment.refresh_from_db(fields=["updated_at"])
            conflict = changes_since(error.since, appointment=appointment)
    look(appointment.contact_id, page="appointment_edit", appointment_id=pk)
    context = {
        "form": form,
        "appointment": appointment,
        "patient": appointment.contact,
        "conflict": conflict,
        "closed": closed,
        # Decides whether the page speaks of somebody else's change: a form with errors was never
        # compared.
        "outdated": ready and not closed,
        "seen": etag(appointment),
        "draft": f"appointment-{pk}",
    }
    # 409 is a conflict with a colleague, 422 a field to mend; both are pages that htmx must show.
    status = 200 if request.method != "POST" else 422 if form.errors or closed else 409
    return render(request, "appointments/form.html", context, status=status)


def _save(request: StaffRequest, appointment: Appointment, form: AppointmentForm) -> HttpResponse:
    changes = form.columns | {
        "location_id": form.cleaned_data["location"].pk,
        "local_date": form.cleaned_data["date"],
        "local_time": form.cleaned_data["time"],
    }
    seen = request.POST.get("seen", "")
    now = timezone.now()
    planned = change_appointment(appointment, changes, seen=seen, by=request.scope.actor, now=now)
    words = "The appointment is saved."
    # Said here, because the patient may get the old text still: the provider has the last word.
    if planned.to_withdraw:
        words += " The text with the old details is being withdrawn."
    say(request, words, undo=_undo_address(appointment, now=now))
    return go(request, reverse("appointment", args=[appointment.pk]))
