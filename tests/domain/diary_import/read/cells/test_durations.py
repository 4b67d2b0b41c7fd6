"""Lengths of time in many writings, and what is not surely one."""

from datetime import datetime, timedelta

import pytest

from reminders.domain.diary_import.read.cells.when.durations import minutes_between, read_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30", 30),
        ("30.0", 30),
        ("45,00", 45),
        ("30 min", 30),
        ("30mins.", 30),
        ("30 Minuten", 30),
        ("0.0208333333", 30),
        ("0,0625", 90),
        ("45'", 45),
        ("45′", 45),
        ("0:45", 45),
        ("1:15", 75),
        ("00:45:00", 45),
        ("12:00:00", 720),
        ("1h", 60),
        ("1 hr", 60),
        ("1h 15", 75),
        ("1h15", 75),
        ("1h 10min", 70),
        ("1 hr 15 mins", 75),
        ("1 hour and 15 minutes", 75),
        ("1 Std. 30 Min.", 90),
        ("1 Stunde und 15 Minuten", 75),
        ("1 heure et 15 minutes", 75),
        ("1 hora y 15 minutos", 75),
        ("1 ora e 15 minuti", 75),
        ("1u30", 90),
        ("1 uur en 15 minuten", 75),
        ("1 timme och 15 minuter", 75),
        ("1 time og 15 minutter", 75),
        ("1 tunti 15 minuuttia", 75),
        ("1 godz. 15 min", 75),
        ("1 hodina 15 minut", 75),
        ("1 oră și 15 minute", 75),
        ("45 de minute", 45),
        ("1 год 30 хв", 90),
        ("1 година та 15 хвилин", 75),
        ("2 sata i 15 minuta", 135),
        ("1時間30分", 90),
        ("30分", 30),
        ("45分钟", 45),
        ("1시간 30분", 90),
        ("30 دقيقة", 30),
        ("٣٠ دقيقة", 30),
        ("0.75 h", 45),
        ("0,5 Std", 30),
        ("1.5 hours", 90),
        ("2700 s", 45),
        ("2700 seconds", 45),
        ("PT45M", 45),
        ("PT1H30M", 90),
        ("P0DT0H45M0S", 45),
        ("PT2700S", 45),
        ("1h, 15m", 75),
        ("0", 0),
        ("1.5", None),
        ("0.75", None),
        ("22.5 min", None),
        ("15:00", None),
        ("45:00", None),
        ("1:75", None),
        ("24:00:00", None),
        ("100 s", None),
        ("15 min 1 h", None),
        ("1h 2h", None),
        ("30 zmin", None),
        ("half an hour", None),
        ("1½ h", None),
        ("PT", None),
        ("P1D", None),
        ("//XXXX//", None),
        ("30-45", None),
        ("-30", None),
        ("", None),
        ("3" * 61, None),
    ],
)
def test_a_length_is_read_or_nothing(text: str, minutes: int | None) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "unit", "minutes"),
    [
        ("0.75", "hours", 45),
        ("1", "hours", 60),
        ("1,5", "hours", 90),
        ("2700", "seconds", 45),
        ("100", "seconds", None),
        ("45 min", "hours", 45),
    ],
)
def test_a_number_alone_counts_what_the_column_says(
    text: str, unit: str, minutes: int | None
) -> None:
    assert read_minutes(text, unit) == minutes


@pytest.mark.parametrize(
    ("later", "minutes"), [(45, 45), (1440, 1440), (0, None), (-15, None), (1441, None)]
)
def test_an_end_gives_a_length_only_after_its_start(later: int, minutes: int | None) -> None:
    start = datetime(2026, 3, 4, 10, 30)
    assert minutes_between(start, start + timedelta(minutes=later)) == minutes
