"""Which text a reaction quotes: Liked “Hi Ann, your appointment ...”. Pure, in linear time."""

from __future__ import annotations

import re

MAX_LEAD = 40
LEAST_QUOTED = 8
"""Letters and digits; less could be anybody's words."""
_QUOTED = re.compile(r"[\"“„«”](.*)[\"”»“]\s*\Z", re.DOTALL)


def quotes_another(text: str, ours: str) -> bool:
    """Whether a reply quotes a text, as reactions do, and it is not `ours`.

    Telephones shorten what they quote and change its quotation marks, so only letters and digits
    count.
    """
    start = _first_mark(text[:MAX_LEAD])
    found = _QUOTED.match(text, start) if start >= 0 else None
    if found is None:
        return False
    quoted = _bare(found.group(1))
    return len(quoted) >= LEAST_QUOTED and quoted not in _bare(ours)


def _first_mark(head: str) -> int:
    return min((at for at, letter in enumerate(head) if letter in '"“„«”'), default=-1)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
