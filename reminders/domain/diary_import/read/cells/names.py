"""Names as diaries write them, split into first and last: "Lee, Ann", "Mrs Ann Lee", "LEE Ann".

The first name is what texts greet with. Where it is not sure which word that is, or there is none
("Mr & Mrs Smith", "A. Bakker", "Baby of Ann"), the whole stands as the last name and nobody is
greeted by
a name. Nothing of a name is lost, but for titles; only one in capitals is written again.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from reminders.domain.diary_import.read.cells.given_names import is_given_name
from reminders.domain.diary_import.read.cells.languages import read_language
from reminders.domain.diary_import.read.cells.name_words import (
    LETTER_NAMES,
    NO_NICKNAMES,
    given,
    is_a,
    is_couple,
    is_decoration,
    is_shouted,
    leading_titles,
    special_words,
    spoken,
)
from reminders.domain.diary_import.read.cells.no_values import is_no_value

LONGEST_NAME = 300
"""Characters of a name that is taken apart at most."""
_MARKS = "\u0300-\u036f"
_UNSEEN = " -.,'\u2019\u2018\u02bc`\u00b4"
_MARK = re.compile(f"[{_MARKS}]")
_DROP_UNSEEN = dict.fromkeys(map(ord, _UNSEEN))
_QUOTED = re.compile(r"\s*[\"“„«”]([^\W\d_][\w'’-]{1,29})[\"”“»]\s*")
_BRACKETED = re.compile(r"\s*[(（]([^\W\d_][\w'’-]{1,29})[)）]\s*")
_GAELIC = re.compile(r"[OÓ]['’][^\W\d_]{2,}|Mc[A-Z]\w+")
_PATRONYMIC = re.compile(
    r".+(?:ович|евич|ьич|овна|евна|ична|івна|ївна|лліч|ovich|evich|ovna|evna|ivna)$", re.IGNORECASE
)
_WIFE_OF = re.compile(r"\w{3,}né")
"""Hungarian: Kovács Jánosné is the wife of János, and nobody's given name."""
_EAST = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EAST_TITLE = re.compile(r"\s?(?:様|さん|님|씨|先生|女士|小姐)$")


class PersonName(NamedTuple):
    """A name taken apart. `first` is "" where nobody can be greeted; `preferred` is a nickname."""

    first: str
    last: str
    preferred: str = ""


def tidy(text: str) -> str:
    """Without control characters and doubled spaces."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())


def folded(name: str) -> str:
    """A name as it is compared: without case, accents, blanks, hyphens, dots and apostrophes."""
    plain = name if name.isascii() else _MARK.sub("", unicodedata.normalize("NFKD", name))
    return plain.lower() if plain.isalnum() else plain.lower().translate(_DROP_UNSEEN)


def same_name_in_sql(one: str, other: str) -> str:
    """Whether two names are the same `folded`, as a condition of PostgreSQL.

    Most are the same as they stand, and those that are not are few beside one phone or one number.
    """
    return f"({one} = {other} OR {_folded_in_sql(one)} = {_folded_in_sql(other)})"


def _folded_in_sql(name: str) -> str:
    unseen = _UNSEEN.replace("'", "''")
    plain = f"regexp_replace(normalize({name}, NFKD), '[{_MARKS}]', '', 'g')"
    return f"lower(translate({plain}, '{unseen}', ''))"


def split_name(text: str) -> tuple[str, str]:
    """First and last name of a tidy full name; the first is "" where nobody can be greeted
    by it.
    """
    found = read_name(text)
    return found.first, found.last


def without_title(text: str) -> str:
    """Without a leading Mr, Mrs, Dr and the like, unless nothing else is there."""
    if " " not in text:
        return text
    words = text[:LONGEST_NAME].split(" ")
    titles = leading_titles(words)
    return text if titles == len(words) else text[sum(len(word) + 1 for word in words[:titles]) :]


def is_no_name(text: str) -> bool:
    """Whether a cell holds nobody's name: a word for nothing, a title alone, or no letter
    at all.
    """
    plain = text.strip()
    if not any(map(str.isalpha, plain)) or is_no_value(plain):
        return True
    return len(plain) <= 40 and all(is_a("titles", word) for word in plain.split())


def read_name(text: str, *, family_first: bool = False) -> PersonName:
    """A whole name in one cell, without marks.

    `family_first`: somebody said of the column that family names come first ("Nagy Zsófia"), which
    no
    single cell shows.
    """
    if quick := _quickly(text):
        turned = family_first and "," not in text
        return PersonName(quick.last, quick.first) if turned else quick
    if len(text) > LONGEST_NAME:
        first, _, last = text.partition(" ")
        return PersonName(first, last)
    if _EAST.search(text) and "," not in text:
        return PersonName(_EAST_TITLE.sub("", text.strip()), "")  # greeted whole, family name first
    name, nickname = _without_nickname(text)
    name, aside = _without_remarks(name)
    if _is_somebody(aside):
        return PersonName("", text)  # "Colour - Ann Lee": either side may be the name
    if "," in name:
        first, last = _with_comma(name)
    else:
        words = name.split()
        titles = leading_titles(words)
        first, last = ("", name)
        if titles < len(words) and not any(map(is_couple, words)):
            named = words[titles:]
            if family_first and _family_first(named) is None:
                first, last = _turned(named)
            else:
                first, last = _in_a_row(named, titled=titles > 0)
    return PersonName(first, f"{last} {aside}".strip(), nickname if first else "")


def _quickly(text: str) -> PersonName | None:
    """Two plain words, none of which means anything in a name; None for all that wants thought."""
    words = text.split(" ")
    if len(words) != 2 or not text.isascii():
        return None
    one, other = words[0].removesuffix(","), words[1]
    if not (one.isalpha() and other.isalpha() and one.istitle() and other.istitle()):
        return None
    special = special_words()
    if len(one) < 2 or len(other) < 2 or one.lower() in special or other.lower() in special:
        return None
    return PersonName(one, other) if one is words[0] or one == words[0] else PersonName(other, one)


def _without_remarks(name: str) -> tuple[str, str]:
    """The name up to the first word behind it that is none: "(Mother)", "- VIP", "2"."""
    words = name.split()
    end = next((at for at, word in enumerate(words) if at and _is_aside(word)), len(words))
    aside = [] if all(is_a("titles", word) for word in words[end:]) else words[end:]
    return (" ".join(words[:end]), " ".join(aside)) if end else (name, "")


def _is_somebody(aside: str) -> bool:
    """Whether what stands behind a dash may be a name itself: two words, written as names are."""
    dash, *words = aside.split() or [""]
    return dash in ("-", "–", "—", "|", "/") and len(words) > 1 and all(map(str.istitle, words))


def _is_aside(word: str) -> bool:
    return not word[0].isalpha() and word not in ("&", "+") and word[0] not in "'’‘"


def read_parts(first: str, last: str) -> PersonName:
    """A name in two cells, tidy and without marks; the first name of a title or an initial
    is none.
    """
    if (
        first.isalpha()
        and first.istitle()
        and first.lower() not in special_words()
        and last.isalpha()
    ):
        return PersonName(first, last) if len(first) > 1 else PersonName("", f"{first} {last}")
    if len(first) + len(last) > 2 * LONGEST_NAME:
        return PersonName(first, last)
    first, nickname = _without_nickname(first)
    words = first.split()
    titles = leading_titles(words)
    rest = words[titles:] if not any(map(is_couple, words)) else []
    last_words = last.split()
    # A title before the family name is no part of it, unless it is all that is there.
    ahead = leading_titles(last_words) if len(last_words) > 1 else 0
    last = " ".join(last_words[ahead:]) if ahead < len(last_words) else last
    if not rest:
        lone = first if any(map(is_couple, words)) or not last else ""
        return PersonName("", f"{lone} {last}".strip())
    first, more = given(rest)
    return PersonName(first, f"{more} {last}".strip(), nickname if first else "")


def _with_comma(text: str) -> tuple[str, str]:
    """ "Last, First", with titles and suffixes wherever they stand; more commas are not
    understood.
    """
    parts = [part.split() for part in text.split(",")]
    named = [part for part in parts if part and not all(map(is_decoration, part))]
    ends = [
        word
        for part in parts
        if part and part not in named
        for word in part
        if is_a("suffixes", word)
    ]
    if not named:
        return "", text
    if len(named) == 1:
        titles = leading_titles(named[0])
        first, last = _in_a_row(named[0][titles:] or named[0], titled=titles > 0)
        return first, " ".join([last, *ends]).strip()
    if len(named) > 2:
        return "", text
    last_words, first_words = named
    while len(first_words) > 1 and is_a("suffixes", first_words[-1]):
        ends.append(first_words[-1])
        first_words = first_words[:-1]
    last = " ".join([*last_words[leading_titles(last_words) :], *ends])
    words = first_words[leading_titles(first_words) :]
    while len(words) > 1 and is_a("titles", words[-1]):
        words = words[:-1]
    first, more = given(words)
    return first, f"{more} {last}".strip()


def _in_a_row(words: list[str], *, titled: bool) -> tuple[str, str]:
    """First and last of words without commas and without titles before them."""
    whole = " ".join(words)
    while len(words) > 1 and is_a("titles", words[-1]) and not words[-1].isupper():
        words = words[:-1]
    if len(words) == 1:
        # After a title one word is the family name; alone it is what the person is called, unless
        # it is written as family names are.
        is_family = titled or is_shouted(words[0]) or bool(_GAELIC.fullmatch(words[0]))
        return ("", whole) if is_family else given(words)
    if (order := _family_first(words)) is not None:
        family, given_words = words[:order], words[order:]
        first, more = given(given_words)
        return first, f"{more} {' '.join(family)}".strip()
    if _is_doubtful(words):
        return "", whole
    # Of three words the second may be of either name: "Mary Ann Lee", but "Carmen Cortés Nieto".
    first, more = given(words[:1])
    return first, f"{more} {' '.join(words[1:])}".strip()


def _turned(words: list[str]) -> tuple[str, str]:
    """First and last of words of which the family name, with its particles, is known to
    come first.
    """
    if is_shouted(words[-1]) and not is_shouted(words[0]):
        return _in_a_row(words, titled=False)  # "Jan NOVÁK" says so itself
    if len(words) == 1:
        return given(words) if is_given_name(words[0]) else ("", words[0])
    family = 1
    while family < len(words) - 1 and is_a("particles", words[family - 1]):
        family += 1
    if family < len(words) - 1:
        # Two family names, or two given ones: only a known name tells.
        at = next((n for n in range(family, len(words)) if is_given_name(words[n])), 0)
        if not at:
            return "", " ".join(words)
        family = at
    first, more = given(words[family:])
    if _WIFE_OF.fullmatch(first) and not is_given_name(first):
        return "", " ".join(words)
    return first, f"{more} {' '.join(words[:family])}".strip()


def _family_first(words: list[str]) -> int | None:
    """How many words in front are the family name, where their writing shows it; None: not
    shown.
    """
    capitals = [is_shouted(word) for word in words]
    count = next((place for place, shouted in enumerate(capitals) if not shouted), len(words))
    if (
        0 < count < len(words)
        and not any(capitals[count:])
        and any(len(word) > 2 for word in words[:count])
    ):
        return count
    if len(words) > 2 and _PATRONYMIC.fullmatch(words[2]):
        return 1
    particles = 0
    while (
        particles < len(words)
        and words[particles].islower()
        and is_a("particles", words[particles])
    ):
        particles += 1
    if particles and len(words) == particles + 2:
        return particles + 1
    if len(words) == 2 and _GAELIC.fullmatch(words[0]) and not words[0].startswith("Mc"):
        return 1
    return None


def shows_its_order(words: list[str]) -> bool:
    """Whether a name shows by itself that the family name comes first: by capitals, a
    patronymic.
    """
    return _family_first(words) is not None


def _is_doubtful(words: list[str]) -> bool:
    """Whether the first word may be a family name as well: a particle, a McKenna, capitals."""
    first = words[0]
    particle = is_a("leading", first) or (first.islower() and is_a("particles", first))
    if particle or _GAELIC.fullmatch(first):
        return True
    return is_shouted(first) and not all(map(is_shouted, words)) and first not in LETTER_NAMES


def _without_nickname(text: str) -> tuple[str, str]:
    """The name without a nickname in quotes or brackets, and that; "" for any other remark
    there.
    """
    for pattern in (_QUOTED, _BRACKETED):
        found = pattern.search(text)
        if found is None:
            continue
        nickname = found[1]
        known = any(is_a(kind, nickname) for kind in NO_NICKNAMES)
        if known or is_no_value(nickname) or read_language(nickname) or len(nickname) < 2:
            return text, ""
        return f"{text[: found.start()]} {text[found.end() :]}".strip(), spoken(nickname)
    return text, ""
