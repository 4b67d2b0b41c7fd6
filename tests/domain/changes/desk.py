"""A front desk for tests: clicks at minutes after NOON, and the texts that leave by them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary import undoing
from reminders.domain.diary.appointments import change_appointment, create_appointment, set_status
from reminders.domain.diary.contacts import change_contact, plan_numbers
from reminders.domain.planning.plan import plan_future
from reminders.domain.sending.claiming.due import claim_due
from reminders.domain.sending.expire import expire
from reminders.domain.setup.rules import switch_rule
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    Location,
    Message,
    Reminder,
    ReminderRule,
    Suppression,
)
from tests import factories as make
from tests.factories import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Desk:
    """One visit and what is done with it; `sent` is what left, as kind, day and time told."""

    location: Location
    contact: Contact
    visit: Appointment | None = None
    now: datetime = NOON
    sent: list[str] = field(default_factory=list)

    def run(self, *steps: tuple[Any, ...]) -> list[str]:
        """Do each step at its minute, the texts that are due in between first; then wait a day."""
        for minute, name, *given in steps:
            self.until(NOON + minute * MINUTE)
            getattr(self, name)(*given)
            self.send()
        self.until(self.now + DAY)
        return self.sent

    def until(self, at: datetime) -> None:
        """Let time pass, and texts go when they are due."""
        while True:
            waiting = Reminder.objects.filter(state="planned", due_at__gt=self.now, due_at__lte=at)
            due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
            if due is None:
                break
            self.now = due
            self.send()
        self.now = at

    def send(self) -> None:
        """One round of sending, in which the provider takes and delivers everything."""
        expire(now=self.now)
        claim = claim_due(now=self.now, ahead=DAY, limit=100, hold=MINUTE)
        for wire in claim.wires:
            Message.objects.filter(pk=wire.id).update(
                state="delivered", provider_id=str(wire.id), claimed_until=None
            )
            rows = Reminder.objects.filter(message_id=wire.id)
            rows.update(state=Reminder.State.SENT)
            self.sent += [_told(row) for row in rows.select_related("rule", "location")]

    def book(self, when: str) -> None:
        day, at = _read(when)
        self.visit = create_appointment(
            location=self.location, contact=self.contact, day=day, at=at, by=SYSTEM, now=self.now
        )

    def move(self, when: str) -> None:
        day, at = _read(when)
        self.change(local_date=day, local_time=at)

    def change(self, **columns: Any) -> None:
        assert self.visit
        change_appointment(self.visit, columns, by=SYSTEM, now=self.now)

    def to_place(self, location: Location) -> None:
        self.change(location_id=location.pk)

    def to_person(self, contact: Contact) -> None:
        self.change(contact_id=contact.pk)

    def mark(self, status: str) -> None:
        assert self.visit
        set_status([self.visit.pk], Appointment.Status(status), by=SYSTEM, now=self.now)

    def undo(self) -> None:
        line = AuditEntry.objects.filter(appointment=self.visit, undone_at=None)
        last = line.exclude(kind="undone").order_by("-at", "-pk").first()
        assert last
        undoing.undo(last.pk, by=SYSTEM, now=self.now)

    def phone(self, number: str) -> None:
        change_contact(self.contact, {"phone": number}, by=SYSTEM, now=self.now)
        self.contact.refresh_from_db()

    def opt_out(self) -> None:
        Suppression.objects.create(phone=self.contact.phone, reason="patient", since=self.now)
        plan_numbers([self.contact.phone], now=self.now)

    def switch(self, kind: str, on: str) -> None:
        rule = ReminderRule.objects.get(kind=kind)
        switch_rule(rule.pk, on=on == "on", by=SYSTEM, now=self.now)
        plan_future(now=self.now)

    def wait(self) -> None:
        """Nothing is done."""

    def reasons(self) -> list[str]:
        """Why texts were not sent, of the visit as it stands."""
        assert self.visit
        self.visit.refresh_from_db()
        rows = Reminder.objects.filter(appointment=self.visit, version=self.visit.version)
        return sorted(
            f"{row.rule.kind}: {row.reason}" for row in rows.select_related("rule") if row.reason
        )


def _read(when: str) -> tuple[date, time]:
    at = datetime.fromisoformat(when)
    return at.date(), at.time()


def _told(row: Reminder) -> str:
    return f"{row.rule.kind} {row.starts_at.astimezone(row.location.tz):%d %H:%M}"


def desk(**location: Any) -> Desk:
    """A desk with a patient who has a number, at a site that texts from 08:00 to 20:00."""
    return Desk(make.make_location(**location), make.make_contact())
