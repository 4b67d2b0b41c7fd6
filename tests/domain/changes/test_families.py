"""A family's visits that are moved or cancelled together are told in one text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.claiming.due import claim_due
from reminders.models import Appointment, Contact, Location, Message
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 3, 11), date(2026, 3, 12)
PHONE = make.phone(44)


class Family:
    """Ann at ten and Ben at half past, on one phone, far ahead."""

    def __init__(self) -> None:
        for position, kind in enumerate(("moved", "cancelled"), start=1):
            make.make_event_rule(kind, position=position)
        self.place = make.make_location()
        self.ann, self.ben = self.visit("Ann", time(10)), self.visit("Ben", time(10, 30))
        plan_appointments([self.ann.pk, self.ben.pk], now=NOON)

    def visit(self, name: str, at: time) -> Appointment:
        who = make.make_contact(first_name=name, phone=PHONE)
        return make.make_appointment(contact=who, location=self.place, day=DAY, at=at)

    def move(self, visit: Appointment, day: date, minute: int = 0) -> None:
        at = NOON + timedelta(minutes=minute)
        change_appointment(visit, {"local_date": day}, by=SYSTEM, now=at)

    def cancel(self, *visits: Appointment, minute: int = 0) -> None:
        at = NOON + timedelta(minutes=minute)
        cancelled = Appointment.Status.CANCELLED
        set_status([one.pk for one in visits], cancelled, by=SYSTEM, now=at)

    def texts(self) -> list[str]:
        """What leaves within the next half hour, by the purpose of its words."""
        for minute in range(0, 31, 5):
            at = NOON + timedelta(minutes=minute)
            claim_due(now=at, ahead=timedelta(hours=24), limit=9, hold=timedelta(minutes=1))
        words = Message.objects.order_by("created_at", "text").values_list("text", flat=True)
        return ["both" if "1) Ann" in one else one.split(",")[0] for one in words]


def moved(family: Family) -> None:
    family.move(family.ann, NEXT)
    family.move(family.ben, NEXT)


def cancelled(family: Family) -> None:
    family.cancel(family.ann, family.ben)


def moved_apart(family: Family) -> None:
    family.move(family.ann, NEXT)
    family.move(family.ben, date(2026, 3, 13))


def one_after_the_other(family: Family) -> None:
    family.move(family.ann, NEXT)
    family.move(family.ben, NEXT, minute=7)


def one_moved_one_cancelled(family: Family) -> None:
    family.move(family.ann, NEXT)
    family.cancel(family.ben)


def moved_and_both_cancelled(family: Family) -> None:
    """By then the visits stand on two days, though both texts tell of the one that is known."""
    family.move(family.ann, NEXT)
    family.cancel(family.ann, family.ben, minute=2)


def each_their_own(family: Family) -> None:
    Location.objects.update(family_messages=False)
    moved(family)


def two_languages(family: Family) -> None:
    Contact.objects.filter(pk=family.ben.contact_id).update(language="de")
    moved(family)


@pytest.mark.parametrize(
    ("story", "texts"),
    [
        (moved, ["both"]),
        (cancelled, ["both"]),
        (moved_apart, ["Ann", "Ben"]),
        (one_after_the_other, ["Ann", "Ben"]),
        (one_moved_one_cancelled, ["Ann", "Ben"]),
        (moved_and_both_cancelled, ["Ann", "Ben"]),
        (each_their_own, ["Ann", "Ben"]),
        (two_languages, ["Ann", "Ben"]),
    ],
)
def test_what_is_told_together(story: Callable[[Family], None], texts: list[str]) -> None:
    family = Family()

    story(family)

    assert family.texts() == texts
