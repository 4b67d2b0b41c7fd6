"""What a family picks from its list in other words than a number and an answer.

"Both", "only the first", "Ann yes and Ben no" are brought into the form that the grammar knows and
read by it, piece by piece; what the grammar does not understand then stays unclear. Pure.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.reading.tokens import Token, plain, tokenise
from reminders.domain.wording.languages import known_language
from reminders.domain.wording.questions import Asks

Read = Callable[[str], Interpretation]
_DATA = Path(__file__).with_name("data") / "family_words.toml"
_NO = "❌"
"""A no in every language; the English word is something else in Polish."""
_WRITTEN = {
    "all": "all",
    "none": f"{_NO} all",
    "only": "",
    "first": "1",
    "second": "2",
    "third": "3",
}
MOST_WORDS, MOST_OF_A_PIECE = 12, 5
"""More is for a person: so the time that reading takes stays small, whatever is written."""
_ANSWERS = frozenset({Intent.YES, Intent.NO})


class _Piece(NamedTuple):
    """A word of the patient, or what stands for a phrase of theirs; `kind` is that of the
    phrase.
    """

    written: str
    kind: str = ""


def read_family(
    text: str, *, languages: Sequence[str], asks: Asks, read: Read
) -> tuple[Interpretation, ...]:
    """What a text says of the appointments of a list, one interpretation for each answer in it.

    `read` reads a text by the grammar, against the same question. Empty where it stays unclear, and
    where anything is asked back.
    """
    if "?" in text or "？" in text or "؟" in text:
        return ()
    words = _family_words(tuple(dict.fromkeys(known_language(tag) for tag in (*languages, "en"))))
    tokens = tokenise(plain(text), limit=MOST_WORDS + 1)
    if not tokens or len(tokens) > MOST_WORDS:
        return ()
    pieces = list(_pieces(tokens, words))
    whole = _read_whole(pieces, asks=asks, read=read)
    return (whole,) if whole else _read_apart(pieces, words, read=read)


def offers_all(text: str, languages: Sequence[str]) -> bool:
    """Whether a text of ours invites one yes for all that it lists; true where it is not known."""
    if not text:
        return True
    words = _family_words(tuple(dict.fromkeys(known_language(tag) for tag in (*languages, "en"))))
    tokens = tokenise(text)
    return any(_at(tokens, at, words, ("offers",)) for at in range(len(tokens)))


def _read_whole(pieces: Sequence[_Piece], *, asks: Asks, read: Read) -> Interpretation | None:
    """One answer for all that it picks. "No, only the first" may mean either: it stays unclear."""
    kinds = {piece.kind for piece in pieces}
    if not kinds - {""} or (asks is Asks.WHICH and "none" in kinds):
        return None  # to "which can't you come to", "none" may be good news
    written = _join(pieces)
    answer = read(written)
    if "picked" in answer.also:
        answer = read(f"{_NO} {written}")
    if answer.intent is Intent.UNCLEAR and kinds & {"only", "all"}:
        answer = read(f"{_NO if asks is Asks.WHICH else 'yes'} {written}")
    if answer.intent not in _ANSWERS or not answer.certain:
        return None
    if "only" not in kinds:
        return answer
    if not answer.picks or (answer.intent is Intent.NO and not answer.states and _says_no(pieces)):
        return None
    return replace(answer, also=answer.also | {"card"})  # what of the others, nobody has said


def _says_no(pieces: Sequence[_Piece]) -> bool:
    """Whether there is anything beside what was picked; "only the second" answers "which one"."""
    return any(piece.kind == "" and not piece.written.isdecimal() for piece in pieces)


def _read_apart(
    pieces: Sequence[_Piece], words: dict[str, frozenset[tuple[str, ...]]], *, read: Read
) -> tuple[Interpretation, ...]:
    """An answer for each, one after the other; empty unless there is exactly one way to
    part them.
    """
    read_once = cache(read)
    ways = {
        tuple((one.intent, one.picks) for one in way): way
        for way in _ways(pieces, words, read_once)
        if len(way) > 1
    }
    return next(iter(ways.values())) if len(ways) == 1 else ()


def _ways(
    pieces: Sequence[_Piece], words: dict[str, frozenset[tuple[str, ...]]], read: Read
) -> Iterator[tuple[Interpretation, ...]]:
    """All ways to part a text into answers that each pick somebody, nobody twice.

    Each stretch is read once; how many there are is bounded.
    """
    if not pieces:
        yield ()
        return
    for end in range(2, min(len(pieces), MOST_OF_A_PIECE) + 1):
        first = pieces[:end]
        if (first[0].written,) in words["joins"]:
            first = first[1:]
        answer = read(_join(first))
        if answer.intent not in _ANSWERS or not answer.picks or answer.also or not answer.certain:
            continue
        for rest in _ways(pieces[end:], words, read):
            if not set(answer.picks) & {pick for one in rest for pick in one.picks}:
                yield (answer, *rest)


def _join(pieces: Sequence[_Piece]) -> str:
    return " ".join(piece.written for piece in pieces if piece.written)


def _pieces(
    tokens: Sequence[Token], words: dict[str, frozenset[tuple[str, ...]]]
) -> Iterator[_Piece]:
    at = 0
    while at < len(tokens):
        kind, length = _at(tokens, at, words, tuple(_WRITTEN)) or ("", 1)
        yield _Piece(_WRITTEN[kind], kind) if kind else _Piece(tokens[at].exact)
        at += length


def _at(
    tokens: Sequence[Token],
    at: int,
    words: dict[str, frozenset[tuple[str, ...]]],
    kinds: Sequence[str],
) -> tuple[str, int] | None:
    """The kind and length of the longest phrase that begins at a word."""
    for length in range(min(5, len(tokens) - at), 0, -1):
        exact = tuple(token.exact for token in tokens[at : at + length])
        folded = tuple(token.folded for token in tokens[at : at + length])
        for kind in kinds:
            if exact in words[kind] or folded in words[kind]:
                return kind, length
    return None


@lru_cache(maxsize=64)
def _family_words(languages: tuple[str, ...]) -> dict[str, frozenset[tuple[str, ...]]]:
    """The phrases of several languages by kind, each as its words."""
    tables = _tables()
    return {
        kind: frozenset(phrase for tag in languages for phrase in tables[tag][kind])
        for kind in (*_WRITTEN, "joins", "offers")
    }


@cache
def _tables() -> dict[str, dict[str, list[tuple[str, ...]]]]:
    read = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {
        tag: {
            kind: [tuple(token.exact for token in tokenise(phrase)) for phrase in phrases]
            for kind, phrases in table.items()
        }
        for tag, table in read.items()
    }
