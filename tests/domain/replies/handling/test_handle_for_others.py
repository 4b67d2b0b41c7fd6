"""Replies about an appointment that is another person's by now, or whose person has another
number.
"""

from datetime import time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.contacts import change_contact
from reminders.domain.replies.inbox import settle
from reminders.models import Appointment, InboxItem, Message, Reminder, Suppression, Wording
from tests import factories as make
from tests.domain.diary_import.importing import NOW, bring_in, csv_of, sydney
from tests.domain.replies.texting import answer_to, answers, cards, status, texted, texted_together
from tests.factories import NOON

pytestmark = pytest.mark.django_db

READ = (
    "Thanks, we have passed your message to the reception at Harbour Dental."
    " If it is urgent, call 020 7946 0000."
)
LATER = NOON + timedelta(minutes=5)


def visit(**values: object) -> Appointment:
    place = make.make_location(name="Harbour Dental", phone="020 7946 0000")
    given: dict[str, Any] = {"location": place} | values  # Any: whatever a field takes
    return make.make_appointment(**given)


def hand_on(appointment: Appointment, **person: object) -> None:
    """The diary's row becomes another patient's."""
    other = make.make_contact(**({"first_name": "Bob", "last_name": "Ray"} | person))
    change_appointment(appointment, {"contact_id": other.pk}, by=SYSTEM, now=NOON)


def correct_number(appointment: Appointment) -> None:
    """The number was a stranger's; the patient's own is noted."""
    change_contact(appointment.contact, {"phone": make.phone()}, by=SYSTEM, now=NOON)


def family() -> tuple[list[Appointment], Message]:
    place, number = make.make_location(name="Harbour Dental", phone="020 7946 0000"), make.phone()
    visits = [
        make.make_appointment(
            location=place, at=time(hour), contact=make.make_contact(first_name=name, phone=number)
        )
        for hour, name in ((9, "Ann"), (10, "Ben"), (11, "Cleo"))
    ]
    return visits, texted_together(*visits)


def test_a_yes_of_the_patient_before_confirms_nothing_for_the_next_one() -> None:
    appointment = visit()
    message = texted(appointment)
    hand_on(appointment)

    found = answers("Y", to=message, now=LATER)

    assert (status(appointment), found.outcome, cards()) == ("booked", "not_theirs", ["unclear"])
    assert answer_to(found) == READ
    assert (found.contact, list(found.appointments.all())) == (message.contact, [])
    card = InboxItem.objects.get()
    assert (card.appointment, card.contact, card.message) == (None, message.contact, message)


def test_the_next_patient_is_asked_too_also_on_the_same_number() -> None:
    appointment = visit()
    message = texted(appointment)
    hand_on(appointment, phone=message.phone)

    asked = Reminder.objects.filter(appointment=appointment, rule__kind="confirmation").order_by(
        "version"
    )

    assert list(asked.values_list("version", "state")) == [(1, "sent"), (2, "planned")]


@pytest.mark.parametrize("by_number", [False, True], ids=["to the text", "by the number"])
@pytest.mark.parametrize("said", ["Y", "no", "can I come another time?", "no more reminders"])
def test_on_a_number_that_both_share_it_is_still_another_patients(
    said: str, by_number: bool
) -> None:
    appointment = visit()
    message = texted(appointment)
    hand_on(appointment, phone=message.phone)

    found = answers(said, **({"phone": message.phone} if by_number else {"to": message}), now=LATER)

    now = Appointment.objects.get(pk=appointment.pk)
    assert (now.status, now.no_more_texts, cards()) == ("booked", False, ["unclear"])
    assert answer_to(found) == READ


@pytest.mark.parametrize("by_number", [False, True], ids=["to the text", "by the number"])
def test_a_strangers_no_declines_nothing_and_tells_them_nothing(by_number: bool) -> None:
    appointment = visit()
    message = texted(appointment)
    correct_number(appointment)
    before = Message.objects.count()

    found = answers("no", **({"phone": message.phone} if by_number else {"to": message}), now=LATER)

    assert (status(appointment), found.outcome, cards()) == ("booked", "not_theirs", ["unclear"])
    assert (answer_to(found), Message.objects.count()) == (READ, before + 1)
    assert (found.contact, list(found.appointments.all())) == (None, [])


def test_a_stop_from_there_is_about_that_number_alone() -> None:
    appointment = visit()
    message = texted(appointment)
    correct_number(appointment)

    answers("STOP", to=message, now=LATER)

    assert list(Suppression.objects.values_list("phone", flat=True)) == [message.phone]
    assert cards() == []


def test_an_import_that_gives_the_row_to_another_patient() -> None:
    sydney()
    bring_in(csv_of("1,Ann Lee,0491 570 006,2026-03-04,10:00"), now=NOW - timedelta(days=1))
    appointment = Appointment.objects.get()
    message = texted(
        appointment, created_at=NOW - timedelta(hours=2), scheduled_at=NOW - timedelta(hours=1)
    )
    bring_in(csv_of("1,Bob Ray,0491 570 006,2026-03-04,10:00"), now=NOW)

    found = answers("Y", to=message, now=LATER)

    assert (status(appointment), found.outcome, cards()) == ("booked", "not_theirs", ["unclear"])


class TestFamily:
    def test_a_yes_confirms_those_that_are_theirs_and_names_no_other(self) -> None:
        visits, message = family()
        hand_on(visits[1], phone=message.phone)

        found = answers("Y", to=message, now=LATER)

        assert [status(one) for one in visits] == ["confirmed", "booked", "confirmed"]
        assert list(found.appointments.order_by("pk")) == [visits[0], visits[2]]
        assert answer_to(found) == (
            "Thanks, confirmed for Wed 4 March at Harbour Dental: 1) Ann 09:00, 3) Cleo 11:00. "
            "See you then."
        )
        assert InboxItem.objects.values_list("kind", "appointment").get() == ("unclear", None)

    @pytest.mark.parametrize("said", ["2 no", "no Ben", "no Bob"])
    def test_what_picks_the_other_is_for_a_person(self, said: str) -> None:
        visits, message = family()
        hand_on(visits[1], phone=message.phone)

        found = answers(said, to=message, now=LATER)

        assert [status(one) for one in visits] == ["booked"] * 3
        assert (answer_to(found), cards()) == (READ, ["unclear"])

    def test_the_numbers_of_the_list_stay_what_they_were(self) -> None:
        visits, message = family()
        correct_number(visits[1])

        answers("3 no", to=message, now=LATER)

        assert [status(one) for one in visits] == ["booked", "booked", "declined"]


def test_a_person_who_settles_it_sends_the_stranger_no_answer() -> None:
    appointment = visit()
    message = texted(appointment)
    correct_number(appointment)
    Wording.objects.create(purpose="unclear_received", language="en", text="", active=False)
    answers("no", to=message, now=LATER)

    card = InboxItem.objects.get()
    settle(
        card, "decline", appointment_id=appointment.pk, revision=1, by=Actor.staff(None), now=LATER
    )

    assert (status(appointment), Message.objects.filter(kind="answer").count()) == ("declined", 0)


def test_a_number_corrected_and_set_back_is_theirs_again() -> None:
    appointment = visit()
    message = texted(appointment)
    correct_number(appointment)
    appointment.contact.refresh_from_db()
    change_contact(appointment.contact, {"phone": message.phone}, by=SYSTEM, now=NOON)

    answers("Y", to=message, now=LATER)

    assert status(appointment) == "confirmed"
