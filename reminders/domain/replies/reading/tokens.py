"""How a patient's text becomes words: spelling, signs, quoted lines and what a phone adds below."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_TEXT = 5000
MAX_WORDS = 64
MAX_LETTERS = 400
"""A longer text is for a person: nobody answers yes or no in that many words or letters."""
_LONGEST_WORD = 40
_CJK = "\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"\d+(?:[:.hu/-]\d+)+|x\d+|\d+x(?!\w)|\d+|[{_CJK}]|[^\W\d_{_CJK}]+|[^\w\s]|_")
_CHARACTER = re.compile(f"[{_CJK}]")
_SMILEY = re.compile(r"(?<!\w)[:;=]['-]?[dDpP](?!\w)|<3+")
_BREAK = re.compile(r"[,.;:!\n，。、；：！،؛–—]")
_SPELLED_OUT = re.compile(r"(?<=\b[a-zA-Z])\.(?=[a-zA-Z]\b)")
_ABBREVIATED = re.compile(
    r"\b(evtl|ca|min|mins|approx|dr|prof|godz|aprox|env|vllt|ev|st|tel|mr|mrs|ms)\.(?=\s)",
    re.IGNORECASE,
)
_NUMBER_SIGN = re.compile(r"№|\bno\.\s?(?=\d)", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´ʼ＇](?=\w)")
_INVISIBLE: dict[int, str | None] = dict.fromkeys(
    [0xFE0E, 0xFE0F, 0x0640, 0x2640, 0x2642, *range(0x1F3FB, 0x1F400), *range(0x200B, 0x2010)]
)
# Whole sentences in one sign: one that nobody understands, or a text would grow eighteen-fold.
_INVISIBLE |= dict.fromkeys([0xFDFA, 0xFDFB], "¤")
_IGNORED = frozenset({"Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Pc", "Sm", "Sk", "Cf", "Cc", "Mn", "Me"})
_LETTERS = str.maketrans(
    {"ł": "l", "đ": "d", "ø": "o", "œ": "oe", "æ": "ae", "ı": "i", "ٱ": "ا", "ى": "ي", "ة": "ه"}
)
_DIGIT = re.compile(r"(?![0-9])\d")
_PLAIN_WORD = re.compile(rf"\d+|[{_CJK}]|[^\W\d_{_CJK}]+")
_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f]{4})[\u0300-\u036f\u0483-\u065f]+"
)
_ACCENT = re.compile(r"[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0670\u06d6-\u06dc]+")
_VOWELS = dict.fromkeys(range(0x064B, 0x0660))
"""Arabic vowel signs are rarely typed; they must not part one spelling from another."""


class Token(NamedTuple):
    """One word, as written (`raw`), in lower case (`exact`) and without accents (`folded`).

    `apart`: a comma, a stop or a line break stands before it; `line`: a line break does.
    """

    raw: str
    exact: str
    folded: str
    apart: bool = False
    line: bool = False


def tokenise(
    text: str, *, characters: dict[int, str] | None = None, limit: int = MAX_TEXT
) -> list[Token]:
    """The words, numbers and signs that carry meaning, at most `limit`.

    Apostrophes join, other punctuation disappears. A clock time, a range of numbers or "x2" is one
    token, as is each Chinese character; `characters` says which are written for which. Linear.
    """
    return list(itertools.islice(tokens_of(plain(text, characters)), limit))


def tokens_of(text: str) -> Iterator[Token]:
    """As `tokenise`, of a text that was made plain."""
    begun = False
    end = 0
    for found in _WORD.finditer(text):
        word = found.group()
        if len(word) == 1 and unicodedata.category(word) in _IGNORED:
            continue
        gap = text[end : found.start()] if begun else ""
        apart = gap not in ("", " ") and _BREAK.search(gap) is not None
        yield Token(word, word.casefold(), fold(word[:_LONGEST_WORD]), apart, apart and "\n" in gap)
        begun, end = True, found.end()


def folded_words(text: str) -> list[str]:
    """All words of a plain text without accents, in far less time than `tokenise` takes. Linear."""
    return _PLAIN_WORD.findall(_bare(text))


def plain(text: str, characters: dict[int, str] | None = None) -> str:
    """A text in one spelling: letters, digits and apostrophes that look alike become one.
    Linear.
    """
    text = text[:MAX_TEXT]
    # "No. 2" is not "no, 2": a sign that no phrase holds keeps them apart.
    text = _NUMBER_SIGN.sub(" ¤ ", text)
    text = _SMILEY.sub(" ", text)
    text = _ABBREVIATED.sub(r"\1", text)  # its stop ends no sentence
    if text.isascii():
        return _SPELLED_OUT.sub(" ", _APOSTROPHE.sub("", text))
    text = _APOSTROPHE.sub("", text).translate(_INVISIBLE)
    text = _MARKS.sub(r"\1", text)
    text = _SPELLED_OUT.sub(" ", unicodedata.normalize("NFKC", text))
    text = _DIGIT.sub(_latin_digit, text[:MAX_TEXT]).translate(_VOWELS)
    text = unicodedata.normalize("NFC", text)
    return text.translate(characters) if characters else text


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """A word in lower case and without accents; Arabic letters that are often confused
    become one.
    """
    return _bare(word)


def _bare(text: str) -> str:
    bare = text.casefold()
    if bare.isascii():
        return bare
    return _ACCENT.sub("", unicodedata.normalize("NFD", bare)).translate(_LETTERS)


def own_lines(text: str, *, devices: Collection[str], names: Collection[str]) -> str:
    """The text without quoted lines and without what a phone adds ("Sent from my iPhone").

    `devices` begin such a line, `names` are the words that it may hold; with any other, it is the
    patient's.
    """
    if "\n" not in text and ">" not in text:
        return text
    starts = tuple(devices)
    kept = [
        line
        for line in text.splitlines()
        if not line.lstrip().startswith(">") and not _is_device(line, starts, names)
    ]
    return "\n".join(kept) if any(line.strip() for line in kept) else text


def _is_device(line: str, starts: tuple[str, ...], names: Collection[str]) -> bool:
    bare = fold(line.lstrip(" -–—_")[:120])
    start = next((start for start in starts if bare.startswith(start)), None)
    if start is None:
        return False
    rest = tokenise(bare[len(start) :]) if len(bare) > len(start) else []
    return all(
        len(token.raw) == 1 or token.folded in names or token.raw.isdecimal() for token in rest
    )


def is_chinese(word: str) -> bool:
    """Whether it is one Chinese character, which no blank parts from the next."""
    return len(word) == 1 and _CHARACTER.match(word) is not None


def as_written(tokens: Iterable[Token]) -> str:
    """Words as their author wrote them, one behind the other."""
    parts: list[str] = []
    before = ""
    for token in tokens:
        together = not before or (is_chinese(before) and is_chinese(token.raw))
        parts += [token.raw] if together else [" ", token.raw]
        before = token.raw
    return "".join(parts)


def _latin_digit(found: re.Match[str]) -> str:
    return str(unicodedata.decimal(found.group()))
