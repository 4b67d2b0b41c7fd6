"""Words as cells are compared by: without case, accents, blanks and signs, in every script.

Reads the tables of words under `data/`, which are written by people and hold one line per language
and meaning. A word that means two things in two languages means nothing: it is asked about.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_ACCENT = re.compile("[\u0300-\u036f]")
_NOT_A_WORD = frozenset("PZSC")
"""First letters of the classes of characters that part words: marks, blanks, signs, controls."""
# Letters that Unicode does not take apart, as people without a foreign keyboard write them.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d"})
_APOSTROPHES = str.maketrans("", "", "'’\u02bc")
"""Typed, printed, and the letter of Ukrainian: none of them parts a word."""
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


def words_of(text: str) -> list[str]:
    """The words of a short text, folded: "Did-not  ATTEND" is did, not, attend.

    Vowel signs of Arabic, Thai and Indian scripts stay, as words differ by them alone.
    """
    normal = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if len(normal) > 2 * len(text) + 8:
        return []  # one ligature may stand for a sentence, and our callers' bounds for nothing
    folded = normal.casefold().translate(_APOSTROPHES)
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", folded.translate(_PLAIN)))
    if not plain.isalnum():
        plain = "".join(
            " " if unicodedata.category(char)[0] in _NOT_A_WORD else char for char in plain
        )
    return plain.split()


def folded_word(text: str) -> str:
    """A short text as one folded word: "No-show" and "NoShow" are both noshow."""
    return "".join(words_of(text))


def spellings(phrase: str) -> set[str]:
    """A phrase of the data as cells may write it: "bestätigt" is bestatigt and bestaetigt."""
    spelt_out = unicodedata.normalize("NFC", phrase.casefold()).translate(_SPELT_OUT)
    return {" ".join(words_of(phrase)), " ".join(words_of(spelt_out))}


@lru_cache(maxsize=16)
def tables(name: str) -> Mapping[str, Mapping[str, str]]:
    """data/<name>.toml: by language, by meaning, phrases with commas between them."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (_DATA / f"{name}.toml").read_text(encoding="utf-8")
    )
    return found


def phrases(line: str) -> Iterator[str]:
    """The phrases of one line of the data, without the blanks around them."""
    return filter(None, map(str.strip, line.split(",")))


def phrases_of(name: str, meaning: str) -> list[str]:
    """All phrases of a table for one meaning, in every language, as they are written."""
    return [each for table in tables(name).values() for each in phrases(table.get(meaning, ""))]


def by_phrase(name: str, meanings: Iterable[str]) -> tuple[dict[str, str], set[str]]:
    """What each folded phrase of a table means in all languages, and those that mean two things."""
    found: dict[str, str] = {}
    two: set[str] = set()
    for table in tables(name).values():
        for meaning in meanings:
            for phrase in phrases(table.get(meaning, "")):
                for spelling in spellings(phrase):
                    key = spelling.replace(" ", "")
                    if found.setdefault(key, meaning) != meaning:
                        two.add(key)
    return {key: meaning for key, meaning in found.items() if key not in two}, two
