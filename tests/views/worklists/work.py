"""Things that the work lists show, around the present: pages read the real clock."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from reminders.models import (
    Appointment,
    Contact,
    InboxItem,
    Location,
    Reminder,
    ReminderRule,
    Reply,
)
from tests.factories import make_appointment, make_contact, make_location

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def tomorrow(place: Location) -> date:
    """The local date after today's."""
    return timezone.now().astimezone(place.tz).date() + timedelta(days=1)


def open_place(**values: Any) -> Location:
    """A site that works every day."""
    return make_location(open_days=EVERY_DAY, **values)


def booked(
    place: Location, name: str = "Ann", *, at: time = time(10, 0), **values: Any
) -> Appointment:
    """An appointment tomorrow, not confirmed."""
    contact = values.pop("contact", None) or make_contact(first_name=name, last_name="")
    given: dict[str, Any] = {
        "location": place,
        "day": tomorrow(place),
        "contact": contact,
        "at": at,
    }
    return make_appointment(**(given | values))


def make_card(appointment: Appointment, text: str = "Maybe?", **values: Any) -> InboxItem:
    """A reply of this appointment's patient that waits for a person."""
    now = timezone.now()
    contact: Contact = appointment.contact
    reply = Reply.objects.create(
        provider_id=f"r-{appointment.pk}-{text}-{now.timestamp()}",
        contact=contact,
        phone=contact.phone,
        text=text,
        received_at=now,
        stored_at=now,
        applied_at=now,
    )
    plain = {
        "kind": "unclear",
        "reply": reply,
        "appointment": appointment,
        "contact": contact,
        "location": appointment.location,
        "phone": contact.phone,
        "opened_at": now,
    }
    return InboxItem.objects.create(**(plain | values))


def make_skipped(appointment: Appointment, rule: ReminderRule, **values: Any) -> Reminder:
    """A reminder that was due an hour ago and did not go."""
    now: datetime = timezone.now()
    plain = {
        "state": "skipped",
        "reason": "booked_late",
        "version": appointment.version,
        "due_at": now - timedelta(minutes=1),
        "cutoff_at": now + timedelta(hours=1),
        "location": appointment.location,
        "starts_at": appointment.starts_at,
        "local_date": appointment.local_date,
        "phone": appointment.contact.phone,
        "updated_at": now,
    }
    return Reminder.objects.create(appointment=appointment, rule=rule, **(plain | values))
