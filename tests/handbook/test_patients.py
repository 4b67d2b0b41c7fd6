"""What the page for patients tells them to write is read as the page says."""

from __future__ import annotations

import pytest

from reminders.domain.replies.reading.interpret import Intent, read_answer
from reminders.domain.wording import LANGUAGES
from reminders.domain.wording.defaults import starter
from reminders.handbook.chapters import BY_NAME, FOLDER

PAGE = " ".join(
    (FOLDER / BY_NAME["patients"].path).read_text(encoding="utf-8").replace("\n>", " ").split()
)
SAID = [
    ("**Y** if you come", "Y", Intent.YES),
    ("**N** if you can't", "N", Intent.NO),
    ('"yes, see you"', "yes, see you", Intent.YES),
    ('"sorry, I can\'t make it"', "sorry, I can't make it", Intent.NO),
    ("Reply **STOP**", "STOP", Intent.STOP),
    ("With **START**", "START", Intent.START),
]


@pytest.mark.parametrize(("words", "reply", "intent"), SAID)
def test_what_the_page_tells_to_write_is_read_so(words: str, reply: str, intent: Intent) -> None:
    assert words in PAGE
    assert read_answer(reply, languages=["en"]).intent == intent


def test_of_several_appointments_the_number_picks_one() -> None:
    assert "**Y 2** for the second only" in PAGE
    read = read_answer("Y 2", languages=["en"], listed=True)
    assert (read.intent, list(read.picks)) == (Intent.YES, [2])


@pytest.mark.parametrize("purpose", ["confirmation", "reminder", "moved", "correction"])
def test_texts_that_ask_or_remind_name_practice_day_and_time(purpose: str) -> None:
    assert "the text names our practice and the day and time" in PAGE
    for language in LANGUAGES:
        text = starter(purpose, language)
        assert all(f"{{{one}}}" in text for one in ("location", "date", "time")), language
