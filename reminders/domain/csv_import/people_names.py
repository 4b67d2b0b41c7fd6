"""Names as diaries write them, split into first and last: "Lee, Ann", "Mrs Ann Lee", "LEE Ann".

Only what is plain is taken apart; a single word is a first name, so that texts can greet with it.
"""

from __future__ import annotations

_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame rev fr master herr frau hr mme mlle m sr sra srta".split()  # noqa: SIM905 -- a list of words
)


def tidy(text: str) -> str:
    """Without control characters and doubled spaces."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a tidy full name."""
    if "," in text:
        last, _, first = text.partition(",")
        if first.strip() and last.strip():
            return without_title(first.strip()), last.strip()
        text = text.replace(",", " ").strip()
    words = without_title(text).rsplit(" ", 1)
    return (words[0], words[1]) if len(words) == 2 else (words[0], "")


def without_title(text: str) -> str:
    """Without a leading Mr, Mrs, Dr and the like, unless nothing else is there."""
    words = text.split(" ")
    titles = 0
    while titles < len(words) - 1 and words[titles].rstrip(".").lower() in _TITLES:
        titles += 1
    return " ".join(words[titles:])
