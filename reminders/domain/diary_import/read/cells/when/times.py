"""Read a time of day, or a stretch of it, in any usual writing; refuse in words what is not
understood.

A time is a wall time: a zone beside it is `starts`' business, and here it is refused, never
dropped.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from reminders.domain.diary_import.read.cells.when.calendar_dates import NUMERIC
from reminders.domain.diary_import.read.cells.when.cell_text import (
    LONGEST,
    UnreadableError,
    bounded,
    shown,
)
from reminders.domain.diary_import.read.cells.when.durations import read_minutes
from reminders.domain.diary_import.read.cells.words import by_phrase, folded_word

_CLOCK = re.compile(r"(\d{1,2})\s?[:.]\s?(\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?")
_HOURS_AND = re.compile(
    r"(\d{1,2})\s?(?:[hu]|год\.?)\s?(\d{2})(?:\s?(?:m|mn|min))?(?:\s?(\d{2})\s?s)?"
)
_EAST = re.compile(r"(\d{1,2})\s?[時时点點시]\s?(?:(\d{1,2})\s?[分분]\s?)?(?:(\d{1,2})\s?[秒초])?")
_DIGITS = re.compile(r"(\d{1,2})(\d{2})()")
_HOUR = re.compile(r"(\d{1,2})()()")
_FRACTION = re.compile(r"0?[.,](\d{3,})")
"""A spreadsheet's part of a day; with fewer digits it is a time, as 0.30 is half past midnight."""
_DATE_BEFORE = re.compile(r"(.{6,12}?)(?: |T)(?=\d{1,2}[:.]\d{2})")
_WORDS_AROUND = re.compile(r"(\D*)(.*\d(?:\s?[時时点點시分분秒초])?)(\D*)", re.DOTALL)
_RANGE = re.compile(
    r"(.*\d.*?)(?:\s?[–—~〜～-]\s?|\s(?:bis|to|until|till|til|à|a|al|tot|do|até|e"
    r"|до|la|până la|pana la)\s)(.*\d.*)"
)
_WITH_LENGTH = re.compile(r"(.*\d.*?)\s?\(((?=[^)]*[^\W\d_])[^()]{2,20})\)")
"""A time with its length in brackets: "9h00 (1h30)"."""
_NOON_BESIDE = re.compile(r"(?P<word>[^\W\d_]+)(?P<sign>\s?[–—~-]\s?|\sto\s)(?P<rest>\d.*)")
_EVENING = time(18)
_LONGEST_HALF = 30


class Clock(NamedTuple):
    """A time as written: `half` is "am", "pm" or ""."""

    at: time
    half: str


class TimeSpan(NamedTuple):
    """The beginning of what a cell says, and its end if it says one."""

    begins: time
    ends: time | None


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    return by_phrase("times", ("am", "pm", "noon", "midday", "night", "midnight"))[0]


@lru_cache(maxsize=1)
def _halves_alone() -> dict[str, str]:
    alone = by_phrase("times", ("alone_am", "alone_pm"))[0]
    shared = {word: half for word, half in _words().items() if half in ("am", "pm")}
    return shared | {word: half.removeprefix("alone_") for word, half in alone.items()}


@lru_cache(maxsize=1)
def _beside() -> tuple[frozenset[str], frozenset[str]]:
    before, after = (by_phrase("times", (where,))[0] for where in ("before", "after"))
    return frozenset(before) - {""}, frozenset(after) - {""}  # a sign such as @ folds to nothing


def read_time(text: str) -> time:
    """A wall time: 9:30, 09.30, 0930, 9am, 10h30, kl. 10.30, noon, 12:00 AM (midnight),
    0.395833.
    """
    return read_time_span(text).begins


def read_time_span(text: str) -> TimeSpan:
    """A wall time or a stretch such as "9:30 - 10:00"; of "11:30 - 12:15 PM" the first is a
    morning's.
    """
    # A cell is tried by each order of dates and cut in many places: the same times come again.
    found = _span_or_reason(text) if len(text) <= LONGEST else None
    if isinstance(found, TimeSpan):
        return found
    if found:
        raise UnreadableError(found)
    return _span(text)


@lru_cache(maxsize=8192)
def _span_or_reason(text: str) -> TimeSpan | str:
    try:
        return _span(text)
    except UnreadableError as error:
        return str(error)


def _span(text: str) -> TimeSpan:
    plain = bounded(text, "time")
    if found := _CLOCK.fullmatch(plain):
        return TimeSpan(_time(found, "", text).at, None)  # as nearly all are
    if found := _FRACTION.fullmatch(plain):
        seconds = round(float(f"0.{found[1]}") * 86400)
        return TimeSpan((datetime(2000, 1, 1) + timedelta(seconds=seconds)).time(), None)
    with suppress(UnreadableError):
        return TimeSpan(read_clock(plain, text).at, None)
    if (noon := _NOON_BESIDE.fullmatch(plain)) and _words().get(folded_word(noon[1])) == "noon":
        plain = f"12:00 PM{noon['sign']}{noon['rest']}"
    if span := _RANGE.fullmatch(_without_date(plain)):
        with suppress(_NotATimeError):
            return _stretch(span[1].strip(), span[2].strip(), text)
    if (found := _WITH_LENGTH.fullmatch(plain)) and (minutes := read_minutes(found[2])):
        begins = read_clock(_without_date(found[1]), text).at
        ends = datetime.combine(datetime(2000, 1, 1), begins) + timedelta(minutes=minutes)
        return TimeSpan(begins, ends.time())
    return TimeSpan(read_clock(_without_date(plain), text).at, None)


class _NotATimeError(UnreadableError):
    """A text that is no time at all, as opposed to an impossible one."""


def _not_a_time(text: str) -> _NotATimeError:
    return _NotATimeError(f"{shown(text)} is not a time. Write it like 09:30 or 2:15 PM.")


def read_clock(plain: str, text: str) -> Clock:
    """One time, in plain digits; `text` is the cell for the words of an UnreadableError."""
    around = _WORDS_AROUND.fullmatch(plain.casefold())
    if around is None:
        return _named(plain, text)
    before, core, after = folded_word(around[1]), around[2].strip(), folded_word(around[3])
    half = _half(before, after, text)
    told = bool(half or after in _beside()[1] or before in _beside()[0])
    for pattern in (_CLOCK, _HOURS_AND, _EAST, _DIGITS, *((_HOUR,) if told else ())):
        if found := pattern.fullmatch(core):
            return _time(found, half, text)
    raise _not_a_time(text)


def _half(before: str, after: str, text: str) -> str:
    """The half of the day among the words around a time; raise UnreadableError for unknown
    words.
    """
    starting, ending = _beside()
    halves = {word for word in map(_words().get, (before, after)) if word}
    if "midnight" in halves:
        raise _midnight(text)
    for word, allowed in ((before, starting), (after, ending)):
        if word and word not in allowed and word not in _words():
            raise _not_a_time(text)
    if len(halves) > 1:
        raise _not_a_time(text)
    return next(iter(halves), "")


def _named(plain: str, text: str) -> Clock:
    word = _words().get(folded_word(plain))
    if word == "midnight":
        raise _midnight(text)
    if word != "noon":
        raise _not_a_time(text)
    return Clock(time(12), "pm")


def _midnight(text: str) -> UnreadableError:
    return UnreadableError(
        f"{shown(text)} is not a time: midnight may begin the day or end it. Write 00:00 of the "
        "day."
    )


def _time(found: re.Match[str], half: str, text: str) -> Clock:
    hour, minute, second = (int(number or 0) for number in found.groups()[:3])
    if half == "noon":
        if (hour, minute) != (12, 0):
            raise _not_a_time(text)
        half = "pm"
    elif half in ("midday", "night"):
        half = _half_of(half, hour, text)
    return Clock(clock(hour, minute, second, half, text), half)


def _half_of(part: str, hour: int, text: str) -> str:
    """The half of an hour around noon or at night; half past twelve at night is either day's."""
    if part == "midday" and (10 <= hour <= 15 or 1 <= hour <= 5):
        return "am" if hour in (10, 11) else "pm"
    if part == "night" and (6 <= hour <= 11 or 18 <= hour <= 23):
        return "pm"
    raise _midnight(text) if part == "night" else _not_a_time(text)


def clock(hour: int, minute: int, second: int, half: str, text: str) -> time:
    """The time of numbers; `half` is "am", "pm" or "". Raises UnreadableError."""
    if half and not 1 <= hour <= 12 and not (half == "pm" and 13 <= hour <= 23):
        raise UnreadableError(f"{shown(text)} is not a time: with AM or PM hours go from 1 to 12.")
    if half == "am" and hour == 12:
        hour = 0
    if half == "pm" and hour < 12:
        hour += 12
    if hour == 24:
        raise UnreadableError(f"{shown(text)} is not a time: midnight is 00:00 of the next day.")
    try:
        return time(hour, minute, second)
    except ValueError:
        raise UnreadableError(
            f"{shown(text)} is not a time: a day has the hours 0 to 23, an hour 60 minutes."
        ) from None


def _without_date(plain: str) -> str:
    """The time of "30/12/1899 09:30:00": some databases export every time with a date before it."""
    found = _DATE_BEFORE.match(plain)
    return plain[found.end() :] if found and NUMERIC.fullmatch(found[1]) else plain


def _stretch(begins: str, ends: str, text: str) -> TimeSpan:
    # Of "1 - 1:30 PM" and "8:30 - 9" one is an hour only because the other one is plainly a time.
    hours = [_HOUR.fullmatch(part) for part in (begins, ends)]
    if all(hours):
        raise _not_a_time(text)
    begin, end = (
        Clock(clock(int(hour[1]), 0, 0, "", text), "") if hour else read_clock(part, text)
        for hour, part in zip(hours, (begins, ends), strict=True)
    )
    if begin.half and not end.half and 1 <= end.at.hour <= 12:
        end = _after(begin, end.at)
    if end.half and not begin.half and 1 <= begin.at.hour <= 12:
        begin = _of_half(begin.at, end)
    _check_order(begin.at, end.at, text)
    return TimeSpan(begin.at, end.at)


def _of_half(begin: time, end: Clock) -> Clock:
    """The beginning in the half of the day that the end names, unless it would then be after it."""
    same = clock(begin.hour, begin.minute, begin.second, end.half, str(begin))
    other = "am" if end.half == "pm" else "pm"
    if same <= end.at:
        return Clock(same, end.half)
    return Clock(clock(begin.hour, begin.minute, begin.second, other, str(begin)), other)


def _after(begin: Clock, end: time) -> Clock:
    """An end that names no half of the day: the first such time after the beginning, which does."""
    other = "am" if begin.half == "pm" else "pm"
    halves = [
        Clock(clock(end.hour, end.minute, end.second, half, str(end)), half)
        for half in (begin.half, other)
    ]
    return next((each for each in halves if each.at > begin.at), halves[0])


def _check_order(begin: time, end: time, text: str) -> None:
    """Refuse an end before its beginning: then hours are counted to 12, and which half is
    not told.
    """
    if end <= begin and begin < _EVENING:
        raise UnreadableError(
            f"{shown(text)} ends before it begins. Export times with AM and PM, or from 00:00 to "
            "23:59."
        )


def read_half(text: str) -> str | None:
    """Which half of the day a cell of its own names, "am" or "pm"; None for anything else."""
    return _halves_alone().get(folded_word(text)) if len(text) <= _LONGEST_HALF else None
