"""What a cell seems to hold, by itself: a date, a time, both, a phone number, a name, a yes or no.

For choosing columns only: whether a value is right is decided where it is read. A cell too long for
a thing is none, before any pattern sees it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

from reminders.domain.diary_import.read.cells import statuses
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    UnreadableError,
    read_date,
    read_start,
    read_time,
)
from reminders.domain.diary_import.read.cells.flags import read_flag, read_text_wish
from reminders.domain.diary_import.read.cells.when.assumed import forms
from reminders.domain.diary_import.read.cells.when.calendar_dates import without_weekday
from reminders.domain.diary_import.read.cells.when.time_zones import is_zone_word
from reminders.domain.diary_import.read.cells.when.times import read_half
from reminders.domain.diary_import.read.header.folding import squashed

_PHONE = re.compile(r"[+(]?[\d\s().+/-]{8,20}")
_PHONE_INSIDE = re.compile(r"[+(]?\d[\d\s().+/-]{6,18}\d")
_TWO_NUMBERS = re.compile(r"\d{1,2}[^\w\s]{1,2} ?\d{1,2}|\d{8}")
_NUMBERED = re.compile(r"[A-Za-z]{1,3}[-_#]?\d")
"""A code such as A-1, which is no one o'clock in the morning."""
_STRETCH = re.compile(r"(\d{1,2}[:.hH]\d{2}) ?[-–—~～〜] ?(\d{1,2}[:.hH]\d{2})")
_ZONE_WORD = re.compile(r"(.{0,20}\d) ([A-Z]{3,4})")
_CLOCK = re.compile(r"\d{1,2}[:.hH]\d{2}|\d{1,2} ?[apAP]\.?[mM]?\b")
_CLOCK_IN_WORDS = re.compile(r"(?:[^\W\d_]{1,6}\.? )?\d{1,2}[:.hH]\d{2} ?[^\W\d_][^\d_]{0,14}")
"""A time with words around it: "9.15 h", "10:30 sáng"."""
_NAME = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_(][\w'’.-]*){1,4}")
_SPACELESS_NAME = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,8}")
_WORDS = re.compile(r"[^\W\d_][\w'’.-]*(?:,? [^\W\d_][\w'’.-]*)*")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,24}")
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_CODE = re.compile(r"[A-Za-z]{0,6}[-_/ #]?\d[\w/-]{0,30}|#?[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{9,50}")
_ZONE = re.compile(
    r"(?:UTC|GMT)(?:[+-]\d{1,2}(?::?\d{2})?)?|[A-Z][a-z]+ (?:Standard |Daylight )?Time.{0,40}"
)
_ANY_DAY = date(2024, 7, 1)
"""Any will do: only whether there is such a day counts."""
_LONGEST_PHONE = 21
_LONGEST_NAME = 100
_LONGEST_WORD = 40


def _reads(reader: Callable[[str], object], value: str) -> bool:
    try:
        reader(value)
    except UnreadableError:
        return False
    return True


def _reads_in_an_order(reader: Callable[[str, str], object], value: str) -> bool:
    """Day first, and where two numbers stand beside each other month first as well."""
    if _reads(lambda text: reader(text, DMY), value):
        return True
    return bool(_TWO_NUMBERS.search(value)) and _reads(lambda text: reader(text, MDY), value)


def looks_like_date(value: str) -> bool:
    """Whether a cell holds a date alone, whichever its order."""
    plain = value.strip()
    if plain.isdigit() and len(plain) != 8:
        return False
    return _reads_in_an_order(read_date, plain)


def looks_like_unsaid_day(value: str) -> bool:
    """Whether a cell holds a day that leaves something to be asked: "tomorrow", "Thu 4 Mar"."""
    if looks_like_time(value):
        return False
    plain, _ = without_weekday(value)
    return any(looks_like_date(form) for _, form in forms(plain, _ANY_DAY))


def looks_like_time(value: str) -> bool:
    """Whether a cell holds a time of day alone, or from when to when."""
    if (found := _ZONE_WORD.fullmatch(value)) and is_zone_word(found[2]):
        return looks_like_time(found[1])
    stretch = _STRETCH.fullmatch(value)
    if stretch:
        return looks_like_time(stretch[1]) and looks_like_time(stretch[2])
    return (
        not value.strip().isdigit()
        and not _NUMBERED.match(value)
        and (" " not in value.strip(" aApPmM.") or bool(_CLOCK_IN_WORDS.fullmatch(value)))
        and _reads(read_time, value)
    )


def looks_like_date_and_time(value: str) -> bool:
    """Whether a cell holds both; a bare number is no date here, whatever a spreadsheet thinks."""
    if value.strip().isdigit():
        return False
    return _reads_in_an_order(read_start, value)


def looks_like_phone(value: str) -> bool:
    """Whether a cell holds so many digits, and little else, as a phone number does."""
    if len(value) > _LONGEST_PHONE:
        return False
    digits = sum(char.isdigit() for char in value)
    return 8 <= digits <= 15 and bool(_PHONE.fullmatch(value)) and not looks_like_date(value)


def looks_like_name(value: str) -> bool:
    """Whether a cell holds two to five words as names have them."""
    if len(value) > _LONGEST_NAME:
        return False
    value = _without_marks(value)
    return bool(_NAME.fullmatch(value) or _SPACELESS_NAME.fullmatch(value))


def _without_marks(value: str) -> str:
    """The letters without the vowels and tones that stand above and below them, as in Thai."""
    if value.isascii():
        return value
    return "".join(char for char in value if not unicodedata.category(char).startswith("M"))


def looks_titled(value: str) -> bool:
    """Whether a cell begins as the name of somebody with a title: "Dr. Rosen"."""
    first, *more = value[:_LONGEST_NAME].split()
    return bool(more) and is_word("person_titles", first)


def has_letters(value: str) -> bool:
    """Whether there is a word in a cell."""
    return any(map(str.isalpha, value[:_LONGEST_NAME]))


def has_digits(value: str) -> bool:
    """Whether there is a number in a cell."""
    return any(map(str.isdigit, value[:_LONGEST_NAME]))


def has_clock(value: str) -> bool:
    """Whether something like a time of day stands in a cell."""
    return bool(_CLOCK.search(value[:_LONGEST_NAME]))


def holds_a_phone(value: str) -> bool:
    """Whether a phone number stands somewhere in a cell, among words."""
    found = _PHONE_INSIDE.search(value[:_LONGEST_NAME])
    return found is not None and looks_like_phone(found[0].strip())


def looks_like_status(value: str) -> bool:
    """Whether a cell surely says what became of a visit."""
    return len(value) <= _LONGEST_WORD and statuses.read_status(value) is not None


def may_be_status(value: str) -> bool:
    """Whether a cell says so surely, or likely: "En attente" beside "Confirmé"."""
    return len(value) <= _LONGEST_WORD and statuses.likely_status(value) is not None


def looks_like_words(value: str) -> bool:
    """Whether a cell holds nothing but words."""
    return len(value) <= _LONGEST_NAME and bool(_WORDS.fullmatch(value))


def looks_like_email(value: str) -> bool:
    """Whether a cell holds an e-mail address."""
    return len(value) <= _LONGEST_NAME and bool(_EMAIL.fullmatch(value))


def looks_like_integer(value: str) -> bool:
    """Whether a cell holds a whole number."""
    return len(value) <= _LONGEST_WORD and bool(_INTEGER.fullmatch(value))


def looks_like_id(value: str) -> bool:
    """Whether a cell holds a number or a code such as A-1001, and no words."""
    return len(value) <= _LONGEST_NAME and bool(_CODE.fullmatch(value))


def looks_like_zone(value: str) -> bool:
    """Whether a cell names a time zone."""
    if len(value) > _LONGEST_NAME:
        return False
    return value in _zones() or bool(_ZONE.fullmatch(value))


@cache
def _zones() -> frozenset[str]:
    return frozenset(zone for zone in available_timezones() if "/" in zone)


@cache
def _cell_words() -> dict[str, frozenset[str]]:
    content = tomllib.loads((Path(__file__).parent / "words" / "_cells.toml").read_text("utf-8"))
    return {
        kind: frozenset(squashed(word) or word.strip() for word in text.split(","))
        for kind, text in content.items()
    }


def is_word(kind: str, value: str) -> bool:
    """Whether a cell is one of the words of `_cells.toml` for a kind: yes_or_no, cancelled, ..., or
    surely read as such.
    """
    if len(value) > _LONGEST_WORD:
        return False
    return (squashed(value) or value) in _cell_words()[kind] or _SURELY[kind](value)


_SURELY: dict[str, Callable[[str], bool]] = {
    "yes_or_no": lambda value: not value.isdigit() and read_flag(value) is not None,
    "cancelled": lambda value: str(statuses.read_status(value)) == "cancelled",
    "consent": lambda value: read_text_wish(value) is not None,
    # two letters may be anybody's initials
    "half_day": lambda value: len(value) + 2 * (not value.isascii()) > 2 and bool(read_half(value)),
    "party": lambda _value: False,
    "channel": lambda value: read_text_wish(value) is not None,
    "person_titles": lambda _value: False,
}
