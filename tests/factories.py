"""One plain maker per model: sensible values, all of which a test may override by name."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, User

from reminders.domain.diary.appointments import wall_time
from reminders.domain.diary.merge import HELD, row_of
from reminders.models import (
    Appointment,
    ClosedDay,
    Contact,
    ContactMerge,
    FreeSlot,
    Location,
    Message,
    Practitioner,
    Reminder,
    ReminderRule,
    Service,
    SlotOffer,
    SoonerWish,
    StaffProfile,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
_numbers = count(1)


def phone(index: int | None = None) -> str:
    """A UK number from the range kept for fiction; without an index, each call gives the next.

    Never one of the last ten: to some of them the sandbox delivers nothing, or answers by itself.
    """
    return f"+4477009{next(_numbers) % 990 if index is None else index % 1000:05d}"


def make_location(**values: Any) -> Location:
    """A site in London that texts from 08:00 to 20:00."""
    plain = {
        "name": f"Site {next(_numbers)}",
        "phone": "020 7946 0000",
        "zone": "Europe/London",
        "country": "GB",
    }
    return Location.objects.create(**(plain | values))


def midday_zone() -> str:
    """A zone where it is about noon now: what lies some hours ahead is still today there."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"


def make_closed_day(place: Location, **values: Any) -> ClosedDay:
    """Christmas Day of 2026, unless told otherwise; one day where no last one is given."""
    plain = {"name": "Christmas", "first_day": date(2026, 12, 25)} | values
    return ClosedDay.objects.create(location=place, **({"last_day": plain["first_day"]} | plain))


def make_contact(**values: Any) -> Contact:
    """An adult with a mobile of their own."""
    plain = {"first_name": "Ann", "last_name": "Lee", "phone": phone(), "phone_kind": "mobile"}
    return Contact.objects.create(**(plain | values))


def make_merge(kept: Contact, **values: Any) -> ContactMerge:
    """Somebody with nothing of their own who was made part of this person."""
    other = make_contact(**values)
    merge = ContactMerge.objects.create(
        kept=kept,
        person=other.pk,
        name=other.name,
        phone=other.phone,
        former=row_of(other),
        moved={name: [] for name in (*HELD, "merges")},
        merged_at=NOON,
    )
    other.delete()
    return merge


def make_practitioner(**values: Any) -> Practitioner:
    """A doctor."""
    return Practitioner.objects.create(**({"name": f"Dr Who {next(_numbers)}"} | values))


def make_service(**values: Any) -> Service:
    """Something a patient comes for."""
    return Service.objects.create(**({"name": f"Check-up {next(_numbers)}"} | values))


def make_appointment(
    *,
    day: date = date(2026, 3, 4),
    at: time = time(10, 0),
    location: Location | None = None,
    contact: Contact | None = None,
    **values: Any,
) -> Appointment:
    """A booked appointment on a Wednesday at ten on the location's clock, known since NOON two days
    before.

    Not planned: call `plan_appointments` where the test is about texts.
    """
    location = location or make_location()
    plain = wall_time(day, at, location=location) | {"changed_at": NOON - timedelta(days=30)}
    appointment = Appointment.objects.create(
        location=location, contact=contact or make_contact(), **(plain | values)
    )
    appointment.refresh_from_db()
    return appointment


def make_wish(visit: Appointment, **values: Any) -> SoonerWish:
    """On the short-notice list: any day and time, with anyone, at two hours' notice."""
    plain = {
        "location": visit.location,
        "service": visit.service,
        "days": [1, 2, 3, 4, 5, 6, 7],
        "created_at": NOON - timedelta(days=1),
    }
    return SoonerWish.objects.create(appointment=visit, **(plain | values))


def make_offer(visit: Appointment, **values: Any) -> SlotOffer:
    """Asked about a time two hours before their own visit; declined."""
    earlier = visit.starts_at - timedelta(hours=2)
    slot = FreeSlot.objects.create(
        appointment=visit,
        location=visit.location,
        starts_at=earlier,
        local_date=visit.local_date,
        local_time=earlier.time(),
        weekday=visit.local_date.isoweekday(),
        freed_at=NOON,
        state="given_up",
    )
    plain = {"state": "declined", "asked_at": NOON, "holds_until": NOON, "ended_at": NOON}
    return SlotOffer.objects.create(
        slot=slot,
        wish=make_wish(visit),
        appointment=visit,
        contact=visit.contact,
        **(plain | values),
    )


def make_confirmation_rule(**values: Any) -> ReminderRule:
    """The default confirmation: the day before at the same time of day."""
    plain = {
        "name": "Confirmation",
        "kind": "confirmation",
        "days_before": 1,
        "min_notice_minutes": 180,
        "cutoff_minutes": 120,
        "changed_at": NOON - timedelta(days=365),
    }
    return ReminderRule.objects.create(**(plain | values))


def make_reminder_rule(**values: Any) -> ReminderRule:
    """The default reminder: an hour before."""
    plain = {
        "name": "Reminder",
        "kind": "reminder",
        "minutes_before": 60,
        "quiet": "earlier",
        "min_notice_minutes": 15,
        "cutoff_minutes": 10,
        "changed_at": NOON - timedelta(days=365),
    }
    return ReminderRule.objects.create(**(plain | values))


def make_event_rule(kind: str, **values: Any) -> ReminderRule:
    """A rule for something that happened, ten minutes after it; in force for a year."""
    plain = {
        "name": f"When {kind}",
        "kind": kind,
        "minutes_after": 0,
        "settle_minutes": 10,
        "min_notice_minutes": 0,
        "cutoff_minutes": 0,
        "changed_at": NOON - timedelta(days=365),
    }
    return ReminderRule.objects.create(**(plain | values))


def make_message(**values: Any) -> Message:
    """A text that the provider has accepted, due at NOON, unless told otherwise."""
    plain = {
        "kind": "reminder",
        "phone": phone(),
        "text": "Hello",
        "state": "accepted",
        "provider_id": f"provider-{next(_numbers)}",
        "scheduled_at": NOON,
        "expires_at": NOON + timedelta(hours=2),
        "send_after": NOON,
        "created_at": NOON - timedelta(hours=1),
    }
    values = plain | values
    if (
        values["state"] in ("queued", "submitting", "unknown")
        and values["provider_id"] == plain["provider_id"]
    ):
        values["provider_id"] = None
    return Message.objects.create(**values)


def make_handed_over(
    appointment: Appointment, rule: ReminderRule, *, message: Message | None = None, **values: Any
) -> Reminder:
    """A reminder of this appointment that is with the provider, with its message."""
    message = message or make_message(
        appointment=appointment,
        contact=appointment.contact,
        location=appointment.location,
        phone=appointment.contact.phone,
        scheduled_at=values.get("due_at", NOON + timedelta(hours=1)),
    )
    plain = {
        "state": "sent",
        "version": appointment.version,
        "due_at": message.scheduled_at,
        "cutoff_at": message.expires_at,
        "location": appointment.location,
        "starts_at": appointment.starts_at,
        "local_date": appointment.local_date,
        "phone": message.phone,
        "updated_at": NOON,
    }
    return Reminder.objects.create(
        appointment=appointment, rule=rule, message=message, **(plain | values)
    )


def make_user(
    username: str = "", *, group: str = "", locations: tuple[Location, ...] = (), **values: Any
) -> User:
    """A member of staff with a role (receptionist, manager, administrator) and the locations they
    may see.

    None given: all of them.
    """
    user = User.objects.create_user(
        username or f"user{next(_numbers)}", password="a long password", **values
    )
    if group:
        user.groups.add(Group.objects.get(name=group))
    StaffProfile.objects.create(user=user, all_locations=not locations).locations.set(locations)
    return user
