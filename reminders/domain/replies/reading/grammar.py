"""The grammar of each language as `data/answers/` tells it: one file a language, and the rule in
words.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from reminders.domain.replies.reading.graph import KIND, Graph, Node, Phrase
from reminders.domain.replies.reading.spelling import SPELLINGS, mistaken
from reminders.domain.replies.reading.tokens import Token, fold, tokenise

YES = frozenset({"yes", "ok", "confirm", "comes", "comes_for", "comes_all"})
NO = frozenset({"no", "cant", "calls_off", "cant_for", "cant_all"})
_TEXTS = frozenset(
    {"reschedule", "sooner", "no_more", "stop", "may_cancel", "cancel", "start", "help"}
)
ACTING = YES | NO | _TEXTS
"""Kinds that stand for an intent; two that contradict each other for the same words cancel out."""

_BESIDE = frozenset(
    {"thanks", "please", "greet", "address", "filler", "joins", "about", "ontime", "praise"}
)
_FEELING = frozenset({"seen", "regret", "smile", "nod", "sad", "sick"})
_SCOPE = frozenset({"today", "tomorrow", "link", "all", "but", "late", "reason", "doubt"})
_REMARKS = frozenset({"hitch", "brings", "promise", "slip", "myself", "easy", "mishap"})
WALKED = tuple(sorted(ACTING | _BESIDE | _FEELING | _SCOPE | _REMARKS))
"""Kinds that a reader steps over; the other lists of the files are looked for on their own."""

_DATA = Path(__file__).with_name("languages")
_SIGNS = "signs"
SLOT = "<min>"
_PLACEHOLDER = "slotmin"
_OPTION = re.compile(r"\[([^\]]*)\]")
_PART = re.compile(r"\{(\w+)\}")


@dataclass(slots=True)
class Language:
    """The phrases of one language and of the signs that all understand."""

    exact: Node
    """As they are written with their accents."""
    folded: Node
    words: frozenset[str]
    yes_elsewhere: frozenset[str]
    closing: frozenset[Phrase]
    negates: frozenset[str]
    wrong_number: frozenset[Phrase]
    device: frozenset[str]
    device_names: frozenset[str]
    minutes: frozenset[Phrase]
    few: frozenset[Phrase]
    numbers: dict[Phrase, int]
    characters: dict[int, str]
    mistyped: dict[str, str]
    """Answers of one word by how they are easily mistyped."""
    joined: tuple[str, ...]
    """Words that are written together with the next one, such as the Arabic "and"."""
    respell: Callable[[str], str] | None
    """How words are spelled where the keys for accents are missing."""
    digits: bool
    tones: bool
    """Whether accents make other words, so that one that is written with them must have the right
    ones.
    """


def mistypings(folded: Node, words: frozenset[str]) -> dict[str, str]:
    """How answers of one word are easily mistyped; not where that is a word, or may be two
    of them.
    """
    meant: dict[str, set[str]] = {}
    for word, node in folded.items():
        # Not in scripts where nearly every order of letters is a word, as in Arabic.
        if word != KIND and node.get(KIND) in YES | NO and word.isascii() and word.isalpha():
            for typed in mistaken(word):
                meant.setdefault(typed, set()).add(word)
    return {
        typed: next(iter(found))
        for typed, found in meant.items()
        if len(found) == 1 and typed not in words
    }


def agreed(first: str, second: str) -> str:
    """What the same words mean when they stand for both kinds: a doubt where these contradict each
    other.
    """
    if (
        first == second
        or "joins" in (first, second)
        or {first, second} <= YES
        or {first, second} <= NO
    ):
        return first
    return "doubt" if {first, second} & (ACTING | {"doubt"}) else first


@cache
def language_of(code: str) -> Language:
    """The grammar of one language, by its code."""
    table, signs = read_table(code), read_table(_SIGNS)
    graph = Graph()
    own, common = phrases_of(table, graph), phrases_of(signs, graph)
    # What all understand, unless the language itself understands it otherwise ("no" in Polish).
    exact, folded = (
        graph.join(mine, theirs, _first) for mine, theirs in zip(own, common, strict=True)
    )
    words = _words_of(table) | _words_of(signs)
    when = table.get("when", {})
    return Language(
        exact=exact,
        folded=folded,
        words=words,
        closing=_folded(table.get("closing", ())),
        wrong_number=_folded(table.get("wrong_number", ())),
        negates=_words(table, "negates"),
        yes_elsewhere=_words(table, "yes_elsewhere"),
        device=_words(table, "device") | _words(signs, "device"),
        device_names=_words(signs, "device_names"),
        minutes=_folded(signs["minutes"]),
        few=_folded(when.get("few", ())),
        numbers={
            phrase: value
            for text, value in when.get("numbers", {}).items()
            for phrase in _folded([text])
        },
        characters={ord(pair[0]): pair[1] for pair in table.get("traditional", ())},
        mistyped=mistypings(folded, words),
        joined=tuple(_words(table, "joined")),
        respell=SPELLINGS.get(table.get("spelling", "")),
        digits=bool(table.get("digits", False)),
        tones=bool(table.get("tones", False)),
    )


def _words(table: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in table.get(name, ()))


def phrases_of(
    table: dict[str, Any], graph: Graph, kinds: Iterable[str] = WALKED
) -> tuple[Node, Node]:
    """The phrases of a file, as written and without accents."""
    patterns = [(kind, _choices(pattern)) for kind in kinds for pattern in table.get(kind, ())]
    exact, folded = (
        graph.all(
            (
                graph.pattern([[one[side] for one in choice] for choice in choices], kind)
                for kind, choices in patterns
            ),
            _within,
        )
        for side in (0, 1)
    )
    return exact, folded


def _first(one: str, _other: str) -> str:
    return one


def _words_of(table: dict[str, Any]) -> frozenset[str]:
    return frozenset(
        word
        for kind in WALKED
        for pattern in table.get(kind, ())
        for choice in _choices(pattern)
        for _, folded in choice
        for word in folded
    )


def _choices(pattern: str) -> list[list[tuple[Phrase, Phrase]]]:
    """The words of each piece of a pattern, as written and without accents.

    Pieces are cut into words one by one, however many phrases they stand in.
    """
    pattern = pattern.replace("{min}", _PLACEHOLDER)
    pieces = _OPTION.split(pattern)
    if not all(_apart(before, after) for before, after in itertools.pairwise(pieces)):
        pieces = ["", "|".join(expand(pattern))]
    return [
        [_both(choice) for choice in (piece.split("|") if odd % 2 else [piece])]
        for odd, piece in enumerate(pieces)
    ]


def _apart(before: str, after: str) -> bool:
    """Whether a word surely ends between two pieces of a pattern, whichever is chosen of each."""
    ends = {choice[-1:] for choice in before.split("|")}
    begins = {choice[:1] for choice in after.split("|")}
    return all(
        end in ("", " ") or begin in ("", " ") or _is_chinese(end) or _is_chinese(begin)
        for end in ends
        for begin in begins
    )


def _is_chinese(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


@lru_cache(maxsize=4096)
def _both(text: str) -> tuple[Phrase, Phrase]:
    tokens = tokenise(text)
    return _slotted(token.exact for token in tokens), _slotted(token.folded for token in tokens)


def _slotted(words: Iterable[str]) -> Phrase:
    return tuple(SLOT if word == _PLACEHOLDER else word for word in words)


def _within(before: str, kind: str) -> str:
    """Two meanings of one spelling in one language, such as "dung" without its accents: nobody can
    tell.
    """
    if before == kind:
        return kind
    return agreed(before, kind) if {before, kind} & ACTING else before


def _folded(patterns: Iterable[str]) -> frozenset[Phrase]:
    return frozenset(tuple(token.folded for token in tokens) for tokens in _phrases(patterns))


def _phrases(patterns: Iterable[str]) -> Iterator[list[Token]]:
    for pattern in patterns:
        for phrase in expand(pattern.replace("{min}", _PLACEHOLDER)):
            if tokens := tokenise(phrase):
                yield tokens


def expand(pattern: str) -> list[str]:
    """The phrases that a line of the file stands for: "[i|we] come" is "i come" and "we come"."""
    pieces = _OPTION.split(pattern)
    choices = [piece.split("|") if odd % 2 else [piece] for odd, piece in enumerate(pieces)]
    return [" ".join("".join(chosen).split()) for chosen in itertools.product(*choices)]


def reactions() -> dict[str, tuple[str, ...]]:
    """The beginnings by which phones write a reaction, by what it means, in lower case without
    accents.
    """
    table = read_table(_SIGNS)["reactions"]
    return {kind: tuple(fold(start) for start in starts) for kind, starts in table.items()}


@cache
def read_table(
    code: str,
) -> dict[str, Any]:  # Any: lists of phrases and a table, which tomllib does not promise
    """One language's file, by its code; its patterns with what each of their names stands for."""
    table = tomllib.loads((_DATA / f"{code}.toml").read_text(encoding="utf-8"))
    parts = table.get("parts", {})

    def named(found: re.Match[str]) -> str:
        return str(parts.get(found[1], found[0]))

    return {
        name: [_PART.sub(named, line) for line in held] if parts and _is_list(held) else held
        for name, held in table.items()
    }


def _is_list(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(line, str) for line in held)
