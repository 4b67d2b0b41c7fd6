"""How words are mistyped, and how they are spelled where keys are missing. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator

# Shorter words are too often another one with two letters swapped: "genre" and "gerne", "via" and
# "vai", "taka" and "taak".
_SHORTEST_SWAPPED, _SHORTEST_CHANGED = 6, 8
_TELEX = str.maketrans("", "", "sfrxjwz")
_UMLAUT = re.compile("([aou])e")
_DOUBLED = re.compile("(aa|ee|oo|dd)")


def mistaken(word: str) -> Iterator[str]:
    """A word with two neighbouring letters in the wrong order; a long one with a letter too few
    too.

    The first letter stays, and of a long word the last one: where they change, it is easily another
    word ("não" and "ano", "confirmo" and "confirma").
    """
    if len(word) >= _SHORTEST_SWAPPED:
        for at, (one, other) in enumerate(itertools.pairwise(word)):
            if at and one != other:
                yield word[:at] + other + one + word[at + 2 :]
    if len(word) >= _SHORTEST_CHANGED:
        for at in range(1, len(word) - 1):
            yield word[:at] + word[at + 1 :]


def _without_umlauts(word: str) -> str:
    """German "bestaetigt"; of the sharp s, too."""
    return _UMLAUT.sub(r"\1", word)


def _without_telex(word: str) -> str:
    """Vietnamese as its keys are pressed: "vaang aj" is "vang a"."""
    letters = _DOUBLED.sub(lambda found: found[0][0], word)
    bare = letters[:1] + letters[1:].translate(_TELEX)
    return "u" + bare[1:] if bare[:1] == "w" else bare


SPELLINGS: dict[str, Callable[[str], str]] = {
    "umlauts": _without_umlauts,
    "telex": _without_telex,
}
"""By the name that a language's file gives."""
