"""Headers as they are compared, and the words that they are put together from, in every script."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST_HEADER = 120
"""Characters of a header that are looked at."""
_SIGNS = str.maketrans(
    {
        "#": " no ", "№": " no ", "°": "o", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d",
        "Đ": "D", "ı": "i", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE",
    }
)  # fmt: skip
_MARKS = re.compile(r"[\u0300-\u036f\u064b-\u0655\u0640\u05b0-\u05c7]")
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_ARTICLE = re.compile(r"\bال(?=\w{2})")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NTH = re.compile(r" \(\d+\)$")


def _plain(header: str) -> str:
    """Without accents, signs and the Arabic article, but in its own script and case."""
    text = header[:LONGEST_HEADER].translate(_SIGNS)
    return _ARTICLE.sub("", _MARKS.sub("", unicodedata.normalize("NFKD", text)))


@lru_cache(maxsize=4096)
def squashed(header: str) -> str:
    """A header cell without case, accents, spaces and signs: "Appt. ID" and "apptId" are both
    "apptid".
    """
    return _NOT_WORD.sub("", _plain(header)).casefold()


def pieces(header: str) -> list[str]:
    """The words of a header: "aptDateTime" and "Apt date/time" both have three."""
    plain = _HUMP.sub(" ", _plain(_NTH.sub("", header)))
    return [word.casefold() for word in _WORD.findall(plain)]


def without_nth(header: str) -> str:
    """The header without the number that tells columns of one name apart."""
    return _NTH.sub("", header)
