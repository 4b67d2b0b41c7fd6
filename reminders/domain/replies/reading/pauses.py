"""Asking for no more texts in free words: "please stop texting me", in every language.

Such a wish is found anywhere in a text, whatever else it says: to pause wrongly costs a look by
staff, to go on texting hurts somebody who asked to be left alone.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from reminders.domain.replies.reading.grammar import expand, read_table
from reminders.domain.replies.reading.tokens import folded_words, plain

_GAP = "…"
_BETWEEN = 4
"""How many words may stand where a pattern has a gap."""
_PLACES = 100
"""A text with more places where such a wish might begin is no wish but a nuisance."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Phrases of which one stands here. `begins`: first words, with the length of the longest
    phrase.
    """

    phrases: frozenset[tuple[str, ...]]
    begins: dict[str, int]

    def ends_at(self, words: Sequence[str], at: int) -> int:
        """Where the longest of them that begins at `at` ends; 0 without one."""
        longest = self.begins.get(words[at], 0)
        return next(
            (
                at + size
                for size in range(longest, 0, -1)
                if tuple(words[at : at + size]) in self.phrases
            ),
            0,
        )


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Phrases in order, with room between them."""

    parts: tuple[_Part, ...]

    def fits(self, words: Sequence[str], at: int) -> bool:
        end = self.parts[0].ends_at(words, at)
        for part in self.parts[1:]:
            near = words[end : end + _BETWEEN + 1] if end else ()
            ends = (
                part.ends_at(words, end + ahead)
                for ahead, word in enumerate(near)
                if word in part.begins
            )
            end = next((found for found in ends if found), 0)
        return end > 0


def wants_no_more(text: str, codes: tuple[str, ...]) -> bool:
    """Whether a plain text asks, anywhere in it, to be texted no more. Linear."""
    begins = _by_first_word(codes)
    words = folded_words(text)
    places = itertools.islice((at for at, word in enumerate(words) if word in begins), _PLACES)
    return any(pattern.fits(words, at) for at in places for pattern in begins[words[at]])


@lru_cache(maxsize=256)
def _by_first_word(codes: tuple[str, ...]) -> dict[str, tuple[_Pattern, ...]]:
    found: dict[str, list[_Pattern]] = {}
    for code in codes:
        for pattern in _patterns(code):
            for word in pattern.parts[0].begins:
                found.setdefault(word, []).append(pattern)
    return {word: tuple(patterns) for word, patterns in found.items()}


@cache
def _patterns(code: str) -> tuple[_Pattern, ...]:
    return tuple(_pattern(line) for line in read_table(code).get("pause", ()))


def _pattern(line: str) -> _Pattern:
    """A part that may be nothing says nothing."""
    first, *rest = [part for part in line.split(_GAP) if re.search(r"\w", part)]
    return _Pattern(tuple(map(_part, (first, *(part for part in rest if "" not in expand(part))))))


def _part(text: str) -> _Part:
    phrases = {tuple(folded_words(plain(phrase))) for phrase in expand(text)} - {()}
    begins: dict[str, int] = {}
    for phrase in phrases:
        begins[phrase[0]] = max(begins.get(phrase[0], 0), len(phrase))
    return _Part(frozenset(phrases), begins)
