"""What became of a visit, from all columns that speak of it: status, cancelled yes or no, and when.

A cancellation anywhere counts. Nobody has come to a visit that is still to come: such a word is
asked about, with the numbers, and only the answer says what these rows are.
"""

from __future__ import annotations

from datetime import datetime

from reminders.domain.diary_import.questions import Question
from reminders.domain.diary_import.read.rows.kinds import MOST_NAMES
from reminders.domain.diary_import.read.rows.meanings import (
    ARRIVED,
    BOOKED,
    CANCELLED,
    LEAVE_OUT,
    NO,
    PAST_ONLY,
    SETTLED,
    YES,
    ValueColumn,
)
from reminders.domain.diary_import.read.rows.starts import Fail, ReadStart


class StatusReader:
    """Reads the statuses of one file; `questions` are those that only the dates bring up."""

    def __init__(self, values: dict[str, list[ValueColumn]], *, now: datetime, fail: Fail) -> None:
        self._status = values.get("status", [])
        off = {
            "cancelled": YES,
            "cancelled_at": YES,
            "cancelled_by": YES,
            "deleted": YES,
            "active": NO,
        }
        self._flags = [
            (column, say) for name, say in off.items() for column in values.get(name, [])
        ]
        self._out = [each for found in values.values() for each in found if each.may_leave_out]
        # The usual file has one such column, with a few words that mean the same at any time.
        alone = len(self._status) == 1 and not self._flags and not self._out
        self._only = self._status[0].place if alone else None
        self._now = now
        self._fail = fail
        self._sure: dict[str, str] = {}
        self._coming: dict[tuple[int, str], list[int]] = {}
        self._number = 0

    def status(self, cells: list[str], start: ReadStart, number: int) -> str:
        """The status as it is staged, LEAVE_OUT, or "" where the row does not say."""
        if self._only is not None:
            text = cells[self._only]
            known = self._sure.get(text)
            if known is not None:
                return known
        for column in self._out:
            if column.meaning(cells[column.place]) == LEAVE_OUT:
                return LEAVE_OUT
        found = ""
        for column in self._status:
            text = cells[column.place]
            if text:
                found = self._read(column, text, start, number) or found
        for column, cancelled in self._flags:
            if column.meaning(cells[column.place]) == cancelled:
                return CANCELLED
        # A column of cancellations says of every other row that it stands.
        return found or (BOOKED if self._flags else "")

    def _read(self, column: ValueColumn, text: str, start: ReadStart, number: int) -> str:
        meaning = column.meaning(text)
        if meaning is None:
            self._fail(
                "status",
                f"“{text[:30]}” is not a status that is understood. Write booked or cancelled.",
            )
            return ""
        if meaning not in PAST_ONLY:
            if self._only is not None and len(self._sure) < MOST_NAMES:
                self._sure[text] = meaning
            return meaning
        if start.at is None or start.at <= self._now:
            return ARRIVED if meaning == SETTLED else meaning
        answered = column.answered(text)
        if answered is None:
            noted = self._coming.setdefault((column.place, text), [0, number])
            noted[0] += 1
        return answered or BOOKED

    def questions(self) -> list[Question]:
        """What is still to come but said to be over."""
        columns = {column.place: column for column in self._status}
        return [
            columns[place].question(
                text,
                rows,
                first,
                first=BOOKED,
                words=f"A visit that is still to come can’t be “{text[:60]}” already. What is it?",
            )
            for (place, text), (rows, first) in self._coming.items()
        ]
