"""The diary moves an appointment: the patient reads of the new time alone."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.flows.conftest import Clinic

WEDNESDAY = "1,Ann Lee,07700 900123,2026-03-04,10:00"
THURSDAY = "1,Ann Lee,07700 900123,2026-03-05,15:00"


def asked(when: str) -> str:
    return (
        f"Hi Ann, your appointment at Harbour Dental is on {when}. "
        "Reply Y to confirm or N if you can't come."
    )


def reminded(when: str) -> str:
    return f"Hi Ann, a reminder of your appointment at Harbour Dental on {when}. See you then!"


def test_a_text_that_is_with_the_provider_is_withdrawn_and_written_anew(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    assert clinic.texts() == [("scheduled", asked("Wed 4 March at 10:00"))]

    clinic.diary(THURSDAY)
    assert clinic.texts() == [("cancelled", asked("Wed 4 March at 10:00"))]

    clinic.wait_until(datetime(2026, 3, 6, 12, tzinfo=UTC))
    assert clinic.texts() == [
        ("cancelled", asked("Wed 4 March at 10:00")),
        ("delivered", asked("Thu 5 March at 15:00")),
        ("delivered", reminded("Thu 5 March at 15:00")),
    ]


def test_who_confirmed_the_old_time_is_asked_about_the_new_one(clinic: Clinic) -> None:
    clinic.diary(WEDNESDAY)
    clinic.wait_until(datetime(2026, 3, 3, 10, 30, tzinfo=UTC))
    clinic.hear("Yes please")
    assert clinic.statuses() == {"1": "confirmed"}

    clinic.diary(THURSDAY)
    assert clinic.statuses() == {"1": "booked"}

    clinic.wait_until(datetime(2026, 3, 4, 15, 30, tzinfo=UTC))
    assert clinic.texts() == [
        ("delivered", asked("Wed 4 March at 10:00")),
        ("cancelled", reminded("Wed 4 March at 10:00")),
        ("delivered", "Thanks Ann, see you Wed 4 March at 10:00 at Harbour Dental."),
        ("delivered", asked("Thu 5 March at 15:00")),
        ("scheduled", reminded("Thu 5 March at 15:00")),
    ]


def test_an_appointment_that_is_gone_from_the_diary_texts_nobody(clinic: Clinic) -> None:
    other = "2,Ben Ray,07700 900124,2026-03-04,11:00"
    clinic.diary(WEDNESDAY, other)

    clinic.diary(other, gone="cancel", confirmed=True)

    clinic.wait_until(datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert clinic.statuses() == {"1": "cancelled", "2": "booked"}
    assert clinic.texts() == [("cancelled", asked("Wed 4 March at 10:00"))]
    assert [status for status, _ in clinic.texts("+447700900124")] == ["delivered", "delivered"]
