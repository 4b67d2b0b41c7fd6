"""What a request asks for, read once and safely: ids, numbers, choices, dates, texts.

Anything odd reads as nothing (an ignored filter, or a 404 where the thing itself is asked for), so
that no page hands the database a value it cannot take. Forms with fields of their own are checked
by those fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TypeVar

T = TypeVar("T")
E = TypeVar("E")

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST_ID = 18
"""Digits; every number of so many fits the database's widest whole number."""
MOST_IDS = 100
LONGEST_TEXT = 5_000


def read_number(written: object, *, digits: int = LONGEST_ID) -> int | None:
    """A whole number from 0 in at most so many ASCII digits; None for anything else."""
    text = str(written) if isinstance(written, str | int) else ""
    # ASCII first: `isdigit` also takes “²”, which `int` refuses with an error.
    fits = 0 < len(text) <= digits and text.isascii() and text.isdigit()
    return int(text) if fits else None


def read_id(written: object) -> int:
    """The id of a row; 0, which no row has, for what can be none."""
    return read_number(written) or 0


def read_ids(written: str) -> list[int]:
    """Ids separated by commas, at most a hundred; what is no id is left out."""
    # Cut before splitting: a megabyte of commas would be a list of a million parts.
    most = MOST_IDS * (LONGEST_ID + 1)
    return [pk for part in written[:most].split(",")[:MOST_IDS] if (pk := read_id(part))]


def read_choice(written: str | None, choices: Iterable[T], *, otherwise: E) -> T | E:
    """The one of `choices` that is written so, else `otherwise`."""
    return next((choice for choice in choices if str(choice) == written), otherwise)


def read_date(written: str) -> date | None:
    """A date as browsers send it (2026-03-02), None for anything else."""
    try:
        # The pattern first: Python also reads weeks (2026-W10-1) and dates without hyphens.
        return date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None


def read_text(written: str | None, *, longest: int = LONGEST_TEXT) -> str:
    """What was typed, at most so many characters, without NUL, which the database cannot store."""
    # NUL goes before the cut, so that it does not count as a letter.
    return (written or "").replace("\x00", "")[:longest]


class IdConverter:
    """`<id:pk>` in an address: an id that the database can look up. Any other address leads
    nowhere.
    """

    regex = f"[0-9]{{1,{LONGEST_ID}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        """As it stands in the address."""
        return str(value)
