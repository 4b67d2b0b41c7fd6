"""Appointments as other programs read them."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, time, timedelta

import pytest

from reminders.domain.pages.export import exported, write_csv, write_json
from reminders.models import Appointment, Reply
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def state_of(appointment: Appointment) -> str:
    """The state of the text that the export shows for it."""
    (row,) = exported(now=NOON)
    assert row["external_id"] == appointment.external_id
    return row["message_state"]


@pytest.fixture
def appointment() -> Appointment:
    """One appointment the day after tomorrow at ten in Sydney."""
    place = make.make_location(name="Bayside", zone="Australia/Sydney", country="AU")
    ann = make.make_contact(first_name="=Ann", last_name="Lee", phone="+61491570006")
    return make.make_appointment(location=place, contact=ann, external_id="A-1")


def test_a_row_tells_all_as_csv_and_as_json(appointment: Appointment) -> None:
    rule = make.make_confirmation_rule()
    make.make_handed_over(appointment, rule, message=make.make_message(state="delivered"))
    reply = Reply.objects.create(
        provider_id="r1", phone="+61491570006", text="-Y", received_at=NOON, stored_at=NOON
    )
    reply.appointments.add(appointment)
    table, objects = io.StringIO(), io.StringIO()

    assert (write_csv(table, now=NOON), write_json(objects, now=NOON)) == (1, 1)

    row = {
        "external_id": "A-1",
        "starts_at": "2026-03-04T10:00:00+11:00",
        "location": "Bayside",
        "name": "=Ann Lee",
        "phone": "+61491570006",
        "status": "booked",
        "message_state": "delivered",
        "last_reply": "-Y",
    }
    assert json.loads(objects.getvalue()) == [row]
    table.seek(0)
    assert list(csv.DictReader(table)) == [row | {"name": "'=Ann Lee", "last_reply": "'-Y"}]


def test_without_appointments_there_is_a_header_and_an_empty_list() -> None:
    table, objects = io.StringIO(), io.StringIO()

    assert (write_csv(table, now=NOON), write_json(objects, now=NOON)) == (0, 0)

    assert table.getvalue() == (
        "external_id,starts_at,location,name,phone,status,message_state,last_reply\n"
    )
    assert json.loads(objects.getvalue()) == []


def test_days_are_those_of_the_location_and_both_included() -> None:
    place = make.make_location(zone="Australia/Sydney", country="AU")
    for day in range(3, 7):
        make.make_appointment(
            day=date(2026, 3, day), at=time(0, 30), location=place, external_id=f"D{day}"
        )

    rows = exported(now=NOON, first=date(2026, 3, 4), last=date(2026, 3, 5))

    assert [row["external_id"] for row in rows] == ["D4", "D5"]


@pytest.mark.parametrize(
    ("confirmation_due", "reminder_due", "shown"),
    [(-2, -1, "accepted"), (-2, 5, "delivered"), (2, 5, "delivered")],
    ids=["both went", "one went", "both are to come"],
)
def test_the_last_text_that_went_is_shown_else_the_next_one(
    appointment: Appointment, confirmation_due: int, reminder_due: int, shown: str
) -> None:
    for rule, hours, state in (
        (make.make_reminder_rule(), reminder_due, "accepted"),
        (make.make_confirmation_rule(), confirmation_due, "delivered"),
    ):
        message = make.make_message(state=state, scheduled_at=NOON + timedelta(hours=hours))
        make.make_handed_over(appointment, rule, message=message)

    assert state_of(appointment) == shown


def test_a_text_for_an_earlier_version_gives_way_to_one_for_this(appointment: Appointment) -> None:
    rule = make.make_confirmation_rule()
    for version, hours, state in ((1, -3, "delivered"), (2, 4, "accepted")):
        message = make.make_message(state=state, scheduled_at=NOON + timedelta(hours=hours))
        make.make_handed_over(appointment, rule, message=message, version=version)

    assert state_of(appointment) == "accepted"


def test_an_appointment_without_texts_has_no_state(appointment: Appointment) -> None:
    assert state_of(appointment) == ""
