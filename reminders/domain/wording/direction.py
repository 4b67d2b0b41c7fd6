"""Right-to-left texts with names, places and numbers of the other direction in them.

Without marks a phone lays a text out by its first letter, so that one in Arabic which begins with
“Ann” is torn apart, and the groups of a telephone number change places. Values of the other
direction are isolated (Unicode's FSI and PDI), and the text says its own direction where its first
letter does not. Such texts need the wide alphabet anyway: a mark costs one place.
"""

from __future__ import annotations

import unicodedata

MARK, ISOLATE, END = "\u200f", "\u2068", "\u2069"
COMMA = "، "
_RIGHT = frozenset({"R", "AL"})
_STRONG = _RIGHT | {"L"}
_LOOSE = frozenset({"WS", "ES", "ET", "ON"})


def first_direction(text: str) -> str:
    """Of the first letter with a direction: L, R or AL; "" where there is none."""
    kinds = map(unicodedata.bidirectional, text)
    return next((kind for kind in kinds if kind in _STRONG), "")


def reads_right_to_left(words: str) -> bool:
    """Whether words of ours are written from the right."""
    return first_direction(words) in _RIGHT


def isolated(value: str) -> str:
    """A value as it stands in a right-to-left text: as it is, or between marks."""
    kinds = set(map(unicodedata.bidirectional, value))
    # "10:00" is one number in any text; the groups of "020 7946 0123" would be turned round.
    loose_number = not kinds & _RIGHT and bool(kinds & _LOOSE)
    return f"{ISOLATE}{value}{END}" if "L" in kinds or loose_number else value


def marked(text: str) -> str:
    """A right-to-left text, told as one to those who look at its first letter alone."""
    return MARK + text if first_direction(text) == "L" else text
