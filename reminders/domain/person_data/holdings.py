"""What is held about one person, by ids: what an export shows and an erasure forgets.

A number belongs to the person alone, or is shared; what came from a shared one and names nobody may
be somebody else's, so it is left out. Rows of files count where they became the person's visit, or
became nobody's and carry the person's number.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from reminders.domain.phones.parsing import PhoneNumber, read_phone
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    ContactMerge,
    ImportRow,
    Message,
    Reminder,
    Reply,
)

SHORTEST_WRITING = 5
"""A cell with fewer characters is no telephone number, whatever stands in a contact."""


@dataclass(frozen=True)
class Holdings:
    """One person. `own` numbers are nobody else's; `shared` ones are others' as well."""

    contact: Contact
    own: tuple[str, ...]
    shared: tuple[str, ...]
    appointments: tuple[int, ...]
    texts: tuple[uuid.UUID, ...]
    replies: tuple[int, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """All of their numbers."""
        return (*self.own, *self.shared)

    def rows(self, *, by_name: bool = False) -> QuerySet[ImportRow]:
        """Rows of imported files; `by_name`, also refused ones with both of their names."""
        nobodys = Q(cells__overlap=self._writings())
        if by_name and self.contact.first_name and self.contact.last_name:
            first, last = self.contact.first_name, self.contact.last_name
            whole = [f"{first} {last}", f"{last} {first}", f"{last}, {first}"]
            nobodys |= Q(cells__contains=[first, last]) | Q(cells__overlap=whole)
        # A row that became a visit is its patient's, whatever number stands in it.
        theirs = Q(appointment_id__in=self.appointments)
        return ImportRow.objects.filter(theirs | Q(appointment_id=None) & nobodys)

    def _writings(self) -> list[str]:
        """Their numbers, as E.164 and as the diary wrote them."""
        merges = self.contact.merges.values_list("phone", "phone_as_given")
        first, second = self.contact.phone, self.contact.second_phone
        pairs = [(first, self.contact.phone_as_given), (second, second), *merges]
        written = {given for phone, given in pairs if phone not in self.shared}
        return sorted(one for one in {*written, *self.own} if len(one) >= SHORTEST_WRITING)


def holdings_of(contact: Contact) -> Holdings:
    """Look up all that is about this person."""
    visits = tuple(Appointment.objects.filter(contact=contact).values_list("pk", flat=True))
    numbers = _numbers(contact)
    shared = _shared(contact, numbers)
    own = tuple(sorted(numbers - shared))
    carried = Reminder.objects.filter(appointment__in=visits, message__isnull=False)
    texts: set[uuid.UUID] = {
        *Message.objects.filter(_theirs(contact, own)).values_list("pk", flat=True),
        *Message.objects.filter(appointment__in=visits).values_list("pk", flat=True),
        *(pk for pk in carried.values_list("message_id", flat=True) if pk),
        *Message.objects.filter(_of_wards(contact, own)).values_list("pk", flat=True),
    }
    about = Reply.appointments.through.objects.filter(appointment__in=visits)
    replies: set[int] = {
        *Reply.objects.filter(_theirs(contact, own)).values_list("pk", flat=True),
        *about.values_list("reply_id", flat=True),
        *Reply.objects.filter(_of_wards(contact, own)).values_list("pk", flat=True),
    }
    return Holdings(
        contact, own, tuple(sorted(shared)), visits, tuple(sorted(texts)), tuple(sorted(replies))
    )


def _theirs(contact: Contact, own: tuple[str, ...]) -> Q:
    # What names another contact is theirs, though it came from this number.
    return Q(contact=contact) | Q(contact=None, phone__in=own)


def _of_wards(contact: Contact, own: tuple[str, ...]) -> Q:
    """What went to and fro on their number about somebody in whose place they were texted."""
    about = Message.objects.filter(phone__in=own).exclude(contact=contact).values("contact_id")
    wards = AuditEntry.objects.filter(
        kind="responsible_set", contact__in=about, details__person=contact.pk
    )
    return Q(phone__in=own, contact__in=wards.values("contact_id"))


def _numbers(contact: Contact) -> set[str]:
    texted = Message.objects.filter(contact=contact).values_list("phone", flat=True).distinct()
    former = contact.merges.values_list("phone", flat=True)
    return {*contact.numbers, *former, *texted} - {""}


def _shared(contact: Contact, numbers: set[str]) -> set[str]:
    theirs = Q(phone__in=numbers) | Q(second_phone__in=numbers)
    others = Contact.objects.filter(theirs).exclude(pk=contact.pk)
    former = ContactMerge.objects.filter(phone__in=numbers, split_at=None).exclude(kept=contact)
    pairs = others.values_list("phone", "second_phone")
    found = {*former.values_list("phone", flat=True), *(one for pair in pairs for one in pair)}
    return found & numbers


def find_people(asked: str) -> list[Contact]:
    """Whom an id or a telephone number means: nobody, one, or several who share the number."""
    asked = asked.strip()
    # Ids have no leading zero, and numbers are written with one or with a plus.
    if asked.isascii() and asked.isdigit() and not asked.startswith("0"):
        # Cut to what the column holds: the database answers a longer number with an error.
        return _with_id(int(asked[:18]))
    number = read_phone(asked, settings.DEFAULT_COUNTRY)
    if not isinstance(number, PhoneNumber):
        return []
    former = ContactMerge.objects.filter(phone=number.e164, split_at=None)
    found: Any = Contact.objects.filter(
        Q(phone=number.e164) | Q(pk__in=former.values("kept_id")), forgotten_at=None
    )
    return list(found.order_by("pk"))


def _with_id(pk: int) -> list[Contact]:
    """The contact of this id, or the one that it was made part of."""
    merged = ContactMerge.objects.filter(person=pk, split_at=None).values("kept_id")
    return list(Contact.objects.filter(Q(pk=pk) | Q(pk__in=merged), forgotten_at=None))
