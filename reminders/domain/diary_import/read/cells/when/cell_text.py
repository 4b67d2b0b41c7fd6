"""A cell's text before it is read as a date or time: bounded, in plain digits, with single
blanks.
"""

from __future__ import annotations

import unicodedata

LONGEST = 40
"""Characters of a date or of a time at most; a cell with both has twice as many."""


class UnreadableError(ValueError):
    """A text that is no date or time; its words say what is wrong with it."""


def bounded(text: str, what: str, *, most: int = LONGEST) -> str:
    """The cell in plain digits and signs with single blanks, if it is short; raise UnreadableError.

    No pattern sees a cell before: the time to read it must not hang on who wrote it.
    """
    if len(text) > most:
        raise UnreadableError(
            f"“{text[:20]}…” is not a {what}: the cell has {len(text):,} characters, which are far "
            f"too many."
        )
    return plain(text)


def plain(text: str) -> str:
    """Digits of every script as 0 to 9, full-width signs as the usual ones, single blanks."""
    if text.isascii():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", text)
    if len(normal) > len(text) + _MOST_MORE:
        return ""  # one ligature may stand for a sentence: then the bound on the length is none
    return " ".join(
        "".join(
            str(unicodedata.decimal(char)) if char.isdecimal() else _LIKE.get(char, char)
            for char in normal
            if char not in _UNSEEN
        ).split()
    )


_MOST_MORE = 8
_UNSEEN = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
_LIKE = {"\u2010": "-", "\u2011": "-", "\u2212": "-", "\u2044": "/", "\u2215": "/", "\u066b": "."}


def shown(text: str) -> str:
    """The cell as a problem quotes it."""
    return f"“{text[:40]}”"
