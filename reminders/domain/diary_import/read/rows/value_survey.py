"""Looks over all rows for values that nobody knows, so that each is asked about once.

What values mean is `meanings`'; here stands what is asked of a whole column.
"""

from __future__ import annotations

from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Answers,
    Choice,
    Question,
    folded_header,
    folded_value,
)
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.left_out import blocked_name
from reminders.domain.diary_import.read.rows.meanings import (
    NO,
    YES,
    ValueColumn,
    value_columns,
)

MOST_ASKED = 60
"""A column with more values that nobody knows is something else."""


class Marks:
    """A column of consent that says yes in some rows and nothing in the others: is that a no?"""

    def __init__(self, column: ValueColumn) -> None:
        self._column = column
        self._said: set[str | None] = set()
        self._blank, self._first = 0, 0

    def look(self, number: int, cells: list[str], people: list[int]) -> None:
        """Note what a row says."""
        place = self._column.place
        text = cells[place].strip() if place < len(cells) else ""
        if text:
            self._said.add(self._column.meaning(text))
        elif any(cells[n].strip() for n in people if n < len(cells)):
            self._blank += 1
            self._first = self._first or number

    def question(self) -> Question | None:
        """Whether the blank ones may be texted, where nobody has said so and none says no."""
        if self._said != {YES} or not self._blank or self._column.answered("") is not None:
            return None
        header = self._column.header
        words = f"“{header}” says yes in some rows and nothing in others. What does a blank mean?"
        return self._column.question("", self._blank, self._first, words=words, first=NO)


class ValueSurvey:
    """Looks at every row for values that nobody knows, so that each is asked about once."""

    def __init__(self, columns: Columns, answers: Answers) -> None:
        self.columns = value_columns(columns, answers)
        self._people = [
            columns.places[name]
            for name in ("name", "first_name", "last_name", "phone")
            if name in columns.places
        ]
        self._marks = [Marks(column) for column in self.columns if column.means == "may_text"]
        self._unknown: dict[tuple[int, str], list[int]] = {}
        self._written: dict[tuple[int, str], str] = {}

    def look(self, number: int, cells: list[str]) -> None:
        """Note what nobody knows in a row."""
        for marks in self._marks:
            marks.look(number, cells, self._people)
        for column in self.columns:
            if column.place >= len(cells):
                continue
            text = cells[column.place].strip()
            if text and column.meaning(text) is None and self._counts(column, text, cells):
                key = column.place, folded_value(text)
                self._written.setdefault(key, text)
                noted = self._unknown.setdefault(key, [0, number])
                noted[0] += 1

    def _counts(self, column: ValueColumn, text: str, cells: list[str]) -> bool:
        """Not the header once more, nor a free slot's word where nobody is booked."""
        if folded_value(text) == folded_value(column.header):
            return False
        # Nobody's row is a free slot where its word is known; another word may be one as well.
        return blocked_name(text) is None or self._names_somebody(cells)

    def _names_somebody(self, cells: list[str]) -> bool:
        return any(cells[place].strip() for place in self._people if place < len(cells))

    def questions(self) -> list[Question]:
        """One for each value; a column with far too many of them is asked about as such."""
        found = [question for marks in self._marks if (question := marks.question())]
        for column in self.columns:
            mine = {key: rows for key, rows in self._unknown.items() if key[0] == column.place}
            if len(mine) > MOST_ASKED:
                found.append(_no_such_column(column, [self._written[key] for key in mine]))
                continue
            for key, (rows, first) in sorted(mine.items(), key=lambda each: -each[1][0]):
                found.append(column.question(self._written[key], rows, first))
        return found


def _no_such_column(column: ValueColumn, values: list[str]) -> Question:
    header = column.header
    return Question(
        About.COLUMN,
        f"column:{folded_header(header)}",
        f"The column “{header}” has {len(values):,} values that are not understood. What is it?",
        (
            Choice(Answer(About.COLUMN, "", header), "Something else: keep it, but do not use it"),
            Choice(Answer(About.COLUMN, "notes", header), "Notes"),
        ),
        tuple(value[:60] for value in values[:3]),
        None,
        header[:100],
    )
