"""What patients and staff do while an import is under way: nothing of it is overwritten unseen.

Each time somebody's change is written but not committed when the import compares the file with the
diary.
"""

from datetime import time as wall
from datetime import timedelta

import pytest
from django.db import transaction

from reminders.domain.common.audit import PATIENT, SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary_import.undo import CHANGED_SINCE, take_back
from reminders.models import Appointment, AuditEntry, Contact, Import
from tests.domain.beside import Beside, beside, wait_for_it
from tests.domain.diary_import.importing import (
    ANN,
    NOW,
    agreeing,
    bring_in,
    csv_of,
    diary,
    summary,
    sydney,
)

pytestmark = pytest.mark.django_db(transaction=True)

Status = Appointment.Status
LATER = NOW + timedelta(minutes=1)
WITH_STATUS = "id,name,phone,date,time,status"
BOB = "2,Bob Ray,0491 570 156,2026-03-05,11:30"


def ann() -> Appointment:
    sydney()
    bring_in(csv_of(f"{ANN},booked", header=WITH_STATUS))
    return Appointment.objects.get()


def history(appointment: Appointment) -> list[tuple[str, str]]:
    lines = AuditEntry.objects.filter(appointment=appointment).order_by("pk")
    return list(lines.values_list("kind", "source"))


def test_a_no_that_comes_during_an_import_outlives_the_files_confirmed() -> None:
    appointment = ann()

    with beside(
        lambda: bring_in(csv_of(f"{ANN},confirmed", header=WITH_STATUS), now=LATER)
    ) as running:
        set_status([appointment.pk], Status.DECLINED, by=PATIENT, now=NOW)

    assert [row[4] for row in diary()] == ["declined"]
    assert history(appointment) == [("declined", "patient")]
    assert summary(running.result) == (0, 0, 1, 0)


def test_a_yes_to_the_old_time_does_not_confirm_the_new_one() -> None:
    appointment = ann()
    moved = csv_of(ANN.replace("03-04,10:00", "03-05,16:00"))

    with beside(lambda: bring_in(moved, now=LATER)):
        set_status([appointment.pk], Status.CONFIRMED, by=PATIENT, now=NOW)

    assert [row[3:5] for row in diary()] == [("2026-03-05 16:00", "booked")]
    told = AuditEntry.objects.filter(appointment=appointment, kind="moved").get()
    assert told.details["status"] == ["confirmed", "booked"]


def test_what_staff_moved_meanwhile_is_told_as_it_was_then() -> None:
    appointment = ann()

    with beside(lambda: bring_in(csv_of(ANN.replace("10:00", "16:00")), now=LATER)):
        change_appointment(appointment, {"local_time": wall(12)}, by=SYSTEM, now=NOW)

    assert [row[3:] for row in diary()] == [("2026-03-04 16:00", "booked", 3)]
    told = AuditEntry.objects.filter(appointment=appointment, source="import").get()
    assert told.details["time"] == ["12:00:00", "16:00:00"]


def test_what_a_patient_declines_meanwhile_is_not_gone() -> None:
    sydney()
    bring_in(csv_of(ANN, BOB, ANN.replace("1,Ann", "3,Cleo")))
    gone = Appointment.objects.get(external_id="3")

    with beside(
        lambda: bring_in(csv_of(ANN, BOB), gone="cancel", confirmed=True, now=LATER)
    ) as running:
        set_status([gone.pk], Status.DECLINED, by=PATIENT, now=NOW)

    assert [row[4] for row in diary()] == ["booked", "booked", "declined"]
    assert (history(gone), summary(running.result)) == ([("declined", "patient")], (0, 0, 2, 0))


def test_a_number_that_staff_correct_meanwhile_is_the_old_one_in_the_history() -> None:
    ann()
    header = "id,name,phone,date,time"
    person = Contact.objects.get()

    with beside(lambda: bring_in(csv_of(ANN.replace("006", "110"), header=header), now=LATER)):
        change_contact(person, {"phone": "+61491570157"}, by=SYSTEM, now=NOW)

    told = AuditEntry.objects.filter(contact=person, source="import").get()
    assert told.details["phone"] == ["+61491570157", "+61491570110"]
    assert [row[2] for row in diary()] == ["+61491570110"]


def test_an_import_takes_its_locks_in_the_order_of_all_others() -> None:
    sydney()
    rows = [f"{n},Ann{n} Lee,0491 570 006,2026-03-04,{8 + n}:00" for n in range(1, 9)]
    agreed = agreeing("one_phone")
    bring_in(csv_of(*rows), answers=agreed)
    ids = list(Appointment.objects.order_by("pk").values_list("pk", flat=True))
    moved = csv_of(*[row.replace("03-04", "03-05") for row in reversed(rows)])

    with transaction.atomic():
        list(Appointment.objects.filter(pk=ids[0]).select_for_update(no_key=True))
        running = Beside(lambda: bring_in(moved, now=LATER, answers=agreed))
        running.start()
        wait_for_it(running)
        list(Appointment.objects.filter(pk=ids[-1]).select_for_update(no_key=True, nowait=True))
    running.join(20)

    assert running.error is None
    assert {row[3][:10] for row in diary()} == {"2026-03-05"}


def test_a_changed_person_is_locked_after_their_appointments() -> None:
    appointment = ann()
    person = Contact.objects.get()

    with transaction.atomic():
        list(Appointment.objects.filter(pk=appointment.pk).select_for_update(no_key=True))
        running = Beside(
            lambda: change_contact(person, {"phone": "+61491570157"}, by=SYSTEM, now=NOW)
        )
        running.start()
        wait_for_it(running)
        list(Contact.objects.filter(pk=person.pk).select_for_update(no_key=True, nowait=True))
    running.join(20)

    assert running.error is None
    assert [row[2] for row in diary()] == ["+61491570157"]


@pytest.mark.parametrize("dry_run", [False, True], ids=["nothing to change", "only a look"])
def test_what_is_not_changed_is_not_locked(dry_run: bool) -> None:
    appointment = ann()
    rows = csv_of(ANN.replace("10:00", "12:00") if dry_run else ANN)

    with transaction.atomic():
        list(Appointment.objects.filter(pk=appointment.pk).select_for_update(no_key=True))
        running = Beside(lambda: bring_in(rows, now=LATER, dry_run=dry_run))
        running.start()
        running.join(20)
        assert not running.is_alive()

    assert running.error is None


def test_what_staff_moved_while_an_import_is_taken_back_stays_as_they_said() -> None:
    appointment = ann()
    bring_in(csv_of(ANN.replace("03-04", "03-05")), now=LATER)
    row = Import.objects.latest("pk")

    with beside(lambda: take_back(row, now=LATER + timedelta(minutes=2))) as running:
        change_appointment(
            appointment, {"local_time": wall(15)}, by=SYSTEM, now=LATER + timedelta(minutes=1)
        )

    assert [each[3] for each in diary()] == ["2026-03-05 15:00"]
    assert (running.result.count, list(running.result.kept.values())) == (0, [CHANGED_SINCE])
