"""A person with distinctive names, numbers and words in every place that holds any, and a search
through everything that the database has of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from reminders.domain.common.audit import PATIENT, SYSTEM, record
from reminders.domain.common.cards import NewCard, open_all
from reminders.models import (
    Appointment,
    CallAttempt,
    Contact,
    DeliveryReport,
    FreeSlot,
    Import,
    ImportRow,
    InboxItem,
    Location,
    Message,
    Reminder,
    ReminderRule,
    Reply,
    SlotOffer,
    Suppression,
)
from tests.factories import make_contact, make_merge, make_wish

PHONE, FORMER_PHONE = "+447700900871", "+447700900872"
SIGNS = (
    "Wilhelmina",
    "Quackenbush",
    "Billie",
    "Wilma-Former",
    "7700900871",
    "7700 900871",
    "7700900872",
    "PATNO-4711",
    "VISIT-0815",
    "shellfish",
    "elderflower",
    "1957-03-14",
)
"""What nobody else here has: names, numbers in two writings, ids, words, the day of birth."""


@dataclass(frozen=True)
class Somebody:
    """The person and their visit."""

    contact: Contact
    visit: Appointment
    file: Import


def make_somebody(*, at: datetime, location: Location, rule: ReminderRule) -> Somebody:
    """Somebody whose visit was at `at`, with all that may be known of anybody."""
    contact = make_contact(
        first_name="Wilhelmina",
        last_name="Quackenbush",
        preferred_name="Billie",
        phone=PHONE,
        phone_as_given="07700 900871",
        external_id="PATNO-4711",
        notes="allergic to shellfish",
    )
    make_merge(contact, first_name="Wilma-Former", last_name="Quackenbush", phone=FORMER_PHONE)
    visit = Appointment.objects.create(
        location=location,
        contact=contact,
        starts_at=at,
        local_date=at.date(),
        local_time=at.time(),
        changed_at=at,
        external_id="VISIT-0815",
        notes="bring elderflower",
        extra={"date of birth": "1957-03-14"},
    )
    reply = _texts(contact, visit, rule)
    _history(contact, visit, reply)
    _list(visit)
    file = _file(visit)
    # As old as the visit: whoever was changed lately is no candidate.
    Contact.objects.filter(pk=contact.pk).update(updated_at=at, created_at=at)
    return Somebody(contact, visit, file)


def _list(visit: Appointment) -> None:
    """They are on the short-notice list, and are being asked about a time."""
    wish = make_wish(visit, note="rather elderflower")
    slot = FreeSlot.objects.create(
        appointment=visit, location=visit.location, starts_at=visit.starts_at,
        local_date=visit.local_date, local_time=visit.local_time, weekday=1, state="offering",
        freed_at=visit.starts_at, due_at=visit.starts_at,
    )  # fmt: skip
    SlotOffer.objects.create(
        slot=slot, wish=wish, appointment=visit, contact=visit.contact, phone=PHONE,
        asked_at=visit.starts_at, holds_until=visit.starts_at,
    )  # fmt: skip


def _texts(contact: Contact, visit: Appointment, rule: ReminderRule) -> Reply:
    at, place = visit.starts_at, visit.location
    sent = {"send_after": at, "scheduled_at": at, "expires_at": at, "created_at": at}
    plain = {"contact": contact, "location": place, "phone": PHONE, "state": "delivered", **sent}
    text = Message.objects.create(
        kind="reminder",
        appointment=visit,
        text="Dear Billie, elderflower",
        words="Delivered to +447700900871",
        provider_id="text-1",
        **plain,
    )
    Message.objects.create(kind="staff", text="Any shellfish?", provider_id="text-2", **plain)
    Message.objects.create(
        kind="staff",
        text="To Wilma-Former",
        provider_id="text-3",
        **(plain | {"phone": FORMER_PHONE}),
    )
    Reminder.objects.create(
        appointment=visit,
        rule=rule,
        version=1,
        state="sent",
        due_at=at,
        cutoff_at=at,
        location=place,
        starts_at=at,
        local_date=visit.local_date,
        phone=PHONE,
        message=text,
        updated_at=at,
    )
    return _answers(contact, visit, text)


def _answers(contact: Contact, visit: Appointment, text: Message) -> Reply:
    """What came of the text: reports, their reply, and one of which nobody knew whose it is."""
    at = visit.starts_at
    for number, about in enumerate((text, None)):
        DeliveryReport.objects.create(
            provider_id=f"report-{number}",
            message=about,
            status="delivered",
            stored_at=at,
            applied_at=at,
            raw={"to": PHONE},
        )
    reply = Reply.objects.create(
        provider_id="reply-1",
        contact=contact,
        message=text,
        phone=PHONE,
        text="No shellfish for Billie",
        received_at=at,
        stored_at=at,
        applied_at=at,
        raw={"content": "No shellfish", "source_number": PHONE},
        reading={"unknown": ["shellfish"]},
        problem="shellfish is unknown",
    )
    reply.appointments.add(visit)
    # From their number, but nobody knew whose it is.
    Reply.objects.create(
        provider_id="reply-2",
        phone=PHONE,
        text="elderflower?",
        received_at=at,
        stored_at=at,
        applied_at=at,
        raw={"content": "elderflower?"},
    )
    return reply


def _history(contact: Contact, visit: Appointment, reply: Reply) -> None:
    at = visit.starts_at
    Suppression.objects.create(
        phone=PHONE, reason="patient", words="stop elderflower", since=at, reply=reply, synced_at=at
    )
    Suppression.objects.create(
        phone=FORMER_PHONE,
        reason="staff",
        words="asked Billie",
        since=at,
        synced_at=at,
        lifted_at=at,
        lifted_words="Quackenbush asked again",
    )
    record("opted_out", by=PATIENT, now=at, contact_id=contact.pk, details={"words": "elderflower"})
    record(
        "contact_changed",
        by=SYSTEM,
        now=at,
        contact_id=contact.pk,
        details={"phone": [FORMER_PHONE, PHONE], "last_name": ["", "Quackenbush"]},
    )
    record(
        "changed",
        by=SYSTEM,
        now=at,
        appointment_id=visit.pk,
        details={"notes": ["shellfish", "elderflower"]},
    )
    CallAttempt.objects.create(appointment=visit, at=at, outcome="called", phone=PHONE)
    open_all(
        [
            NewCard(
                InboxItem.Kind.UNCLEAR,
                phone=PHONE,
                reply_id=reply.pk,
                appointment_id=visit.pk,
                contact_id=contact.pk,
                location_id=visit.location_id,
            )
        ],
        now=at,
    )
    InboxItem.objects.update(done_at=at)


def _file(visit: Appointment) -> Import:
    at = visit.starts_at
    file = Import.objects.create(
        filename="diary.csv",
        state="applied",
        created_at=at,
        applied_at=at,
        problems=[{"row": 3, "message": "Wilhelmina Quackenbush has no date"}],
    )
    cells = ["Wilhelmina", "Quackenbush", "07700 900871", "PATNO-4711"]
    ImportRow.objects.create(
        of=file,
        number=2,
        cells=cells,
        outcome="changed",
        appointment_id=visit.pk,
        before={"patient": {"phone": FORMER_PHONE}},
    )
    ImportRow.objects.create(
        of=file, number=3, cells=cells, outcome="error", words="Billie has no date"
    )
    return file


def found_in_database(signs: tuple[str, ...] = SIGNS) -> dict[str, list[str]]:
    """Every table that holds one of these signs anywhere, with the signs; all columns as text."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f"SELECT string_agg(row_to_json(t)::text, ' ') FROM "
                f"{connection.ops.quote_name(table)} t"
            )
            text = (cursor.fetchone() or ("",))[0] or ""
            there = [sign for sign in signs if sign.lower() in text.lower()]
            if there:
                found[table] = there
    return found
