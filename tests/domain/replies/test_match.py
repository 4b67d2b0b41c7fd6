"""Whose reply it is: by the text it answers, or by the number when only one text can be meant."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.replies.candidates import candidates
from reminders.models import Appointment, InboxItem, Message
from tests import factories as make
from tests.domain.replies.texting import (
    answer_to,
    answers,
    cards,
    receive,
    reply,
    status,
    texted,
    texted_together,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_by_the_providers_id_when_the_metadata_is_gone() -> None:
    appointment = make.make_appointment()
    payload = reply("Y", to=texted(appointment))
    payload.metadata.clear()

    found = receive(payload)

    assert (found.matched_by, status(appointment)) == ("provider_id", "confirmed")


def test_by_the_number_when_one_appointment_was_told_there() -> None:
    appointment = make.make_appointment()
    texted(appointment)

    found = answers("Y", phone=appointment.contact.phone)

    assert (found.matched_by, found.contact, status(appointment)) == (
        "number",
        appointment.contact,
        "confirmed",
    )


def test_two_texts_about_the_same_appointment_are_one_candidate() -> None:
    appointment = make.make_appointment()
    texted(appointment)
    make.make_handed_over(
        appointment,
        make.make_reminder_rule(),
        message=make.make_message(
            phone=appointment.contact.phone,
            state="delivered",
            scheduled_at=NOON - timedelta(minutes=1),
        ),
    )

    assert answers("Y", phone=appointment.contact.phone).matched_by == "number"


def test_several_appointments_on_one_number_are_for_a_person() -> None:
    contact = make.make_contact()
    visits = [make.make_appointment(contact=contact, day=date(2026, 3, day)) for day in (4, 5)]
    for visit in visits:
        texted(visit)

    found = answers("Y", phone=contact.phone)

    assert (found.matched_by, found.outcome, cards()) == ("", "unmatched", ["unmatched"])
    assert [status(visit) for visit in visits] == ["booked", "booked"]


def test_the_appointments_of_one_family_text_are_one_candidate() -> None:
    number = make.phone()
    place = make.make_location()
    visits = [
        make.make_appointment(
            contact=make.make_contact(first_name=name, phone=number), location=place
        )
        for name in ("Ann", "Ben")
    ]
    texted_together(*visits)

    answers("Y", phone=number)

    assert [status(visit) for visit in visits] == ["confirmed", "confirmed"]


@pytest.mark.parametrize(
    ("when", "state"),
    [
        (timedelta(days=15), "delivered"),
        (timedelta(hours=-1), "accepted"),
        (timedelta(hours=1), "failed"),
        (timedelta(hours=1), "cancelled"),
    ],
    ids=["too long ago", "not out yet", "never arrived", "withdrawn"],
)
def test_a_text_that_the_patient_can_not_mean_is_no_candidate(when: timedelta, state: str) -> None:
    appointment = make.make_appointment()
    texted(
        appointment,
        scheduled_at=NOON - when,
        created_at=NOON - when - timedelta(hours=1),
        state=state,
    )

    assert answers("Y", phone=appointment.contact.phone).outcome == "unmatched"


def test_what_is_over_or_cancelled_is_no_candidate() -> None:
    contact = make.make_contact()
    past = make.make_appointment(contact=contact, day=date(2026, 3, 1))
    off = make.make_appointment(contact=contact)
    for visit in (past, off):
        texted(visit)
    set_status([off.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    assert answers("Y", phone=contact.phone).outcome in ("passed", "called_off")
    assert [status(past), status(off)] == ["booked", "cancelled"]


def test_a_number_that_nobody_knows_is_for_a_person_and_is_answered_where_it_is_clear_by_whom() -> (
    None
):
    make.make_location(name="The Only One")

    found = answers("Hello there", phone=make.phone())

    assert (found.outcome, cards()) == ("unmatched", ["unmatched"])
    assert answer_to(found).startswith(
        "Thanks, we have passed your message to the reception at The Only One."
    )


def test_staff_may_settle_what_a_second_number_of_the_family_answers_by_one_click() -> None:
    appointment = make.make_appointment()
    answers("Y", to=texted(appointment), phone=make.phone())

    listed = candidates(InboxItem.objects.get(), now=NOON)

    assert [one.appointment for one in listed] == [appointment]


def test_a_reply_from_another_number_than_the_one_texted_changes_nothing() -> None:
    appointment = make.make_appointment()

    found = answers("Y", to=texted(appointment), phone=make.phone())

    assert (found.message, found.outcome, status(appointment)) == (None, "unmatched", "booked")


def test_a_reply_to_what_staff_wrote_is_for_staff() -> None:
    appointment = make.make_appointment()
    written = make.make_message(
        kind="staff",
        appointment=appointment,
        contact=appointment.contact,
        phone=appointment.contact.phone,
    )

    found = answers("Yes", to=written)

    assert (found.message, status(appointment)) == (written, "booked")
    assert (cards(), answer_to(found)) == (["unclear"], "")


def test_a_reply_proves_that_the_provider_has_a_text_of_unknown_outcome() -> None:
    appointment = make.make_appointment()
    message = texted(appointment, state="unknown", unknown_since=NOON)

    found = receive(replace(reply("Y", to=message), message_id="theirs"))

    message.refresh_from_db()
    assert (message.state, message.provider_id, found.outcome) == (
        "accepted",
        "theirs",
        "confirmed",
    )


def test_metadata_of_other_programs_is_no_text_of_ours() -> None:
    payload = reply("Y", phone=make.phone())
    payload.metadata["message"] = "order-17"

    found = receive(payload)

    assert (found.message_uuid, found.outcome) == (None, "unmatched")
    assert Message.objects.filter(kind="reminder").count() == 0
