"""An import is taken back: whole where nothing happened since, else with what stays named."""

from datetime import timedelta

import pytest

from reminders.domain.common.audit import PATIENT
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary_import.undo import ask_to_undo, undoable
from reminders.models import (
    Appointment,
    Contact,
    Import,
    ImportRow,
    Location,
    Message,
    Practitioner,
    Reminder,
    Service,
)
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    BOB,
    HEADER,
    LATER,
    bring_in,
    csv_of,
    diary,
    imported,
    sydney,
    worked_off,
)

pytestmark = pytest.mark.django_db


def test_a_location_renamed_since_does_not_keep_an_import_from_being_taken_back() -> None:
    site = sydney()
    imported(csv_of(f"{ANN},Dr Ash,Sydney", header=f"{HEADER},doctor,location"))
    other = sydney("Perth")
    moved = f"{ANN.replace('10:00', '12:00')},Dr Oak,Perth"
    row = imported(csv_of(moved, header=f"{HEADER},doctor,location"))
    type(site).objects.filter(pk=site.pk).update(name="Harbour")
    Practitioner.objects.filter(name="Dr Ash").update(name="Dr Ash-Lee")

    ask_to_undo(row)
    assert worked_off(row).words == "Everything was taken back."

    ann = Appointment.objects.get()
    assert (ann.location_id, str(ann.practitioner), str(ann.local_time), ann.status) == (
        site.pk,
        "Dr Ash-Lee",
        "10:00:00",
        "booked",
    )
    assert other.appointment_set.count() == 0
    assert ann.events.latest("pk").details["time"] == ["12:00:00", "10:00:00"]


def with_new_location(*rows: str) -> Import:
    """An import of rows of which some name a location that nobody knew."""
    content = csv_of(*rows, header=f"{HEADER},doctor,type,location")
    bring_in(content, create_locations=True)
    row = Import.objects.latest("pk")
    # Its clock is the database's, and the location's the machine's: the test has one of its own.
    Location.objects.filter(name="Perth").update(created_at=row.created_at)
    return row


def test_practitioners_services_and_locations_that_it_named_first_go_as_well() -> None:
    sydney()
    make.make_practitioner(name="Dr Ash")
    row = with_new_location(f"{ANN},Dr Oak,Cleaning,Perth", f"{BOB},Dr Ash,Filling,Sydney")
    Service.objects.filter(name="Filling").update(instructions="Please eat before.")

    ask_to_undo(row)
    worked_off(row)

    assert list(Practitioner.objects.values_list("name", flat=True)) == ["Dr Ash"]
    assert list(Service.objects.values_list("name", flat=True)) == ["Filling"]
    assert list(Location.objects.values_list("name", flat=True)) == ["Sydney"]


def test_names_that_are_used_since_stay() -> None:
    sydney()
    row = with_new_location(f"{ANN},Dr Oak,Cleaning,Perth")
    place = Location.objects.get(name="Perth")
    make.make_user(locations=(place,))
    make.make_appointment(
        location=make.make_location(),
        practitioner=Practitioner.objects.get(name="Dr Oak"),
        service=Service.objects.get(name="Cleaning"),
    )

    ask_to_undo(row)
    worked_off(row)

    assert Appointment.objects.count() == 1
    assert Practitioner.objects.count() == Service.objects.count() == 1
    assert Location.objects.filter(name="Perth").exists()


def test_a_patient_corrected_since_is_left_as_they_are() -> None:
    sydney()
    imported(csv_of(ANN))
    row = imported(csv_of(ANN.replace("006", "158")))
    contact = Contact.objects.get()
    change_contact(contact, {"phone": "+61491570159"}, by=PATIENT, now=LATER + timedelta(hours=1))

    assert list(undoable(row).kept.values()) == ["It was changed after the import."]
    ask_to_undo(row)
    worked_off(row)

    assert Contact.objects.get().phone == "+61491570159"


def test_an_import_is_taken_back_as_if_it_had_never_been() -> None:
    sydney()
    make.make_confirmation_rule()
    imported(csv_of(ANN, BOB))
    before = diary(), Contact.objects.count()
    row = imported(
        csv_of("1,Ann Lee,0491 570 158,2026-03-07,10:00", "3,Cy Orr,0491 570 157,2026-03-05,10:00"),
        gone="cancel",
    )
    assert [each[:1] + each[2:5] for each in diary()] == [
        ("1", "+61491570158", "2026-03-07 10:00", "booked"),
        ("2", "+61491570156", "2026-03-05 11:30", "cancelled"),
        ("3", "+61491570157", "2026-03-05 10:00", "booked"),
    ]

    assert ask_to_undo(row)
    row = worked_off(row)

    assert (row.state, row.words) == ("undone", "Everything was taken back.")
    assert ([each[:5] for each in diary()], Contact.objects.count()) == (
        [each[:5] for each in before[0]],
        before[1],
    )
    planned = Reminder.objects.filter(state="planned").order_by("starts_at")
    assert [str(each.local_date) for each in planned] == ["2026-03-04", "2026-03-05"]


def test_what_was_texted_or_changed_since_is_not_taken_back_but_named() -> None:
    sydney()
    rule = make.make_confirmation_rule()
    row = imported(csv_of(ANN, BOB, "3,Cy Orr,0491 570 157,2026-03-05,10:00"))
    ann, bob, _ = Appointment.objects.order_by("external_id")
    Reminder.objects.filter(appointment=ann).delete()
    texted = make.make_handed_over(ann, rule).message
    assert texted is not None
    Message.objects.filter(pk=texted.pk).update(state="delivered", created_at=LATER)
    set_status([bob.pk], Appointment.Status.CONFIRMED, by=PATIENT, now=LATER + timedelta(hours=1))

    assert undoable(row).kept == {
        ann.pk: "A text about it has already gone out.",
        bob.pk: "It was changed after the import.",
    }
    ask_to_undo(row)
    row = worked_off(row)

    assert row.words == "1 appointment was taken back; 2 could not be: see the rows."
    assert [each[1] for each in diary()] == ["Ann Lee", "Bob Ray"]
    assert (
        ImportRow.objects.get(number=2).words
        == "Not taken back: A text about it has already gone out."
    )


def test_a_text_with_the_provider_is_withdrawn_when_an_import_is_taken_back() -> None:
    sydney()
    rule = make.make_confirmation_rule()
    row = imported(csv_of(ANN))
    ann = Appointment.objects.get()
    Reminder.objects.all().delete()
    message = make.make_handed_over(ann, rule).message
    assert message is not None

    ask_to_undo(row)
    worked_off(row)

    message.refresh_from_db()
    assert (diary()[0][4], message.cancel_requested_at) == ("cancelled", LATER)
    imported(csv_of(ANN))
    assert diary()[0][4] == "booked"
