"""A file's way through the pages' background: uploaded, asked about, previewed, applied, taken
back.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.common.audit import PATIENT
from reminders.domain.diary.appointments import change_contact, set_status
from reminders.domain.diary_import import ImportRefused, work_off_imports
from reminders.domain.diary_import.asking.answering import answer_questions
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.domain.diary_import.undo import ask_to_undo, undoable
from reminders.domain.diary_import.uploads import choose, discard, go, upload
from reminders.models import (
    Appointment,
    Contact,
    Import,
    ImportMapping,
    ImportPart,
    ImportRow,
    Message,
    Practitioner,
    Reminder,
    Suppression,
)
from reminders.views.diary_import.tables import button_words
from tests import factories as make
from tests.domain.diary_import.importing import ANN, HEADER, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=8)
BOB = "2,Bob Ray,0491 570 156,2026-03-05,11:30"


def uploaded(content: bytes, *, name: str = "diary.csv") -> Import:
    return upload([content], name=name, location=None, now=NOW)


def worked_off(row: Import, *, now: datetime = LATER) -> Import:
    work_off_imports(now=now)
    row.refresh_from_db()
    return row


def answer(row: Import, name: str, place: int) -> None:
    """Answer the one question that is open."""
    answer_questions(row, {name: place}, sign=sign_of(questions_of_import(row)), user_id=None)


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
    assert "missing:phone" in [one.name for one in questions_of_import(row)]

    row = uploaded(content.replace(b"Ann Lee", b"Q"))
    columns = {"nr": "external_id", "x": "phone", "date": "date", "time": "time"}
    with pytest.raises(ImportRefused, match="There is no name column"):
        choose(row, mapping=columns | {"wer": ""}, date_format="", location=None)
    choose(row, mapping=columns | {"wer": "name"}, date_format="", location=None, name="Front desk")
    row = worked_off(row)
    go(row, gone="keep", remember_as="", confirmed=False)
    assert worked_off(row).state == "applied"

    assert worked_off(uploaded(content)).state == "ready"


def test_dates_that_do_not_tell_are_asked_about_once() -> None:
    sydney()
    row = worked_off(uploaded(csv_of("1,Ann Lee,0491 570 006,03/04/2026,10:00")))
    [question] = questions_of_import(row)
    assert [choice.answer.meaning for choice in question.choices] == ["dmy", "mdy"]

    answer(row, "dates", 1)

    assert worked_off(row).state == "ready"
    go(row, gone="keep", remember_as="", confirmed=False)
    worked_off(row)
    assert diary()[0][3] == "2026-03-04 10:00"


def test_how_dates_are_written_is_not_remembered_from_a_file_that_did_not_tell() -> None:
    sydney()
    imported(csv_of("1,Ann Lee,0491 570 006,03/03/2026,10:00"))

    row = worked_off(uploaded(csv_of("2,Bob Ray,0491 570 156,03/04/2026,10:00")))

    assert [one.name for one in questions_of_import(row)] == ["dates"]


def test_the_go_counts_what_is_imported_withdrawn_and_sent_at_once() -> None:
    sydney()
    rule = make.make_confirmation_rule()
    imported(csv_of(ANN, BOB))
    ann = Appointment.objects.get(external_id="1")
    Reminder.objects.filter(appointment=ann).delete()
    make.make_handed_over(ann, rule)
    Suppression.objects.create(phone="+61491570159", reason="patient", since=NOW)
    noon = NOW + timedelta(hours=16)  # in Sydney
    soon = (noon + timedelta(hours=20)).astimezone(ZoneInfo("Australia/Sydney"))
    at_once = [
        f"{n},{name},{phone},{soon:%Y-%m-%d},{soon:%H:%M}"
        for n, name, phone in (
            (3, "Cy Orr", "0491 570 157"),
            (4, "Di Orr", "0491 570 157"),
            (5, "Ed Fox", "0491 570 158"),
            (6, "Stopped", "0491 570 159"),
        )
    ]
    row = worked_off(uploaded(csv_of(ANN.replace("10:00", "12:00"), BOB, *at_once)), now=noon)
    assert (
        button_words(row.counts, cancel=False)
        == "Import 5 appointments, withdraw 1 message, send 2 at once"
    )

    go(row, gone="keep", remember_as="", confirmed=False)
    row = worked_off(row, now=noon)

    due = Reminder.objects.filter(state="planned", due_at__lte=noon)
    assert (row.counts["to_withdraw"], row.counts["at_once"]) == (1, 2)
    assert sorted(due.values_list("phone", flat=True)) == [
        "+61491570157",
        "+61491570157",
        "+61491570158",
    ]
    assert Message.objects.exclude(cancel_requested_at=None).count() == 1


WRONG = csv_of(ANN, BOB, "3,Cy Orr,0491 570 157,2026-02-30,25:00")


def test_wrong_rows_stop_the_file_and_are_shown_with_their_cells() -> None:
    sydney()
    row = worked_off(uploaded(WRONG))

    answer(row, "errors", 1)
    row = worked_off(row)

    assert (row.state, row.counts) == ("refused", {"rows": 3, "errors": 2})
    assert [(each.number, each.column, each.cells[1]) for each in row.rows.all()] == [
        (4, "date", "Cy Orr")
    ]


def test_wrong_rows_are_left_where_that_was_answered_and_still_shown() -> None:
    sydney()
    row = worked_off(uploaded(WRONG))

    answer(row, "errors", 0)
    row = worked_off(row)
    go(row, gone="keep", remember_as="", confirmed=False)
    row = worked_off(row)

    assert (row.state, row.counts["new"], row.counts["errors"]) == ("applied", 2, 1)
    shown = row.rows.filter(outcome="error").values_list("number", "cells__1")
    assert list(shown) == [(4, "Cy Orr")]


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

    with pytest.raises(ImportRefused, match="cancel 1 appointment, 33 % of those in its dates"):
        go(row, gone="cancel", remember_as="", confirmed=False)
    assert worked_off(row).state == "ready"

    go(row, gone="cancel", remember_as="", confirmed=True)
    assert worked_off(row).state == "applied"
    assert [each[4] for each in diary()] == ["booked", "cancelled", "booked"]


def test_a_file_that_calls_much_of_the_diary_cancelled_is_asked_about() -> None:
    sydney()
    rows = [f"{n},Ann Lee,0491 570 006,2026-03-{n:02},10:00" for n in range(4, 24)]
    imported(csv_of(*rows))
    row = worked_off(
        uploaded(
            csv_of(
                *(f"{each},cancelled" for each in rows[:10]),
                *(f"{each},booked" for each in rows[10:]),
                header=f"{HEADER},status",
            )
        )
    )

    with pytest.raises(ImportRefused, match="cancel 10 appointments, 50 % of those in its dates"):
        go(row, gone="keep", remember_as="", confirmed=False)

    assert go(row, gone="keep", remember_as="", confirmed=True)


def test_a_file_of_half_the_size_is_asked_about_before_its_preview() -> None:
    sydney()
    rows = [f"{n},Ann Lee,0491 570 006,2026-03-{n:02},10:00" for n in range(4, 24)]
    imported(csv_of(*rows))

    row = worked_off(uploaded(csv_of(*rows[:9], "99,Cy Orr,0491 570 157,2026-03-06,10:00")))

    assert (row.state == "ready", [each["message"] for each in row.problems]) == (
        False,
        ["The file has 10 rows; the last one of this kind had 20. Is it complete?"],
    )


def test_two_columns_of_one_name_are_asked_about_and_told_apart() -> None:
    sydney()
    row = uploaded(csv_of(f"{ANN},0491 570 156", header=f"{HEADER},phone"))
    [question] = questions_of_import(row)
    assert question.words == "Which phone is texted?"

    answer(row, question.name, 1)
    go(worked_off(row), gone="keep", remember_as="", confirmed=False)
    worked_off(row)

    assert diary()[0][2] == "+61491570156"


def test_a_file_that_names_no_location_is_asked_which() -> None:
    sydney()
    perth = sydney("Perth")
    row = uploaded(csv_of(ANN))
    [question] = questions_of_import(row)
    assert [choice.words for choice in question.choices] == ["Perth", "Sydney"]

    mapping = {name: name for name in ("name", "phone", "date", "time")}
    with pytest.raises(ImportRefused, match="which one is this file of"):
        choose(row, mapping=mapping, date_format="", location=None)
    answer(row, "location", 0)

    assert (worked_off(row).state, row.location) == ("ready", perth)


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


def test_a_discarded_file_is_gone() -> None:
    sydney()
    row = uploaded(csv_of(ANN, header=HEADER))

    assert discard(row, user_id=None, now=NOW)
    assert (Import.objects.count(), ImportPart.objects.count()) == (0, 0)
