"""Whether a text may come from somebody in danger: then a person must see it, and the patient hears
at once whom to call. Pure.

It looks for signs, not for meaning: a sign too many costs a text, one too few may cost more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from reminders.domain.replies.reading.tokens import folded_words, plain

_DATA = Path(__file__).with_name("data") / "emergency_words.toml"
Phrase = tuple[str, ...]


class _Signs(NamedTuple):
    """Phrases of all languages; `first` are the words with which they begin, `longest` in words."""

    signs: frozenset[Phrase]
    but: frozenset[Phrase]
    first: frozenset[str]
    longest: int


def may_be_emergency(text: str) -> bool:
    """Whether a text holds a sign of danger, in any language that is known. Linear."""
    words, at, known = folded_words(plain(text)), 0, _signs()
    while at < len(words):
        if passed := _length_at(words, at, known.but, known):
            at += passed
        elif _length_at(words, at, known.signs, known):
            return True
        else:
            at += 1
    return False


def _length_at(words: Sequence[str], at: int, phrases: frozenset[Phrase], known: _Signs) -> int:
    """How many words the longest phrase takes that begins here; 0 for none."""
    if words[at] not in known.first:
        return 0
    following = tuple(words[at : at + known.longest])
    lengths = range(len(following), 0, -1)
    return next((length for length in lengths if following[:length] in phrases), 0)


@cache
def _signs() -> _Signs:
    tables = tomllib.loads(_DATA.read_text(encoding="utf-8")).values()
    signs = frozenset(_phrase(sign) for table in tables for sign in table["signs"])
    but = frozenset(_phrase(sign) for table in tables for sign in table["but"])
    both = signs | but
    return _Signs(signs, but, frozenset(each[0] for each in both), max(map(len, both)))


def _phrase(written: str) -> Phrase:
    return tuple(folded_words(plain(written)))
