"""A child, her mother, and a text the day before a visit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from reminders.domain.common.audit import SYSTEM
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.responsible.choose import choose
from reminders.domain.sending.claiming.due import claim_due
from reminders.models import Message, Reminder
from tests import factories as make

CHILD, MOTHER, OTHER = make.phone(11), make.phone(12), make.phone(13)
SOON = make.NOON + timedelta(hours=23)
BORN = date(2010, 3, 4)
"""Sixteen on the day of the visit."""


class Family:
    """A child with a visit on Wednesday 4 March at ten, and her mother; one rule, a day before."""

    def __init__(self, **child: Any) -> None:
        make.make_confirmation_rule()
        plain = {"first_name": "Mia", "phone": CHILD, "birth_date": BORN}
        self.child = make.make_contact(**(plain | child))
        self.mother = make.make_contact(first_name="Anna", phone=MOTHER, language="de")
        self.visit = make.make_appointment(contact=self.child)

    def choose(self, years: int | None = None) -> None:
        choose(self.child.pk, self.mother.pk, years=years, by=SYSTEM, now=make.NOON)

    def plan(self) -> Reminder:
        plan_appointments([self.visit.pk], now=make.NOON)
        return Reminder.objects.filter(appointment=self.visit).latest("version")

    def sent(self) -> Message:
        """The text, as it is handed over the day before."""
        self.plan()
        claim_due(now=SOON, ahead=timedelta(hours=1), limit=9, hold=timedelta(minutes=1))
        return Message.objects.latest("created_at")
