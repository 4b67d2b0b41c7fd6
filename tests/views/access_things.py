"""One of everything that an address can name."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.models import Group, User

from reminders.domain.common.audit import SYSTEM, record
from reminders.domain.diary.likely_pairs import keep_apart
from reminders.domain.setup.closed_days.changing import KIND
from reminders.domain.whole_day.choosing import prepare
from reminders.models import (
    Appointment,
    CalendarFeed,
    CannedReply,
    Contact,
    Import,
    InboxItem,
    Job,
    Location,
    Recall,
    RecallBatch,
    RecallText,
    ReminderRule,
    Reply,
    TaughtAnswer,
    TaughtReply,
    TrustedDesk,
    WordingTrial,
)
from tests.factories import (
    NOON,
    make_appointment,
    make_closed_day,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_merge,
    make_message,
    make_practitioner,
    make_service,
    make_user,
    make_wish,
)
from tests.views.access_table import DAY

Things = dict[str, int | UUID]


def things(place: Location, *, user: User, name: str = "Ann") -> Things:
    """One of everything that an address can name, at a location; uploads are of this user."""
    contact = make_contact(first_name=name)
    appointment = make_appointment(day=DAY, location=place, contact=contact)
    rule = make_confirmation_rule(location=place)
    upload = Import.objects.create(
        filename=f"{name}.csv", created_at=NOON, created_by=user, state="applied"
    )
    return {
        "place": place.pk,
        "contact": contact.pk,
        "appointment": appointment.pk,
        "rule": rule.pk,
        "upload": upload.pk,
        **of_a_visit(appointment, rule, name=name),
        **of_a_patient(contact, place, user=user, name=name),
        **of_a_location(place, rule, name=name),
        **of_the_site(f"of-{name}-{appointment.pk}"),
    }


def of_a_visit(appointment: Appointment, rule: ReminderRule, *, name: str) -> Things:
    """What was texted, answered and done about it."""
    reminder = make_handed_over(appointment, rule)
    event = record("confirmed", by=SYSTEM, now=NOON, appointment_id=appointment.pk)
    contact = appointment.contact
    reply = Reply.objects.create(
        provider_id=f"of-{name}-{appointment.pk}", contact=contact, phone=contact.phone,
        text=f"{name} wrote", received_at=NOON, stored_at=NOON, applied_at=NOON,
    )  # fmt: skip
    card = InboxItem.objects.create(
        kind="unclear", reply=reply, contact=contact, appointment=appointment,
        location=appointment.location, phone=contact.phone, opened_at=NOON,
    )  # fmt: skip
    return {
        "reminder": reminder.pk,
        "event": event.pk,
        "card": card.pk,
        "many": prepare([appointment], by=SYSTEM, now=NOON).pk,
        "wish": make_wish(appointment).pk,
    }


def of_a_patient(contact: Contact, place: Location, *, user: User, name: str) -> Things:
    """Somebody of the same name, and an invitation to come again."""
    relative = make_contact(first_name=name)
    make_appointment(day=DAY, location=place, contact=relative)
    pair = keep_apart(contact.pk, relative.pk, by=SYSTEM, now=NOON)
    batch = RecallBatch.objects.create(by=user, at=NOON)
    recall = Recall.objects.create(
        contact=contact, service=make_service(), location=place, last_visit=DAY, due_on=DAY
    )
    RecallText.objects.create(recall=recall, batch=batch, nth=1)
    return {
        "relative": relative.pk,
        "pair": pair.pk,
        "merge": make_merge(contact).pk,
        "batch": batch.pk,
        "recall": recall.pk,
        "taught": TaughtReply.objects.create(
            language="en", words=f"phrase {contact.pk}", meaning="yes", taught_at=NOON
        ).pk,
    }


def of_a_location(place: Location, rule: ReminderRule, *, name: str) -> Things:
    """What is set up for it, and who works there."""
    return {
        "trial": WordingTrial.objects.create(
            rule=rule, language="en", first=name, second="Hello", least=25, started_at=NOON
        ).pk,
        "calendar": CalendarFeed.objects.create(
            location=place, digest=f"of-{name}-{place.pk}", made_at=NOON
        ).pk,
        "closed_day": make_closed_day(place).pk,
        "closed_days_line": closed_days_line(place),
        "answer": TaughtAnswer.objects.create(
            location=place, about="column", header="who", meaning="name", taught_at=NOON
        ).pk,
        "colleague": make_user(first_name=name, group="receptionist", locations=(place,)).pk,
        "test": make_message(kind="test", state="delivered", location=place).pk,
    }


def of_the_site(digest: str) -> Things:
    """What belongs to no location."""
    return {
        "practitioner": make_practitioner().pk,
        "service": make_service().pk,
        "line": CannedReply.objects.create(title="Call us", text="Please call us.").pk,
        "job": Job.objects.create(kind="replan", created_at=NOON, state="done").pk,
        "desk": TrustedDesk.objects.create(digest=digest, name="Front desk", made_at=NOON).pk,
        "role": Group.objects.get(name="receptionist").pk,
    }


def closed_days_line(place: Location) -> int:
    """A change of the closed days of a location that can be taken back."""
    row = make_closed_day(place, first_day=DAY, last_day=DAY)
    details = {"location": place.pk, "names": [row.name], "closed": [row.pk], "open": []}
    return record(KIND, by=SYSTEM, now=NOON, details=details).pk
