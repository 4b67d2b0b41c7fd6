"""Dates and times that do not say all: without a year, of an era, counted, "tomorrow", 9.3 for
9:30.

None of them is read unless somebody said so of the file. Each such cell is written again as what it
would be, and that is read as any other: a weekday must agree, and the order of day and month is
found
out as ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from reminders.domain.diary_import.read.cells.when.calendar_dates import MDY, YMD, serial
from reminders.domain.diary_import.read.cells.when.cell_text import LONGEST, UnreadableError, plain
from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word

DAYS_BACK, DAYS_AHEAD = 60, 304
"""A date without a year is the one within so many days of the day that the list was made."""


class Assumed(StrEnum):
    """What somebody may say of such cells; a day stands behind those that count from one."""

    NO_YEAR = "no_year"
    RELATIVE = "relative"
    NO_SIGNS = "dates_without_signs"
    COUNTED_DAYS = "counted_days"
    COUNTED_SECONDS = "counted_seconds"
    MINGUO = "era_minguo"
    REIWA = "era_reiwa"
    BUDDHIST = "era_buddhist"
    LOST_ZERO = "lost_zero"
    LENGTHS_IN_SECONDS = "lengths_in_seconds"
    TWELVE_HOURS = "twelve_hours"
    SAME_DAY = "same_day"
    TURNED = "turned_dates"
    HEADER_FITS = "header_fits"


NOT = "not_"
"""Before a kind: somebody said that it is not so, and such cells are mistakes."""
FROM_A_DAY = (Assumed.NO_YEAR, Assumed.RELATIVE)
_DAY_AND_MONTH = re.compile(r"(.*?)(\d{1,2})\s?([./-])\s?(\d{1,2})\.?")
_EAST = re.compile(r"(.*?)(\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]?)")
_SIX = re.compile(r"(\d{2})(\d{2})(\d{2})")
_EIGHT = re.compile(r"(\d{2})(\d{2})((?:19|20)\d{2})")
_ROC = re.compile(
    r"(?:民國|民国)?\s?(1[0-4]\d)([./-]|\s?年\s?)(\d{1,2})(?:[./-]|\s?月\s?)(\d{1,2})\s?日?"
)
_REIWA = re.compile(
    r"(?:令和|[Rr]\.?)\s?(\d{1,2})([./-]|\s?年\s?)(\d{1,2})(?:[./-]|\s?月\s?)(\d{1,2})\s?日?"
)
_THAI = re.compile(r"(\d{1,2}[./-]\d{1,2}[./-])(25[4-9]\d|26[0-2]\d)")
_WEEKDAY_BEHIND = re.compile(r"(.*?)\s?([(（][^\W\d_]{1,5}\.?[)）])")
_DAYS = re.compile(r"[3-6]\d{4}(?:[.,]\d{1,12})?")
_SECONDS = re.compile(r"(1\d{9}|2\d{9})(?:\d{3})?")
_SHORT_TIME = re.compile(r"(\d{1,2})(?:[.,](\d))?")
ISO_BEFORE = re.compile(r"\d{4}-(\d\d)-(\d\d)(?!\d)")
"""A day as workbooks give it, with its month and day."""
_PLAIN_CLOCK = re.compile(
    r"(?:.{0,24}\d[\d./,-]*\s)?(\d{1,2})"
    r"(?:[:.]\d\d(?::\d\d)?(?:\s?[-–—]\s?\d{1,2}(?:[:.]\d\d){0,2})?"
    r"|\s?[-–—]\s?\d{1,2}(?:[:.]\d\d)?)"
)
_DAY_BEFORE = re.compile(r".{6,30}\s\d{1,2}[:.]\d\d(?::\d\d)?$")
_EARLY = re.compile(r"(?<!\d)(0?[1-6][:.]\d\d(?::\d\d)?)(?!\d)")
_MONTH_FIRST = frozenset({"JP", "CN", "KR", "TW", "HU"})
_MOST_CUTS = 6


def code_of(kind: Assumed, today: date) -> str:
    """What an answer says that agrees."""
    return f"{kind}_{today.isoformat()}" if kind in FROM_A_DAY else str(kind)


def answered_kinds(codes: Iterable[str]) -> set[Assumed]:
    """What somebody said yes or no to. Other codes are not ours."""
    codes = list(codes)
    return {kind for kind in Assumed if NOT + kind in codes} | set(agreed_kinds(codes))


def agreed_kinds(codes: Iterable[str]) -> dict[Assumed, date | None]:
    """What was agreed to, with the day that it counts from; a no weighs more than a yes."""
    found: dict[Assumed, date | None] = {}
    codes = set(codes)
    for code in codes:
        for kind in Assumed:
            if NOT + kind in codes:
                continue
            if code == kind and kind not in FROM_A_DAY:
                found[kind] = None
            elif kind in FROM_A_DAY and code.startswith(f"{kind}_"):
                with suppress(ValueError):
                    found[kind] = date.fromisoformat(code.removeprefix(f"{kind}_"))
    return found


def forms(
    text: str, base: date, *, order: str | None = None, country: str = ""
) -> Iterator[tuple[Assumed, str]]:
    """What a cell with a date would be, written so that it is read as any other; a time may follow.

    Without an `order` a day and a month stay as they are, for the order to be found out.
    """
    if len(text) > 2 * LONGEST:
        return
    whole = plain(text)
    if (counted := _counted(whole, text)) is not None:
        yield counted
        return
    cuts = [len(whole), *(found.start() for found in re.finditer(r"\s", whole))]
    for cut in sorted(cuts, reverse=True)[:_MOST_CUTS]:
        begin, rest = whole[:cut], whole[cut:]
        if cut != len(whole) and not re.search(r"\d[:.h]\d|\d\s?[ap]\.?m|^\s\d{1,2}$", rest, re.I):
            continue
        for kind, form in _dates(begin.strip(" ,"), base, order, country):
            yield kind, form + rest


def _dates(text: str, base: date, order: str | None, country: str) -> Iterator[tuple[Assumed, str]]:
    if (days := _relative().get(folded_word(text)) if len(text) <= LONGEST else None) is not None:
        yield Assumed.RELATIVE, (base + timedelta(days=int(days))).isoformat()
    elif (found := _SIX.fullmatch(text)) or (found := _EIGHT.fullmatch(text)):
        yield Assumed.NO_SIGNS, "-".join(found.groups())
    elif (of_era := _of_an_era(text)) is not None:
        yield of_era
    elif any(map(str.isdigit, text)):
        yield from ((Assumed.NO_YEAR, form) for form in _with_year(text, base, order, country))


def _of_an_era(text: str) -> tuple[Assumed, str] | None:
    """A date of an era in common years, with the weekday that stands in brackets behind it."""
    plain, weekday = text, ""
    if found := _WEEKDAY_BEHIND.fullmatch(text):
        plain, weekday = found[1], found[2]
    if found := _THAI.fullmatch(plain):
        return Assumed.BUDDHIST, f"{found[1]}{int(found[2]) - 543}{weekday}"
    if found := _ROC.fullmatch(plain):
        return Assumed.MINGUO, _iso(int(found[1]) + 1911, found[3], found[4]) + weekday
    if found := _REIWA.fullmatch(plain):
        return Assumed.REIWA, _iso(int(found[1]) + 2018, found[3], found[4]) + weekday
    return None


def _with_year(text: str, base: date, order: str | None, country: str) -> Iterator[str]:
    if found := _DAY_AND_MONTH.fullmatch(text):
        before, first, sign, second = found.groups()
        if any(map(str.isdigit, before)):
            return
        turned = order == YMD or (country in _MONTH_FIRST and order is None)
        if order is None and not turned:
            yield f"{first}{sign}{second}{sign}{base.year}"
            return
        month, day = (first, second) if turned or order == MDY else (second, first)
        year = _year_of(int(month), int(day), base)
        yield f"{before}{_iso(year, month, day)}"
    elif found := _EAST.fullmatch(text):
        month, day = re.findall(r"\d{1,2}", found[2])
        yield _iso(_year_of(int(month), int(day), base), month, day)
    else:
        for year in range(base.year - 1, base.year + 2):
            yield f"{text} {year}"


def _year_of(month: int, day: int, base: date) -> int:
    """The year in which the day lies near the base; for a day of no month any, which is refused."""
    for year in range(base.year - 1, base.year + 2):
        with suppress(ValueError):
            if near(date(year, month, day), base):
                return year
    return base.year


def near(day: date, base: date) -> bool:
    """Whether a day is the one that a date without a year means."""
    return -DAYS_BACK <= (day - base).days <= DAYS_AHEAD


def _iso(year: int, month: str, day: str) -> str:
    return f"{year:04}-{int(month):02}-{int(day):02}"


def _counted(whole: str, text: str) -> tuple[Assumed, str] | None:
    if _DAYS.fullmatch(whole):
        with suppress(UnreadableError):
            return Assumed.COUNTED_DAYS, f"{serial(whole, text):%Y-%m-%d %H:%M:%S}"
    if found := _SECONDS.fullmatch(whole):
        at = datetime.fromtimestamp(int(found[1]), UTC)
        return Assumed.COUNTED_SECONDS, f"{at:%Y-%m-%dT%H:%M:%S}Z"
    return None


@lru_cache(maxsize=1)
def _relative() -> dict[str, str]:
    found = by_phrase("times", ("today", "tomorrow"))[0]
    return {word: "1" if meaning == "tomorrow" else "0" for word, meaning in found.items()}


def whole_time(text: str) -> str | None:
    """9.3 and 10 as the 9:30 and 10:00 that a spreadsheet took for numbers; None for any other."""
    found = _SHORT_TIME.fullmatch(text.strip())
    return f"{found[1]}:{found[2] or 0}0" if found else None


def early_hour(text: str) -> int | None:
    """The hour at the beginning of a time, or at the end of a day with its time, that may be of
    either half of a day: 0 for one that is sure, None for what is no such text.
    """
    found = _PLAIN_CLOCK.fullmatch(text)
    if found is None:
        return 12 if _begins_at_noon(text) else None
    hour = int(found[1])
    return hour if 1 <= hour <= 12 else 0


def _begins_at_noon(text: str) -> bool:
    """Whether a stretch begins with a word: "noon-12:30" tells no more than 12:00."""
    first = re.split(r"[\s–—-]", text[:LONGEST], maxsplit=1)[0]
    return folded_word(first) in by_phrase("times", ("noon",))[0] and len(first) < len(text)


def after_noon(text: str) -> str:
    """The same with PM behind each hour from one to six."""
    day, blank, clock = text.rpartition(" ") if _DAY_BEFORE.match(text) else ("", "", text)
    return day + blank + _EARLY.sub(r"\1 PM", clock)


def turned(text: str) -> str:
    """A day that a program turned round, with a time behind it or not, as it was meant."""
    found = ISO_BEFORE.match(text)
    if found is None or int(found[2]) > 12:
        return text
    return f"{text[:4]}-{found[2]}-{found[1]}{text[10:]}"
