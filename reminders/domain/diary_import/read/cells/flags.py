"""Yes and no as cells say them, and whether a cell says by itself that texts may be sent.

What a yes answers is the column's business. A blank says neither, and what is neither surely yes
nor
surely no is asked about.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word, phrases, tables

LONGEST_FLAG = 40
"""Characters of a yes or no at most."""
_MEANINGS = ("yes", "no")
_SIGNS_OF_PROGRAMS = frozenset("\\/<>#?*-")
"""What stands in no yes and in no no, but in the \\N, the N/A and the -1 of programs."""


@lru_cache(maxsize=1)
def _signs() -> dict[str, bool]:
    signs = tables("flags")["signs"]
    return {
        sign: meaning == "yes"
        for meaning in _MEANINGS
        for sign in phrases(signs[f"{meaning}_signs"])
    }


@lru_cache(maxsize=1)
def _words() -> dict[str, bool]:
    found = by_phrase("flags", _MEANINGS)[0]
    return {word: meaning == "yes" for word, meaning in found.items() if word}


@lru_cache(maxsize=1)
def _wishes() -> dict[str, bool]:
    found = by_phrase("flags", ("text", "quiet"))[0]
    return {phrase: meaning == "text" for phrase, meaning in found.items()}


@lru_cache(maxsize=2048)
def read_flag(text: str) -> bool | None:
    """Whether a cell says yes or no; None for a blank and for whatever else.

    A variation selector behind a tick is no sign of its own.
    """
    if not text or len(text) > LONGEST_FLAG:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().casefold().rstrip("\ufe0e\ufe0f")
    if _SIGNS_OF_PROGRAMS.intersection(plain):
        return None
    known = _signs().get(plain.removesuffix(".0"))  # 1.0 is what a spreadsheet makes of 1
    return known if known is not None else _words().get(folded_word(plain))


@lru_cache(maxsize=2048)
def read_text_wish(text: str) -> bool | None:
    """Whether a cell says in words that texts may (True) or must not (False) be sent.

    Such words hold whichever way the column asks: "Opted out" under "SMS consent" and under "Do not
    text" is the same wish. None for a bare yes or no, and for what is not known.
    """
    if not text or len(text) > LONGEST_FLAG:
        return None
    return _wishes().get(folded_word(text))
