"""Patients: the list with its search, adding one, changing one.

A search is posted, never part of the address: names and numbers have no place in logs and
histories.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from reminders.domain.common.etags import ChangedMeanwhileError, etag
from reminders.domain.diary.contacts import create_contact
from reminders.domain.diary.editing import save_contact
from reminders.domain.pages.search import asks_something, find_contacts
from reminders.domain.pages.timeline import contact_changes_since
from reminders.domain.trail.write import look, search
from reminders.models import Appointment, Contact, Suppression
from reminders.views.shared.asked import read_text
from reminders.views.shared.forms import ContactForm, country_of
from reminders.views.shared.lists import PER_PAGE, Slice, page_of
from reminders.views.shared.pages import StaffRequest, go, say, staff_form

COLUMNS = frozenset(
    {
        "first_name",
        "last_name",
        "preferred_name",
        "birth_date",
        "phone",
        "phone_as_given",
        "phone_kind",
        "phone_problem",
        "second_phone",
        "no_recalls",
        "whatsapp_agreed_at",
        "email",
        "email_agreed_at",
        "email_state",
        "channel",
        "language",
        "external_id",
        "notes",
    }
)


@staff_form
def index(request: StaffRequest) -> HttpResponse:
    """All patients by name, or those that a posted `q` finds."""
    query = read_text(request.POST.get("q"))
    searching = asks_something(query)
    page, more = _found(request, query) if searching else (_everyone(request), False)
    context = {
        "query": query,
        "searching": searching,
        "page": page,
        "more": more,
        "people": _with_next(request, page.rows),
        "country": country_of(request.scope),
    }
    return render(
        request, "contacts/results.html" if request.htmx else "contacts/index.html", context
    )


def _everyone(request: StaffRequest) -> Slice[Contact]:
    return page_of(request, _marked(request).order_by("last_name", "first_name", "pk"))


def _found(request: StaffRequest, query: str) -> tuple[Slice[Contact], bool]:
    found = find_contacts(query, scope=request.scope, limit=PER_PAGE)
    search(query, page="contacts", found=len(found.ids))
    # Read again through the scope of the list: the search gives ids, not rights.
    rows = _marked(request).filter(pk__in=found.ids).order_by("last_name", "first_name", "pk")
    return Slice(list(rows), 1, has_next=False), found.more


def _marked(request: StaffRequest) -> Any:  # Any: annotated rows have no type of their own
    # By number, not by person: whoever shares the phone shares the opt-out.
    open_ones = Suppression.objects.filter(phone=OuterRef("phone"), lifted_at=None)
    # Notes are long and not shown in the list.
    return request.scope.contacts().annotate(opted_out=Exists(open_ones)).defer("notes")


def _with_next(request: StaffRequest, contacts: Any) -> list[tuple[Contact, Appointment | None]]:
    """Each with the next appointment that the user may see; one statement for the page."""
    coming = (
        request.scope.appointments()
        .filter(
            contact__in=[contact.pk for contact in contacts],
            starts_at__gte=timezone.now(),
            status__in=Appointment.EXPECTED,
        )
        .select_related("location")
        # DISTINCT ON keeps the first row of each contact, so the order is what makes it the next
        # visit.
        .order_by("contact_id", "starts_at")
        .distinct("contact_id")
    )
    by_contact = {appointment.contact_id: appointment for appointment in coming}
    return [(contact, by_contact.get(contact.pk)) for contact in contacts]


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """Add a patient, and book for them at once if that button was used."""
    form = ContactForm(
        request.POST or None, country=country_of(request.scope), initial={"channel": "sms"}
    )
    if request.method == "POST" and form.is_valid():
        # By name, not all that was cleaned: a field of the form alone must not become a column.
        values = {name: form.cleaned_data[name] for name in COLUMNS}
        contact = create_contact(values, by=request.scope.actor, now=timezone.now())
        say(request, f"{contact} is added.")
        if "book" in request.POST:
            return go(request, f"{reverse('appointment_new')}?contact={contact.pk}")
        return go(request, page_of_contact(contact))
    context = {"form": form, "draft": "contact-new"}
    return render(request, "contacts/form.html", context, status=422 if form.errors else 200)


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a patient's details, unless somebody else did meanwhile."""
    contact = get_object_or_404(request.scope.contacts(), pk=pk)
    form = ContactForm(request.POST or None, country=_country(request, contact), contact=contact)
    conflict: list[Any] = []
    if request.method == "POST" and form.is_valid():
        try:
            save_contact(
                contact,
                {name: form.cleaned_data[name] for name in COLUMNS},
                seen=request.POST.get("seen", ""),
                number_is_right=bool(form.cleaned_data.get("number_is_right")),
                by=request.scope.actor,
                now=timezone.now(),
            )
        except ChangedMeanwhileError as error:
            # The whole row, for heading and etag: the next save is against what the colleague left.
            contact.refresh_from_db()
            conflict = contact_changes_since(error.since, contact=contact)
        else:
            say(request, f"The details of {contact} are saved.")
            return go(request, page_of_contact(contact))
    look(contact.pk, page="contact_edit")
    context = {
        "form": form,
        "contact": contact,
        "conflict": conflict,
        "outdated": request.method == "POST" and not form.errors,
        "seen": etag(contact),
        "draft": f"contact-{contact.pk}",
        "back": page_of_contact(contact),
    }
    return render(request, "contacts/form.html", context, status=_status(request, form))


def _status(request: StaffRequest, form: ContactForm) -> int:
    if request.method != "POST":
        return 200
    return 422 if form.errors else 409


def _country(request: StaffRequest, contact: Contact) -> str:
    """The country of the location where they were last booked."""
    # The last visit, not the remembered location: a patient's number belongs to where they go.
    last = (
        request.scope.appointments()
        .filter(contact=contact)
        .select_related("location")
        .order_by("-starts_at")
    )
    appointment = last.first()
    return country_of(request.scope, appointment.location if appointment else None)


def page_of_contact(contact: Contact) -> str:
    """The conversation with a contact, or the list while there is none."""
    try:
        return reverse("conversation", args=[contact.pk])
    except NoReverseMatch:
        return reverse("contacts")
