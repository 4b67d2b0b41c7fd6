"""Whether two entries may be one person, by their names alone and what stands beside them. Pure.

Only proposes, so it may be wrong; but a list of brothers and sisters would soon be read by nobody.
So
other given names, another patient number of the same diary, and a junior beside a senior are two
people. Whom nobody is sure to be is left to staff (`likely_pairs`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from reminders.models import LikelyPair

Reason = LikelyPair.Reason

_MARKS = re.compile("[\u0300-\u036f'’‘`´]")
_WORD = re.compile(r"[^\W_]+")
# Letters that no accent explains, and the two letters that some write for one.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "a", "œ": "o"})
_WRITTEN_OUT = re.compile("(?<=[aou])e")
_GENERATIONS = frozenset({"jr", "jnr", "junior", "sr", "snr", "senior", "ii", "iii", "iv"})
_LONG_ENOUGH = 5
"""Letters from which one that differs may be a slip: Tim and Tom, Mila and Mia are two children."""


class Person(NamedTuple):
    """What of an entry is compared."""

    id: int
    first_name: str
    last_name: str
    preferred_name: str = ""
    external_id: str = ""
    diary: str = ""


def why_on_one_phone(one: Person, other: Person) -> Reason | None:
    """Why two people with the same phone may be one; None: two people, as far as anybody
    can tell.
    """
    if two_in_a_diary(one, other):
        return None
    mine, theirs = _Name(one), _Name(other)
    if mine.generations != theirs.generations or not mine.all or not theirs.all:
        return None
    if mine.joined == theirs.joined:
        return Reason.NAME
    if sorted(mine.all) == sorted(theirs.all):
        return Reason.ORDER
    if not (mine.given and theirs.given):
        return None  # of whole names in one piece nobody knows which word is whose
    same_given = _same_given(mine.given, theirs.given)
    if mine.family == theirs.family and mine.family:
        spelt = same_given or _spelt_alike(mine.given, theirs.given) or mine.is_called(theirs)
        return Reason.SPELLING if spelt else None
    if not same_given or not (mine.family and theirs.family):
        return None
    near = _one_apart(mine.family_joined, theirs.family_joined)
    return Reason.SPELLING if near else Reason.FAMILY_NAME


def may_be_one(one: Person, other: Person) -> bool:
    """Whether to ask if two people on one phone are one; also where a name is there in part."""
    if why_on_one_phone(one, other):
        return True
    if two_in_a_diary(one, other):
        return False
    mine, theirs = _Name(one), _Name(other)
    shorter, longer = sorted((set(mine.all), set(theirs.all)), key=len)
    return bool(shorter) and shorter <= longer and mine.generations == theirs.generations


def two_in_a_diary(one: Person, other: Person) -> bool:
    """Whether the diary itself tells them apart: each has a patient number of it."""
    both = bool(one.external_id and other.external_id)
    return both and one.diary == other.diary and one.external_id != other.external_id


def name_key(person: Person) -> str:
    """What is equal for two people of the same name, in any order and spelt with any accents."""
    name = _Name(person)
    return " ".join([*sorted(name.all), *sorted(name.generations)])


class _Name:
    """A name in comparable words."""

    def __init__(self, person: Person) -> None:
        given, family = _words(person.first_name), _words(person.last_name)
        self.generations = _GENERATIONS.intersection((*given, *family))
        self.given = [word for word in given if word not in _GENERATIONS]
        self.family = [word for word in family if word not in _GENERATIONS]
        self.called = list(_words(person.preferred_name))
        self.all = [*self.given, *self.family]
        self.joined = "".join(self.all)
        self.family_joined = "".join(self.family)

    def is_called(self, other: _Name) -> bool:
        """Whether one of the two likes to be called as the other is called."""
        mine, theirs = self.called or self.given, other.called or other.given
        return (mine, theirs) != (self.given, other.given) and mine == theirs


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.casefold()).translate(_LETTERS)
    # Put together again: in pieces, two Korean names that have little in common differ by a sign.
    plain = unicodedata.normalize("NFC", _MARKS.sub("", plain))
    return tuple(_WRITTEN_OUT.sub("", word) for word in _WORD.findall(plain))


def _same_given(one: list[str], other: list[str]) -> bool:
    """The same given name, also where one of them lacks the middle one or has only its letter."""
    if one[0] != other[0] or len(one[0]) < 2:
        return False
    shorter, longer = sorted((one, other), key=len)
    return all(_starts(a, b) for a, b in zip(shorter, longer, strict=False))


def _starts(one: str, other: str) -> bool:
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


def _spelt_alike(one: list[str], other: list[str]) -> bool:
    """Whether two given names may be one, heard or typed otherwise: Sara and Sarah, Micheal."""
    a, b = "".join(one), "".join(other)
    if _sound(a) == _sound(b):
        return True
    # Of many pairs of names only the end differs: Paul and Paula, Maria and Mario. Those are two.
    return (
        min(len(a), len(b)) >= _LONG_ENOUGH and (a[0], a[-1]) == (b[0], b[-1]) and _one_apart(a, b)
    )


# In this order: at the end two letters become one before the rest does, or Anne would be no Ann.
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("ck|c(?![ehiy])"), "k"),
    (re.compile("y"), "i"),
    (re.compile("z"), "s"),
    (re.compile("(?<=.)h"), ""),
    (re.compile(r"(\w)\1e$"), r"\1"),
    (re.compile(r"(\w)\1+"), r"\1"),
)


@lru_cache(maxsize=4096)
def _sound(name: str) -> str:
    """A name nearly as it sounds, for what is taken down by ear: Anne and Ann, Katherin, Lukas."""
    for pattern, sound in _SOUNDS:
        name = pattern.sub(sound, name)
    return name


def _one_apart(one: str, other: str) -> bool:
    """Whether one letter is wrong, missing or too many, or two neighbours changed places."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 3:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    a, b = one[start:], other[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] or (len(a) > 1 and (a[:2], a[2:]) == (b[1::-1], b[2:]))
    return a[1:] == b if len(a) > len(b) else a == b[1:]
