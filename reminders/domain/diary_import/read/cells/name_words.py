"""What single words of a name are: titles, initials, capitals, and words nobody is greeted with."""

from __future__ import annotations

import re
from functools import lru_cache

from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word

NO_NICKNAMES = ("remarks", "titles", "suffixes", "couple", "no_first", "particles")
_SPECIAL = (*NO_NICKNAMES, "dotted", "degrees", "leading", "deceased")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[-\s]?){1,4}", re.UNICODE)
LETTER_NAMES = frozenset(
    {"AJ", "CJ", "DJ", "EJ", "JD", "JJ", "JP", "JR", "JT", "KC", "MJ", "OJ", "PJ", "RJ", "TJ"}
)
"""Two capitals that are a first name as they stand."""


def given(words: list[str]) -> tuple[str, str]:
    """What to greet with of the words before a last name, and what of them is no part of that."""
    whole = " ".join(words)
    if not words or _no_given(words):
        return "", whole
    end = len(words)
    while end > 1 and _is_initial(words[end - 1]):
        end -= 1  # "John Q."
    return spoken(" ".join(words[:end]).rstrip(";:!")), " ".join(words[end:])


def _no_given(words: list[str]) -> bool:
    first = words[0]
    if not first[0].isalpha() or any(char.isdigit() for char in first):
        return True
    if _is_initial(first) or is_a("leading", first) or is_a("titles", first):
        return True
    if any(map(is_couple, words)):
        return True
    phrases = {" ".join(words[:length]) for length in range(1, min(len(words), 3) + 1)}
    return any(is_a("no_first", phrase) or is_no_value(phrase) for phrase in phrases)


def _is_initial(word: str) -> bool:
    """Whether a word is a letter or several with dots: "A.", "J.P.", "J"."""
    letters = [char for char in word if char.isalpha()]
    return len(letters) == 1 or ("." in word and bool(_INITIALS.fullmatch(word)))


def spoken(name: str) -> str:
    """A first name in capitals, or in small letters, as it is said: "ANNE-MARIE" is Anne-Marie."""
    if not (name.isupper() or name.islower()) or name in LETTER_NAMES:
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), name.lower())


def is_shouted(word: str) -> bool:
    """Whether a word is in capitals, as family names often are."""
    letters = word.removeprefix("Mc").removeprefix("Mac")
    return len(letters) > 1 and letters.isupper() and not _is_initial(word)


def is_decoration(word: str) -> bool:
    """Whether a word only stands beside names: a title or a suffix."""
    return is_a("titles", word) or is_a("suffixes", word)


def leading_titles(words: list[str]) -> int:
    """How many words in front are titles, with the degrees that go on them."""
    titles = 0
    while titles < len(words) and _is_title(words[titles], after_title=titles > 0):
        titles += 1
    return titles


def _is_title(word: str, *, after_title: bool) -> bool:
    if is_a("titles", word) or (word.endswith(".") and is_a("dotted", word)):
        return True
    return after_title and is_a("degrees", word)


def is_couple(word: str) -> bool:
    """Whether a word joins two people."""
    return word in ("&", "+", "/") or is_a("couple", word)


@lru_cache(maxsize=1)
def special_words() -> frozenset[str]:
    """All words that mean something in a name, folded."""
    return frozenset().union(*map(_phrases, _SPECIAL))


@lru_cache(maxsize=16)
def _phrases(kind: str) -> frozenset[str]:
    return frozenset(by_phrase("names", (kind,))[0]) - {""}


@lru_cache(maxsize=8192)
def is_a(kind: str, word: str) -> bool:
    """Whether a word is of a kind of data/names.toml."""
    return len(word) <= 20 and folded_word(word) in _phrases(kind)
