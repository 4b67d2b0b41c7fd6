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
from typing import Any

from reminders.domain.replies.reading.grammar import expand, read_table
from reminders.domain.replies.reading.tokens import folded_words, plain

_GAP = "…"
_BETWEEN = 4
"""How many words may stand where a pattern has a gap."""
_PLACES = 64
"""A text with more places where such a wish might begin is no wish but a nuisance."""
_ENDS = ""
_Tree = dict[str, Any]  # Any: by word what may follow, and under "" that a phrase ends there
_Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Rest:
    """What must follow the first part of a pattern, one part after the other; each is one pattern's
    own.
    """

    parts: tuple[_Tree, ...]


def wants_no_more(text: str, codes: tuple[str, ...]) -> bool:
    """Whether a plain text asks, anywhere in it, to be texted no more. Linear."""
    wishes = _wishes(codes)
    words = folded_words(text)
    begun = (_beginnings(wishes, words, at) for at, word in enumerate(words) if word in wishes)
    places = itertools.islice(filter(None, begun), _PLACES)
    return any(_goes_on(rest, words, end) for place in places for rest, end in place.items())


def _beginnings(wishes: _Tree, words: Sequence[str], at: int) -> dict[_Rest, int]:
    """The patterns whose first part stands at `at`, and where the longest such phrase ends."""
    node: _Tree | None = wishes
    found: dict[_Rest, int] = {}
    for end in range(at, len(words)):
        node = node.get(words[end]) if node else None
        if node is None:
            break
        found.update(dict.fromkeys(node.get(_ENDS, ()), end + 1))
    return found


def _goes_on(rest: _Rest, words: Sequence[str], end: int) -> bool:
    """Whether each of the other parts follows, with little between them."""
    for tree in rest.parts:
        for at in range(end, min(end + _BETWEEN + 1, len(words))):
            if words[at] in tree and (found := _end_of(tree, words, at)):
                end = found
                break
        else:
            return False
    return True


def _end_of(tree: _Tree, words: Sequence[str], at: int) -> int:
    """Where the longest phrase that begins at `at` ends; 0 without one."""
    node, longest = tree, 0
    while at < len(words) and (following := node.get(words[at])) is not None:
        node, at = following, at + 1
        longest = at if _ENDS in node else longest
    return longest


@lru_cache(maxsize=256)
def _wishes(codes: tuple[str, ...]) -> _Tree:
    """All patterns by the words of their first parts; where one ends, what must follow it."""
    tree: _Tree = {}
    for code in codes:
        for first, rest in _patterns(code):
            for phrase in first:
                _grow(tree, phrase).setdefault(_ENDS, []).append(rest)
    return tree


@cache
def _patterns(code: str) -> tuple[tuple[set[_Phrase], _Rest], ...]:
    return tuple(_pattern(line) for line in read_table(code).get("pause", ()))


def _pattern(line: str) -> tuple[set[_Phrase], _Rest]:
    """The phrases with which it begins, and what must follow. A part that may be nothing says
    nothing.
    """
    first, *others = [part for part in line.split(_GAP) if re.search(r"\w", part)]
    rest = (_tree(_phrases(part)) for part in others if "" not in expand(part))
    return _phrases(first), _Rest(tuple(rest))


def _phrases(part: str) -> set[_Phrase]:
    return {tuple(folded_words(plain(phrase))) for phrase in expand(part)} - {()}


def _tree(phrases: set[_Phrase]) -> _Tree:
    tree: _Tree = {}
    for phrase in phrases:
        _grow(tree, phrase)[_ENDS] = True
    return tree


def _grow(tree: _Tree, phrase: _Phrase) -> _Tree:
    for word in phrase:
        tree = tree.setdefault(word, {})
    return tree
