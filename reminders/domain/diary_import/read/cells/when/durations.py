"""Read a length of time: "30", "45 min", "1h 15", "0:45", "0.75 h", "PT45M"; None for any other.

A number alone is minutes, unless the column says hours or seconds. Never guesses: 1.5 alone may be
hours, and 15:00 a quarter of an hour or fifteen of them.
"""

from __future__ import annotations

import re
from datetime import datetime
from fractions import Fraction
from functools import lru_cache

from reminders.domain.diary_import.read.cells.when.cell_text import plain
from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word, phrases_of

LONGEST_LENGTH = 60
"""Characters of a length at most."""
UNITS = {"hours": 3600, "minutes": 60, "seconds": 1}
"""What a column of lengths may count in, with the seconds of each."""
MOST_MINUTES = 24 * 60
_LONGEST_PLAIN = 8
"""Hours of an H:MM that is believed: 15:00 is rather a quarter of an hour, or a time of day."""
_ISO = re.compile(
    r"p(?:0+d)?t?(?:(\d{1,2})h)?(?:(\d{1,4})m)?(?:(\d{1,5})(?:\.0+)?s)?", re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?")
_DAY_PART = re.compile(r"0?[.,]([01]\d{3,})")
"""A spreadsheet's part of a day: 0.0208333 are thirty minutes."""
_LONGEST_PART = 240
_NUMBER = re.compile(r"\d{1,5}(?:[.,]\d{1,4})?")
_PART = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)\s?(?:de\s)?([^\W\d_]+|['′]|[\"″])?\.?\s?,?\s?")
_SIGNS = {"'": "minutes", "′": "minutes", '"': "seconds", "″": "seconds"}


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    return _SIGNS | by_phrase("durations", tuple(UNITS))[0]


@lru_cache(maxsize=1)
def _glue() -> re.Pattern[str]:
    # As they are written, too: lengths keep their accents here ("1 oră și 15 minute").
    written = {phrase.casefold() for phrase in phrases_of("durations", "and")}
    words = sorted(written | set(by_phrase("durations", ("and",))[0]), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, words))})\s")


def read_minutes(text: str, unit: str = "minutes") -> int | None:
    """Whole minutes of a length; None when it is none, or not for sure. `unit` is of UNITS."""
    if len(text) > LONGEST_LENGTH:
        return None
    if unit == "minutes" and (found := _DAY_PART.fullmatch(text)):
        return _part_of_a_day(float(f"0.{found[1]}"))
    seconds = _seconds(plain(text).casefold(), unit)
    if seconds is None or seconds % 60:
        return None
    return int(seconds // 60)


def _part_of_a_day(part: float) -> int | None:
    """Whole minutes of a part of a day; of a long one None, since it may be a part of an hour."""
    minutes = part * MOST_MINUTES
    whole = round(minutes)
    believed = abs(minutes - whole) < 0.01 and 0 < whole < _LONGEST_PART
    return whole if believed else None


def _seconds(text: str, unit: str) -> Fraction | None:
    if _NUMBER.fullmatch(text):
        return _plain_number(text, unit)
    if found := _CLOCK.fullmatch(text):
        hours = int(found[1])
        believed = hours <= _LONGEST_PLAIN or (found[3] and hours < 24)
        return (
            Fraction(hours * 3600 + int(found[2]) * 60 + int(found[3] or 0)) if believed else None
        )
    if text.startswith("p") and (found := _ISO.fullmatch(text)):
        parts = [int(part or 0) for part in found.groups()]
        return Fraction(parts[0] * 3600 + parts[1] * 60 + parts[2]) if any(found.groups()) else None
    return _in_words(text)


def _plain_number(text: str, unit: str) -> Fraction | None:
    number = Fraction(text.replace(",", "."))
    if unit == "minutes" and number.denominator != 1:
        return None  # a part of a minute is rather a part of an hour
    return number * UNITS[unit]


def _in_words(text: str) -> Fraction | None:
    """Numbers with their units, the greater ones first; behind hours the minutes may go without."""
    total, place, last = Fraction(0), 0, ""
    while place < len(text):
        if last and (glue := _glue().match(text, place)):
            place = glue.end()
        found = _PART.match(text, place)
        if found is None:
            return None
        name = found[2] or ""
        unit = _units().get(name) or _units().get(folded_word(name), "") if name else ""
        if not name and last == "hours" and found.end() == len(text):
            unit = "minutes"
        if not unit or (last and UNITS[unit] >= UNITS[last]):
            return None
        total += Fraction(found[1].replace(",", ".")) * UNITS[unit]
        place, last = found.end(), unit
    return total if last else None


def minutes_between(begins: datetime, ends: datetime) -> int | None:
    """Whole minutes from a start to an end; None where the end is not after it, or a day later."""
    minutes = int((ends - begins).total_seconds() // 60)
    return minutes if 0 < minutes <= MOST_MINUTES else None
