"""Names of months and weekdays in some forty languages, from CLDR: wide and short, in every case.

A word that is one month here and another there (the Polish and the Croatian "listopad") is read by
the location's country, or not at all.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from babel import Locale

from reminders.domain.diary_import.read.cells.words import words_of

# Written by tests/domain/diary_import/read/cells/calendar_names.py: babel itself would read, and
# keep, all that it knows of fifty languages, which are 45 MB and most of a second.
_DATA = Path(__file__).parent.parent / "data" / "calendar_names.json"
_SERBIAN = (
    "januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra"
)
"""In the case that stands in dates, which CLDR has of Croatian months alone."""
_MORE_MONTHS = {name: number for number, name in enumerate(_SERBIAN.split(), 1)} | {
    "augusta": 8, "sept": 9, "febr": 2, "janv": 1, "mrt": 3, "juin": 6, "juil": 7, "juill": 7
}  # fmt: skip
_ROMAN = "- ii iii iv - vi vii viii ix x xi xii".split()
"""Without I and V, which are words of other languages too."""
_MORE_WEEKDAYS = {
    0: "mo mon lu lun ma 周一 月曜",
    1: "tu tues di ma 周二 火曜",
    2: "we weds mi me wo 周三 水曜",
    3: "th thu thur thurs do je gio 周四 木曜",
    4: "fr ve vr 周五 金曜",
    5: "sa za 周六 土曜",
    6: "su so zo do 周日 日曜",
}
_COUNTRIES = {"PL": "pl", "CZ": "cs", "SK": "sk", "HR": "hr", "BA": "hr"}
"""By country, the language that settles a word which means two months elsewhere."""


@lru_cache(maxsize=1)
def _cldr() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """By language, the folded names of each month and each weekday, with blanks between them."""
    found: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(_DATA.read_text("utf-8"))
    return found


def _names(language: str, kind: str) -> Iterator[tuple[int, str]]:
    for number, names in enumerate(_cldr()[language][kind]):
        for name in names.split():
            yield number, name


@lru_cache(maxsize=1)
def _months() -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for language in _cldr():
        for number, name in _names(language, "months"):
            found[name].add(number + 1)
    for name, number in _MORE_MONTHS.items():
        found[name].add(number)
    for number, name in enumerate(_ROMAN, 1):
        found[name].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items() if name.isalnum()}


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, frozenset[int]]:
    found: defaultdict[str, set[int]] = defaultdict(set)
    for language in _cldr():
        for number, name in _names(language, "weekdays"):
            found[name].add(number)
    for number, names in _MORE_WEEKDAYS.items():
        for name in names.split():
            found["".join(words_of(name))].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items() if name}


@lru_cache(maxsize=8)
def _months_of(language: str) -> dict[str, int]:
    return {name: number + 1 for number, name in _names(language, "months")}


def month_numbers(word: str, country: str = "") -> frozenset[int]:
    """The months that a folded word may be, 1 to 12: none, one, or two in two languages."""
    numbers = _months().get(word, frozenset())
    if len(numbers) > 1 and (language := _COUNTRIES.get(country)):
        own = _months_of(language).get(word)
        return frozenset((own,)) if own else numbers
    return numbers


def weekday_numbers(word: str) -> frozenset[int]:
    """The weekdays that a folded word may be, Monday being 0; "do" is the fourth or the
    last one.
    """
    if len(word) < 2 and word.isascii():
        return frozenset()  # one letter is no evidence of anything
    return _weekdays().get(word, frozenset())


@lru_cache(maxsize=256)
def usual_order(country: str) -> str:
    """How a country's people write a short date: dmy, mdy or ymd; "" where that is not known."""
    if not country:
        return ""
    try:
        pattern = Locale.parse(f"und_{country}").date_formats["short"].pattern
    except (ValueError, KeyError, LookupError):
        return ""
    letters = re.sub(r"'[^']*'|[^dMy]", "", pattern).lower()
    return "".join(dict.fromkeys(letters))
