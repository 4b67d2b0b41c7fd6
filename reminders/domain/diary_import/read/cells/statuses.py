"""What a diary's word for a status means: surely, likely, or nothing that anybody could tell.

Only what is wholly understood is sure: a known phrase, and beside it nothing but what is known not
to
matter ("Canceled - same day"). A number is never sure, as each software counts differently.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache

from reminders.domain.diary_import.read.cells.words import (
    by_phrase,
    phrases,
    spellings,
    tables,
    words_of,
)

LONGEST_STATUS = 60
"""Characters of a status at most; beyond this it is a remark."""
_MOST_WORDS = 10
_LIKELY = "likely_"
_COUNTED = re.compile(r"\d{1,2}\s?[-.):]\s?(?=[^\W\d])")
"""The "3 - " of a list whose entries are numbered to be in order."""


class StatusMeaning(StrEnum):
    """What a row with this status is.

    SETTLED is said of money or paper: a past visit took place, a coming one is not over. LEAVE_OUT
    is a row that is no appointment.
    """

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    LEAVE_OUT = "leave_out"
    SETTLED = "settled"


@lru_cache(maxsize=1)
def _sure() -> dict[str, str]:
    return by_phrase("statuses", StatusMeaning)[0]


@lru_cache(maxsize=1)
def _likely() -> dict[str, str]:
    # Of a word that is sure elsewhere the doubt wins: somebody's software means something else.
    found, two = by_phrase("statuses", [_LIKELY + meaning for meaning in StatusMeaning])
    contested = by_phrase("statuses", StatusMeaning)[1]
    offered = {key: meaning.removeprefix(_LIKELY) for key, meaning in found.items()}
    return dict.fromkeys(two | contested, str(StatusMeaning.BOOKED)) | offered


@lru_cache(maxsize=1)
def _beside() -> dict[str, frozenset[str]]:
    """By meaning, the phrases that may stand beside it and change nothing."""
    found: dict[str, set[str]] = {meaning: set() for meaning in StatusMeaning}
    for table in tables("statuses").values():
        for meaning, allowed in found.items():
            line = table.get("with", "") + "," + table.get(f"with_{meaning}", "")
            for phrase in phrases(line):
                allowed |= spellings(phrase)
    return {meaning: frozenset(allowed) for meaning, allowed in found.items()}


@lru_cache(maxsize=4096)
def read_status(text: str) -> StatusMeaning | None:
    """What a status surely means; None for what must be asked about."""
    words = _words(text)
    if not words or len(words) > _MOST_WORDS:
        return None
    whole = "".join(words)
    if whole in _likely():
        return None
    if known := _sure().get(whole):
        return StatusMeaning(known)
    found = {meaning for meaning in _parts(words) if meaning}
    return StatusMeaning(found.pop()) if len(found) == 1 else None


@lru_cache(maxsize=4096)
def likely_status(text: str) -> StatusMeaning | None:
    """What a status that must be asked about likely means, to be offered first; None for no
    idea.
    """
    if sure := read_status(text):
        return StatusMeaning.BOOKED if sure is StatusMeaning.SETTLED else sure
    words = _words(text)
    if not words or len(words) > _MOST_WORDS:
        return None
    if known := _likely().get("".join(words)):
        return StatusMeaning(known)
    inside = {
        known
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
        if (known := _sure().get("".join(words[start:end])))
    }
    return StatusMeaning(inside.pop()) if len(inside) == 1 else None


def status_at(meaning: StatusMeaning, *, past: bool) -> StatusMeaning | None:
    """What is left of a meaning once it is known whether the visit is over; None: ask.

    Nobody has arrived, or stayed away, at a visit that is still to come; there the word is asked
    about, most likely as booked.
    """
    if meaning is StatusMeaning.SETTLED:
        return StatusMeaning.ARRIVED if past else None
    if meaning in (StatusMeaning.ARRIVED, StatusMeaning.NO_SHOW) and not past:
        return None
    return meaning


def _words(text: str) -> list[str]:
    if len(text) > LONGEST_STATUS:
        return []
    plain = unicodedata.normalize("NFKC", text).strip()
    return words_of(_COUNTED.sub("", plain, count=1))


def _parts(words: list[str]) -> set[str]:
    """The meanings of a known phrase in the text where all the rest may stand beside that
    meaning.
    """
    found = set()
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            meaning = _sure().get("".join(words[start:end]))
            if meaning is None or "".join(words[start:end]) in _likely():
                continue
            allowed = _beside()[meaning]
            if _consists_of(words[:start], allowed) and _consists_of(words[end:], allowed):
                found.add(meaning)
    return found


def _consists_of(words: list[str], allowed: frozenset[str]) -> bool:
    """Whether the words are nothing but allowed phrases, one after the other."""
    if not words:
        return True
    return any(
        " ".join(words[:length]) in allowed and _consists_of(words[length:], allowed)
        for length in range(1, len(words) + 1)
    )
