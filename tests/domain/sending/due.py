"""Texts that are due, and what became of them: shared by the tests of sending."""

from collections import Counter
from datetime import date, datetime, time
from typing import Any

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, Message, Reminder
from tests import factories as make
from tests.factories import NOON

TOMORROW = date(2026, 3, 3)


def at_noon() -> datetime:
    return NOON


def planned(count: int = 1, **values: Any) -> list[Appointment]:
    """Appointments tomorrow at 13:00, whose confirmation is due in an hour."""
    make.make_confirmation_rule()
    place = make.make_location(name="Harbour Dental")
    rows = [
        make.make_appointment(day=TOMORROW, at=time(13, 0), location=place, **values)
        for _ in range(count)
    ]
    plan_appointments([row.pk for row in rows], now=NOON)
    return rows


def message_states() -> dict[str, int]:
    return dict(Counter(Message.objects.values_list("state", flat=True)))


def reminder_states() -> dict[tuple[str, str], int]:
    return dict(Counter(Reminder.objects.values_list("state", "reason")))
