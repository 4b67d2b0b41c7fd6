"""Days and times that a reply restates, and whether they are those of the appointment.

"Yes, Tuesday at 10:30" acts where the appointment is on Tuesday at 10:30; any other day or time may
mean another appointment. What may be read in two ways ("3/4", "at 3") agrees if one of them does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from reminders.domain.replies.reading.almanac import PARTS_OF_DAY, Almanac
from reminders.domain.replies.reading.tokens import Token, fold

Agrees = Callable[[datetime], bool]
"""Whether an appointment that begins then (local time) is meant."""

_BETWEEN = re.compile(r"\D+")


class When(NamedTuple):
    """A day or a time found in a text, and how many tokens it takes. `part`: only the part of the
    day; `until`: what leads to it may end a span ("bis Dienstag", "hasta el martes").
    """

    agrees: Agrees
    length: int
    part: bool = False
    until: bool = False


def find_when(almanac: Almanac, tokens: Sequence[Token], at: int) -> When | None:
    """The day or time that is written at `at`, with the words that lead to it ("on", "at")."""
    word = tokens[at].folded
    if not (word[0].isdecimal() or word in almanac.begins):
        return None
    start, leads = almanac.lead(tokens, at)
    at_clock = bool(leads & {"at"})
    readers = (_date, _month_first, _time, _weekday, _part)
    for begin in dict.fromkeys((start, at)):
        if begin >= len(tokens) or not almanac.may_tell(tokens, begin):
            continue
        for reader in readers:
            found = reader(_Words(almanac, tokens, begin, at_clock=at_clock and begin == start))
            if found:
                until = "until" in leads and begin == start
                return found._replace(length=found.length + begin - at, until=until)
    return None


@dataclass(slots=True)
class _Words:
    """The words from a place on, read one after the other."""

    almanac: Almanac
    tokens: Sequence[Token]
    begin: int
    at_clock: bool
    end: int = -1

    def __post_init__(self) -> None:
        self.end = self.begin

    @property
    def length(self) -> int:
        return self.end - self.begin

    def word(self) -> str:
        return self.tokens[self.end].exact if self.end < len(self.tokens) else ""

    def take(self, *names: str) -> int | None:
        """The value of the phrase that stands here, if it stands for one of `names`."""
        length, roles = self.almanac.at(self.tokens, self.end)
        name = next((name for name in names if name in roles), None)
        if name is None:
            return None
        self.end += length
        return roles[name]

    def number(self, most: int) -> int | None:
        """A number in digits or words up to `most`."""
        word = self.word()
        if word.isdecimal() and len(word) <= 4 and int(word) <= most:
            self.end += 1
            return int(word)
        return None if word[:1].isdecimal() else self.take("number")

    def found(self, agrees: Agrees) -> When:
        return When(agrees, self.length)


def _date(words: _Words) -> When | None:
    """ "3/3", "3rd of March", "3 de marzo 2027", "the 3rd"."""
    written = _written_date(words)
    if written:
        return written
    led = words.begin > 0 and _is_day_word(words)
    day = words.number(31)
    if not day:
        return None
    ordinal = words.take("ordinal") is not None
    before_month = words.end
    words.take("of", "before")
    month = words.take("month")
    if month is None:
        words.end = before_month
        return words.found(lambda start: start.day == day) if ordinal or led else None
    words.take("ordinal")
    return _with_year(words, day, month)


def _is_day_word(words: _Words) -> bool:
    before = words.tokens[max(0, words.begin - 2) : words.begin]
    spans = (tuple(token.folded for token in before[cut:]) for cut in range(len(before)))
    return any("day" in words.almanac.roles.get(span, {}) for span in spans)


def _month_first(words: _Words) -> When | None:
    """ "March 3rd", "3月3日"."""
    month = words.take("month")
    day = words.number(31) if month else None
    if not month or not day:
        return None
    words.take("ordinal")
    return _with_year(words, day, month)


def _with_year(words: _Words, day: int, month: int) -> When:
    before = words.end
    words.take("of", "before")
    word = words.word()
    if not (word.isdecimal() and len(word) == 4):
        words.end = before
        return words.found(lambda start: (start.day, start.month) == (day, month))
    words.end += 1
    return words.found(
        lambda start: (start.day, start.month, start.year) == (day, month, int(word))
    )


def _written_date(words: _Words) -> When | None:
    """A date in digits. "10.30" may be one or a time."""
    word = words.word()
    parts = [int(part) for part in _BETWEEN.split(word[:12]) if part.isdecimal()]
    sign = next((character for character in word if not character.isdecimal()), "")
    if sign not in ("/", "-", ".") or len(parts) not in (2, 3):
        return None
    words.end += 1
    clock = _clock(words, parts) if sign == "." and len(parts) == 2 else None
    return words.found(
        lambda start: _same_day(parts, start) or (clock is not None and clock(start))
    )


def _same_day(parts: Sequence[int], start: datetime) -> bool:
    year = {start.year, start.year % 100}
    pairs = ([start.day, start.month], [start.month, start.day])
    if len(parts) == 2:
        return list(parts) in pairs
    ends = list(parts[:2]) in pairs and parts[2] in year
    return ends or (parts[0] in year and list(parts[1:]) == [start.month, start.day])


def _time(words: _Words) -> When | None:
    """ "10:30", "at 10", "10 am", "10 Uhr 30", "10点半", "half past ten", "halb elf"."""
    half = words.take("am", "pm") if words.begin == words.end else None
    word = words.word()
    parts = [int(part) for part in _BETWEEN.split(word[:8]) if part.isdecimal()]
    if len(parts) == 2 and (":" in word or "h" in word or "u" in word):
        words.end += 1
        return words.found(_clock(words, parts, half))
    by_half = _half_before(words)
    hour = words.number(2359)
    if hour is None:
        return None
    in_words = not word[:1].isdecimal()
    said = words.take("clock") is not None
    minute_in_words = not words.word()[:1].isdecimal()
    minute = _minute(words, said=said or words.at_clock, in_words=in_words or words.at_clock)
    if hour > 24:
        hour, minute = divmod(hour, 100)
    if by_half:
        hour, minute = hour - (by_half < 0), 30
    told = minute > 0 and (in_words or by_half != 0 or minute_in_words)
    before = words.end
    clock = _clock(words, [hour, minute], half)
    if not (said or told or words.at_clock or half is not None or words.end > before):
        return None
    return words.found(clock)


def _half_before(words: _Words) -> int:
    """-1 for "halb elf", 1 for "half past ten", 0 without either."""
    if words.take("half_to") is not None:
        return -1
    return 1 if words.take("half_past") is not None else 0


def _minute(words: _Words, *, said: bool, in_words: bool) -> int:
    for name, minute in (("half", 30), ("quarter", 15)):
        if words.take(name) is not None:
            return minute
    word = words.word()
    if said and word.isdecimal() and len(word) == 2 and int(word) < 60:
        words.end += 1
        words.take("clock")
        if fold(words.word()) in ("分", "phut"):
            words.end += 1
        return int(word)
    return _minute_in_words(words) if in_words or said else 0


def _minute_in_words(words: _Words) -> int:
    """ "ten thirty", "dieci e trenta", "mười giờ ba mươi": so many minutes as nobody says of
    a day.
    """
    before = words.end
    words.take("and")
    minute = None if words.word()[:1].isdecimal() else words.take("number")
    if minute is None or not _LEAST_SPOKEN <= minute < 60:
        words.end = before
        return 0
    return minute


_LEAST_SPOKEN = 15


def _clock(words: _Words, parts: Sequence[int], half: int | None = None) -> Agrees:
    """Of a time without "am" or "pm", both are meant."""
    words.take("clock")
    after = words.take("am", "pm")
    half = half if after is None else after
    hour, minute = parts
    hours = {hour, hour + 12} if half is None and hour <= 12 else {hour % 12 + (half or 0)}
    hours = {hour} if hour > 12 else hours
    return lambda start: start.minute == minute and start.hour in hours


def _weekday(words: _Words) -> When | None:
    day = words.take("weekday")
    if day is None:
        return None
    number = _day_behind(words)
    return words.found(lambda start: start.weekday() == day and number in (0, start.day))


def _day_behind(words: _Words) -> int:
    """The 3 of "mardi 3", which is no time; 0 without one."""
    before = words.end
    words.take("before", "day")
    word = words.word()
    if not (word.isdecimal() and 1 <= len(word) <= 2 and 1 <= int(word) <= 31):
        words.end = before
        return 0
    words.end += 1
    words.take("ordinal")
    if words.take("clock", "am", "pm", "half", "month", "of") is None:
        return int(word)
    words.end = before
    return 0


def _part(words: _Words) -> When | None:
    """ "in the morning"."""
    for name, (first, last) in PARTS_OF_DAY.items():
        if words.take(name) is not None:
            return words.found(_within(first, last))._replace(part=True)
    return None


def _within(first: int, last: int) -> Agrees:
    """Whether a visit starts in these hours of the day."""
    return lambda start: first <= start.hour < last


def is_day(word: str, start: datetime, said_at: datetime) -> bool:
    """Whether "today" or "tomorrow", written at `said_at`, is the day of an appointment; both
    local.
    """
    ahead = timedelta(days=1 if word == "tomorrow" else 0)
    return date(start.year, start.month, start.day) == said_at.date() + ahead
