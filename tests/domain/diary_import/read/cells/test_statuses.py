"""What the words of diaries for a status mean, in many languages; what is not sure is not
guessed.
"""

import pytest

from reminders.domain.diary_import.read.cells import statuses
from reminders.domain.diary_import.read.cells.statuses import (
    StatusMeaning,
    likely_status,
    read_status,
    status_at,
)
from reminders.domain.diary_import.read.cells.words import by_phrase, tables
from tests.domain.diary_import.read.cells.tables import rows


@pytest.mark.parametrize("row", rows("statuses"))
def test_a_known_word_is_sure_and_nothing_else_may_stand_beside_it(row: dict[str, str]) -> None:
    assert read_status(row["text"]) == (row["meaning"] or None)
    assert read_status(f"{row['text']} zzz") is None


@pytest.mark.parametrize(
    ("text", "likely"),
    [
        ("Broken", "cancelled"),
        ("Moved", "cancelled"),
        ("Rescheduled", "cancelled"),
        ("Archived", "cancelled"),
        ("Excusé", "cancelled"),
        ("verschoben", "cancelled"),
        ("przełożona", "cancelled"),
        ("Left message", "booked"),
        ("Pending", "booked"),
        ("Tentative", "booked"),
        ("Accepted", "booked"),
        ("fest", "booked"),
        ("Waiting", "booked"),
        ("En attente", "booked"),
        ("Not cancelled", "booked"),
        ("Walked out", "no_show"),
        ("Free", "leave_out"),
        ("Cancelled 2", "cancelled"),
        ("kinda cancelled", "cancelled"),
        ("Booked / Confirmed", None),
        ("Cancelled, no show", None),
        ("Failed", "cancelled"),
        ("5", None),
        ("0", None),
        ("true", None),
        ("yes", None),
        ("perhaps", None),
        ("", None),
        ("---", None),
        ("cancelled " * 9, None),
        ("a b c d e f g h i j k", None),
    ],
)
def test_what_nobody_can_tell_is_asked_about_with_the_likeliest_first(
    text: str, likely: str | None
) -> None:
    assert (read_status(text), likely_status(text)) == (None, likely)


@pytest.mark.parametrize(
    ("text", "past", "coming"),
    [
        ("Paid", "arrived", None),
        ("Checked in", "arrived", None),
        ("No show", "no_show", None),
        ("Booked", "booked", "booked"),
        ("Cancelled", "cancelled", "cancelled"),
        ("Waitlist", "leave_out", "leave_out"),
    ],
)
def test_nobody_has_come_or_stayed_away_before_the_visit(
    text: str, past: str | None, coming: str | None
) -> None:
    meaning = read_status(text)
    assert meaning
    assert (status_at(meaning, past=True), status_at(meaning, past=False)) == (past, coming)
    assert likely_status("Paid") is StatusMeaning.BOOKED


def test_no_word_means_two_things_and_every_key_of_the_data_is_known() -> None:
    likely = [f"likely_{meaning}" for meaning in StatusMeaning]
    sure, twice = by_phrase("statuses", StatusMeaning)
    doubtful, doubly = by_phrase("statuses", likely)
    keys = {key for table in tables("statuses").values() for key in table}
    beside = {"with", *(f"with_{meaning}" for meaning in StatusMeaning)}

    assert (twice, doubly, sure.keys() & doubtful.keys()) == (set(), set(), set())
    assert keys <= {*StatusMeaning, *likely, *beside}
    assert len(tables("statuses")) >= 15
    assert max(map(len, sure)) <= statuses.LONGEST_STATUS
