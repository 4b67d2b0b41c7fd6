"""Two locations with one of everything at each: what an address can name, and every table of the
administration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from reminders.domain.common.audit import Actor
from reminders.domain.consent.suppressions import opt_out
from reminders.models import (
    Appointment,
    CallAttempt,
    CannedReply,
    Contact,
    DailyStatistics,
    DeliveryReport,
    Import,
    ImportMapping,
    ImportRow,
    InboxItem,
    Job,
    Location,
    Message,
    Practitioner,
    Reminder,
    ReminderRule,
    Reply,
    Service,
    Suppression,
    TaskRun,
    Wording,
)
from tests.factories import (
    NOON,
    make_appointment,
    make_contact,
    make_location,
    make_practitioner,
    make_service,
    make_user,
)
from tests.views.access_table import DAY
from tests.views.access_things import things

NUMBERS = {"Nearby": "+447700900811", "Faraway": "+447700900822"}
"""For the people of each place; no other test's people have them."""


SHARED = (CannedReply, Job, Practitioner, Service, TaskRun, IntervalSchedule, PeriodicTask)


@dataclass
class World:
    """A location with all that belongs to it, and the signs by which anybody would know it."""

    name: str
    place: Location
    there: dict[str, Any]
    rows: dict[type[Model], Model] = field(default_factory=dict)

    @property
    def of_place(self) -> list[Model]:
        """Those of the rows that belong to the place; the others are everybody's."""
        return [row for row in self.rows.values() if type(row) not in SHARED]

    @property
    def signs(self) -> tuple[str, ...]:
        """Names and numbers of its people, as they are written."""
        digits = NUMBERS[self.name].removeprefix("+44")
        return (self.name, digits, f"0{digits[:4]} {digits[4:]}")


def make_world(name: str, *, user: User) -> World:
    """One of everything at a location; what somebody does there was done by this user."""
    place = make_location(name=f"Site of {name}")
    world = World(name, place, things(place, user=user, name=name))
    people = Contact.objects.filter(first_name=name)
    people.update(phone=NUMBERS[name], last_name=f"{name}son")
    Message.objects.filter(location=place).update(phone=NUMBERS[name], text=f"Hello {name}")
    Reply.objects.filter(contact__in=people).update(phone=NUMBERS[name])
    InboxItem.objects.filter(location=place).update(phone=NUMBERS[name])
    _belongings(world, user, people.order_by("pk")[0])
    world.rows |= {
        model: model._default_manager.filter(pk=world.there[name]).get()
        for model, name in {
            Appointment: "appointment",
            Contact: "contact",
            Import: "upload",
            InboxItem: "card",
            Job: "job",
            Reminder: "reminder",
            ReminderRule: "rule",
        }.items()
    }
    world.rows[Location] = place
    world.rows[User] = User.objects.get(pk=world.there["colleague"])
    return world


def _belongings(world: World, user: User, contact: Contact) -> None:
    visit = Appointment.objects.get(pk=world.there["appointment"])
    text = Message.objects.filter(location=world.place, contact=contact).order_by("pk")[0]
    number = f"{NUMBERS[world.name][:-1]}9"
    stopped = make_contact(first_name=world.name, phone=number)
    make_appointment(day=DAY, location=world.place, contact=stopped)
    opt_out(
        number, reason=Suppression.Reason.STAFF, words=f"{world.name} rang",
        by=Actor.staff(user.pk), now=NOON,
    )  # fmt: skip
    made: tuple[Model, ...] = (
        visit,
        text,
        CallAttempt.objects.create(appointment=visit, at=NOON, by=user, outcome="called"),
        DailyStatistics.objects.create(day=DAY, location=world.place, computed_at=NOON),
        DeliveryReport.objects.create(
            provider_id=f"R-{world.name}", message=text, status="delivered", stored_at=NOON
        ),
        ImportRow.objects.create(
            of_id=world.there["upload"], number=2, outcome="new",
            cells=[world.name, NUMBERS[world.name]],
        ),
        ImportMapping.objects.create(name=f"Diary of {world.name}", location=world.place),
        Wording.objects.create(
            rule_id=world.there["rule"], purpose="confirmation", language="en",
            text="{location}: {date} {time}",
        ),
        Reply.objects.filter(contact=contact).order_by("pk")[0],
        visit.events.order_by("pk")[0],
        Suppression.objects.get(by=user),
    )  # fmt: skip
    world.rows |= {type(one): one for one in made}


def furnish() -> dict[type[Model], Model]:
    """What belongs to no location: one row of each table that everybody shares."""
    interval = IntervalSchedule.objects.create(every=1234, period="seconds")
    made: tuple[Model, ...] = (
        CannedReply.objects.create(title="A line", text="Thank you"),
        make_practitioner(),
        make_service(),
        TaskRun.objects.create(name="a ring", started_at=NOON),
        interval,
        PeriodicTask.objects.create(name="A ring", task="reminders.tasks.send", interval=interval),
    )
    return {type(one): one for one in made}


def somebody_of(*places: Location, role: str) -> User:
    """A member of staff who sees these locations; none given: all of them."""
    return make_user(group=role, locations=places)
