"""Find out how a file writes its dates: day, month or year first. Told by the file, or asked about.

A date that can be read in one way alone tells; those that tell must agree, and where they go
against
the habit of the location's country, one odd cell is not enough. Never guesses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from reminders.domain.diary_import.problems import DatesUnclear, ImportRefused, refuse
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Choice,
    Question,
    QuestionsOpen,
)
from reminders.domain.diary_import.read.cells.when.assumed import (
    Assumed,
    agreed_kinds,
    forms,
    near,
    turned,
    whole_time,
)
from reminders.domain.diary_import.read.cells.when.calendar_dates import (
    DMY,
    MDY,
    NUMERIC,
    ORDER_WORDS,
    YMD,
    day_of,
    numeric,
    read_date,
    without_weekday,
)
from reminders.domain.diary_import.read.cells.when.cell_text import (
    LONGEST,
    UnreadableError,
    plain,
)
from reminders.domain.diary_import.read.cells.when.month_names import usual_order
from reminders.domain.diary_import.read.cells.when.starts import Start, read_start
from reminders.domain.diary_import.read.cells.when.times import TimeSpan, read_time_span

_Read = TypeVar("_Read")
_Day = date  # the name within a class that has a method `date`
_NUMERIC_BEFORE = re.compile(NUMERIC.pattern + r"(?=$|[\sT,;])")
_EVERY = (DMY, MDY, YMD)
_MOST_SEEN = 20_000
_MOST_KEPT = 50_000
_YEARS_BACK, _YEARS_AHEAD = 3, 5
"""Where a year of two digits may lie, by today: a diary holds a little of the past and what is to
come.
"""
_FEW, _SHARE = 3, 0.2
"""So many dates, and such a part of all, must go against the country's habit to be believed."""


class DatesOpen(QuestionsOpen, DatesUnclear):
    """The file does not tell how its dates are written; the question has a reading for each
    answer.
    """

    def __init__(self, question: Question, readings: dict[str, str]) -> None:
        ImportRefused.__init__(self, [question.as_problem()])
        self.questions, self.readings = [question], readings


@dataclass
class DateReader:
    """Reads the dates of one file. Without an `order`, `observe` each first and then `decide`.

    `assumed`: nothing in the file depended on the order, so it must not be remembered for the next
    file. `country` and `zone` are those of the location, where the file has one alone; `today`
    tells
    which years of two digits can be meant; `agreed` are the codes of what somebody said of dates
    that do
    not say all.
    """

    order: str | None = None
    assumed: bool = False
    country: str = ""
    zone: ZoneInfo | None = None
    today: date | None = None
    agreed: frozenset[str] = frozenset()
    known: dict[str, date] = field(default_factory=dict)
    starts: dict[str, Start] = field(default_factory=dict)
    times: dict[str, TimeSpan] = field(default_factory=dict)
    _possible: set[str] = field(default_factory=lambda: set(_EVERY))
    _tells: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _doubtful: tuple[int, str] | None = None
    _numeric: int = 0
    _orders: tuple[str, ...] = (DMY, MDY)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._kinds = agreed_kinds(self.agreed)

    @property
    def decided(self) -> bool:
        """Whether nothing more needs to be observed."""
        return self.order is not None

    def observe(self, text: str, *, row: int) -> None:
        """Learn from one value of the date column whether days or months come first."""
        if len(text) > 2 * LONGEST or text in self._seen:
            return
        if len(self._seen) < _MOST_SEEN:
            self._seen.add(text)
        text = self._as_agreed(text, order=None) or text
        readings = self._readings(text)
        if not readings:
            return
        self._numeric += 1
        if YMD in readings:
            self._orders = _EVERY
        if len(set(readings.values())) > 1 and self._doubtful is None:
            self._doubtful = (row, text)
        if len(readings) < len(_EVERY):
            self._possible &= readings.keys()
            self._tell(frozenset(readings), row, text)

    def _tell(self, orders: frozenset[str], row: int, text: str) -> None:
        if DMY in orders and MDY in orders:
            return  # a year of four digits behind: only which of the two is the question
        for order in orders:
            self._tells.setdefault(order, []).append((row, text))

    def _readings(self, text: str) -> dict[str, date]:
        """The days that a numeric date may be, by order; none where the order does not matter."""
        bare, weekdays = without_weekday(plain(text))
        found = _NUMERIC_BEFORE.match(bare)
        if found is None or len(found[1]) > 2:
            return {}
        orders: tuple[str, ...] = _EVERY if len(found[5]) <= 2 else (DMY, MDY)
        if found[2] == "." and usual_order(self.country) != MDY:
            # Only countries that put the day first separate with dots, or those with the year
            # first.
            orders = tuple(order for order in orders if order != MDY)
        readings = {}
        for order in orders:
            try:
                day = numeric(found, order, text)
                readings[order] = day_of(
                    day, weekdays if len(bare) == found.end() else frozenset(), text
                )
            except UnreadableError:
                continue
        return self._near(readings) if len(found[5]) <= 2 else readings

    def _near(self, readings: dict[str, date]) -> dict[str, date]:
        if self.today is None:
            return readings
        year = self.today.year
        years = range(year - _YEARS_BACK, year + _YEARS_AHEAD + 1)
        return {o: day for o, day in readings.items() if day.year in years} or readings

    def decide(self, *, column: str) -> None:
        """Settle the order; raise DatesOpen, with a reading for each, when the file does
        not tell.
        """
        if self.order is not None:
            return
        possible = [order for order in _EVERY if order in self._possible]
        if self._doubtful is None and possible:
            # Every date is the same day by each order that is left.
            self.assumed = not self._tells
            self.order = possible[0]
            return
        if len(possible) == 1 and self._is_believed(possible[0]):
            self.order = possible[0]
            return
        raise self._question(column, possible)

    def _is_believed(self, order: str) -> bool:
        """Whether those that tell are enough: against the country's habit one odd cell is not."""
        told = len(self._tells.get(order, []))
        usual = usual_order(self.country)
        if order == usual or (usual not in (DMY, MDY) and self._numeric < _FEW):
            return True
        return told >= (_FEW if usual in (DMY, MDY) else 2) and told >= _SHARE * self._numeric

    def _question(self, column: str, possible: list[str]) -> DatesOpen:
        row, text = self._doubtful or self._odd_one()
        told = self._readings(text)
        days = {order: told.get(order) or _day(text, order) for order in self._orders}
        readings = {order: f"{day.day} {day:%B %Y}" for order, day in days.items() if day}
        usual = usual_order(self.country)
        ranked = sorted(
            self._orders,
            key=lambda order: (
                order not in possible,
                -len(self._tells.get(order, [])),
                order != usual,
            ),
        )
        choices = tuple(
            Choice(
                Answer(About.DATES, order), ORDER_WORDS[order], _example(text, readings.get(order))
            )
            for order in ranked
        )
        words = self._words(text, list(dict.fromkeys(readings.values())))
        question = Question(About.DATES, "dates", words, choices, (), row, column)
        return DatesOpen(question, readings)

    def _words(self, text: str, readings: list[str]) -> str:
        said = f"“{text[:40]}” may be {' or '.join(readings)}"
        if not self._tells:
            return f"{said}, and no date in the file tells which."
        rows = [
            f"“{told[0][1][:40]}” in row {told[0][0]} can only be {ORDER_WORDS[order]}"
            for order, told in sorted(self._tells.items())
        ]
        return f"{said}. {', but '.join(rows)}. Which holds for the file?"

    def _odd_one(self) -> tuple[int, str]:
        return min(rows[0] for rows in self._tells.values())

    def date(self, text: str) -> date:
        """The date that a cell means; raise UnreadableError."""
        found = self.known.get(text)
        if found is None:
            found = self._sure_or_agreed(self._date, text)
            self.known[text] = found
            _bound(self.known)
        return found

    def time(self, text: str) -> time:
        """The time that a cell means, of a stretch its beginning; raise UnreadableError."""
        return self.span(text).begins

    def span(self, text: str) -> TimeSpan:
        """The time that a cell means, with the end of a stretch; raise UnreadableError."""
        found = self.times.get(text)
        if found is None:
            found = self.times[text] = self._span(text)
            _bound(self.times)
        return found

    def start(self, text: str) -> Start:
        """The date and time that one cell means; raise UnreadableError."""
        found = self.starts.get(text)
        if found is None:
            found = self.starts[text] = self._sure_or_agreed(self._start, text)
            _bound(self.starts)
        return found

    def _date(self, text: str) -> _Day:
        return read_date(self._not_turned(text), self.order or DMY, country=self.country)

    def _not_turned(self, text: str) -> str:
        return turned(text) if Assumed.TURNED in self._kinds else text

    def _start(self, text: str) -> Start:
        return read_start(
            self._not_turned(text), self.order or DMY, country=self.country, own=self.zone
        )

    def _span(self, text: str) -> TimeSpan:
        try:
            return read_time_span(text)
        except UnreadableError:
            whole = whole_time(text) if Assumed.LOST_ZERO in self._kinds else None
            if whole is None:
                raise
            return read_time_span(whole)

    def _sure_or_agreed(self, read: Callable[[str], _Read], text: str) -> _Read:
        """What a cell says by itself, else what it is by what somebody said of such cells."""
        try:
            return read(text)
        except UnreadableError:
            form = self._as_agreed(text, order=self.order or DMY)
            if form is None:
                raise
            return read(form)

    def _as_agreed(self, text: str, *, order: str | None) -> str | None:
        for kind, base in self._kinds.items():
            day = base or self.today or date.min
            for found, form in forms(text, day, order=order, country=self.country):
                if found is kind and (order is None or self._holds(kind, form, day)):
                    return form
        return None

    def _holds(self, kind: Assumed, form: str, base: _Day) -> bool:
        """Whether a date that was given a year lies where such dates do."""
        if kind is not Assumed.NO_YEAR:
            return True
        day = _day(form, self.order or DMY) or _day(form, MDY)
        return day is not None and near(day, base)


def _example(text: str, reading: str | None) -> str:
    return f"{text[:40]} is {reading}" if reading else f"{text[:40]} is no date"


def _day(text: str, order: str) -> date | None:
    """The day of a cell that holds a date, with or without a time; None when it holds neither."""
    with suppress(UnreadableError):
        return read_date(text, order)
    with suppress(UnreadableError):
        start = read_start(text, order)
        at = start.wall or start.instant
        return at.date() if at else None
    return None


def _bound(cache: dict[str, date] | dict[str, TimeSpan] | dict[str, Start]) -> None:
    if len(cache) > _MOST_KEPT:
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
            f"“{format_[:40]}” is no date format. Write dmy, mdy or ymd, or a pattern such as "
            "DD/MM/YYYY."
        )
    return order
