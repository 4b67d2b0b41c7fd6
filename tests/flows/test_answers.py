"""What patients answer, and what they read, see and are spared in return."""

from __future__ import annotations

from datetime import UTC, datetime

from reminders.models import Reminder, Suppression
from tests.flows.conftest import ANN, Clinic

VISIT = "1,Ann Lee,07700 900123,2026-03-04,10:00"
ASKED_AT = datetime(2026, 3, 3, 10, 30, tzinfo=UTC)
AFTERWARDS = datetime(2026, 3, 5, 12, tzinfo=UTC)
QUESTION = (
    "Hi Ann, your appointment at Harbour Dental is on Wed 4 March at 10:00. "
    "Reply Y to confirm or N if you can't come."
)


def test_no_spares_the_reminder_and_asks_the_reception_to_find_another_time(clinic: Clinic) -> None:
    clinic.diary(VISIT)
    clinic.wait_until(ASKED_AT)

    clinic.hear("No sorry")

    assert (clinic.statuses(), clinic.cards()) == ({"1": "declined"}, ["declined"])
    clinic.wait_until(AFTERWARDS)
    reminder = (
        "Hi Ann, a reminder of your appointment at Harbour Dental on Wed 4 March at 10:00. "
        "See you then!"
    )
    assert clinic.texts() == [
        ("delivered", QUESTION),
        ("cancelled", reminder),
        (
            "delivered",
            "Thanks Ann, we have noted that you can't come on Wed 4 March at 10:00. "
            "To find another time, call 020 7946 0123.",
        ),
    ]


def test_what_is_not_clear_waits_for_a_person_and_the_patient_is_told(clinic: Clinic) -> None:
    clinic.diary(VISIT)
    clinic.wait_until(ASKED_AT)

    clinic.hear("Is there parking nearby?")

    assert (clinic.statuses(), clinic.cards()) == ({"1": "booked"}, ["unclear"])
    assert clinic.texts()[-1] == (
        "delivered",
        "Thanks, we have passed your message to the reception at Harbour Dental. "
        "If it is urgent, call 020 7946 0123.",
    )


def test_stop_is_final_until_start(clinic: Clinic) -> None:
    clinic.diary(VISIT)
    clinic.wait_until(ASKED_AT)

    clinic.hear("STOP")
    clinic.wait_until(AFTERWARDS)

    texts = clinic.texts()
    assert [status for status, _ in texts] == [
        "delivered",
        "cancelled",
    ]  # the provider answers STOP itself
    assert list(Suppression.objects.filter(lifted_at=None).values_list("phone", flat=True)) == [ANN]

    clinic.diary("2,Ann Lee,07700 900123,2026-03-06,12:30")
    assert clinic.texts() == texts
    assert set(
        Reminder.objects.filter(appointment__external_id="2").values_list("reason", flat=True)
    ) == {"opted_out"}

    clinic.hear("START")
    clinic.wait_until(datetime(2026, 3, 5, 13, tzinfo=UTC))
    assert clinic.texts()[2:] == [
        (
            "delivered",
            "You will get appointment texts from Harbour Dental again. Reply STOP to opt out.",
        ),
        ("delivered", QUESTION.replace("Wed 4 March at 10:00", "Fri 6 March at 12:30")),
        (
            "scheduled",
            "Hi Ann, a reminder of your appointment at Harbour Dental on Fri 6 March at 12:30. "
            "See you then!",
        ),
    ]


def test_a_family_on_one_phone_reads_one_text_and_answers_once(clinic: Clinic) -> None:
    clinic.diary(VISIT, "2,Tim Lee,07700 900123,2026-03-04,10:30")
    clinic.wait_until(ASKED_AT)

    clinic.hear("Y")

    assert clinic.statuses() == {"1": "confirmed", "2": "confirmed"}
    family = "1) Ann 10:00, 2) Tim 10:30"
    assert [text for status, text in clinic.texts() if status == "delivered"] == [
        f"Harbour Dental: appointments on Wed 4 March: {family}. "
        "Reply Y to confirm all, Y 2 for one only, or N if you can't come.",
        f"Thanks, confirmed for Wed 4 March at Harbour Dental: {family}. See you then.",
    ]
