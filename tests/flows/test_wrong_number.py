"""A call reaches somebody else: nothing more of that patient goes there, until the number is theirs
again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.calls import record_calls, undo_calls
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary.staff_actions import StaffActionError, send_now, send_text
from reminders.domain.diary.wrong_numbers import is_right_after_all
from reminders.domain.pages.day_sheet import rows_of
from reminders.models import Appointment, AuditEntry, CallAttempt, Contact, Message, Reminder
from reminders.views.diary.day_rows import SheetLine
from tests.flows.conftest import ANN, Clinic

WEDNESDAY = "1,Ann Lee,07700 900123,2026-03-04,10:00"
LATER = "2,Ann Lee,07700 900123,2026-03-11,10:00"
BROTHER = "3,Ben Lee,07700 900123,2026-03-04,11:00"
TUESDAY_EVENING = datetime(2026, 3, 3, 18, tzinfo=UTC)
ASKED = "Wed 4 March at 10:00. Reply Y"
REMINDED = "a reminder of your appointment at Harbour Dental on Wed 4 March at 10:00"
THE_END = datetime(2026, 3, 13, tzinfo=UTC)


def visit(external_id: str = "1") -> Appointment:
    return Appointment.objects.select_related("contact").get(external_id=external_id)


def reached_somebody_else(clinic: Clinic, external_id: str = "1") -> list[int]:
    wrong = CallAttempt.Outcome.WRONG_NUMBER
    calls = record_calls([visit(external_id).pk], wrong, by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()
    return calls


def outcome(clinic: Clinic) -> list[tuple[str, bool]]:
    """Each text that the provider took: its status, and whether it is the reminder."""
    return [(status, REMINDED in words) for status, words in clinic.texts()]


def shown(clinic: Clinic, external_id: str = "1") -> tuple[str, str]:
    """The day sheet's state and the note below it."""
    [row] = rows_of([visit(external_id).pk], now=clinic.world.now)
    line = SheetLine(row, clinic.world.now)
    return row.state.words, line.note


def test_a_wrong_number_withdraws_what_is_handed_over_and_what_is_planned(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY, LATER)
    clinic.wait_until(TUESDAY_EVENING)
    before = outcome(clinic)

    reached_somebody_else(clinic)
    after = outcome(clinic)
    clinic.wait_until(THE_END)

    assert before == [("delivered", False), ("scheduled", True)]
    assert after == [("delivered", False), ("cancelled", True)]
    assert outcome(clinic) == after
    planned = Reminder.objects.filter(appointment=visit("2"))
    assert set(planned.values_list("state", "reason")) == {("skipped", "wrong_number")}


def test_the_day_sheet_says_wrong_number_though_the_question_went_out(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(TUESDAY_EVENING)
    before = shown(clinic)

    reached_somebody_else(clinic)

    assert (before, shown(clinic)) == (
        ("Asked", "No answer yet"),
        ("Could not reach", "Wrong number"),
    )


def test_undo_brings_the_texts_back_each_once(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(TUESDAY_EVENING)
    calls = reached_somebody_else(clinic)

    undo_calls(calls, by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()
    state = shown(clinic)
    clinic.wait_until(THE_END)

    assert state == ("Asked", "No answer yet")
    assert outcome(clinic) == [("delivered", False), ("cancelled", True), ("delivered", True)]


def test_undo_before_the_provider_was_asked_brings_them_back_too(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(TUESDAY_EVENING)
    now = clinic.world.now
    calls = record_calls([visit().pk], CallAttempt.Outcome.WRONG_NUMBER, by=SYSTEM, now=now)
    undo_calls(calls, by=SYSTEM, now=now)

    clinic.wait_until(THE_END)

    assert [
        status for status, reminder in outcome(clinic) if reminder and status != "cancelled"
    ] == ["delivered"]


def test_of_a_family_only_the_one_with_the_wrong_number_is_left_out(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY, BROTHER)
    reached_somebody_else(clinic)

    clinic.wait_until(THE_END)

    sent = [words for status, words in clinic.texts() if status == "delivered"]
    assert [("Ann" in words, "Ben" in words) for words in sent] == [(False, True), (False, True)]
    assert shown(clinic, "3")[0] != "Could not reach"


def test_the_corrected_number_gets_the_texts_that_are_left(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(TUESDAY_EVENING)
    reached_somebody_else(clinic)

    new = {"phone": "+447700900124", "phone_as_given": "07700 900124"}
    change_contact(visit().contact, new, by=SYSTEM, now=clinic.world.now)
    clinic.wait_until(THE_END)

    assert outcome(clinic) == [("delivered", False), ("cancelled", True)]
    assert [REMINDED in words for _, words in clinic.texts("+447700900124")] == [False, True]


def test_the_diary_bringing_the_same_number_again_does_not_make_it_right(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    reached_somebody_else(clinic)

    clinic.diary(WEDNESDAY, LATER)
    clinic.wait_until(THE_END)

    assert [status for status, _ in outcome(clinic) if status != "cancelled"] == []


def test_a_number_that_is_right_after_all_is_texted_again(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    reached_somebody_else(clinic)

    is_right_after_all(visit().contact, by=SYSTEM, now=clinic.world.now)
    clinic.wait_until(THE_END)

    assert [status for status, _ in outcome(clinic) if status != "cancelled"] == [
        "delivered",
        "delivered",
    ]
    assert list(
        AuditEntry.objects.filter(contact=visit().contact)
        .order_by("pk")
        .values_list("kind", flat=True)
    )[-2:] == ["number_wrong", "number_right"]


def test_two_who_found_the_number_wrong_must_both_take_it_back(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    first, second = reached_somebody_else(clinic), reached_somebody_else(clinic)

    undo_calls(first, by=SYSTEM, now=clinic.world.now)
    between = Contact.objects.get().has_wrong_number
    undo_calls(second, by=SYSTEM, now=clinic.world.now)

    assert (between, Contact.objects.get().has_wrong_number) == (True, False)


def test_what_staff_wrote_and_asked_for_stays_here_and_comes_back_with_undo(clinic: Clinic) -> None:
    clinic.diary(LATER)
    now = clinic.world.now
    send_text(visit("2").contact, "Please bring your card.", by=SYSTEM, now=now)
    send_now(Reminder.objects.order_by("due_at")[0], by=SYSTEM, now=now)
    calls = reached_somebody_else(clinic, "2")
    kept = clinic.texts()

    undo_calls(calls, by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()

    assert kept == []
    assert sorted(words[:11] for _, words in clinic.texts()) == ["Hi Ann, you", "Please brin"]


def test_nobody_can_text_a_number_that_is_wrong(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    reached_somebody_else(clinic)

    with pytest.raises(StaffActionError, match="Correct the number first"):
        send_text(visit().contact, "Hello", by=SYSTEM, now=clinic.world.now)


def test_a_strangers_yes_does_not_confirm_the_patient(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(TUESDAY_EVENING)
    reached_somebody_else(clinic)

    clinic.hear("Y")

    assert (clinic.statuses(), len(clinic.cards())) == ({"1": "booked"}, 1)
    assert "Ann" not in clinic.texts()[-1][1]


@pytest.mark.parametrize("change", [{"channel": "none"}, {"phone": "+447700900199"}, {"phone": ""}])
def test_a_written_text_that_waits_does_not_go_to_a_number_that_was_given_up(
    clinic: Clinic, change: dict[str, str]
) -> None:
    clinic.diary(LATER)
    contact = visit("2").contact
    send_text(contact, "Please bring your card.", by=SYSTEM, now=clinic.world.now)

    change_contact(contact, change, by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()

    assert clinic.texts() == []
    assert Message.objects.get(kind="staff").state == "cancelled"


def test_a_declined_visit_stays_declined_and_nothing_breaks_without_a_number(
    clinic: Clinic,
) -> None:
    clinic.diary(WEDNESDAY)
    set_status([visit().pk], Appointment.Status.DECLINED, by=SYSTEM, now=clinic.world.now)
    reached_somebody_else(clinic)
    Contact.objects.update(phone="")

    calls = reached_somebody_else(clinic)

    assert shown(clinic)[0] == "Declined"
    assert undo_calls(calls, by=SYSTEM, now=clinic.world.now + timedelta(minutes=1)) == 1
    assert Contact.objects.get().wrong_number == ANN
