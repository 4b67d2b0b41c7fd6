"""A header with a name too many or too few, and rows with a cell too many: asked about or left out,
in the browser and by the command, and never read below the neighbour's name.
"""

import pytest

from reminders.domain.diary_import import ImportRefused
from reminders.domain.diary_import.asking.answering import answer_questions
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.models import Appointment, Import
from tests.domain.diary_import.importing import (
    agreeing,
    asked,
    bring_in,
    csv_of,
    imported,
    open_questions,
    refusal,
    sydney,
    uploaded,
    worked_off,
)

pytestmark = pytest.mark.django_db
NAMES = ["Ann Lee", "Bob Ray", "Cy Poe", "Di Fox", "Ed Kay", "Flo Orr"]
OWN = ["006", "110", "156", "157", "158", "159"]
KIN = ["266", "313", "500", "501", "571", "580"]
FITS = "check:header_fits"
TOO_MANY = "date,time,name,phone, mobile,next of kin phone"
GLUED = "date,time,name next of kin phone,mobile,notes"


@pytest.fixture(autouse=True)
def _site() -> None:
    sydney()


def list_of(header: str, *, own: bool = True, end: str = "", kin_first: bool = False) -> bytes:
    """Six visits of people with a number of their own, and one of their next of kin."""
    rows = []
    for number, (name, mine, kin) in enumerate(zip(NAMES, OWN, KIN, strict=True)):
        phones = [f"0491 570 {mine}", *([f"0491 570 {kin}"] if own else [])]
        phones = phones[::-1] if kin_first else phones
        rows.append(",".join([f"2026-03-{10 + number}", "10:00", name, *phones]) + end)
    return csv_of(*rows, header=header)


def phones() -> set[str]:
    return set(Appointment.objects.values_list("contact__phone", flat=True))


@pytest.mark.parametrize(
    "content",
    [
        list_of(TOO_MANY),
        list_of("date,,time,name,mobile,next of kin phone"),
        list_of("date,time,na,me,mobile,next of kin phone"),
        list_of("date,time,name,next of kin, phone,mobile,notes", kin_first=True),
        list_of("date,time,name,phone, next of kin", own=False),
        list_of(GLUED, kin_first=True, end=","),
    ],
    ids=["comma in a name", "blank name", "cut name", "kin's", "cut at the end", "one too few"],
)
def test_a_header_that_may_not_name_its_values_is_asked_about(content: bytes) -> None:
    assert [question.name for question in open_questions(content)] == [FITS]

    said = refusal(content, answers=agreeing("not_header_fits"))
    assert [words[:55] for words in said] == [
        "Row 1: The header does not name the values below it: it"
    ]


def test_the_browser_asks_about_the_header_and_takes_either_answer() -> None:
    row = worked_off(uploaded(list_of(TOO_MANY)))
    (question,) = questions_of_import(row)
    assert (question.name, question.examples[3:]) == (
        FITS,
        ("phone: 0491 570 006", "mobile: 0491 570 266"),
    )
    assert "The header has 6 names, but the rows have 5 cells" in question.words
    assert [choice.answer.meaning for choice in question.choices] == [
        "not_header_fits",
        "header_fits",
        "header_fits",
    ]

    answer_questions(row, {FITS: 1}, sign=sign_of([question]), user_id=None)
    row.refresh_from_db()
    assert FITS not in [one.name for one in questions_of_import(row)]


def test_the_browser_refuses_a_header_that_somebody_calls_wrong() -> None:
    row = worked_off(uploaded(list_of(TOO_MANY)))
    sign = sign_of(questions_of_import(row))

    with pytest.raises(ImportRefused, match="The header does not name the values below it"):
        answer_questions(row, {FITS: 0}, sign=sign, user_id=None)


@pytest.mark.parametrize(
    "content",
    [
        list_of("date,time,name,mobile,home phone,notes", own=False),
        list_of("date,time,name,mobile,notes", own=False),
        list_of("date,time,name,mobile,next of kin phone,notes,room"),
        list_of("date,time,name,mobile,next of kin phone", own=False, end=",,"),
        list_of("date,time,name,mobile,", own=False),
    ],
)
def test_cells_left_out_at_the_end_or_too_many_there_raise_no_question(content: bytes) -> None:
    assert imported(content).counts["new"] == len(NAMES)
    assert phones() == {f"+61491570{own}" for own in OWN}


COMMA = "2026-03-20,10:00,Ray, Bob,0491 570 737,0491 570 800,"


@pytest.mark.parametrize("row", [COMMA, f"{COMMA}first visit"])
@pytest.mark.parametrize("header", ["date,time,name,mobile,next of kin phone,notes"])
def test_one_row_with_a_comma_too_many_is_a_mistake_of_its_own(header: str, row: str) -> None:
    content = list_of(header, end=",") + f"{row}\n".encode()

    assert refusal(content)[0].startswith("Row 8: The row has 7 cells, but the header has 6.")
    assert list(asked(content, source="browser")) == ["errors"]
    bring_in(content, errors="leave")
    assert phones() == {f"+61491570{own}" for own in OWN}


def test_the_browser_leaves_a_row_with_a_comma_too_many_and_lists_it() -> None:
    content = list_of("date,time,name,mobile,next of kin phone,notes", end=",") + COMMA.encode()
    row = worked_off(uploaded(content))
    (question,) = questions_of_import(row)
    place = [choice.answer.meaning for choice in question.choices].index("leave")

    answer_questions(row, {question.name: place}, sign=sign_of([question]), user_id=None)
    row = worked_off(row)

    assert (row.state, row.counts["new"], row.counts["errors"]) == (Import.State.READY, 6, 1)


def test_several_rows_with_a_comma_too_many_are_mistakes_or_refuse_the_file() -> None:
    content = list_of("date,time,name,mobile,notes", own=False, end=",").decode()
    for name in ("Cy Poe", "Di Fox", "Ed Kay"):
        content = content.replace(name, ", ".join(reversed(name.split())))

    assert bring_in(content.encode(), errors="leave").counts.errors == 3
    assert refusal(content.replace(",\n", ",x\n").encode(), errors="leave")
    assert phones() == {f"+61491570{own}" for own in ("006", "110", "159")}
