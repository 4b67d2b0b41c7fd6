"""Which words are surely given names, and in which order a column of whole names writes them.

A family name may be anybody's given name, so only cells in which one of the two ends is known say
anything; what the whole column says is `header.choose_name_order`'s to weigh.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from reminders.domain.diary_import.read.cells.name_words import (
    is_a,
    is_couple,
    is_shouted,
    leading_titles,
)
from reminders.domain.diary_import.read.cells.words import folded_word, tables

_PARTED = re.compile("[-‐‑–]")
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_MOST_WORDS = 4
_LONGEST = 80


class NameOrder(StrEnum):
    """Which part of a name comes first; the values are fields that a column may mean."""

    FAMILY_FIRST = "name_family_first"
    GIVEN_FIRST = "name_given_first"


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    lists = (language["names"] for language in tables("given_names").values())
    return frozenset(folded_word(name) for names in lists for name in names.split(","))


@lru_cache(maxsize=8192)
def is_given_name(word: str) -> bool:
    """Whether a word is a known given name; of "Anna-Maria" the first part tells."""
    return folded_word(_PARTED.split(word)[0]) in _known()


def name_words(cell: str) -> list[str]:
    """The words of a name that leaves its order open: without titles, comma, capitals or
    brackets.
    """
    if len(cell) > _LONGEST or "," in cell or _EAST.search(cell):
        return []
    words = cell.split()
    words = words[leading_titles(words) :]
    plain = all(word[0].isalpha() for word in words) and not any(map(is_couple, words))
    told = any(map(is_shouted, words)) and not all(map(is_shouted, words))
    return words if plain and not told and 2 <= len(words) <= _MOST_WORDS else []


def order_of(words: list[str]) -> NameOrder | None:
    """The order that the names themselves tell: one end is a known given name, and the
    other not.
    """
    # Behind or before a particle stands a family name, whatever else it may be: "dos Santos".
    first = is_given_name(words[0]) and not is_a("particles", words[0])
    last = is_given_name(words[-1]) and not is_a("particles", words[-2])
    if first == last:
        return None
    return NameOrder.GIVEN_FIRST if first else NameOrder.FAMILY_FIRST
