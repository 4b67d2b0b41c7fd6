"""Phrases as a graph of words: patterns are joined without writing out what they stand for. Pure.

"[i|we] can come [then|]" is four phrases and five nodes. Nodes that are alike are one, so that a
language with millions of phrases takes a few thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

KIND = ""
Phrase = tuple[str, ...]
Node = dict[str, Any]  # Any: a node holds nodes by word and, under "", the kind that ends there
Agree = Callable[[str, str], str]


class Graph:
    """Makes nodes of one language; each may stand in many places and must never be changed."""

    def __init__(self) -> None:
        self._nodes: dict[frozenset[tuple[str, object]], Node] = {}
        self._joined: dict[tuple[int, int, Agree], Node] = {}

    def node(self, items: Node) -> Node:
        """The one node that holds this."""
        # By identity: what it leads to is shared already, so that alike nodes are the same one.
        key = frozenset((word, to if word == KIND else id(to)) for word, to in items.items())
        return self._nodes.setdefault(key, items)

    def pattern(self, choices: Sequence[Sequence[Phrase]], kind: str) -> Node:
        """The phrases of one pattern: of each place one choice, one after the other."""
        node = self.node({KIND: kind})
        for alternatives in reversed(choices):
            after = node
            node = self.all((self._lead(choice, after) for choice in alternatives), _same)
        return node

    def _lead(self, words: Phrase, node: Node) -> Node:
        for word in reversed(words):
            node = self.node({word: node})
        return node

    def all(self, nodes: Iterable[Node], agree: Agree) -> Node:
        """The phrases of all these together; `agree` tells what one is that has two kinds."""
        return reduce(lambda one, other: self.join(one, other, agree), nodes, self.node({}))

    def join(self, one: Node, other: Node, agree: Agree) -> Node:
        """The phrases of both."""
        if one is other or not other:
            return one
        if not one:
            return other
        key = (id(one), id(other), agree)
        if key not in self._joined:
            joined = dict(one)
            for word, to in other.items():
                before = joined.get(word)
                if before is None:
                    joined[word] = to
                elif word == KIND:
                    joined[word] = agree(before, to)
                else:
                    joined[word] = self.join(before, to, agree)
            self._joined[key] = self.node(joined)
        return self._joined[key]


def _same(one: str, _other: str) -> str:
    return one


def common(one: Node, other: Node, leads: Phrase = ()) -> Iterator[Phrase]:
    """The phrases that stand in both."""
    for word, to in one.items():
        if word not in other:
            continue
        if word == KIND:
            yield leads
        else:
            yield from common(to, other[word], (*leads, word))
