"""The starter texts pass the product's own checks, and cost one segment where the language
allows.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.replies.reading.interpret import Intent, read_answer
from reminders.domain.wording import (
    Values,
    check_wording,
    compile_wording,
    format_date,
    format_time,
)
from reminders.domain.wording.defaults import LANGUAGES, PURPOSES, VOICE_PURPOSES, starter
from reminders.domain.wording.languages import GSM_LANGUAGES
from reminders.domain.wording.segments import measure

WEDNESDAY = datetime(2026, 9, 30, 10, 30, tzinfo=ZoneInfo("Australia/Sydney"))
EVERY = [(purpose, language) for language in LANGUAGES for purpose in PURPOSES]
ROOM = {"vi": 3, "ar": 3, "zh-Hans": 2}
"""Segments for languages that no text of GSM-7 can carry."""


def ordinary(language: str) -> Values:
    country = "AU" if language == "en" else ""
    return Values(
        first_name="Charlotte",
        recipient="Katharine",
        date=format_date(WEDNESDAY, language, country),
        time=format_time(WEDNESDAY, language, country),
        location="Harbour Street Dental",
        phone="0491 570 006",
        emergency="112",
        minutes="20",
        appointments="1) Ann 10:00, 2) Ben 10:30",
    )


@pytest.mark.parametrize(("purpose", "language"), EVERY)
def test_a_starter_text_passes_the_checks(purpose: str, language: str) -> None:
    assert check_wording(starter(purpose, language), language=language, purpose=purpose) == []


@pytest.mark.parametrize(("purpose", "language"), EVERY)
def test_a_starter_text_is_short(purpose: str, language: str) -> None:
    size = measure(compile_wording(starter(purpose, language)).render(ordinary(language)))

    assert size.segments <= ROOM.get(language, 1)
    assert size.encoding == ("GSM-7" if language in GSM_LANGUAGES else "UCS-2")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", VOICE_PURPOSES)
def test_a_starter_text_to_be_read_aloud_passes_the_checks(purpose: str, language: str) -> None:
    text = starter(purpose, language, "voice")

    assert check_wording(text, language=language, purpose=purpose, channel="voice") == []


@pytest.mark.parametrize(("purpose", "language"), EVERY)
def test_every_language_has_every_text_of_its_own(purpose: str, language: str) -> None:
    assert (starter(purpose, language) == starter(purpose, "en")) == (language == "en")


@pytest.mark.parametrize(("purpose", "language"), EVERY)
def test_no_starter_text_names_the_reason(purpose: str, language: str) -> None:
    used = set(compile_wording(starter(purpose, language)).placeholders)

    assert used & {"service", "practitioner"} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "voice"])
@pytest.mark.parametrize("purpose", ["confirmation", "reminder"])
def test_what_to_do_before_the_visit_is_told_where_there_is_something(
    purpose: str, channel: str, language: str
) -> None:
    template = compile_wording(starter(purpose, language, channel))
    plain = ordinary(language)

    told = template.render(replace(plain, instructions="Please come fasting."))
    without = template.render(plain)

    assert "Please come fasting." in told
    assert "  " not in told
    assert len(without) < len(told) < len(without) + len("Please come fasting.") + 5


@pytest.mark.parametrize(
    ("language", "yes", "no"),
    [
        ("en", "Y", "N"),
        ("es", "S", "N"),
        ("fr", "O", "N"),
        ("de", "J", "N"),
        ("it", "S", "N"),
        ("pt", "S", "N"),
        ("nl", "J", "N"),
        ("pl", "T", "N"),
        ("vi", "1", "2"),
        ("zh-Hans", "1", "2"),
        ("ar", "1", "2"),
    ],
)
def test_the_answers_that_a_text_invites_are_understood(language: str, yes: str, no: str) -> None:
    text = starter("confirmation", language)

    assert all(answer in text for answer in (yes, no))
    # In real life English is read as well.
    assert read_answer(yes, languages=[language, "en"]).intent == Intent.YES
    assert read_answer(no, languages=[language, "en"]).intent == Intent.NO


@pytest.mark.parametrize(
    ("language", "yes", "no"),
    [
        ("en", "Y", "N"),
        ("es", "S", "N"),
        ("fr", "O", "N"),
        ("de", "J", "N"),
        ("it", "S", "N"),
        ("pt", "S", "N"),
        ("nl", "J", "N"),
        ("pl", "T", "N"),
        ("vi", "CÓ", "KHÔNG"),
        ("zh-Hans", "是", "否"),
        ("ar", "نعم", "لا"),
    ],
)
def test_the_answers_that_a_family_text_invites_are_understood(
    language: str, yes: str, no: str
) -> None:
    text = starter("family_confirmation", language)

    assert all(answer in text for answer in (yes, f"{yes} 2", no))
    read = [
        read_answer(answer, languages=[language, "en"], names=["Ann", "Ben"], listed=True)
        for answer in (yes, f"{yes} 2", f"{yes}2", f"{yes} Ben", no)
    ]
    assert [(one.intent, one.picks) for one in read] == [
        (Intent.YES, ()),
        (Intent.YES, (2,)),
        (Intent.YES, (2,)),
        (Intent.YES, ("Ben",)),
        (Intent.NO, ()),
    ]


def test_a_language_we_do_not_speak_reads_english() -> None:
    assert starter("reminder", "fi") == starter("reminder", "en")


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(KeyError):
        starter("birthday", "en")
