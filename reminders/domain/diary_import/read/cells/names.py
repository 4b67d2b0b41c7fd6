"""Names as diaries write them, split into first and last: "Lee, Ann", "Mrs Ann Lee", "LEE Ann".

Only what is plain is taken apart; a single word is a first name, so that texts can greet with it.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = "\u0300-\u036f"
_UNSEEN = " -.,'\u2019\u2018`\u00b4"
_MARK = re.compile(f"[{_MARKS}]")
_DROP_UNSEEN = dict.fromkeys(map(ord, _UNSEEN))
_TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir dame rev fr master herr frau hr mme mlle m sr sra srta".split()
)


def tidy(text: str) -> str:
    """Without control characters and doubled spaces."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def folded(name: str) -> str:
    """A name as it is compared: without case, accents, blanks, hyphens, dots and apostrophes."""
    plain = name if name.isascii() else _MARK.sub("", unicodedata.normalize("NFKD", name))
    return plain.lower() if plain.isalnum() else plain.lower().translate(_DROP_UNSEEN)


def same_name_in_sql(one: str, other: str) -> str:
    """Whether two names are the same `folded`, as a condition of PostgreSQL.

    Most are the same as they stand, and those that are not are few beside one phone or one number.
    """
    return f"({one} = {other} OR {_folded_in_sql(one)} = {_folded_in_sql(other)})"


def _folded_in_sql(name: str) -> str:
    unseen = _UNSEEN.replace("'", "''")
    plain = f"regexp_replace(normalize({name}, NFKD), '[{_MARKS}]', '', 'g')"
    return f"lower(translate({plain}, '{unseen}', ''))"


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
