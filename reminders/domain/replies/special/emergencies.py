"""Whether a text may come from somebody in danger: then a person must see it, and the patient hears
at once whom to call. Pure.

It looks for signs, not for meaning: a sign too many costs a text, one too few may cost more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from reminders.domain.replies.reading.tokens import folded_words, plain

_DATA = Path(__file__).with_name("data") / "emergency_words.toml"
Phrase = tuple[str, ...]
_NONE: frozenset[str] = frozenset()


_ENDS = ""
_Tree = dict[str, Any]  # Any: by word what may follow, and under "" that a phrase ends there


class _Signs(NamedTuple):
    """Phrases of all languages. `near`: by word, the words of which one close by makes it a sign
    ("chest" and "hurts").
    """

    signs: _Tree
    but: _Tree
    near: dict[str, frozenset[str]]


CLOSE = 4
"""How many words may lie between two that are a sign together, and one more."""


def may_be_emergency(text: str) -> bool:
    """Whether a text holds a sign of danger, in any language that is known. Linear."""
    known = _signs()
    words = _without_harmless(folded_words(plain(text)), known)
    there = frozenset(words)
    near = {word: found for word in there if (found := known.near.get(word, _NONE) & there)}
    return any(
        (word in known.signs and _length_at(words, at, known.signs) > 0)
        or (word in near and not near[word].isdisjoint(words[max(0, at - CLOSE) : at + CLOSE + 1]))
        for at, word in enumerate(words)
    )


def _without_harmless(words: Sequence[str], known: _Signs) -> list[str]:
    """The words without phrases that hold a sign and mean none; a blank one stands in their
    place.
    """
    kept, at = [], 0
    while at < len(words):
        passed = _length_at(words, at, known.but) if words[at] in known.but else 0
        kept.append(" " if passed else words[at])
        at += passed or 1
    return kept


def _length_at(words: Sequence[str], at: int, tree: _Tree) -> int:
    """How many words the longest phrase takes that begins here; 0 for none."""
    node, end, longest = tree, at, 0
    while end < len(words) and (following := node.get(words[end])) is not None:
        node, end = following, end + 1
        longest = end - at if _ENDS in node else longest
    return longest


@cache
def _signs() -> _Signs:
    tables = list(tomllib.loads(_DATA.read_text(encoding="utf-8")).values())
    near: dict[str, frozenset[str]] = {}
    for words, others in (pair for table in tables for pair in table["near"]):
        for word in _phrase(words):
            near[word] = near.get(word, _NONE) | frozenset(_phrase(others))
    signs, but = (
        _tree(phrase for table in tables for phrase in table[kind]) for kind in ("signs", "but")
    )
    return _Signs(signs, but, near)


def _tree(phrases: Iterable[str]) -> _Tree:
    tree: _Tree = {}
    for phrase in phrases:
        node = tree
        for word in _phrase(phrase):
            node = node.setdefault(word, {})
        node[_ENDS] = True
    return tree


def _phrase(written: str) -> Phrase:
    return tuple(folded_words(plain(written)))
