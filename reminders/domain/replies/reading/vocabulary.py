"""How a patient's text becomes words, and what the words and phrases of each language mean.

The phrases are data (`data/answers.toml`). What a whole text means is for `answers` to decide.
"""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale

from reminders.domain.wording.languages import known_language

ACTING = frozenset({"yes", "no", "calls_off", "reschedule", "no_more", "stop", "may_cancel", "start", "help"})
"""Kinds that stand for an intent; two different ones for the same words cancel each other out."""

WALKED = (
    *sorted(ACTING),
    *("polite", "joins", "praise", "regret", "today", "tomorrow", "link", "all", "remark", "late", "doubt"),
)
"""Kinds that a reader steps over; the other lists of the file are looked for on their own."""

MAX_TEXT = 5000
_DATA = Path(__file__).with_name("data") / "answers.toml"
_UNIVERSAL = "universal"
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[:.h/-]\d+)+|x\d+|\d+x(?!\w)|\d+|[{_CJK}]|[^\W\d_{_CJK}]+|[^\w\s]|_")
_SMILEY = re.compile(r"(?<!\w)[:;=]['-]?[dDpP](?!\w)|<3+")
_BREAK = re.compile(r"[,.;:!\n，。、；：！،؛–—]")
_SPELLED_OUT = re.compile(r"(?<=\b[a-zA-Z])\.(?=[a-zA-Z]\b)")
_NUMBER_SIGN = re.compile(r"№|\bno\.\s*(?=\d)", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´ʼ＇](?=\w)")
_INVISIBLE = dict.fromkeys([0xFE0E, 0xFE0F, 0x0640, *range(0x1F3FB, 0x1F400), *range(0x200B, 0x2010)])
_IGNORED = frozenset({"Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Pc", "Sm", "Sk", "Cf", "Cc", "Mn", "Me"})
_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "œ": "oe", "æ": "ae", "ı": "i", "ٱ": "ا", "ى": "ي", "ة": "ه"}
)
_OPTION = re.compile(r"\[([^\]]*)\]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}|([^\W\d_])\2+$")


class Token(NamedTuple):
    """One word, as written (`raw`), in lower case (`exact`) and without accents (`folded`).

    `apart`: a comma, a stop or a line break stands before it.
    """

    raw: str
    exact: str
    folded: str
    apart: bool = False


class Match(NamedTuple):
    """A phrase found in a text: what it is, and how many tokens it takes."""

    kind: str
    length: int


def tokenise(text: str) -> list[Token]:
    """The words, numbers and signs that carry meaning. Apostrophes join, other punctuation disappears.

    A clock time, a range of numbers or "x2" is one token, as is each Chinese character. Linear.
    """
    # "No. 2" is not "no, 2": a sign that no phrase holds keeps them apart.
    text = _NUMBER_SIGN.sub(" ¤ ", text[:MAX_TEXT])
    text = _APOSTROPHE.sub("", _SMILEY.sub(" ", text)).translate(_INVISIBLE)
    text = _SPELLED_OUT.sub(" ", unicodedata.normalize("NFKC", text))
    text = "".join(_latin_digit(character) for character in text) if not text.isascii() else text
    text = unicodedata.normalize("NFC", "".join(filter(_is_written, text)))
    tokens: list[Token] = []
    end = 0
    for found in _WORD.finditer(text):
        word = found.group()
        if len(word) > 1 or unicodedata.category(word) not in _IGNORED:
            apart = bool(tokens) and _BREAK.search(text, end, found.start()) is not None
            tokens.append(Token(word, word.casefold(), fold(word), apart))
            end = found.end()
    return tokens


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """A word in lower case and without accents; Arabic letters that are often confused become one."""
    bare = unicodedata.normalize("NFD", word.casefold())
    bare = "".join(character for character in bare if not unicodedata.combining(character))
    return bare.translate(_LETTERS)


@dataclass(slots=True)
class Vocabulary:
    """The phrases of some languages together."""

    exact: dict[tuple[str, ...], str] = field(default_factory=dict)
    folded: dict[tuple[str, ...], str] = field(default_factory=dict)
    longest: int = 1
    words: set[str] = field(default_factory=set)
    undo: set[tuple[str, ...]] = field(default_factory=set)
    opt_out: set[tuple[str, ...]] = field(default_factory=set)
    not_names: set[str] = field(default_factory=set)
    whole_yes: set[str] = field(default_factory=set)
    weekdays: frozenset[tuple[str, ...]] = frozenset()
    opens: frozenset[tuple[str, ...]] = frozenset()
    signatures: tuple[str, ...] = ()

    def match(self, tokens: Sequence[Token], at: int) -> Match | None:
        """The longest phrase that begins at `at`; as written before without accents.

        Only a doubtful phrase reaches over a comma or a stop: "No, iré" is not "no iré".
        """
        for length in range(min(self.longest, len(tokens) - at), 0, -1):
            span = tokens[at : at + length]
            kind = self.exact.get(tuple(token.exact for token in span))
            kind = kind or self.folded.get(tuple(token.folded for token in span))
            whole = not any(token.apart for token in span[1:])
            if kind and (whole or kind == "doubt"):
                return Match(kind, length)
        return None

    def unstretched(self, token: Token) -> Token:
        """A word as it was meant before letters were repeated: "yesss" and "noooo" are "yes" and "no"."""
        if token.folded in self.words or not _STRETCHED.search(token.folded):
            return token
        for width in (r"\1\2", r"\1\1\2\2"):
            word = _STRETCHED.sub(width, token.folded)
            if self.folded.get((word,)) in {"yes", "no", "polite", "praise", "regret"}:
                return Token(token.raw, word, word, token.apart)
        return token

    def mentions(self, phrases: Collection[tuple[str, ...]], tokens: Sequence[Token]) -> bool:
        """Whether one of `phrases` stands anywhere in the text."""
        folded = [token.folded for token in tokens]
        lengths = {len(phrase) for phrase in phrases}
        return any(
            tuple(folded[at : at + length]) in phrases for at in range(len(folded)) for length in lengths
        )


def vocabulary(languages: Sequence[str]) -> Vocabulary:
    """The phrases of `languages` (any tags) and of the signs that all understand.

    What is an answer in one language and something else in another is doubtful; else the first counts.
    """
    codes = tuple(dict.fromkeys(known_language(tag) for tag in languages))
    return _vocabulary(codes or ("en",))


@lru_cache(maxsize=256)
def _vocabulary(codes: tuple[str, ...]) -> Vocabulary:
    both = Vocabulary()
    for code in codes:
        one = _language(code)
        _join(both.exact, one.exact)
        _join(both.folded, one.folded)
        both.longest = max(both.longest, one.longest)
        both.words |= one.words
        both.undo |= one.undo
        both.opt_out |= one.opt_out
        both.not_names |= one.not_names
        both.whole_yes |= one.whole_yes
        both.weekdays |= _weekdays(code)
        both.signatures += one.signatures
    both.opens = _unfinished(both.folded)
    return both


def _unfinished(phrases: dict[tuple[str, ...], str]) -> frozenset[tuple[str, ...]]:
    """A bare no, and each one that a verb may follow: "no puedo", as there is "no puedo ir"."""
    beginnings = {phrase[:end] for phrase in phrases for end in range(1, len(phrase))}
    return frozenset(
        phrase
        for phrase, kind in phrases.items()
        if kind == "no" and (len(phrase) == 1 or phrase in beginnings)
    )


def _weekdays(code: str) -> frozenset[tuple[str, ...]]:
    """The days of the week in full; of "segunda-feira" also "segunda"."""
    names = Locale.parse(code.replace("-", "_")).days["format"]["wide"].values()
    spellings = {spelling for name in names for spelling in (name, name.split("-")[0])}
    return frozenset(_spelled(tokenise(name))[1] for name in spellings)


def _join(into: dict[tuple[str, ...], str], more: dict[tuple[str, ...], str]) -> None:
    for phrase, kind in more.items():
        into[phrase] = _agreed(into[phrase], kind) if phrase in into else kind


def _agreed(first: str, second: str) -> str:
    if first == second or "joins" in (first, second):
        return first
    return "doubt" if {first, second} & (ACTING | {"doubt"}) else first


@cache
def _language(code: str) -> Vocabulary:
    table = _tables()[code]
    one = Vocabulary()
    _learn(one, table)
    one.undo = {_spelled(tokens)[1] for tokens in _phrases(table.get("undo", ()))}
    one.opt_out = {_spelled(tokens)[1] for tokens in _phrases(table.get("opt_out", ()))}
    one.not_names = {fold(word) for phrase in table.get("not_names", ()) for word in phrase.split()}
    one.whole_yes = {fold(word) for word in table.get("whole_yes", ())}
    one.signatures = tuple(fold(start) for start in table.get("signature", ()))
    if code != _UNIVERSAL:
        _add_universal(one, _language(_UNIVERSAL))
    return one


def _learn(one: Vocabulary, table: dict[str, Any]) -> None:
    for kind in WALKED:
        for tokens in _phrases(table.get(kind, ())):
            exact, folded = _spelled(tokens)
            one.exact[exact] = _within(one.exact.get(exact), kind)
            one.folded[folded] = _within(one.folded.get(folded), kind)
            one.longest = max(one.longest, len(exact))
            one.words.update(folded)


def _add_universal(one: Vocabulary, universal: Vocabulary) -> None:
    """What all understand, unless the language itself understands it otherwise ("no" in Polish)."""
    one.exact = {
        **{phrase: kind for phrase, kind in universal.exact.items() if phrase not in one.folded},
        **one.exact,
    }
    one.folded = universal.folded | one.folded
    one.longest = max(one.longest, universal.longest)
    one.words |= universal.words
    one.signatures += universal.signatures


def _within(before: str | None, kind: str) -> str:
    """Two meanings of one spelling in one language, such as "dung" without its accents: nobody can tell."""
    return kind if before in (None, kind) else "doubt"


def _spelled(tokens: Iterable[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    tokens = tuple(tokens)
    return tuple(token.exact for token in tokens), tuple(token.folded for token in tokens)


def _phrases(patterns: Iterable[str]) -> Iterator[list[Token]]:
    for pattern in patterns:
        for phrase in expand(pattern):
            yield tokenise(phrase)


def expand(pattern: str) -> list[str]:
    """The phrases that a line of the file stands for: "[i|we] come" is "i come" and "we come"."""
    pieces = _OPTION.split(pattern)
    choices = [piece.split("|") if odd % 2 else [piece] for odd, piece in enumerate(pieces)]
    return [" ".join("".join(chosen).split()) for chosen in itertools.product(*choices)]


def _latin_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _is_written(character: str) -> bool:
    """Arabic vowel signs are rarely typed; they must not part one spelling from another."""
    return not "\u064b" <= character <= "\u065f"


@cache
def minutes() -> frozenset[str]:
    """What follows a number that tells how late somebody will be, without accents."""
    return frozenset(fold(word) for word in _tables()[_UNIVERSAL]["minutes"])


def reactions() -> dict[str, tuple[str, ...]]:
    """The beginnings by which phones write a reaction, by what it means, in lower case without accents."""
    return {kind: tuple(fold(start) for start in starts) for kind, starts in _tables()["reactions"].items()}


@cache
def _tables() -> dict[str, dict[str, Any]]:  # Any: a list of phrases each, which tomllib does not promise
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
