"""A change that matters to a text at the provider withdraws it; what does not, leaves it alone."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from reminders.domain.consent.suppressions import opt_out
from reminders.domain.diary.appointments import change_appointment, delete_appointment, set_status
from reminders.domain.diary.contacts import change_contact
from reminders.models import Appointment, Suppression
from tests.faults.support.world import STAFF, World, fictional_number

DAY_AND_MORE = timedelta(hours=74)
Change = Callable[[World, Appointment], object]


def appointment(**values: object) -> Change:
    return lambda world, row: change_appointment(row, values, by=STAFF, now=world.now)


def contact(**values: object) -> Change:
    return lambda world, row: change_contact(row.contact, values, by=STAFF, now=world.now)


def status(name: str) -> Change:
    return lambda world, row: set_status(
        [row.pk], Appointment.Status(name), by=STAFF, now=world.now
    )


def another_place(world: World, row: Appointment) -> None:
    change_appointment(row, {"location_id": world.place().pk}, by=STAFF, now=world.now)


def another_day(world: World, row: Appointment) -> None:
    change_appointment(
        row, {"local_date": row.local_date + timedelta(days=1)}, by=STAFF, now=world.now
    )


def another_number(world: World, row: Appointment) -> None:
    change_contact(row.contact, {"phone": fictional_number()}, by=STAFF, now=world.now)


def opted_out(world: World, row: Appointment) -> None:
    opt_out(
        row.contact.phone,
        reason=Suppression.Reason.STAFF,
        words="by phone",
        by=STAFF,
        now=world.now,
    )


def deleted(world: World, row: Appointment) -> None:
    delete_appointment(row, by=STAFF, now=world.now)


REPLACED = ["cancelled", "delivered"]
WITHDRAWN = ["cancelled"]
LEFT_ALONE = ["delivered"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(appointment(local_time=time(16, 30)), REPLACED, id="time"),
        pytest.param(another_day, REPLACED, id="date"),
        pytest.param(another_place, REPLACED, id="place"),
        pytest.param(another_number, REPLACED, id="phone"),
        pytest.param(contact(language="fr"), REPLACED, id="language"),
        pytest.param(contact(channel="none"), WITHDRAWN, id="no texts"),
        pytest.param(status("cancelled"), WITHDRAWN, id="cancelled"),
        pytest.param(status("declined"), WITHDRAWN, id="declined"),
        pytest.param(opted_out, WITHDRAWN, id="opted out"),
        pytest.param(deleted, WITHDRAWN, id="deleted"),
        pytest.param(appointment(notes="Bring the X-ray"), LEFT_ALONE, id="notes"),
        pytest.param(contact(notes="Prefers mornings"), LEFT_ALONE, id="notes on the patient"),
        pytest.param(status("confirmed"), LEFT_ALONE, id="confirmed"),
    ],
)
def test_a_change_withdraws_what_no_longer_holds(
    world: World, change: Change, expected: list[str]
) -> None:
    [row] = world.book(starts_in=timedelta(hours=26))
    world.settle()
    world.pass_time(timedelta(minutes=1))

    change(world, row)
    world.settle()
    assert next(entry["status"] for entry in world.ledger()) == (
        "scheduled" if expected == LEFT_ALONE else "cancelled"
    )
    world.play(DAY_AND_MORE)

    assert sorted(entry["status"] for entry in world.ledger()) == expected
    assert world.violations() == []
