"""Replies: what they change, what they open in the inbox, and which answer goes back."""

from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, AuditEntry, Message, Reminder, Wording
from tests import factories as make
from tests.domain.replies.texting import (
    answer_to,
    answers,
    cards,
    receive,
    reply,
    status,
    texted,
    visit,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_yes_confirms_and_the_answer_names_the_appointment() -> None:
    appointment = visit()

    found = answers("Y", to=texted(appointment))

    assert status(appointment) == "confirmed"
    assert answer_to(found) == "Thanks Ann, see you Wed 4 March at 10:00 at Harbour Dental."
    assert (found.outcome, found.intent, found.matched_by) == ("confirmed", "yes", "metadata")
    assert list(found.appointments.all()) == [appointment]
    assert cards() == []
    event = AuditEntry.objects.get(appointment=appointment)
    assert (event.kind, event.source) == ("confirmed", "patient")


def test_no_declines_withdraws_later_texts_and_opens_a_card() -> None:
    appointment = visit()
    make.make_reminder_rule()
    message = texted(appointment)
    plan_appointments([appointment.pk], now=NOON)

    found = answers("no", to=message)

    assert status(appointment) == "declined"
    assert cards() == ["declined"]
    assert answer_to(found) == (
        "Thanks Ann, we have noted that you can't come on Wed 4 March at 10:00. "
        "To find another time, call 020 7946 0000."
    )
    assert Reminder.objects.filter(rule__kind="reminder").values_list("state", "reason").get() == (
        "withdrawn",
        "superseded",
    )


def test_no_too_late_counts_and_asks_to_call() -> None:
    appointment = visit(day=date(2026, 3, 2), at=time(15, 0))

    found = answers("N", to=texted(appointment))

    assert (status(appointment), cards()) == ("declined", ["late"])
    assert "please also call us on 020 7946 0000" in answer_to(found)


def test_a_second_reply_that_contradicts_acts_and_opens_a_card() -> None:
    appointment = visit()
    message = texted(appointment)
    answers("Y", to=message)

    answers("N", to=message, now=NOON + timedelta(minutes=5))
    assert (status(appointment), cards()) == ("declined", ["contradiction"])

    answers("Y", to=message, now=NOON + timedelta(minutes=9))
    assert (status(appointment), cards()) == ("confirmed", ["contradiction", "contradiction"])


def test_the_same_answer_again_changes_nothing_and_says_so() -> None:
    appointment = visit()
    message = texted(appointment)
    answers("Y", to=message)

    found = answers("yes", to=message)

    assert found.outcome == "already_confirmed"
    assert answer_to(found).startswith("Thanks Ann, we already have your answer")
    assert AuditEntry.objects.filter(appointment=appointment).count() == 1


def test_thanks_after_the_answer_needs_nobody() -> None:
    appointment = visit()
    first = answers("Y", to=texted(appointment))

    found = answers("Thanks!", to=Message.objects.get(answers=first))

    assert (found.outcome, answer_to(found), cards()) == ("thanks", "", [])


def test_a_moved_appointment_is_not_confirmed_by_an_answer_to_its_old_time() -> None:
    appointment = visit()
    message = texted(appointment)
    change_appointment(appointment, {"local_time": time(16, 30)}, by=SYSTEM, now=NOON)

    found = answers("Y", to=message, now=NOON + timedelta(minutes=1))

    assert (status(appointment), found.outcome, cards()) == ("booked", "moved", [])
    assert answer_to(found).startswith(
        "Ann, your appointment has been moved. It is now on Wed 4 March at 16:30 at Harbour Dental."
    )


def test_yes_to_the_answer_that_told_the_new_time_confirms() -> None:
    appointment = visit()
    message = texted(appointment)
    change_appointment(appointment, {"local_time": time(16, 30)}, by=SYSTEM, now=NOON)
    told = answers("Y", to=message, now=NOON + timedelta(minutes=1))

    answers("Y", to=Message.objects.get(answers=told), now=NOON + timedelta(minutes=2))

    assert status(appointment) == "confirmed"


def test_yes_to_an_answer_from_before_the_move_does_not_confirm() -> None:
    appointment = visit()
    first = answers("Y", to=texted(appointment))
    change_appointment(
        appointment, {"local_time": time(16, 30)}, by=SYSTEM, now=NOON + timedelta(hours=1)
    )

    found = answers("yes", to=Message.objects.get(answers=first), now=NOON + timedelta(hours=2))

    assert (status(appointment), found.outcome) == ("booked", "moved")


def test_an_appointment_called_off_and_booked_again_at_the_same_time_can_be_confirmed() -> None:
    appointment = visit()
    message = texted(appointment)
    answers("N", to=message)
    set_status(
        [appointment.pk], Appointment.Status.BOOKED, by=SYSTEM, now=NOON + timedelta(hours=1)
    )

    answers("Y", to=message, now=NOON + timedelta(hours=2))

    assert status(appointment) == "confirmed"


def test_a_reply_after_the_appointment_changes_nothing() -> None:
    appointment = visit(day=date(2026, 3, 2), at=time(9, 0))

    found = answers("Y", to=texted(appointment))

    assert (status(appointment), found.outcome, cards()) == ("booked", "passed", [])
    assert answer_to(found) == (
        "Ann, your appointment on Mon 2 March at 09:00 is already over. "
        "Please call 020 7946 0000 if you need us."
    )


def test_a_no_written_in_time_but_read_after_the_start_is_shown_to_staff_unanswered() -> None:
    appointment = visit(day=date(2026, 3, 2), at=time(11, 0))
    payload = reply("N", to=texted(appointment), at=NOON - timedelta(hours=3))

    found = receive(payload)

    assert (status(appointment), cards(), answer_to(found)) == ("booked", ["late"], "")


def test_a_reply_about_a_cancelled_appointment_is_for_a_person() -> None:
    appointment = visit()
    message = texted(appointment)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    found = answers("Y", to=message)

    assert (status(appointment), found.outcome, cards()) == ("cancelled", "called_off", ["unclear"])


def test_yes_but_acts_and_opens_a_card() -> None:
    appointment = visit()

    found = answers("Yes but I'll be 10 min late", to=texted(appointment))

    assert (status(appointment), found.outcome, cards()) == ("confirmed", "confirmed", ["remark"])


def test_what_is_unclear_changes_nothing_and_waits_for_a_person() -> None:
    appointment = visit()

    found = answers("no worries", to=texted(appointment))

    assert (status(appointment), found.outcome, cards()) == ("booked", "unclear", ["unclear"])
    assert answer_to(found) == (
        "Thanks, we have passed your message to the reception at Harbour Dental. "
        "If it is urgent, call 020 7946 0000."
    )


def test_a_number_is_told_once_a_day_that_a_person_reads() -> None:
    message = texted(visit())
    answers("where do I park", to=message)

    found = answers("and is there a lift", to=message, now=NOON + timedelta(minutes=1))

    assert (answer_to(found), cards()) == ("", ["unclear", "unclear"])


def test_another_time_opens_a_card_and_is_acknowledged() -> None:
    appointment = visit()

    found = answers("Can we reschedule", to=texted(appointment))

    assert (status(appointment), found.outcome, cards()) == ("booked", "reschedule", ["reschedule"])
    assert answer_to(found).startswith("Thanks Ann, we will contact you about another time")


def test_help_is_answered_with_name_and_phone() -> None:
    found = answers("HELP", to=texted(visit()))

    assert answer_to(found).startswith(
        "Harbour Dental sends appointment reminders from this number."
    )
    assert "020 7946 0000" in answer_to(found)


def test_a_patient_is_answered_in_their_language() -> None:
    appointment = visit(contact=make.make_contact(first_name="Anna", language="de"))

    found = answers("Ja", to=texted(appointment))

    assert status(appointment) == "confirmed"
    assert "Mi., 4. März" in answer_to(found)


def test_an_answer_that_is_switched_off_is_not_sent() -> None:
    Wording.objects.create(purpose="confirmed", language="en", text="Thanks", active=False)

    found = answers("Y", to=texted(visit()))

    assert (found.outcome, answer_to(found)) == ("confirmed", "")


def test_staff_write_the_answers() -> None:
    Wording.objects.create(
        purpose="confirmed", language="en", text="Great {first_name}, {time} it is."
    )

    assert answer_to(answers("Y", to=texted(visit()))) == "Great Ann, 10:00 it is."


def test_no_more_texts_about_this_appointment_leaves_the_others() -> None:
    make.make_reminder_rule()
    appointment = visit()
    plan_appointments([appointment.pk], now=NOON)

    found = answers("no more reminders", to=texted(appointment))

    appointment.refresh_from_db()
    planned = Reminder.objects.get(rule__kind="reminder")
    assert (found.outcome, appointment.no_more_texts) == ("no_more", True)
    assert (planned.state, planned.reason) == ("skipped", "no_more")
    assert (
        answer_to(found)
        == "All right Ann, no more texts about your appointment on Wed 4 March at 10:00."
    )
