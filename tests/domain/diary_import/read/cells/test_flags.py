"""Yes, no, wishes about texts, and what stands in cells where there is nothing."""

import pytest

from reminders.domain.diary_import.read.cells.flags import read_flag, read_text_wish
from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.words import by_phrase
from tests.domain.diary_import.read.cells.tables import rows

NEITHER = [
    "",
    " ",
    "?",
    "-",
    "N/A",
    "ok",
    "maybe",
    "×",
    "Ν",
    "E",
    "K",
    "2",
    "-1",
    "yes no",
    "y" * 41,
]


@pytest.mark.parametrize("row", rows("flags"))
def test_yes_no_and_nothing_in_many_languages(row: dict[str, str]) -> None:
    text, meaning = row["text"], row["meaning"]
    if meaning == "nothing":
        assert is_no_value(text)
        assert read_flag(text) is not True
    else:
        assert read_flag(text) is (meaning == "yes")


@pytest.mark.parametrize("text", NEITHER)
def test_what_is_neither_is_not_guessed(text: str) -> None:
    assert read_flag(text) is None


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("Opted in", True),
        ("SMS", True),
        ("SMS & Email", True),
        ("Consent given", True),
        ("Einwilligung erteilt", True),
        ("同意済み", True),
        ("Opted-out", False),
        ("DO NOT CONTACT", False),
        ("don’t text", False),
        ("Email only", False),
        ("keine SMS", False),
        ("Refusé", False),
        ("no acepta", False),
        ("brak zgody", False),
        ("ikke samtykke", False),
        ("不同意", False),
        ("fără SMS", False),
        ("nu doreste sms", False),
        ("не надсилати СМС", False),
        ("ne slati SMS", False),
        ("nema privole", False),
        ("acord dat", True),
        ("згодна", True),
        ("saglasan", True),
        ("yes", None),
        ("no", None),
        ("Email", None),
        ("Phone", None),
        ("texted yesterday", None),
        ("", None),
    ],
)
def test_a_wish_in_words_holds_whichever_way_the_column_asks(
    text: str, *, may: bool | None
) -> None:
    assert read_text_wish(text) is may


@pytest.mark.parametrize(
    "text",
    [
        "Ann",
        "Na",
        "Nan",
        "Nil",
        "0",
        "#1",
        "#12",
        "xx",
        "New",
        "Nullmeyer",
        "Noname Ng",
        "Lee N/A",
        "n" * 31,
    ],
)
def test_what_may_be_a_value_is_one(text: str) -> None:
    assert not is_no_value(text)


def test_no_word_means_two_things() -> None:
    assert by_phrase("flags", ("yes", "no"))[1] - {""} == set()
    assert by_phrase("flags", ("text", "quiet"))[1] == set()
