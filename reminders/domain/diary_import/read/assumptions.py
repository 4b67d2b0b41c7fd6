"""What dates, times and lengths leave unsaid, asked about once for the file, before any row is
read.

Looks only at cells that cannot be read as they stand, and only at those that some assumption would
make a date, a time or a length: the rest are mistakes, which are told with their rows.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    always,
)
from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    YMD,
    UnreadableError,
    read_date,
    read_start,
    read_time_span,
)
from reminders.domain.diary_import.read.cells.when.assumed import (
    DAYS_AHEAD,
    DAYS_BACK,
    FROM_A_DAY,
    NOT,
    Assumed,
    answered_kinds,
    code_of,
    early_hour,
    forms,
    near,
    whole_time,
)
from reminders.domain.diary_import.read.cells.when.durations import MOST_MINUTES, UNITS
from reminders.domain.diary_import.read.header.columns import Columns

_WORDS = {
    Assumed.NO_YEAR: "“{text}” has no year. Are such dates those from {first} to {last}?",
    Assumed.RELATIVE: "“{text}” counts from the day that the list was made. Was that {today}?",
    Assumed.NO_SIGNS: "“{text}” has no signs between day, month and year. Is it a date?",
    Assumed.COUNTED_DAYS: "“{text}” may be a spreadsheet’s count of days. Is it {reading}?",
    Assumed.COUNTED_SECONDS: (
        "“{text}” may be a computer’s count of seconds since 1970. Is it {reading} in UTC?"
    ),
    Assumed.MINGUO: "“{text}” may count the years of the Republic of China. Is it {reading}?",
    Assumed.REIWA: "“{text}” counts the years of the Reiwa era. Is it {reading}?",
    Assumed.BUDDHIST: "“{text}” may count the years of the Buddhist era. Is its year {year}?",
    Assumed.LOST_ZERO: (
        "“{text}” may be a time that lost its last zero in a spreadsheet. Is it {reading}?"
    ),
    Assumed.TWELVE_HOURS: (
        "“{text}” has no AM or PM, and no time of the file is after 12:59. Are the hours from 1 to "
        "6 those after noon?"
    ),
    Assumed.LENGTHS_IN_SECONDS: "“{text}” is too long for minutes. Are the lengths in seconds?",
}
_NO_WORDS = {Assumed.TWELVE_HOURS: "No, they are before noon"}
# What nearly every date of every file looks like; the year 2570 of Thailand does not.
_USUAL = re.compile(
    r"(?:(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-](?:(?:19|20)\d\d|\d\d))(?!\d)"
)
_USUAL_TIME = re.compile(r"\d{1,2}:\d{2}")
_LAST_EARLY = 5
_MOST_SEEN = 20_000
_SECONDS = re.compile(r"\d{2,5}")


@dataclass
class _Noted:
    text: str
    row: int
    field: str
    reading: str = ""
    year: int = 0


class _Clocks:
    """Whether hours are counted to twelve and nothing says which half of the day is meant."""

    def __init__(self) -> None:
        self._early: _Noted | None = None
        self._late = False
        self._sure = False

    def look(self, text: str, number: int) -> None:
        """Note what a time tells that was not there before."""
        if self._sure or not text:
            return
        hour = early_hour(text)
        if not hour:
            self._sure = True
        elif hour <= _LAST_EARLY:
            self._early = self._early or _Noted(text, number, "time")
        else:
            self._late = True

    def doubt(self) -> _Noted | None:
        """The first time that is before dawn or after noon, beside others of the day."""
        return self._early if self._late and not self._sure else None


class AssumptionSurvey:
    """Looks at every row for what one of the assumptions would explain."""

    def __init__(self, columns: Columns, answers: Answers, *, country: str, today: date) -> None:
        self._columns, self._country, self._today = columns, country, today
        places = columns.places
        self._when = "starts_at" if "starts_at" in places else "date"
        self._day = places.get(self._when, -1)
        # With a column of AM and PM an hour alone is a time already.
        self._time = -1 if "am_pm" in places else places.get("time", -1)
        self._time_is_plain = "am_pm" not in places
        self._length = places.get("duration", -1)
        self._answered = answered_kinds(answers.agreed)
        self._found: dict[Assumed, _Noted] = {}
        self._seen: set[tuple[str, str]] = set()
        self._days: set[str] = set()
        self._times: set[str] = set()
        self._lengths: set[str] = set()
        self._longest: _Noted | None = None
        self._whole_minutes = True
        self._clocks = _Clocks()

    def look(self, number: int, cells: list[str]) -> None:
        """Note what a row leaves unsaid."""
        if 0 <= self._day < len(cells) and (text := cells[self._day]) not in self._days:
            text = text.strip()
            if self._when == "starts_at":
                self._clocks.look(text, number)
            if not text or _USUAL.match(text):
                _remember(text, self._days)
            elif self._is_new("day", text):
                self._look_at_day(text, number)
        if 0 <= self._time < len(cells) and (text := cells[self._time]) not in self._times:
            text = text.strip()
            self._clocks.look(text, number)
            if not text or _USUAL_TIME.match(text):
                _remember(text, self._times)
            elif self._is_new("time", text):
                self._look_at_time(text, number)
        if 0 <= self._length < len(cells) and (text := cells[self._length]) not in self._lengths:
            self._look_at_length(text.strip(), number)

    def _is_new(self, kind: str, text: str) -> bool:
        if (kind, text) in self._seen or len(self._seen) > _MOST_SEEN:
            return False
        self._seen.add((kind, text))
        return True

    def _look_at_day(self, text: str, number: int) -> None:
        if self._read(text) is not None:
            return
        for kind, form in forms(text, self._today, order=None, country=self._country):
            at = self._read(form)
            # A date without a year is looked for in three years: only one of them is meant.
            if at is None or (kind is Assumed.NO_YEAR and not self._may_be(at)):
                continue
            if kind not in self._answered:
                told = _day_words(at.date()) + (f" {at:%H:%M}" if at.time() != time(0) else "")
                self._found.setdefault(kind, _Noted(text, number, self._when, told, at.year))
            return

    def _may_be(self, at: datetime) -> bool:
        return near(at.date(), self._today) or at.year == self._today.year

    def _read(self, text: str) -> datetime | None:
        for order in (DMY, MDY, YMD):
            with suppress(UnreadableError):
                if self._when == "starts_at":
                    start = read_start(text, order, country=self._country)
                    at = start.wall or start.instant
                    return at.replace(tzinfo=None) if at else None
                day = read_date(text, order, country=self._country)
                return datetime.combine(day, time(0))
        return None

    def _look_at_time(self, text: str, number: int) -> None:
        whole = whole_time(text)
        if whole is None or Assumed.LOST_ZERO in self._answered:
            return
        with suppress(UnreadableError):
            read_time_span(text)
            return  # 14.15 beside 9.3 says all
        with suppress(UnreadableError):
            read_time_span(whole)
            self._found.setdefault(Assumed.LOST_ZERO, _Noted(text, number, "time", whole))

    def _look_at_length(self, text: str, number: int) -> None:
        _remember(text, self._lengths)
        if not _SECONDS.fullmatch(text):
            return
        seconds = int(text)
        self._whole_minutes &= seconds % UNITS["minutes"] == 0
        if seconds > MOST_MINUTES and self._longest is None:
            self._longest = _Noted(text, number, "duration")

    def questions(self) -> list[Question]:
        """One for each assumption that nobody agreed to."""
        found = dict(self._found)
        kind = Assumed.LENGTHS_IN_SECONDS
        if self._longest and self._whole_minutes and kind not in self._answered:
            found[kind] = self._longest
        kind = Assumed.TWELVE_HOURS
        if kind not in self._answered and self._time_is_plain and (noted := self._clocks.doubt()):
            found[kind] = noted
        return [self._question(kind, noted) for kind, noted in found.items()]

    def _question(self, kind: Assumed, noted: _Noted) -> Question:
        told = {
            "first": _day_words(self._today - timedelta(days=DAYS_BACK)),
            "last": _day_words(self._today + timedelta(days=DAYS_AHEAD)),
            "today": _day_words(self._today),
        }
        words = _WORDS[kind].format(
            text=noted.text[:40], reading=noted.reading, year=noted.year, **told
        )
        code = code_of(kind, self._today)
        yes = Choice(Answer(About.CHECK, code), "Yes, that is right")
        # What counts from the day on which a list was made, is another thing in the next one.
        for_good = [] if kind in FROM_A_DAY else [always(yes, "Yes, so in all files like it")]
        mistakes = "No, such cells are mistakes"
        no = Choice(Answer(About.CHECK, NOT + kind), _NO_WORDS.get(kind, mistakes))
        choices = (yes, no, *for_good, *self._made_before(kind))
        column = self._columns.name_of(noted.field)[:100]
        return Question(
            About.CHECK, f"check:{kind}", words, choices, (noted.text[:60],), noted.row, column
        )

    def _made_before(self, kind: Assumed) -> list[Choice]:
        """A list with "tomorrow" in it that was made yesterday evening."""
        if kind is not Assumed.RELATIVE:
            return []
        day = self._today - timedelta(days=1)
        code = Answer(About.CHECK, code_of(kind, day))
        return [Choice(code, f"No, it was made on {_day_words(day)}")]


def _remember(text: str, seen: set[str]) -> None:
    """The same days, times and lengths come again and again."""
    if len(seen) < _MOST_SEEN:
        seen.add(text)


def _day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
