"""Read a calendar date in any usual writing; what is not wholly understood is refused in words.

Numeric dates are read by the file's order, which `orders` finds out. Plain numbers are no dates
unless somebody says that they are a spreadsheet's days or a computer's seconds.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import StrEnum

from reminders.domain.diary_import.read.cells.when.cell_text import (
    UnreadableError,
    bounded,
    shown,
)
from reminders.domain.diary_import.read.cells.when.month_names import (
    month_numbers,
    weekday_numbers,
)
from reminders.domain.diary_import.read.cells.words import words_of

DMY, MDY, YMD = "dmy", "mdy", "ymd"
FIRST_YEAR, LAST_YEAR = 1990, 2099

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
NUMERIC = re.compile(
    r"(\d{1,4})\s?(?:([./\-\\ ])\s?(\d{1,2})\s?\2\s?|/(\d{1,2})[- ])(\d{4}|\d{1,2})\.?"
)
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
_PLAIN_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CJK = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일號号]?")
_ERA = re.compile(r"(?:令和|平成|昭和|民國|民国|[rhs]\.?(?=\d))\s?\d", re.IGNORECASE)
_ISO_WEEK = re.compile(r"(\d{4})-?W(\d{2})-?([1-7])")
_PIECES = re.compile(r"\d+|[^\d\s]+")
_EDGE_WORD = re.compile(
    r"^(?P<before>[^\W\d_]+(?:[-'’][^\W\d_]+)*)[.,]*\s?(?=\d)"
    r"|,?\s?\(?(?P<after>[^\W\d_]+(?:[-'’][^\W\d_]+)*)\)?\.?$"
)
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:[.,]0{1,9})?)?$| 12:00(?::00)? ?AM$", re.IGNORECASE)
_YEAR_WORD = re.compile(r"(?<=\d{4})\s?[гр]\.?$")
"""The "г." behind a year: Russian, Bulgarian and Ukrainian for it."""
_FILLERS = frozenset(
    "st nd rd th er ere re o a e de del di da do of the d den dne le el il on az tes het per"
    " om lo na v г р року год года r anno jour tag ten a ada m gada".split()
)
"""What may stand in a date of words and means nothing by itself: ordinals, "of", articles."""
_EXCEL_START = datetime(1899, 12, 30)


class Numbers(StrEnum):
    """What plain numbers are in a column of dates, if somebody said so."""

    UNKNOWN = ""
    SERIAL = "serial"
    EPOCH = "epoch"


def read_date(
    text: str, order: str, *, numbers: Numbers = Numbers.UNKNOWN, country: str = ""
) -> date:
    """A calendar date; numeric ones by `order`, ISO always as ISO. Raises UnreadableError.

    `country` settles the few names of months that mean two. A weekday must be the date's own.
    """
    if (found := _ISO.fullmatch(text)) and text.isascii():
        return _make(found[1], found[2], found[3], text)
    plain = _YEAR_WORD.sub("", _MIDNIGHT.sub("", bounded(text, "date")))
    day = _plainly(plain, order, text)
    if day is None and _PLAIN_NUMBER.fullmatch(plain):
        return _from_number(plain, numbers, text)
    if day is None:
        if _ERA.match(plain):
            raise _of_an_era(text)
        bare, weekdays = without_weekday(plain)
        day = _plainly(bare, order, text) if weekdays else None
        return day_of(day, weekdays, text) if day else _in_words(plain, country, text)
    return day


def _plainly(plain: str, order: str, text: str) -> date | None:
    """A date of digits alone, or one with the signs of East Asia; None for any other."""
    if found := _ISO.fullmatch(plain):
        return _make(found[1], found[2], found[3], text)
    if found := NUMERIC.fullmatch(plain):
        return numeric(found, order, text)
    if found := _ISO_WEEK.fullmatch(plain):
        with suppress(ValueError):
            return likely(date.fromisocalendar(*map(int, found.groups())), text)
    if (found := _COMPACT.fullmatch(plain)) or (found := _CJK.fullmatch(plain)):
        return _make(found[1], found[2], found[3], text)
    return None


def numeric(found: re.Match[str], order: str, text: str) -> date:
    """The date of a match of NUMERIC by an order; a year of four digits in front is told by
    itself.
    """
    first, second, third = found[1], found[3] or found[4], found[5]
    if len(first) > 2:
        return _make(first, second, third, text)
    if order == YMD and len(third) <= 2:
        return _make(first, second, third, text)
    return _make(third, first, second, text) if order == MDY else _make(third, second, first, text)


def without_weekday(plain: str) -> tuple[str, frozenset[int]]:
    """The cell without a weekday before or behind, and which weekdays that word may be."""
    found = _EDGE_WORD.search(plain)
    if found is None:
        return plain, frozenset()
    weekdays = weekday_numbers("".join(words_of(found["before"] or found["after"])))
    if not weekdays:
        return plain, weekdays
    return (plain[: found.start()] + plain[found.end() :]).strip(" ,"), weekdays


def day_of(day: date, weekdays: frozenset[int], text: str) -> date:
    """The date, if its weekday is one of those that the cell may name; raise UnreadableError.

    A weekday that is not the date's own shows that the two halves of the date were turned round, or
    that somebody typed the wrong day: neither is ours to decide.
    """
    if weekdays and day.weekday() not in weekdays:
        raise UnreadableError(
            f"{shown(text)} contradicts itself: {day.day} {day:%B %Y} is a {day:%A}."
        )
    return day


def _in_words(plain: str, country: str, text: str) -> date:
    """A date with the month as a word, in any order that leaves no doubt."""
    digits: list[str] = []
    names: list[str] = []
    for piece in (piece for word in words_of(plain) for piece in _PIECES.findall(word)):
        (digits if piece.isdecimal() else names).append(piece)
    months, weekdays = _names_of(names, country, text)
    if len(digits) == 1 and len(digits[0]) <= 2:
        raise UnreadableError(f"{shown(text)} is a date without a year. Export it with the year.")
    if len(digits) != 2:
        raise _no_date(text)
    years = [number for number in digits if len(number) == 4]
    year = years[0] if len(years) == 1 else digits[1]
    day = digits[1] if year is digits[0] else digits[0]
    if len(day) > 2 or len(year) not in (2, 4):
        raise _no_date(text)
    return day_of(_make(year, _one_month(months, text), day, text), weekdays, text)


def _names_of(names: list[str], country: str, text: str) -> tuple[frozenset[int], frozenset[int]]:
    """The month and the weekday among a date's words; raise UnreadableError for any other word."""
    months: list[tuple[str, frozenset[int]]] = []
    weekdays: frozenset[int] = frozenset()
    for name in names:
        if name in _FILLERS:
            continue  # before the weekdays: the "th" of 4th is no Thursday
        if numbers := month_numbers(name, country):
            months.append((name, numbers))
        elif days := weekday_numbers(name):
            weekdays = days
        else:
            raise UnreadableError(f"{shown(text)} is not a date: “{name[:20]}” is no month.")
    if len(months) == 2:
        # "mar 3 mars": one of the two also names a weekday, the Spanish and French Tuesday.
        also = [pair for pair in months if weekday_numbers(pair[0])]
        if also:
            months.remove(also[0])
            weekdays = weekday_numbers(also[0][0])
    if len(months) != 1:
        raise _no_date(text)
    return months[0][1], weekdays


def _one_month(months: frozenset[int], text: str) -> int:
    if len(months) != 1:
        raise UnreadableError(
            f"{shown(text)} names a month that is another one in another language. Export dates in "
            f"digits."
        )
    return next(iter(months))


def _no_date(text: str) -> UnreadableError:
    return UnreadableError(f"{shown(text)} is not a date. Write it like 2026-12-31 or 31/12/2026.")


def _of_an_era(text: str) -> UnreadableError:
    return UnreadableError(
        f"{shown(text)} counts the years of an era. Export dates with the years of the common "
        f"calendar, like 2026-12-31."
    )


def _make(year: str, month: str | int, day: str, text: str) -> date:
    number = int(year)
    if len(year) <= 2:
        number += 2000  # a diary is about visits to come: 99 is 2099, and then refused as far off
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        if number in _NO_YEARS:
            raise _no_year(number, text) from None
        raise UnreadableError(
            f"{shown(text)} is not a date: there is no such day in the calendar."
        ) from None
    return likely(found, text)


def likely(found: date, text: str) -> date:
    """The date, unless no diary can mean its year; raise UnreadableError."""
    if FIRST_YEAR <= found.year <= LAST_YEAR:
        return found
    if found.year in _NO_YEARS:
        raise _no_year(found.year, text)
    calendar = next((name for name, years in _CALENDARS.items() if found.year in years), "")
    if calendar:
        raise UnreadableError(
            f"{shown(text)} would be in the year {found.year}, which is this century by the "
            f"{calendar} "
            f"calendar. Export dates of the common calendar, like 2026-12-31."
        )
    raise UnreadableError(
        f"{shown(text)} would be in the year {found.year}. Dates from {FIRST_YEAR} to {LAST_YEAR} "
        f"are read."
    )


def _no_year(year: int, text: str) -> UnreadableError:
    return UnreadableError(f"{shown(text)} is no date: programs write the year {year} for none.")


_NO_YEARS = (0, 1, 1899, 1900, 1904, 9999)
_CALENDARS = {
    "Persian": range(1380, 1425),
    "Islamic": range(1430, 1475),
    "Buddhist": range(2540, 2625),
}


def _from_number(plain: str, numbers: Numbers, text: str) -> date:
    if numbers is Numbers.SERIAL and _SERIAL.fullmatch(plain):
        return serial(plain, text).date()
    raise number_refused(plain, text)


def serial(plain: str, text: str) -> datetime:
    """A spreadsheet's count of days since 30 December 1899, its fraction being the time of day."""
    days = float(plain.replace(",", "."))
    found = _EXCEL_START + timedelta(seconds=round(days * 86400))
    likely(found.date(), text)
    return found


def number_refused(plain: str, text: str) -> UnreadableError:
    """Why a plain number is not read as a date, in words that say what it seems to be."""
    digits = len(plain.split(".")[0].split(",")[0])
    if digits == 5:
        seems = "a spreadsheet's count of days"
    elif digits in (10, 13):
        seems = "a computer's count of seconds"
    else:
        return UnreadableError(
            f"{shown(text)} is not a date. Write it like 2026-12-31 or 31/12/2026."
        )
    return UnreadableError(
        f"{shown(text)} is not a date; it may be {seems}. Export the column as dates, like "
        "2026-12-31."
    )


ORDER_WORDS = {
    DMY: "day first (31/12/2026)",
    MDY: "month first (12/31/2026)",
    YMD: "year first (2026-12-31)",
}
