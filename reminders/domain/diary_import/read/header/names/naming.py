"""What the columns are called: every header as the meanings that its name allows.

The language of a file is the one that knows most of its headers; where two languages use one word
for different things, it decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from reminders.domain.diary_import.read.header.folding import pieces, squashed, without_nth
from reminders.domain.diary_import.read.header.names.compose import kind_of
from reminders.domain.diary_import.read.header.names.vocabulary import (
    ASKED,
    LIKELY,
    SURE,
    Language,
    kind_and_strength,
    languages,
)

_MATTERS = frozenset(
    "mobile phone home_phone work_phone more_phone name first_name last_name date time starts_at "
    "status cancelled cancelled_at may_text no_texts channel deceased time_zone am_pm "
    "external_id patient_id deleted active all_day".split()
)
"""What a name that is understood only in part may still be asked about."""
_LINKS = ("", "s", "n", "en", "es", "e", "er")
"""What joins the words of a compound in the languages that write them as one."""
_MOST_WORDS = 5
_LONGEST_NAME = 12
"""Words of a header; more are a sentence."""
_LEAST_FOREIGN = 5
"""Letters of a name that is understood in a language that is not the file's."""
_PREFIX = re.compile(r"([A-Za-z]{1,6})[_.](?=[A-Za-z])")
_FORM = re.compile(r"\s*[\[(](?=[^\])]*[:/.-])[dmyjathsupi\s:/.-]+[\])]\s*$", re.IGNORECASE)
"""How the cells are written, behind a name: "Date [dd.mm.yyyy]", "Heure (HH:MM AM/PM)"."""
_LONGEST_FORMED = 80
"""Characters of a name in which either is looked for: blanks without end are no name."""
_TWICE, _TWO = re.compile(r"\s+[/|]\s+"), 2
_PREFIXED = 3
"""So many headers with the same beginning have it from a table's name."""


@dataclass(frozen=True, slots=True)
class Named:
    """What one header may mean: its kinds with their strength, and the parts that were known."""

    kinds: dict[str, int] = field(default_factory=dict)
    parts: frozenset[str] = frozenset()
    rank: int = 99

    @property
    def sure(self) -> str:
        """The one kind that the name tells; "" when it tells none or leaves a choice."""
        return next((kind for kind, much in self.kinds.items() if much == SURE), "")


def read_names(header: Sequence[str]) -> list[Named]:
    """Every header of a file as what its name allows."""
    header = [_without_form(name) for name in _without_prefix(header)]
    known = [_in_languages(without_nth(name)) or _in_two_languages(name) for name in header]
    main = _main(known)
    return [_settled(name, each, main) for name, each in zip(header, known, strict=True)]


def _without_form(name: str) -> str:
    return _FORM.sub("", name) if len(name) <= _LONGEST_FORMED else name


def _main(known: Sequence[dict[str, Named]]) -> str:
    votes = Counter(tag for each in known for tag in each)
    return max(languages(), key=lambda tag: (votes[tag], tag == "en"))


def main_language(header: Sequence[str]) -> str:
    """The language that knows most of a file's headers, English where none does."""
    return _main([_in_languages(without_nth(name)) for name in _without_prefix(header)])


def parts_in_order(header: Sequence[str], place: int) -> list[str]:
    """The known parts of one header as they stand: family before given, or the other way round."""
    language = languages()[main_language(header)]
    words = pieces(without_nth(header[place]))[:_LONGEST_NAME]
    found: list[str] = []
    at = 0
    while at < len(words):
        taken = _phrase(words, at, language)
        found += sorted(taken[0]) if taken else []
        at += taken[1] if taken else 1
    return found


def _without_prefix(header: Sequence[str]) -> list[str]:
    """The headers without what a table's name puts before all of them: "pc_eventDate"."""
    before = Counter(found[1] for name in header if (found := _PREFIX.match(name)))
    common = {prefix for prefix, count in before.items() if count >= _PREFIXED}
    common = {prefix for prefix in common if not _in_languages(prefix) and not _is_part(prefix)}
    return [
        name[found.end() :] if (found := _PREFIX.match(name)) and found[1] in common else name
        for name in header
    ]


def _is_part(word: str) -> bool:
    return any(squashed(word) in language.parts for language in languages().values())


def _settled(name: str, known: dict[str, Named], main: str) -> Named:
    """The reading in the file's language, else in English, else what the other languages allow."""
    for tag in (main, "en"):
        if tag in known:
            return known[tag]
    short = name.isascii() and len(squashed(name)) < _LEAST_FOREIGN
    if not known or short:  # "For" is no Danish first name in an English file
        return _in_part(without_nth(name), main)
    readings = list(known.values())
    if len({tuple(each.kinds) for each in readings}) == 1:
        return readings[0]
    kinds = {kind: min(much, LIKELY) for each in readings for kind, much in each.kinds.items()}
    return Named(kinds, readings[0].parts)


@lru_cache(maxsize=4096)
def _in_languages(name: str) -> dict[str, Named]:
    """The header's meanings in every language that knows all of it."""
    key = squashed(name)
    words = [word for word in pieces(name) if not word.isdigit()]
    if not key or len(words) > _LONGEST_NAME:
        return {}
    found: dict[str, Named] = {}
    for tag, language in languages().items():
        parts, whole = _parts(words, language, all_or_none=key not in language.names)
        english = "en" in found and found["en"].parts == parts
        if english and key not in language.names:
            continue  # understood by its English words alone, which tells nothing of the language
        if key in language.names:
            kinds = language.names[key]
            first = next(iter(kinds))
            found[tag] = Named(kinds, parts, language.ranks[key, first])
        elif whole and (kind := kind_of(parts)):
            found[tag] = Named(dict([kind_and_strength(kind)]), parts)
    return found


def _in_two_languages(name: str) -> dict[str, Named]:
    """A header that says the same twice, as in "Datum / Date": what both sides may mean."""
    sides = _TWICE.split(name) if len(name) <= _LONGEST_FORMED else [name]
    found = [_in_languages(side) for side in sides]
    if len(sides) != _TWO or not all(found):
        return {}
    first, second = ({k for each in side.values() for k in each.kinds} for side in found)
    readings = {
        tag: Named({k: much for k, much in each.kinds.items() if k in first & second}, each.parts)
        for side in found
        for tag, each in side.items()
    }
    return {tag: each for tag, each in readings.items() if each.kinds}


def _in_part(name: str, main: str) -> Named:
    """What a header with unknown words may be: enough to ask, too little to act on."""
    for tag in dict.fromkeys((main, "en")):
        words = [word for word in pieces(name) if not word.isdigit()][:_LONGEST_NAME]
        parts, _ = _parts(words, languages()[tag])
        kind = (kind_of(parts) or "").rstrip("?~")
        if kind in _MATTERS:
            return Named({kind: ASKED}, parts)
    return Named()


def _parts(
    words: Sequence[str], language: Language, *, all_or_none: bool = False
) -> tuple[frozenset[str], bool]:
    """The known parts of a header, and whether nothing in it is unknown."""
    found: set[str] = set()
    whole = bool(words)
    place = 0
    while place < len(words):
        taken = _phrase(words, place, language)
        if taken:
            parts, count = taken
            found |= parts
            place += count
        elif all_or_none:
            return frozenset(), False
        else:
            whole = False
            place += 1
    return frozenset(found - {"filler"}), whole


def _phrase(words: Sequence[str], place: int, language: Language) -> tuple[set[str], int] | None:
    for count in range(min(_MOST_WORDS, len(words) - place), 0, -1):
        text = "".join(words[place : place + count])
        part = language.parts.get(text) or (language.tag != "en" and _english(text))
        if part:
            return {part}, count
    parts = _taken_apart(words[place], language.tag)
    return (set(parts), 1) if parts else None


def _english(text: str) -> str | None:
    """English words stand in the exports of every language: ID, Status, SMS, Name."""
    return languages()["en"].parts.get(text) if len(text) > 1 else None


@lru_cache(maxsize=8192)
def _taken_apart(word: str, tag: str) -> tuple[str, ...]:
    """A compound as its parts: "terminbeginn", "予約日時"; none unless all of it is known."""
    language = languages()[tag]
    latin = word.isascii()
    if len(word) > 40 or len(word) < (6 if latin else 2):
        return ()
    least = 2 if latin else 1
    reached: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(least, len(word) + 1):
        for start in range(max(0, end - language.longest), end - least + 1):
            if start in reached and (
                part := _segment(word[start:end], language, last=end == len(word))
            ):
                reached.setdefault(end, (*reached[start], part))
    return tuple(part for part in reached.get(len(word), ()) if part != "filler")


def _segment(text: str, language: Language, *, last: bool) -> str | None:
    part = language.parts.get(text)
    if part and (len(text) > 2 or not text.isascii() or (last and part == "number")):
        return part
    if last or not text.isascii():
        return None
    for link in _LINKS[1:]:
        if text.endswith(link) and len(text) - len(link) >= 3:
            part = language.parts.get(text[: -len(link)])
            if part:
                return part
    return None
