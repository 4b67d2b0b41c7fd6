"""A strange file is asked about in the browser, by the command and for the folder, in the same
words.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.asking.answering import answer_questions, ask_again
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.domain.diary_import.asking.words import without_examples
from reminders.domain.diary_import.uploads import choose, go, upload
from reminders.models import Contact, Import
from tests.domain.diary_import.importing import (
    HEADER,
    NOW,
    asked,
    csv_of,
    open_questions,
    sydney,
)

pytestmark = pytest.mark.django_db
OLD = csv_of(
    "1,Ann Lee,0491 570 006,26-04-03,10:00",
    "2,Bob Ray,0491 570 156,26-04-07,11:00",
    "3,Cy Orr,0491 570 157,27-04-07,12:00",
)
PAST = "All 3 visits lie in the past: from Sat 26 April 2003 to Fri 27 April 2007. Is that right?"


def checked(content: bytes) -> Import:
    return worked_off(upload([content], name="diary.csv", location=None, now=NOW))


def worked_off(row: Import) -> Import:
    work_off_imports(now=NOW)
    row.refresh_from_db()
    return row


def answer(row: Import, **places: int) -> Import:
    """Take a choice, by its place, for each question by its code."""
    questions = questions_of_import(row)
    picks = {one.name: places[one.name.removeprefix("check:")] for one in questions}
    answer_questions(row, picks, sign=sign_of(questions), user_id=None)
    return worked_off(row)


def midnight_file() -> bytes:
    return csv_of(
        "1,Ann Lee,0491 570 006,2026-03-04,00:00", "2,Bo Ray,0491 570 156,2026-03-05,00:00"
    )


def test_the_browser_asks_before_the_preview_and_takes_a_yes() -> None:
    sydney()
    row = checked(midnight_file())
    assert (row.state, [one.name for one in questions_of_import(row)]) == (
        "uploaded",
        ["check:midnight"],
    )

    row = answer(row, midnight=0)

    assert (row.state, row.counts["new"]) == ("ready", 2)


def test_a_yes_holds_for_the_reading_it_was_said_to() -> None:
    sydney()
    row = answer(checked(midnight_file()), midnight=0)
    choose(row, mapping=row.mapping, date_format="ymd", location=None)

    assert [one.name for one in questions_of_import(worked_off(row))] == ["check:midnight"]

    row = answer(row, midnight=0)
    assert ask_again(row, 0)
    assert [one.name for one in questions_of_import(worked_off(row))] == ["check:midnight"]


def test_the_command_refuses_with_the_option_that_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sydney()
    path = tmp_path / "diary.csv"
    path.write_bytes(csv_of("1,Ann Lee,0491 570 006,2001-03-04,10:00"))

    with pytest.raises(SystemExit):
        call_command("import_appointments", str(path), stderr=(said := StringIO()))
    assert "Row 2, column “date”: The only visit lies in the past: on Sun 4 March 2001." in (
        said.getvalue()
    )
    assert "Answer with --agree past, --agree leave_past." in said.getvalue()

    call_command("import_appointments", str(path), "--agree", "past", stdout=StringIO())
    assert Import.objects.get().counts["new"] == 1


def test_the_command_knows_what_can_be_agreed_to(tmp_path: Path) -> None:
    sydney()
    path = tmp_path / "diary.csv"
    path.write_bytes(csv_of("1,Ann Lee,0491 570 006,2001-03-04,10:00"))

    with pytest.raises(SystemExit):
        call_command(
            "import_appointments", str(path), "--agree", "pst", stderr=(said := StringIO())
        )
    assert "--agree takes past, ahead, midnight" in said.getvalue()
    assert "“pst” is none of them" in said.getvalue()


def test_an_e_mail_has_the_numbers_and_no_name() -> None:
    sydney()
    (question,) = open_questions(csv_of("1,Ann Lee,0491 570 006,2001-03-04,10:00"))

    assert without_examples(question, name_column=False) == (
        "The only visit lies in the past: on Sun 4 March 2001. Is that right?"
    )
    assert question.examples == ("row 2: Ann Lee, Sun 4 March 2001, 10:00",)


def test_visits_that_are_over_may_be_left_out() -> None:
    sydney()
    row = checked(
        csv_of(
            *[f"{n},Ann Lee,0491 570 006,2025-03-0{n},10:00" for n in range(3, 8)],
            "9,Bob Ray,0491 570 156,2026-03-04,10:00",
        )
    )

    row = answer(row, past=1)

    assert (row.state, row.counts["new"], row.counts["left_out"]) == ("ready", 1, {"past": 5})


def test_another_order_of_the_dates_is_taken_as_the_answer() -> None:
    sydney()

    assert asked(OLD, date_format="dmy") == {"check:past": PAST}
    assert asked(OLD, date_format="ymd") == {}


def test_whose_clock_a_column_of_zones_is_can_be_answered() -> None:
    sydney()
    row = checked(
        csv_of("1,Ann Lee,0491 570 006,2026-03-04,10:00,Europe/London", header=f"{HEADER},Zone")
    )
    (question,) = questions_of_import(row)

    answer_questions(row, {question.name: 0}, sign=sign_of([question]), user_id=None)

    assert worked_off(row).state == "ready"


def test_a_parent_is_texted_in_the_browser_too_where_the_patients_phone_is_blank() -> None:
    sydney()
    row = checked(
        csv_of(
            "1,Ann Lee,,2026-03-04,10:00,0491 570 156",
            "2,Bob Ray,,2026-03-04,11:00,0491 570 157",
            header=f"{HEADER},Guardian mobile",
        )
    )
    (question,) = questions_of_import(row)

    answer_questions(row, {question.name: 1}, sign=sign_of([question]), user_id=None)
    row = worked_off(row)
    assert go(row, gone="keep", remember_as="", confirmed=True)
    worked_off(row)

    assert set(Contact.objects.values_list("phone", flat=True)) == {"+61491570156", "+61491570157"}
