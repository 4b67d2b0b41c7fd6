"""Dates and times as people in each place write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.wording import LANGUAGES, format_date, format_time, known_language
from reminders.domain.wording.languages import GSM_LANGUAGES
from reminders.domain.wording.segments import measure

MORNING = datetime(2026, 3, 3, 10, 0, tzinfo=ZoneInfo("Australia/Sydney"))
EVENING = datetime(2026, 10, 17, 15, 30, tzinfo=ZoneInfo("Australia/Sydney"))


@pytest.mark.parametrize(
    ("language", "country", "expected"),
    [
        ("en", "AU", "Tue 3 March, 10:00 am"),
        ("en", "GB", "Tue 3 March, 10:00"),
        ("en", "US", "Tue, March 3, 10:00 AM"),
        ("en", "", "Tue 3 March, 10:00 am"),
        ("en", "FR", "Tue 3 March, 10:00"),
        ("es", "ES", "mar, 3 de marzo, 10:00"),
        ("es", "MX", "mar, 3 de marzo, 10:00 a.m."),
        ("fr", "FR", "mar. 3 mars, 10:00"),
        ("fr", "CA", "mar. 3 mars, 10 h 00"),
        ("de", "DE", "Di., 3. März, 10:00"),
        ("de", "AU", "Di., 3. März, 10:00"),
        ("it", "IT", "mar 3 marzo, 10:00"),
        ("pt-BR", "AU", "ter., 3 de marco, 10:00"),
        ("nl", "NL", "di 3 maart, 10:00"),
        ("pl", "PL", "wt., 3 marca, 10:00"),
        ("vi", "AU", "Th 3, 3 tháng 3, 10:00"),
        ("zh-CN", "AU", "3月3日周二, 10:00"),
        ("ar", "EG", "الثلاثاء، 3 مارس, 10:00 ص"),
    ],
)
def test_date_and_time_follow_language_and_country(
    language: str, country: str, expected: str
) -> None:
    written = (
        f"{format_date(MORNING, language, country)}, {format_time(MORNING, language, country)}"
    )

    assert written == expected


def test_a_spoken_date_is_in_full() -> None:
    assert format_date(EVENING, "en", "AU", spoken=True) == "Saturday 17 October"
    assert format_date(EVENING, "es", "ES", spoken=True) == "sábado, 17 de octubre"


@pytest.mark.parametrize("language", sorted(GSM_LANGUAGES))
@pytest.mark.parametrize("country", ["", "AU", "US", "GB", "MX", "AR", "CA", "BR", "PT", "CH"])
def test_no_date_forces_the_dearer_alphabet(language: str, country: str) -> None:
    days = [
        datetime(2026, month, day, 15, 5, tzinfo=ZoneInfo("UTC"))
        for month in range(1, 13)
        for day in range(1, 8)
    ]
    written = " ".join(
        format_date(day, language, country) + format_time(day, language, country) for day in days
    )

    assert measure(written).offenders == ()


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("EN", "en"),
        ("pt_BR", "pt"),
        ("zh-CN", "zh-Hans"),
        ("zh-Hant", "zh-Hans"),
        ("tlh", "en"),
        ("", "en"),
    ],
)
def test_a_language_tag_is_read(tag: str, language: str) -> None:
    assert known_language(tag) == language


def test_every_language_is_known_by_its_own_tag() -> None:
    assert [known_language(tag) for tag in LANGUAGES] == list(LANGUAGES)
