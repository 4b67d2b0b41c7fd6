"""What a file means for the diary: new, changed, unchanged, gone; and what patients are told."""

from datetime import UTC, datetime, timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary_import import ImportRefused
from reminders.models import Appointment, AuditEntry, Contact, Import, ImportRow, Location, Reminder
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    NOW,
    agreeing,
    bring_in,
    csv_of,
    diary,
    refusal,
    summary,
    sydney,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=8)


def test_a_row_becomes_an_appointment_with_its_contact_and_planned_reminders() -> None:
    sydney()
    make.make_confirmation_rule()

    outcome = bring_in(csv_of(ANN))

    assert summary(outcome) == (1, 0, 0, 0)
    assert diary() == [("1", "Ann Lee", "+61491570006", "2026-03-04 10:00", "booked", 1)]
    appointment = Appointment.objects.get()
    assert appointment.starts_at == datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    assert list(Reminder.objects.values_list("appointment_id", "state", "due_at")) == [
        (appointment.pk, "planned", datetime(2026, 3, 2, 23, 0, tzinfo=UTC))
    ]


def test_the_same_file_again_changes_nothing() -> None:
    sydney()
    make.make_confirmation_rule()
    content = csv_of(ANN, "2,Bob Ray,0491 570 156,2026-03-05,11:30")
    bring_in(content)
    before = (
        list(Appointment.objects.order_by("pk").values()),
        list(Contact.objects.order_by("pk").values()),
    )

    outcome = bring_in(content, now=LATER)

    assert summary(outcome) == (0, 0, 2, 0)
    after = (
        list(Appointment.objects.order_by("pk").values()),
        list(Contact.objects.order_by("pk").values()),
    )
    assert after == before
    assert not AuditEntry.objects.exists()


def test_the_same_file_without_ids_changes_nothing_either() -> None:
    sydney()
    content = csv_of(
        "Ann Lee,0491 570 006,2026-03-04,10:00",
        "Bob Ray,nonsense,2026-03-05,11:30",
        header="name,phone,date,time",
    )
    bring_in(content)

    assert summary(bring_in(content, now=LATER)) == (0, 0, 2, 0)
    assert Contact.objects.count() == 2


def test_a_moved_appointment_is_asked_again_and_its_old_text_withdrawn() -> None:
    sydney()
    rule = make.make_confirmation_rule()
    bring_in(csv_of(ANN))
    appointment = Appointment.objects.get()
    Reminder.objects.all().delete()
    message = make.make_handed_over(appointment, rule).message
    Appointment.objects.update(status="confirmed")

    outcome = bring_in(csv_of("1,Ann Lee,0491 570 006,2026-03-05,10:00"), now=LATER)

    assert summary(outcome) == (0, 1, 0, 0)
    assert diary() == [("1", "Ann Lee", "+61491570006", "2026-03-05 10:00", "booked", 2)]
    assert message is not None
    message.refresh_from_db()
    assert message.cancel_requested_at == LATER
    event = AuditEntry.objects.get()
    assert (event.kind, event.source, event.details["date"]) == (
        "moved",
        "import",
        ["2026-03-04", "2026-03-05"],
    )


def test_blank_cells_leave_what_is_there() -> None:
    sydney()
    header = f"{HEADER},duration,doctor,service,notes,language"
    bring_in(csv_of(f"{ANN},30,Dr Who,Check-up,ring the bell,en", header=header))

    outcome = bring_in(csv_of("1,Ann Lee,,2026-03-04,10:00,,,,,", header=header))

    assert summary(outcome) == (0, 0, 1, 0)
    row = Appointment.objects.select_related("practitioner", "service", "contact").get()
    assert (
        row.duration,
        str(row.practitioner),
        str(row.service),
        row.notes,
        row.contact.language,
    ) == (
        30,
        "Dr Who",
        "Check-up",
        "ring the bell",
        "en",
    )


def test_notes_and_the_doctor_change_without_a_new_version() -> None:
    sydney()
    header = f"{HEADER},doctor,notes"
    bring_in(csv_of(f"{ANN},Dr Who,a", header=header))

    outcome = bring_in(csv_of(f"{ANN},Dr No,b", header=header))

    assert summary(outcome) == (0, 1, 0, 0)
    row = Appointment.objects.select_related("practitioner").get()
    assert (row.version, str(row.practitioner), row.notes) == (1, "Dr No", "b")


def test_a_cancelled_row_cancels_and_a_booked_one_books_again() -> None:
    sydney()
    header = f"{HEADER},status"
    bring_in(csv_of(f"{ANN},booked", header=header))
    bring_in(csv_of(f"{ANN},Cancelled", header=header), now=LATER)
    assert [row[4:] for row in diary()] == [("cancelled", 2)]

    bring_in(csv_of(f"{ANN},Booked", header=header), now=LATER)

    assert [row[4:] for row in diary()] == [("booked", 3)]
    assert list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True)) == [
        "cancelled",
        "booked",
    ]


def test_what_staff_cancelled_stays_cancelled_unless_the_diary_moves_it() -> None:
    sydney()
    header = f"{HEADER},status"
    bring_in(csv_of(f"{ANN},booked", header=header))
    set_status(
        [Appointment.objects.get().pk], Appointment.Status.CANCELLED, by=Actor.staff(None), now=NOW
    )

    bring_in(csv_of(f"{ANN},booked", header=header), now=LATER)
    assert [row[4] for row in diary()] == ["cancelled"]

    bring_in(csv_of("1,Ann Lee,0491 570 006,2026-03-06,10:00,booked", header=header), now=LATER)
    assert [row[4] for row in diary()] == ["booked"]


def test_the_diary_does_not_overrule_a_patients_answer() -> None:
    sydney()
    header = f"{HEADER},status"
    bring_in(csv_of(f"{ANN},booked", header=header))
    Appointment.objects.update(status="declined")

    assert summary(bring_in(csv_of(f"{ANN},booked", header=header))) == (0, 0, 1, 0)
    assert [row[4] for row in diary()] == ["declined"]


def test_rows_without_a_usable_phone_are_imported_and_listed() -> None:
    sydney()
    make.make_confirmation_rule()

    outcome = bring_in(csv_of(ANN, "2,Bob Ray,,2026-03-05,10:00", "3,Cy Orr,12,2026-03-05,11:00"))

    assert (outcome.counts.new, outcome.counts.cannot_be_reminded) == (3, 2)
    assert [problem.row for problem in outcome.cannot_be_reminded] == [3, 4]
    assert list(
        ImportRow.objects.order_by("number").values_list("number", "outcome", "cannot_be_reminded")
    ) == [
        (2, "new", ""),
        (3, "new", "missing"),
        (4, "new", "too_short"),
    ]
    assert list(Reminder.objects.order_by("appointment_id").values_list("state", "reason")) == [
        ("planned", ""),
        ("skipped", "no_phone"),
        ("skipped", "no_phone"),
    ]


def test_a_time_that_the_clocks_skip_is_flagged() -> None:
    sydney()

    bring_in(csv_of("1,Ann Lee,0491 570 006,2026-10-04,02:30"), answers=agreeing("night"))

    row = Appointment.objects.get()
    assert (row.starts_at, row.wall_flag) == (datetime(2026, 10, 3, 16, 30, tzinfo=UTC), "gap")
    assert "skip this time" in ImportRow.objects.get().words


def test_an_unknown_location_is_refused_by_name_and_created_when_asked(settings: object) -> None:
    sydney()
    content = csv_of(
        f"{ANN},Melbourne", "2,B C,0491 570 156,2026-03-04,11:00,Melbourne", header=f"{HEADER},site"
    )

    assert refusal(content) == [
        "Row 2, column “site”: There is no location “Melbourne”. Which one is it? (For example "
        'Melbourne.) Answer with --meaning "site:Melbourne=create", --meaning '
        '"site:Melbourne=Sydney", --meaning "site:Melbourne=leave_out".'
    ]
    assert bring_in(content, create_locations=True).counts.new == 2
    assert list(Location.objects.values_list("name", "zone", "country")) == [
        ("Melbourne", "UTC", "GB"),
        ("Sydney", "Australia/Sydney", "AU"),
    ]


def test_with_several_locations_one_must_be_named() -> None:
    sydney("Sydney")
    sydney("Perth")

    assert refusal(csv_of(ANN)) == [
        "There is no location column, and there are several locations: which one is this file of? "
        "Answer with --location Perth, --location Sydney."
    ]
    bring_in(csv_of(ANN), location="perth")
    assert Appointment.objects.get().location.name == "Perth"


def test_columns_that_mean_nothing_here_are_kept_aside() -> None:
    sydney()

    bring_in(csv_of(f"{ANN},4,blue", header=f"{HEADER},Room,Colour"))

    assert Appointment.objects.get().extra == {"Room": "4", "Colour": "blue"}


def test_a_dry_run_changes_nothing_and_counts_the_same() -> None:
    sydney()
    make.make_confirmation_rule()

    content = csv_of(ANN, "2,Bob Ray,0491 570 156,2026-03-01,23:00")
    outcome = bring_in(content, dry_run=True, answers=agreeing("night"))

    assert summary(outcome) == (2, 0, 0, 0)
    assert outcome.counts.at_once == 1
    assert [
        model.objects.count() for model in (Appointment, Contact, Import, ImportRow, Reminder)
    ] == [0] * 5


def test_one_wrong_row_keeps_the_whole_file_out() -> None:
    sydney()

    with pytest.raises(ImportRefused):
        bring_in(csv_of(ANN, "2,Bob Ray,0491 570 156,2026-02-30,10:00", f"{HEADER}"))

    assert [model.objects.count() for model in (Appointment, Contact, Import, ImportRow)] == [0] * 4


def test_two_diaries_may_use_the_same_ids() -> None:
    sydney()
    bring_in(csv_of(ANN), diary="north")

    outcome = bring_in(csv_of("1,Bob Ray,0491 570 156,2026-03-04,10:00"), diary="south")

    assert summary(outcome) == (1, 0, 0, 0)
    assert [row[1] for row in diary()] == ["Ann Lee", "Bob Ray"]
