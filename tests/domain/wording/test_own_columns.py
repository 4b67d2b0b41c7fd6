"""A column of the practice's own diary in a text: its value, or what is said without one."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.domain.wording import (
    Values,
    WordingError,
    check_wording,
    compile_loosely,
    compile_wording,
    render_family,
)
from reminders.domain.wording.own_columns import own_values

KNOWN = ("Room", "Bring along", "Zimmer-Nr.")
IN_ROOM = "Hi {first_name}, please go to room {x:Room|at the desk}. {location} {date} {time}"

FILLED: list[tuple[str, dict[str, Any], str]] = [
    ("Room {x:Room|at the desk}", {"Room": "12"}, "Room 12"),
    ("Room {x:Room|at the desk}", {}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": ""}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": "   "}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": None}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": ["12"]}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": {"a": 1}}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": True}, "Room at the desk"),
    ("Room {x:Room|at the desk}", {"Room": 12}, "Room 12"),
    ("Room {x:Room|at the desk}", {"Room": 0}, "Room 0"),
    ("Room {x:room|at the desk}", {"ROOM": "12"}, "Room 12"),
    ("Room {X: Room | at the desk }", {" room ": "12"}, "Room 12"),
    ("{x:Bring along|nothing}", {"bring  along": "glasses"}, "glasses"),
    ("{x:Zimmer-Nr.|5}", {"Zimmer-Nr.": "7"}, "7"),
    ("{x:Straße|x}", {"STRASSE": "Hauptweg"}, "Hauptweg"),
    ("{x:Room A|x}", {"Room [A]": "7"}, "7"),
    ("{x:Room|x}", {"Room": "{first_name}"}, "{first_name}"),
    ("{x:Room|x}", {"Room": "{x:Room}"}, "{x:Room}"),
    ("{x:Room|x}", {"Room": "{0.__class__}"}, "{0.__class__}"),
    ("{x:Room|x}", {"Room": "50 % off %s"}, "50 % off %s"),
    ("{x:Room|x}", {"Room": "[12]"}, "[12]"),
    ("{x:Room|x}", {"Room": "one\ntwo\u202e"}, "one two"),
    ("{x:Room|x} {x:Room|y}", {}, "x y"),
    ("Go[ to {x:Room}] now", {}, "Go now"),
    ("Go[ to {x:Room}] now", {"Room": "12"}, "Go to 12 now"),
    ("{x:Room.__class__|x}", {"Room": "12"}, "x"),
]


@pytest.mark.parametrize(("wording", "extra", "text"), FILLED)
def test_a_column_is_filled_in(wording: str, extra: dict[str, Any], text: str) -> None:
    values = Values(first_name="Ann", columns=own_values(extra))

    assert compile_wording(wording).render(values) == text


@pytest.mark.parametrize("extra", [None, [], "Room", 7, {}])
def test_what_is_no_row_of_columns_has_none(extra: object) -> None:
    assert own_values(extra) == {}


def words_about(text: str, *, purpose: str = "reminder", known: tuple[str, ...] = KNOWN) -> str:
    found = check_wording(text, language="en", purpose=purpose, columns=known)
    return " ".join(problem.words for problem in found if problem.level == "error")


WRONG = [
    (IN_ROOM, KNOWN, ""),
    (IN_ROOM.replace("Room|", "rOOM |"), KNOWN, ""),
    (
        IN_ROOM.replace("|at the desk", ""),
        KNOWN,
        "Say what to write where “Room” is blank, after a bar: {x:Room|at the desk}.",
    ),
    (
        IN_ROOM.replace("x:Room", "x:Rom"),
        KNOWN,
        "Your diary has brought no column “Rom”. Did you mean {x:Room|at the desk}?",
    ),
    (
        IN_ROOM.replace("x:Room", "x:Parking"),
        KNOWN,
        "Your diary has brought no column “Parking”. It has: “Bring along”, “Room”, “Zimmer-Nr.”.",
    ),
    (
        IN_ROOM,
        (),
        "Your diary has brought no column “Room”. "
        "Columns are there once a diary file with them was imported.",
    ),
    (
        IN_ROOM.replace("x:Room", "x:"),
        KNOWN,
        "Write a column of your diary after “x:”: {x:Room|at the desk}.",
    ),
]


@pytest.mark.parametrize(("text", "known", "words"), WRONG)
def test_the_editor_says_what_is_wrong(text: str, known: tuple[str, ...], words: str) -> None:
    assert words_about(text, known=known) == words


def test_an_automatic_answer_has_none() -> None:
    assert "automatic answer" in words_about("{x:Room|a} {location}", purpose="confirmed")


def test_the_name_of_a_column_offers_no_answer() -> None:
    text = IN_ROOM.replace("x:Room|at the desk", "x:Reply STOP|a")

    assert words_about(text, known=("Reply STOP",)) == ""


def test_what_is_said_otherwise_is_checked_as_any_words() -> None:
    assert "STOP" in words_about(IN_ROOM.replace("at the desk", "Reply STOP"))


def test_half_typed_it_stands_as_it_is_written() -> None:
    assert compile_loosely("Room {x:Room|a} {x:} {rooms}").render(Values()) == (
        "Room a {x:} {rooms}"
    )
    with pytest.raises(WordingError):
        compile_wording("{x: }")


def test_of_a_family_only_what_all_have_is_said() -> None:
    template = compile_wording("{appointments}: room {x:Room|at the desk}, {x:Floor|0}")
    rooms = [{"Room": "1", "Floor": "2"}, {"Room": "3", "Floor": "2"}]
    people = [
        Values(first_name=name, time="10:00", columns=own_values(extra))
        for name, extra in zip(("Ann", "Ben"), rooms, strict=True)
    ]

    assert render_family(template, people) == "1) Ann 10:00, 2) Ben 10:00: room at the desk, 2"
