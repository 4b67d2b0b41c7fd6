"""A visit is moved and cancelled at the desk: the patient reads what came of it, and may answer."""

from __future__ import annotations

from datetime import UTC, datetime, time

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.models import Appointment
from tests import factories as make
from tests.domain.diary_import.importing import bring_in, csv_of
from tests.flows.conftest import Clinic

WEDNESDAY = "1,Ann Lee,07700 900123,2026-03-11,10:00"
MOVED = (
    "Ann, your appointment has moved. It is now on Wed 11 March at 15:00 at Harbour Dental. "
    "Reply Y to confirm or N if you can't come."
)


def move(clinic: Clinic, hour: int) -> None:
    """Somebody at the desk gives the visit another time of its day."""
    visit = Appointment.objects.get(external_id="1")
    change_appointment(visit, {"local_time": time(hour)}, by=SYSTEM, now=clinic.world.now)
    clinic.world.ring()


def test_a_move_is_told_once_it_has_settled_and_answered(clinic: Clinic) -> None:
    make.make_event_rule("moved", position=3)
    make.make_event_rule("cancelled", position=4)
    clinic.diary(WEDNESDAY)

    move(clinic, 14)
    move(clinic, 15)
    assert clinic.texts() == []

    clinic.wait_until(datetime(2026, 3, 2, 14, tzinfo=UTC))
    assert clinic.texts() == [("delivered", MOVED)]

    clinic.hear("Y")
    assert clinic.statuses() == {"1": "confirmed"}

    set_status(
        list(Appointment.objects.values_list("pk", flat=True)),
        Appointment.Status.CANCELLED,
        by=SYSTEM,
        now=clinic.world.now,
    )
    clinic.wait_until(datetime(2026, 3, 2, 18, tzinfo=UTC))
    assert [words for _, words in clinic.texts()] == [
        MOVED,
        "Thanks Ann, see you Wed 11 March at 15:00 at Harbour Dental.",
        "Ann, we are sorry: your appointment at Harbour Dental on Wed 11 March at 15:00 is "
        "cancelled. For a new time, call 020 7946 0123.",
    ]
    assert clinic.cards() == []


def test_a_family_hears_of_what_a_file_moves_in_one_text_and_answers_for_each(
    clinic: Clinic,
) -> None:
    make.make_event_rule("moved", position=3)
    make.make_event_rule("cancelled", position=4)
    ben = "2,Ben Lee,07700 900123,2026-03-11,10:30"
    elsewhere = "3,Cleo Lee,07700 900123,2026-03-18,09:00"
    clinic.diary(WEDNESDAY, ben, elsewhere)

    thursday = [one.replace("03-11", "03-12") for one in (WEDNESDAY, ben)]
    bring_in(csv_of(*thursday, elsewhere), now=clinic.world.now)
    clinic.wait_until(datetime(2026, 3, 2, 14, tzinfo=UTC))

    assert [words for _, words in clinic.texts()] == [
        "Harbour Dental: your new times on Thu 12 March: 1) Ann 10:00, 2) Ben 10:30. "
        "Reply Y to confirm all, Y 2 for one only, or N if you can't come."
    ]

    clinic.hear("Yes to both")
    assert clinic.statuses() == {"1": "confirmed", "2": "confirmed", "3": "booked"}

    dan = "4,Dan Fox,07700 900126,2026-03-12,10:00"
    without = csv_of(dan, elsewhere)
    bring_in(without, now=clinic.world.now, gone="cancel", confirmed=True)
    clinic.wait_until(datetime(2026, 3, 2, 18, tzinfo=UTC))
    assert clinic.texts()[-1][1].startswith(
        "Harbour Dental: we have to cancel your appointments on Thu 12 March: "
        "1) Ann 10:00, 2) Ben 10:30."
    )
