"""What a cell seems to hold, by itself: a date, a time, both, a phone number, a name.

For choosing columns only: whether a value is right is decided where it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    UnreadableError,
    read_date,
    read_start,
    read_time,
)

_PHONE = re.compile(r"[+(]?[\d\s().+/-]{8,20}")
_NAME = re.compile(r"[^\W\d_][\w'’.-]+(?:,? [^\W\d_][\w'’.-]*){1,3}")
_LONGEST_PHONE = 21
_LONGEST_NAME = 100


def _reads(reader: Callable[[str], object], value: str) -> bool:
    try:
        reader(value)
    except UnreadableError:
        return False
    return True


def looks_like_date(value: str) -> bool:
    """Whether a cell holds a date alone, whichever its order."""
    plain = value.strip()
    if plain.isdigit() and len(plain) != 8:
        return False
    return _reads(lambda text: read_date(text, DMY), plain) or _reads(
        lambda text: read_date(text, MDY), plain
    )


def looks_like_time(value: str) -> bool:
    """Whether a cell holds a time of day alone."""
    return (
        not value.strip().isdigit()
        and " " not in value.strip(" aApPmM.")
        and _reads(read_time, value)
    )


def looks_like_date_and_time(value: str) -> bool:
    """Whether a cell holds both."""
    return _reads(lambda text: read_start(text, DMY), value) or _reads(
        lambda text: read_start(text, MDY), value
    )


def looks_like_phone(value: str) -> bool:
    """Whether a cell holds so many digits, and little else, as a phone number does."""
    if len(value) > _LONGEST_PHONE:
        return False
    digits = sum(char.isdigit() for char in value)
    return 8 <= digits <= 15 and bool(_PHONE.fullmatch(value)) and not looks_like_date(value)


def looks_like_name(value: str) -> bool:
    """Whether a cell holds two to four words as names have them."""
    return len(value) <= _LONGEST_NAME and bool(_NAME.fullmatch(value))
