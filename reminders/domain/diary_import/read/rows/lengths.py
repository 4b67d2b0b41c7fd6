"""How long a visit takes: minutes, or from its start to its end; and entries for whole days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from reminders.domain.diary_import.read.cells.dates import UnreadableError
from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.cells.when.assumed import Assumed, agreed_kinds
from reminders.domain.diary_import.read.cells.when.durations import read_minutes
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.kinds import MOST_NAMES
from reminders.domain.diary_import.read.rows.starts import (
    REMEMBERED,
    Fail,
    ReadStart,
    StartReader,
    without_zone,
)

LONGEST_VISIT = 1440
_HALF_A_DAY = 720
_MINUTE = timedelta(minutes=1)
_MIDNIGHT = time(0)


class LengthReader:
    """Reads the lengths of one file; what stands in a column of minutes goes before the end."""

    def __init__(
        self, columns: Columns, starts: StartReader, *, agreed: Iterable[str], fail: Fail
    ) -> None:
        self._minutes_at = columns.places.get("duration", -1)
        self._ends_at = columns.places.get("ends_at", -1)
        self._starts = starts
        in_seconds = Assumed.LENGTHS_IN_SECONDS in agreed_kinds(agreed)
        self._unit = "seconds" if in_seconds else "minutes"
        self._fail = fail
        self._known: dict[str, str] = {}
        self._between: dict[tuple[str, str], str] = {}

    def minutes(self, cells: list[str], start: ReadStart) -> str:
        """Minutes as text; "" where the row does not say, or after a mistake."""
        text = cells[self._minutes_at]
        if text:
            known = self._known.get(text)
            return self._as_minutes(text) if known is None else known
        ends = cells[self._ends_at]
        if not ends or start.wall is None:
            return start.stretch
        key = (start.starts_at, ends)
        found = self._between.get(key)
        if found is None:
            found = self._until(ends, start)
            if len(self._between) > REMEMBERED:
                self._between.clear()
            if found is not None:
                self._between[key] = found
        return found or ""

    def is_whole_day(self, cells: list[str], start: ReadStart) -> bool:
        """Whether it begins and ends at midnight: an entry for days, and no visit at 00:00."""
        text = cells[self._ends_at]
        if not text or start.wall is None or start.wall.time() != _MIDNIGHT:
            return False
        try:
            end = self._starts.dates.start(text).wall
        except UnreadableError:
            return False
        return end is not None and end.time() == _MIDNIGHT and end > start.wall

    def _as_minutes(self, text: str) -> str:
        minutes = read_minutes(text, self._unit)
        if minutes is None or minutes > LONGEST_VISIT:
            self._fail(
                "duration", f"“{text[:20]}” is no length in minutes. Write a number from 1 to 1440."
            )
            return ""
        found = str(minutes) if minutes else ""
        if len(self._known) < MOST_NAMES:
            self._known[text] = found
        return found

    def _until(self, text: str, start: ReadStart) -> str | None:
        minutes = 0 if is_no_value(text) else self._minutes_to(text, start)
        if minutes is None:
            return None
        if minutes < 0:
            self._fail("ends_at", "The end is before the start. Correct one of the two.")
            return None
        if minutes > LONGEST_VISIT:
            self._fail(
                "ends_at", "The end is more than a day after the start. Correct one of them."
            )
            return None
        return str(minutes) if minutes else ""

    def _minutes_to(self, text: str, start: ReadStart) -> int | None:
        """Minutes from the start to the end as both are written: the clock of one row is
        one clock.
        """
        begins = start.wall
        if begins is None or start.at is None:
            return None
        dates, text = self._starts.dates, without_zone(text)
        try:
            end = dates.start(text)
        except UnreadableError:
            try:
                ends = datetime.combine(begins.date(), dates.time(text))
            except UnreadableError as error:
                self._fail("ends_at", str(error))
                return None
        else:
            if end.instant is not None:
                return round((end.instant - start.at) / _MINUTE)
            ends = end.wall or begins
        minutes = round((ends - begins) / _MINUTE)
        if -_HALF_A_DAY <= minutes < 0 and self._starts.has_no_half(text):
            return minutes + _HALF_A_DAY  # the column of AM and PM speaks of the start alone
        return minutes
