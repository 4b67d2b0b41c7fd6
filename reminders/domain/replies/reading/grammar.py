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

from reminders.domain.replies.reading.spelling import SPELLINGS, mistaken
from reminders.domain.replies.reading.tokens import Token, fold, tokenise

YES = frozenset({"yes", "ok", "confirm", "comes", "comes_for"})
NO = frozenset({"no", "cant", "calls_off", "cant_for"})
_TEXTS = frozenset({"reschedule", "no_more", "stop", "may_cancel", "cancel", "start", "help"})
ACTING = YES | NO | _TEXTS
"""Kinds that stand for an intent; two that contradict each other for the same words cancel out."""

_BESIDE = frozenset(
    {"thanks", "please", "greet", "address", "filler", "joins", "about", "ontime", "praise"}
)
_FEELING = frozenset({"seen", "regret", "smile", "nod", "sad", "sick"})
_SCOPE = frozenset({"today", "tomorrow", "link", "all", "but", "late", "reason", "doubt"})
_REMARKS = frozenset({"hitch", "brings", "promise", "slip", "myself"})
WALKED = tuple(sorted(ACTING | _BESIDE | _FEELING | _SCOPE | _REMARKS))
"""Kinds that a reader steps over; the other lists of the files are looked for on their own."""

_DATA = Path(__file__).with_name("languages")
_SIGNS = "signs"
SLOT = "<min>"
_PLACEHOLDER = "slotmin"
KIND = ""
_OPTION = re.compile(r"\[([^\]]*)\]")
_PART = re.compile(r"\{(\w+)\}")

Phrase = tuple[str, ...]
Phrases = dict[Phrase, str]
Trie = dict[str, Any]  # Any: a node holds nodes by word and, under "", the kind that ends there


@dataclass(slots=True)
class Language:
    """The phrases of one language and of the signs that all understand."""

    exact: Trie
    """Only those that mean something else with their accents."""
    folded: Trie
    opens: frozenset[Phrase]
    words: frozenset[str]
    whole_yes: frozenset[str]
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
    respell: Callable[[str], str] | None
    """How words are spelled where the keys for accents are missing."""
    digits: bool
    tones: bool
    """Whether accents make other words, so that one that is written with them must have the right
    ones.
    """


def _trie(phrases: Phrases) -> Trie:
    root: Trie = {}
    for phrase, kind in phrases.items():
        node = root
        for word in phrase:
            node = node.setdefault(word, {})
        node[KIND] = kind
    return _shared(root, {})


def _shared(node: Trie, known: dict[tuple[object, ...], Trie]) -> Trie:
    """The same, with one node in place of all that are alike: a tenth of the memory."""
    for word, child in node.items():
        if word != KIND:
            node[word] = _shared(child, known)
    # By identity: children are shared already, so that alike ones are the same one.
    alike = tuple(
        sorted((word, child if word == KIND else id(child)) for word, child in node.items())
    )
    return known.setdefault(alike, node)


def _unfinished(phrases: Phrases) -> frozenset[Phrase]:
    """A bare no, and each one that a verb may follow: "no puedo", as there is "no puedo ir"."""
    beginnings = {phrase[:end] for phrase in phrases for end in range(1, len(phrase))}
    return frozenset(
        phrase
        for phrase, kind in phrases.items()
        if kind in ("no", "cant") and (len(phrase) == 1 or phrase in beginnings)
    )


def mistypings(folded: Phrases) -> dict[str, str]:
    """How answers of one word are easily mistyped; not where that is a word, or may be two of them."""
    words = {word for phrase in folded for word in phrase}
    meant: dict[str, set[str]] = {}
    for phrase, kind in folded.items():
        # Not in scripts where nearly every order of letters is a word, as in Arabic.
        if len(phrase) == 1 and kind in YES | NO and phrase[0].isascii() and phrase[0].isalpha():
            for typed in mistaken(phrase[0]):
                meant.setdefault(typed, set()).add(phrase[0])
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
    exact, folded = _with_signs(_learned(table), _learned(signs))
    when = table.get("when", {})
    return Language(
        exact=_trie({phrase: kind for phrase, kind in exact.items() if folded.get(phrase) != kind}),
        folded=_trie(folded),
        opens=_unfinished(folded),
        words=frozenset(word for phrase in folded for word in phrase),
        closing=_folded(table.get("closing", ())),
        wrong_number=_folded(table.get("wrong_number", ())),
        negates=_words(table, "negates"),
        whole_yes=_words(table, "whole_yes"),
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
        mistyped=mistypings(folded),
        respell=SPELLINGS.get(table.get("spelling", "")),
        digits=bool(table.get("digits", False)),
        tones=bool(table.get("tones", False)),
    )


def _words(table: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in table.get(name, ()))


def _learned(table: dict[str, Any]) -> tuple[Phrases, Phrases]:
    """The kinds of a file's phrases, as written and without accents."""
    exact: Phrases = {}
    folded: Phrases = {}
    for kind in WALKED:
        for pattern in table.get(kind, ()):
            for written, bare in _spellings(pattern.replace("{min}", _PLACEHOLDER)):
                exact[written] = _within(exact.get(written), kind)
                folded[bare] = _within(folded.get(bare), kind)
    return exact, folded


def _spellings(pattern: str) -> Iterator[tuple[Phrase, Phrase]]:
    """The words of each phrase that a pattern stands for, as written and without accents.

    Each piece is cut into words once, however many phrases it stands in.
    """
    pieces = _OPTION.split(pattern)
    if not all(_apart(before, after) for before, after in itertools.pairwise(pieces)):
        pieces = ["", "|".join(expand(pattern))]
    choices = [
        [_both(choice) for choice in (piece.split("|") if odd % 2 else [piece])]
        for odd, piece in enumerate(pieces)
    ]
    for chosen in itertools.product(*choices):
        written: Phrase = tuple(itertools.chain.from_iterable(one[0] for one in chosen))
        if written:
            yield written, tuple(itertools.chain.from_iterable(one[1] for one in chosen))


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


def _with_signs(
    own: tuple[Phrases, Phrases], signs: tuple[Phrases, Phrases]
) -> tuple[Phrases, Phrases]:
    """What all understand, unless the language itself understands it otherwise ("no" in Polish)."""
    exact = {phrase: kind for phrase, kind in signs[0].items() if phrase not in own[1]}
    return exact | own[0], signs[1] | own[1]


def _slotted(words: Iterable[str]) -> Phrase:
    return tuple(SLOT if word == _PLACEHOLDER else word for word in words)


def _within(before: str | None, kind: str) -> str:
    """Two meanings of one spelling in one language, such as "dung" without its accents: nobody can
    tell.
    """
    if before is None or before == kind:
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
