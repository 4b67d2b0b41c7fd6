"""A column of yes and no may say which rows are no visits: in the browser, by the command and as
taught.
"""

import pytest

from reminders.domain.diary_import.asking.answering import answer_questions
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.domain.diary_import.uploads import go
from reminders.models import Appointment, Import
from tests.domain.diary_import.importing import (
    bring_in,
    csv_of,
    open_questions,
    sydney,
    uploaded,
    worked_off,
)
from tests.domain.diary_import.rows.asked import meaning, said

pytestmark = pytest.mark.django_db
NAMES = ["Is blocked", "Banned", "Inactive", "Suspended", "Blacklisted"]
FLAGS = ["No", "Yes", "No", "No"]


def list_of(column: str, *flags: str) -> bytes:
    rows = [
        f"{n},Ann Lee {n},0491 570 {phone},2026-03-{n:02},10:00,{flag}"
        for n, (phone, flag) in enumerate(
            zip(("006", "110", "156", "157"), flags or FLAGS, strict=True), 13
        )
    ]
    return csv_of(*rows, header=f"id,name,phone,date,time,{column}")


@pytest.fixture(autouse=True)
def _site() -> None:
    sydney()


def ids() -> list[str]:
    return list(Appointment.objects.order_by("external_id").values_list("external_id", flat=True))


@pytest.mark.parametrize("column", NAMES)
def test_a_yes_may_leave_its_rows_out_by_the_command(column: str) -> None:
    (question,) = open_questions(list_of(column))
    options = [choice.answer.as_option() for choice in question.choices]
    assert f'--column "{column}=left_out"' in options

    outcome = bring_in(list_of(column), answers=said(About.COLUMN, "left_out", column))

    assert (ids(), outcome.counts.left_out) == (["13", "15", "16"], {"status": 1})


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("no_texts", "Yes", ["13", "15", "16"]),
        ("may_text", "Yes", ["13", "15", "16"]),
        ("cancelled", "Yes", ["13", "15", "16"]),
        ("active", "No", ["14"]),
        ("deceased", "Yes", ["13", "15", "16"]),
    ],
)
def test_a_value_of_any_such_column_may_leave_its_rows_out(
    field: str, value: str, left: list[str]
) -> None:
    answers = meaning("Is blocked", value, "leave_out").over(
        said(About.COLUMN, field, "Is blocked")
    )

    bring_in(list_of("Is blocked"), answers=answers)

    assert ids() == left


def test_one_odd_value_does_not_hide_a_column_about_texts() -> None:
    content = list_of("SMS reminder", "Yes", "No", "Booked", "Yes")

    assert [one.name for one in open_questions(content)] == ["column:SMS reminder"]


def test_a_word_that_is_no_yes_or_no_is_asked_about_with_leaving_out() -> None:
    (question,) = open_questions(
        list_of("Blocked", "No", "perhaps", "No", "No"),
        answers=Answers.of([Answer(About.COLUMN, "left_out", "Blocked")]),
    )

    assert [choice.answer.meaning for choice in question.choices] == ["leave_out", "no"]


def test_the_browser_leaves_them_out_and_the_next_file_is_not_asked_about() -> None:
    row = worked_off(uploaded(list_of("Is blocked")))
    (question,) = questions_of_import(row)
    place = [choice.answer.meaning for choice in question.choices].index("left_out")
    assert question.choices[place].words == "Yes means that it is no visit: leave these rows out"

    answer_questions(row, {question.name: place}, sign=sign_of([question]), user_id=None)
    row = worked_off(row)
    assert (row.state, row.counts["new"]) == (Import.State.READY, 3)
    go(row, gone="keep", remember_as="", confirmed=True)
    worked_off(row)

    again = worked_off(uploaded(list_of("Is blocked", "No", "No", "Yes", "No")))
    assert (again.state, again.counts["new"], again.counts["left_out"]) == (
        Import.State.READY,
        1,
        {"status": 1},
    )
