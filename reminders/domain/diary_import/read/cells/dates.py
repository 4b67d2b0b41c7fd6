"""How a file writes its dates and times: one way per file, found in the file or asked for.

Reads a text into a calendar date and a wall time; which instant that is depends on the location and
is `timing`'s. Never guesses between day first and month first. No pattern sees a cell before its
length is bounded and its runs of blanks are single ones: the time to read a cell must not hang on
who wrote it.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from babel import Locale

from reminders.domain.diary_import.problems import DatesUnclear, ImportProblem, refuse

DMY, MDY, YMD = "dmy", "mdy", "ymd"
ORDER_WORDS = {
    DMY: "day first (31/12/2026)",
    MDY: "month first (12/31/2026)",
    YMD: "year first (2026-12-31)",
}
FIRST_YEAR, LAST_YEAR = 1990, 2099
LONGEST = 40
"""Characters of a date or of a time at most; a cell with both has twice as many."""
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "sv", "da", "nb", "fi", "pl", "tr")

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMERIC = re.compile(r"(\d{1,4})\s?([./\-\\ ])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_COMPACT = re.compile(r"(20\d{2}|19\d{2})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_NAMED = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s.\-/]*(?:de |of )?([^\W\d_]+)[\s.,\-/']*(?:de )?(\d{2,4})"
)
_NAMED_FIRST = re.compile(r"([^\W\d_]+)[\s.\-/]*(\d{1,2})(?:st|nd|rd|th)?[\s.,\-/']+(\d{2,4})")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,?\s(?=\d)|^[^\W\d_]{2,10},\s(?=[^\W\d_])")
_TIME = re.compile(
    r"(\d{1,2})(?:\s?[:.hH]\s?(\d{2}))?(?:[:.](\d{2})(?:[.,]\d{1,6})?)?\s?([aApP])?(?:\.?\s?[mM]\.?)?(?:\s?(?:Uhr|h|hrs))?"
)
_DIGITS = re.compile(r"(\d{1,2})(\d{2})\s?(?:hrs|h)?")
_FRACTION = re.compile(r"0?[.,](\d+)")
_SPLIT = re.compile(
    r"(.+?)(?:T|,?\s(?:at\s|um\s|-\s)?)"
    r"(\d{1,2}(?:[:.hH]\d{2})(?:[:.]\d{2}(?:\.\d{1,9})?)?\s?(?:[aApP]\.?\s?[mM]\.?)?|"
    r"\d{1,2}\s?[aApP]\.?\s?[mM]\.?)\s?(Z|[+-]\d{2}:?\d{2})?"
)
_ONE_TIME = r"\d{1,2}(?:[:.hH]\d{2})?(?:\s?[aApP]\.?\s?[mM]\.?)?"
_FROM_TO = re.compile(
    rf"(?P<from>{_ONE_TIME})(?:\s?[–—-]\s?|\s(?:bis|to|until|til|à)\s)(?P<to>{_ONE_TIME})(?:\s?Uhr)?"
)
_DAY_FROM_TO = re.compile(
    rf"(?P<day>.+?[\sT,])(?P<from>{_ONE_TIME})(?:\s?[–—]\s?|\s-\s|\s(?:bis|to|until|til|à)\s)"
    rf"(?P<to>{_ONE_TIME})(?:\s?Uhr)?"
)
_HALF = re.compile(r"([aApP])\.?\s?[mM]\.?$")
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:\.0{1,9})?)?$| 12:00(?::00)? ?AM$", re.IGNORECASE)


class UnreadableError(ValueError):
    """A text that is no date or time; its words say what is wrong with it."""


class Start(NamedTuple):
    """A start as written: a wall time, or an instant when the file gives the offset."""

    wall: datetime | None
    instant: datetime | None


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    names: dict[str, int] = {"sept": 9}
    for language in _LANGUAGES:
        months = Locale(language).months["format"]
        for width in ("wide", "abbreviated"):
            names |= {
                str(name).lower().strip("."): number for number, name in months[width].items()
            }
    return names


@dataclass
class DateReader:
    """Reads the dates of one file. Without an `order`, `observe` each first and then `decide`.

    `assumed`: nothing in the file depended on the order, so it must not be remembered for the next
    file.
    """

    order: str | None = None
    assumed: bool = False
    known: dict[str, date] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    times: dict[str, time] = field(default_factory=dict)
    _evidence: dict[str, int] = field(default_factory=lambda: {DMY: 0, MDY: 0})
    _ambiguous: tuple[int, str] | None = None
    _seen: set[str] = field(default_factory=set)

    @property
    def decided(self) -> bool:
        """Whether nothing more needs to be observed."""
        return self.order is not None

    def observe(self, text: str, *, row: int) -> None:
        """Learn from one value of the date column whether days or months come first."""
        if len(text) > 2 * LONGEST or text in self._seen:
            return
        if len(self._seen) < 20_000:
            self._seen.add(text)
        found = _NUMERIC.match(_bare(text))
        if not found or len(found[1]) > 2:
            return
        first, second = int(found[1]), int(found[3])
        if first > 12 >= second:
            self._evidence[DMY] += 1
        elif second > 12 >= first:
            self._evidence[MDY] += 1
        elif found[2] == ".":
            self._evidence[DMY] += 1  # only countries that put the day first separate with dots
        elif first != second and self._ambiguous is None and _day(text, DMY) and _day(text, MDY):
            self._ambiguous = (row, text)

    def decide(self, *, column: str) -> None:
        """Settle the order; raise DatesUnclear, with both readings in words, when the file does not
        tell.
        """
        if self.order is not None:
            return
        if self._ambiguous and not any(self._evidence.values()):
            raise self._question(column)
        self.assumed = not any(self._evidence.values())
        self.order = MDY if self._evidence[MDY] > self._evidence[DMY] else DMY

    def _question(self, column: str) -> DatesUnclear:
        row, text = self._ambiguous or (1, "")
        readings = {}
        for order in (DMY, MDY):
            if day := _day(text, order):
                readings[order] = f"{day.day} {day:%B %Y}"
        words = f"“{text}” may be {readings[DMY]} or {readings[MDY]}, and no date in the file tells which."
        return DatesUnclear(
            ImportProblem(
                words, row, column, hint="Say so with --date-format dmy or --date-format mdy."
            ),
            readings=readings,
        )

    def date(self, text: str) -> date:
        """The date that a cell means; raise UnreadableError."""
        found = self.known.get(text)
        if found is None:
            found = read_date(text, self.order or DMY)
            self.known[text] = found
            _bound(self.known)
        return found

    def time(self, text: str) -> time:
        """The time that a cell means; raise UnreadableError."""
        found = self.times.get(text)
        if found is None:
            found = self.times[text] = read_time(text)
            _bound(self.times)
        return found

    def start(self, text: str) -> Start:
        """The date and time that one cell means; raise UnreadableError."""
        found = self.starts.get(text)
        if found is None:
            found = self.starts[text] = read_start(text, self.order or DMY)
            _bound(self.starts)
        return found


def _bound(cache: dict[str, object] | dict[str, date] | dict[str, time] | dict[str, Start]) -> None:
    if len(cache) > 50_000:
        cache.clear()


def order_of(format_: str) -> str | None:
    """The order that `--date-format` means: dmy, mdy, ymd, DD/MM/YYYY or %d/%m/%Y; None for nothing
    given.
    """
    if not format_.strip():
        return None
    letters = re.sub(r"[^dmy]", "", format_.lower())
    order = "".join(dict.fromkeys(letters))
    if order not in ORDER_WORDS:
        raise refuse(
            f"“{format_[:40]}” is no date format. Write dmy, mdy or ymd, or a pattern such as DD/MM/YYYY."
        )
    return order


def _bare(text: str) -> str:
    return _WEEKDAY.sub("", _single_spaced(text))


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _bounded(text: str, what: str, *, most: int = LONGEST) -> str:
    """The cell with single blanks, if it is short enough to be looked at; raise UnreadableError."""
    if len(text) > most:
        raise UnreadableError(
            f"“{text[:20]}…” is not a {what}: the cell has {len(text):,} characters, which are far too many."
        )
    return _single_spaced(text)


def read_date(text: str, order: str) -> date:
    """A calendar date in any usual writing; numeric ones by `order`, ISO always as ISO.

    Raises UnreadableError, as the others that read a cell do.
    """
    text = _bounded(text, "date")
    if found := _ISO.fullmatch(text):
        return _make(found[1], found[2], found[3], text)
    plain = _MIDNIGHT.sub("", _bare(text))
    if found := _NUMERIC.fullmatch(plain):
        return _numeric(found[1], found[3], found[4], order, text)
    if found := _COMPACT.fullmatch(plain):
        return _make(found[1], found[2], found[3], text)
    if found := _SERIAL.fullmatch(plain):
        return _serial(plain, text).date()
    if found := _NAMED.fullmatch(plain):
        return _make(found[3], _month(found[2], text), found[1], text)
    if found := _NAMED_FIRST.fullmatch(plain):
        return _make(found[3], _month(found[1], text), found[2], text)
    raise UnreadableError(f"“{text[:40]}” is not a date. Write it like 2026-12-31 or 31/12/2026.")


def _numeric(first: str, second: str, third: str, order: str, text: str) -> date:
    if len(first) == 4:
        return _make(first, second, third, text)
    if order == YMD:
        return _make(first, second, third, text)
    return _make(third, second, first, text) if order == DMY else _make(third, first, second, text)


def _make(year: str, month: str | int, day: str, text: str) -> date:
    number = int(year)
    if len(year) <= 2:
        number += 2000
    try:
        found = date(number, int(month), int(day))
    except ValueError:
        raise UnreadableError(
            f"“{text[:40]}” is not a date: there is no such day in the calendar."
        ) from None
    return _likely(found, text)


def _likely(found: date, text: str) -> date:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise UnreadableError(
            f"“{text[:40]}” would be in the year {found.year}. Dates from {FIRST_YEAR} to {LAST_YEAR} "
            f"are read."
        )
    return found


def _serial(plain: str, text: str) -> datetime:
    """A spreadsheet's count of days since 30 December 1899, its fraction being the time of day."""
    days = float(plain.replace(",", "."))
    found = datetime(1899, 12, 30) + timedelta(seconds=round(days * 86400))
    _likely(found.date(), text)
    return found


def _month(word: str, text: str) -> int:
    number = _months().get(word.lower().strip("."))
    if number is None:
        raise UnreadableError(f"“{text[:40]}” is not a date: “{word[:20]}” is no month.")
    return number


def read_time(text: str) -> time:
    """A wall time in any usual writing: 9:30, 09.30, 0930, 9am, 12:00 AM (midnight), 0.395833."""
    plain = _bounded(text, "time")
    if found := _FRACTION.fullmatch(plain):
        seconds = round(float(f"0.{found[1]}") * 86400)
        return (datetime(2000, 1, 1) + timedelta(seconds=seconds)).time()
    if found := _DIGITS.fullmatch(plain):
        return _clock(int(found[1]), int(found[2]), 0, "", text)
    found = _TIME.fullmatch(plain)
    if found is None and (span := _FROM_TO.fullmatch(plain)):
        return _beginning(span["from"], span["to"])
    if found is None and " " in plain and (split := _SPLIT.fullmatch(plain)) and _is_day(split[1]):
        found = _TIME.fullmatch(split[2])  # some databases export a time with a date before it
    if found is None or (
        found[2] is None and not found[4] and not plain.lower().endswith(("uhr", "h"))
    ):
        raise UnreadableError(f"“{text[:40]}” is not a time. Write it like 09:30 or 2:15 PM.")
    return _clock(
        int(found[1]), int(found[2] or 0), int(found[3] or 0), (found[4] or "").lower(), text
    )


def _day(text: str, order: str) -> date | None:
    """The day of a cell that holds a date, with or without a time; None when it holds neither."""
    with suppress(UnreadableError):
        return read_date(text, order)
    with suppress(UnreadableError):
        plain = _bounded(text, "date", most=2 * LONGEST)
        span = _DAY_FROM_TO.fullmatch(plain)
        return read_date(span["day"].strip(" ,T"), order) if span else _split(plain, order)[0]
    return None


def _is_day(text: str) -> bool:
    return bool(_ISO.fullmatch(text) or _NUMERIC.fullmatch(text))


def _beginning(begins: str, ends: str) -> time:
    """The first time of "9:30 - 10:00"; of "11:30 - 12:15 PM" it is the morning's, of "1 - 1:30 PM"
    not.
    """
    half = _HALF.search(ends)
    if half is None or _HALF.search(begins):
        return read_time(begins)
    end = read_time(ends)
    same = read_time(f"{begins} {half[1]}m")
    return same if same <= end else read_time(f"{begins} {'a' if half[1] in 'pP' else 'p'}m")


def _clock(hour: int, minute: int, second: int, half: str, text: str) -> time:
    if half and not 1 <= hour <= 12 and not (half == "p" and 13 <= hour <= 23):
        raise UnreadableError(f"“{text[:40]}” is not a time: with AM or PM hours go from 1 to 12.")
    if half == "a" and hour == 12:
        hour = 0
    if half == "p" and hour < 12:
        hour += 12
    if hour == 24:
        raise UnreadableError(f"“{text[:40]}” is not a time: midnight is 00:00 of the next day.")
    try:
        return time(hour, minute, second)
    except ValueError:
        raise UnreadableError(
            f"“{text[:40]}” is not a time: a day has the hours 0 to 23, an hour 60 minutes."
        ) from None


def read_start(text: str, order: str) -> Start:
    """A date and time in one cell; with Z or an offset it is an instant, else a wall time."""
    plain = _bounded(text, "date with a time", most=2 * LONGEST)
    if _SERIAL.fullmatch(plain):
        return Start(_serial(plain, text), None)
    if span := _DAY_FROM_TO.fullmatch(plain):
        day = read_date(span["day"].strip(" ,T"), order)
        return Start(datetime.combine(day, _beginning(span["from"], span["to"])), None)
    day, at, offset = _split(plain, order)
    wall = datetime.combine(day, at)
    if not offset:
        return Start(wall, None)
    try:
        return Start(None, datetime.fromisoformat(f"{wall.isoformat()}{offset}").astimezone(UTC))
    except (ValueError, OverflowError):
        raise UnreadableError(
            f"“{text[:40]}” ends in something that is no offset. Write it like +10:00."
        ) from None


def _split(text: str, order: str) -> tuple[date, time, str]:
    found = _SPLIT.fullmatch(text)
    if found is None:
        raise UnreadableError(
            f"“{text[:40]}” is not a date with a time. Write it like 2026-12-31 09:30."
        )
    return read_date(found[1].strip(" ,"), order), read_time(found[2]), found[3] or ""
