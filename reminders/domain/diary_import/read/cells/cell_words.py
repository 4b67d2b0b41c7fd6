"""Words of diaries for a status and for a length of time: what each of them means, if anything."""

from __future__ import annotations

import re

from reminders.domain.diary_import.read.cells import statuses

LONGEST_WORD = 60
"""Characters of a status or a length of time at most."""

_STORED = frozenset({"booked", "confirmed", "cancelled", "arrived", "no_show"})
_MINUTES = re.compile(r"(\d{1,4})(?:[.,]0+)?\s*(?:m|min|mins|minutes|minuten)?\.?", re.IGNORECASE)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_WORD_HOURS = re.compile(
    r"(\d{1,2})\s*(?:h|hr|hrs|hours?)\.?\s*(?:(\d{1,2})\s*(?:m|min|mins|minutes)?)?", re.IGNORECASE
)


def read_status(text: str) -> str | None:
    """The status of an appointment that a diary's word surely means; None for any other word."""
    meaning = statuses.read_status(text)
    return str(meaning) if meaning in _STORED else None


def read_minutes(text: str) -> int | None:
    """Minutes from "30", "30 min", "0:30", "1h 15"; None when it is no length."""
    if len(text) > LONGEST_WORD:
        return None
    if found := _MINUTES.fullmatch(text):
        return int(found[1])
    if found := _HOURS.fullmatch(text) or _WORD_HOURS.fullmatch(text):
        return int(found[1]) * 60 + int(found[2] or 0)
    return None
