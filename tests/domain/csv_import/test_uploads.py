"""A file's way through the pages' background: uploaded, asked about, previewed, applied, taken back."""

from datetime import timedelta

import pytest

from reminders.domain.appointments import set_status
from reminders.domain.csv_import import ImportRefused, work_off_imports
from reminders.domain.csv_import.undo import ask_to_undo, undoable
from reminders.domain.csv_import.uploads import choose, discard, go, upload
from reminders.domain.history import PATIENT
from reminders.models import (
    Appointment,
    Contact,
    Import,
    ImportMapping,
    ImportPart,
    ImportRow,
    Message,
    Reminder,
)
from tests import factories as make
from tests.domain.csv_import.importing import ANN, HEADER, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=8)
BOB = "2,Bob Ray,0491 570 156,2026-03-05,11:30"


def uploaded(content: bytes, *, name: str = "diary.csv") -> Import:
    return upload([content], name=name, location=None, now=NOW)


def worked_off(row: Import) -> Import:
    work_off_imports(now=LATER)
    row.refresh_from_db()
    return row


def imported(content: bytes, *, gone: str = "keep") -> Import:
    row = worked_off(uploaded(content))
    assert go(row, gone=gone, remember_as="", confirmed=True)
    return worked_off(row)


def test_an_upload_is_checked_shown_and_imported_on_a_go() -> None:
    sydney()
    make.make_confirmation_rule()
    row = worked_off(uploaded(csv_of(ANN, BOB)))
    assert (row.state, row.counts["new"], diary()) == ("ready", 2, [])
    assert list(row.rows.values_list("number", "outcome")) == [(2, "new"), (3, "new")]

    assert go(row, gone="keep", remember_as="Front desk", confirmed=False)
    row = worked_off(row)

    assert (row.state, row.counts["new"], row.applied_at) == ("applied", 2, LATER)
    assert [each[0] for each in diary()] == ["1", "2"]
    assert not ImportPart.objects.exists()
    assert ImportMapping.objects.get().columns == row.mapping


def test_a_missing_column_is_asked_for_and_the_answer_remembered() -> None:
    sydney()
    content = csv_of("1,Ann Lee,0491 570 006,2026-03-04,10:00", header="nr,wer,x,date,time")
    row = uploaded(content.replace(b"0491 570 006", b"ring the bell"))
    assert (row.state, row.problems[0]["ask"]) == ("uploaded", "columns")

    row = uploaded(content.replace(b"Ann Lee", b"Q"))
    with pytest.raises(ImportRefused, match="There is no name column"):
        choose(row, mapping=row.mapping, date_format="", location=None)
    choose(row, mapping=row.mapping | {"wer": "name"}, date_format="", location=None, name="Front desk")
    row = worked_off(row)
    go(row, gone="keep", remember_as="", confirmed=False)
    assert worked_off(row).state == "applied"

    assert worked_off(uploaded(content)).state == "ready"


def test_dates_that_do_not_tell_are_asked_about_once() -> None:
    sydney()
    row = worked_off(uploaded(csv_of("1,Ann Lee,0491 570 006,03/04/2026,10:00")))
    assert (row.state, row.problems[0]["readings"]) == (
        "uploaded",
        {"dmy": "3 April 2026", "mdy": "4 March 2026"},
    )

    choose(row, mapping=row.mapping, date_format="mdy", location=None)

    assert worked_off(row).state == "ready"
    go(row, gone="keep", remember_as="", confirmed=False)
    worked_off(row)
    assert diary()[0][3] == "2026-03-04 10:00"


def test_wrong_rows_are_shown_with_their_cells() -> None:
    sydney()

    row = worked_off(uploaded(csv_of(ANN, "2,Bob Ray,0491 570 156,2026-02-30,25:00")))

    assert (row.state, row.counts) == ("refused", {"rows": 2, "errors": 2})
    assert [(each.number, each.column, each.cells[1]) for each in row.rows.all()] == [(3, "date", "Bob Ray")]


def test_what_changed_since_the_preview_is_told_and_nothing_is_imported() -> None:
    sydney()
    imported(csv_of(ANN))
    row = worked_off(uploaded(csv_of(ANN.replace("10:00", "12:00"))))
    set_status([Appointment.objects.get().pk], Appointment.Status.DECLINED, by=PATIENT, now=LATER)

    go(row, gone="keep", remember_as="", confirmed=False)
    row = worked_off(row)

    assert row.state == "ready"
    assert row.words.startswith("The diary changed since the preview")
    assert diary()[0][3] == "2026-03-04 10:00"
    go(row, gone="keep", remember_as="", confirmed=False)
    assert worked_off(row).state == "applied"


def test_a_large_part_that_is_gone_is_asked_about_again() -> None:
    sydney()
    imported(csv_of(ANN, BOB, "3,Cy Orr,0491 570 157,2026-03-06,10:00"))
    row = worked_off(uploaded(csv_of(ANN, "3,Cy Orr,0491 570 157,2026-03-06,10:00")))

    go(row, gone="cancel", remember_as="", confirmed=False)
    row = worked_off(row)
    assert (row.state, row.words[:35]) == ("ready", "1 of 3 coming appointments (33%) ar")

    go(row, gone="cancel", remember_as="", confirmed=True)
    assert worked_off(row).state == "applied"
    assert [each[4] for each in diary()] == ["booked", "cancelled", "booked"]


def test_an_import_whose_worker_died_is_begun_anew() -> None:
    sydney()
    row = worked_off(uploaded(csv_of(ANN)))
    go(row, gone="keep", remember_as="", confirmed=False)
    Import.objects.update(state="applying", progress=45)

    assert worked_off(row).state == "applied"


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

    assert ask_to_undo(row, now=LATER)
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
    ask_to_undo(row, now=LATER)
    row = worked_off(row)

    assert row.words == "1 appointment was taken back; 2 could not be: see the rows."
    assert [each[1] for each in diary()] == ["Ann Lee", "Bob Ray"]
    assert ImportRow.objects.get(number=2).words == "Not taken back: A text about it has already gone out."


def test_a_text_with_the_provider_is_withdrawn_when_an_import_is_taken_back() -> None:
    sydney()
    rule = make.make_confirmation_rule()
    row = imported(csv_of(ANN))
    ann = Appointment.objects.get()
    Reminder.objects.all().delete()
    message = make.make_handed_over(ann, rule).message
    assert message is not None

    ask_to_undo(row, now=LATER)
    worked_off(row)

    message.refresh_from_db()
    assert (diary()[0][4], message.cancel_requested_at) == ("cancelled", LATER)
    imported(csv_of(ANN))
    assert diary()[0][4] == "booked"


def test_a_discarded_file_is_gone() -> None:
    sydney()
    row = uploaded(csv_of(ANN, header=HEADER))

    assert discard(row)
    assert (Import.objects.count(), ImportPart.objects.count()) == (0, 0)
