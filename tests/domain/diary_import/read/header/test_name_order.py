"""Which part of a column's names is the first name: told by its name or its rows, or asked."""

from __future__ import annotations

import pytest

from reminders.domain.diary_import.read.cells.given_names import NameOrder
from reminders.domain.diary_import.read.header.columns import Columns
from tests.domain.diary_import.read.header.choosing import asked, chosen

FAMILY, GIVEN = NameOrder.FAMILY_FIRST, NameOrder.GIVEN_FIRST
CZECH = ("Datum", "Čas", "Pacient", "Mobil", "601 123 410")
ENGLISH = ("Date", "Time", "Patient", "Mobile", "07700 900123")
HUNGARIAN = ("Dátum", "Időpont", "Páciens neve", "Mobil", "06 20 123 4510")


def columns(head: tuple[str, ...], *names: str, called: str = "", answer: str = "") -> Columns:
    """A small diary with these names; `called` is what their column is called."""
    day, time, who, phone, number = head
    who = called or who
    lines = [f"{day} | {time} | {who} | {phone}"]
    lines += [f"2027-03-03 | 09:{n:02} | {name} | {number}" for n, name in enumerate(names)]
    return chosen("\n".join(lines), country="", answers={who: answer} if answer else {})


def order(found: Columns) -> str:
    """What was made of the column: an order, "ask", or "" for names as they are spoken."""
    if found.questions:
        return "ask"
    return FAMILY if FAMILY in found.places else ""


@pytest.mark.parametrize(
    ("head", "names", "expected"),
    [
        (CZECH, ["Novák Jan", "Svobodová Kateřina", "Černá Lucie"], FAMILY),
        (CZECH, ["Jan Novák", "Kateřina Svobodová", "Lucie Černá"], ""),
        (CZECH, ["Novák Jan", "Kateřina Svobodová", "Černá Lucie"], "ask"),
        (CZECH, ["Novák Jan", "Bayar Enkh"], "ask"),
        (CZECH, ["Okoro Chidi", "Bayar Enkh", "Tser Gan"], "ask"),
        (CZECH, ["Okoro Chidi"], ""),
        (CZECH, ["NOVÁK Jan", "SVOBODOVÁ Kateřina", "ČERNÁ Lucie"], ""),
        (CZECH, ["Novák, Jan", "Svobodová, Kateřina", "Černá, Lucie"], ""),
        (HUNGARIAN, ["Nagy Zsófia"], FAMILY),
        (HUNGARIAN, ["Zsófia Nagy", "Gábor Horváth"], ""),
        (HUNGARIAN, ["Őri Enkh", "Kővári Gan"], "ask"),
        (
            ENGLISH,
            [
                "Smith John",
                "Brown Mary",
                "Wilkinson Peter",
                "Fletcher Susan",
                "Okoro Chidi",
                "Hobbs Ruth",
            ],
            FAMILY,
        ),
        (ENGLISH, ["Smith John", "Brown Mary", "Wilkinson Peter"], "ask"),
        (ENGLISH, ["Smith John", "Brown Mary"], "ask"),
        (ENGLISH, ["Smith John"], ""),
        (ENGLISH, ["Bo Lee", "Cy Lee", "Dee Lee"], ""),
        (
            ENGLISH,
            ["Anjali Thomas", "Sreeja George", "Bindu Joseph", "Lekha Menon", "Jisha Pillai"],
            "ask",
        ),
        (ENGLISH, ["John Smith", "Mary Brown", "Wilkinson Peter"], ""),
        (ENGLISH, ["James Scott", "Thomas Martin", "Okoro Chidi", "Bayar Enkh"], ""),
        (ENGLISH, ["Ann dos Santos", "Carla de Maria", "Ana van Daniel"], ""),
        (ENGLISH, ["王小明", "佐藤 花子"], ""),
    ],
)
def test_the_names_of_the_rows_tell(head: tuple[str, ...], names: list[str], expected: str) -> None:
    assert order(columns(head, *names)) == expected


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ("Surname, first name", FAMILY),
        ("Patient surname and first name", FAMILY),
        ("First name and surname", ""),
    ],
)
def test_the_name_of_the_column_tells(called: str, expected: str) -> None:
    assert order(columns(ENGLISH, "Okoro Chidi", called=called)) == expected


def test_a_column_that_says_one_thing_and_holds_another_is_asked_about() -> None:
    names = ["John Smith", "Mary Brown", "Peter Wilkinson"]

    assert order(columns(ENGLISH, *names, called="Surname, first name")) == "ask"


def test_the_question_shows_whom_each_answer_would_greet() -> None:
    found = columns(CZECH, "Novák Jan", "Kateřina Svobodová", "Černá Lucie", "Veselá Hana")

    [question] = found.questions
    assert question.words == "Which part of the names in “Pacient” is the first name?"
    assert asked(found) == [[("Pacient", FAMILY), ("Pacient", GIVEN)]]
    assert [(choice.words, choice.example) for choice in question.choices] == [
        ("The last: the family name comes first", "Hello Jan, Hello Svobodová, Hello Lucie"),
        ("The first: the family name comes last", "Hello Novák, Hello Kateřina, Hello Černá"),
    ]
    assert question.option == '--column "Pacient=name_family_first"'


@pytest.mark.parametrize("said", list(NameOrder))
def test_an_answer_decides_against_the_rows_too(said: NameOrder) -> None:
    found = columns(CZECH, "Novák Jan", "Kateřina Svobodová", answer=said)

    assert (found.questions, found.places["name"]) == ([], found.places[said])
    assert found.as_mapping()["Pacient"] == said


def test_what_is_certain_stands_in_the_mapping() -> None:
    found = columns(HUNGARIAN, "Nagy Zsófia", "Horváth Gábor")

    assert found.as_mapping()["Páciens neve"] == FAMILY


def test_whose_names_they_are_does_not_say_in_which_order() -> None:
    assert order(columns(CZECH, "Novák Jan", "Kateřina Svobodová", answer="name")) == "ask"
