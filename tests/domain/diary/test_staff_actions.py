"""What staff do to one appointment from a list."""

from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.diary.staff_actions import (
    StaffActionError,
    correct,
    correction_text,
    mark,
    resume_reminder,
    send_now,
    send_text,
    stop_reminder,
)
from reminders.domain.planning.plan import plan_appointments, release_reminders
from reminders.models import Appointment, AuditEntry, Message, Reminder, Suppression
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 4)
Status = Appointment.Status


@pytest.fixture
def staff() -> Actor:
    return Actor.staff(make_user(group="receptionist").pk)


@pytest.fixture
def planned() -> Reminder:
    make_confirmation_rule()
    appointment = make_appointment(day=DAY)
    plan_appointments([appointment.pk], now=NOON)
    return Reminder.objects.get()


def with_provider(*, waits: bool = True, **values) -> Reminder:
    appointment = make_appointment(day=DAY)
    at = NOON + timedelta(hours=20) if waits else NOON - timedelta(minutes=5)
    message = make_message(
        appointment=appointment, phone=appointment.contact.phone, scheduled_at=at, **values
    )
    return make_handed_over(appointment, make_confirmation_rule(), message=message)


def standing(reminder: Reminder) -> tuple[str, str]:
    reminder.refresh_from_db()
    return (reminder.state, reminder.reason)


def test_a_status_is_given_once(staff):
    appointment = make_appointment()

    first = mark(appointment.pk, Status.CONFIRMED, seen="booked", by=staff, now=NOON)
    second = mark(appointment.pk, Status.CONFIRMED, seen="booked", by=staff, now=NOON)

    assert first is not None
    assert (second, AuditEntry.objects.count()) == (None, 1)


def test_a_status_that_somebody_else_changed_is_left_alone(staff):
    appointment = make_appointment(status="declined")

    with pytest.raises(StaffActionError, match="meanwhile to “Declined”"):
        mark(appointment.pk, Status.CONFIRMED, seen="booked", by=staff, now=NOON)

    appointment.refresh_from_db()
    assert appointment.status == "declined"


def test_sending_now_makes_a_planned_text_due(planned, staff):
    send_now(planned, by=staff, now=NOON)

    planned.refresh_from_db()
    assert (planned.state, planned.due_at, planned.forced) == ("planned", NOON, True)


def test_sending_now_outlasts_another_planning(planned, staff):
    send_now(planned, by=staff, now=NOON)

    plan_appointments([planned.appointment_id], now=NOON)

    planned.refresh_from_db()
    assert (planned.state, planned.due_at) == ("planned", NOON)


def test_sending_now_withdraws_what_the_provider_holds_for_later(staff):
    reminder = with_provider()

    send_now(reminder, by=staff, now=NOON)

    reminder.message.refresh_from_db()
    assert reminder.message.cancel_requested_at == NOON
    Message.objects.update(state="cancelled", final_at=NOON)
    release_reminders([reminder.message_id], now=NOON)
    reminder.refresh_from_db()
    assert (reminder.state, reminder.due_at, reminder.message_id) == ("planned", NOON, None)


def test_a_text_that_has_left_is_not_sent_again(staff):
    with pytest.raises(StaffActionError, match="sent already"):
        send_now(with_provider(waits=False, state="delivered"), by=staff, now=NOON)


def test_a_text_that_may_have_left_is_not_sent_again(planned, staff):
    Reminder.objects.update(state="expired", reason="unknown")

    with pytest.raises(StaffActionError, match="on its way already"):
        send_now(planned, by=staff, now=NOON)


@pytest.mark.parametrize(
    ("contact", "words"),
    [({"phone": ""}, "no usable phone number"), ({"channel": "none"}, "gets no messages")],
)
def test_nobody_is_texted_who_cannot_be(planned, staff, contact, words):
    type(planned.appointment.contact).objects.update(**contact)

    with pytest.raises(StaffActionError, match=words):
        send_now(planned, by=staff, now=NOON)


def test_an_opted_out_number_is_not_texted(planned, staff):
    Suppression.objects.create(phone=planned.phone, reason="patient", since=NOON)

    with pytest.raises(StaffActionError, match="opted out"):
        send_now(planned, by=staff, now=NOON)


def test_a_text_right_before_the_visit_is_too_late(planned, staff):
    with pytest.raises(StaffActionError, match="too late"):
        send_now(planned, by=staff, now=planned.starts_at - timedelta(minutes=4))


def test_a_text_of_an_older_time_is_not_sent(planned, staff):
    change_appointment(planned.appointment, {"local_time": time(15, 0)}, by=SYSTEM, now=NOON)

    with pytest.raises(StaffActionError, match="has changed"):
        send_now(planned, by=staff, now=NOON)


def test_a_held_text_stays_held_through_planning_until_it_is_released(planned, staff):
    due = planned.due_at
    stop_reminder(planned, by=staff, now=NOON)
    plan_appointments([planned.appointment_id], now=NOON)
    held = standing(planned)

    freed = resume_reminder(planned, by=staff, now=NOON)

    assert (held, freed, standing(planned)) == (("skipped", "held"), True, ("planned", ""))
    assert planned.due_at == due


def test_holding_withdraws_what_the_provider_holds_and_does_not_send_it_again(staff):
    reminder = with_provider()

    stop_reminder(reminder, by=staff, now=NOON)
    Message.objects.update(state="cancelled", final_at=NOON)
    release_reminders([reminder.message_id], now=NOON)

    assert standing(reminder) == ("skipped", "held")


def test_what_is_not_held_cannot_be_released(planned, staff):
    assert resume_reminder(planned, by=staff, now=NOON) is False


def test_a_correction_names_the_new_time(staff):
    appointment = make_appointment(
        location=make_location(name="High Street"), contact=make_contact(first_name="Ann")
    )

    message = correct(appointment, by=staff, now=NOON)

    assert (message.kind, message.state, message.text) == (
        "correction",
        "queued",
        "Correction: Ann, your appointment at High Street is on Wed 4 March at 10:00. "
        "Please ignore our earlier text.",
    )


def test_the_correction_of_a_cancelled_appointment_says_so():
    appointment = make_appointment(
        status="cancelled",
        location=make_location(name="High Street", phone="020 7946 0000"),
        contact=make_contact(first_name="Ann"),
    )

    assert correction_text(appointment) == (
        "Ann, your appointment at High Street on Wed 4 March at 10:00 is cancelled. "
        "Please ignore our earlier text. Questions? Call 020 7946 0000."
    )


def test_a_text_without_words_is_not_sent(staff):
    with pytest.raises(StaffActionError, match="write something"):
        send_text(make_contact(), "  \n ", by=staff, now=NOON)


def test_a_correction_clicked_twice_goes_out_once(staff: Actor) -> None:
    appointment = make_appointment(day=DAY)
    correct(appointment, by=staff, now=NOON)

    with pytest.raises(StaffActionError, match="sent already"):
        correct(appointment, by=staff, now=NOON + timedelta(seconds=1))

    assert Message.objects.filter(kind="correction").count() == 1


def test_a_later_change_can_be_corrected_again(staff: Actor) -> None:
    appointment = make_appointment(day=DAY)
    correct(appointment, by=staff, now=NOON)
    for hour in (15, 16):
        later = NOON + timedelta(minutes=hour)
        change_appointment(appointment, {"local_time": time(hour, 0)}, by=SYSTEM, now=later)
        appointment.refresh_from_db()
        correct(appointment, by=staff, now=later)

    assert Message.objects.filter(kind="correction").count() == 3
