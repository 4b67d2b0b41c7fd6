"""What is wrong with a file: one problem by row and column, in words, and the exceptions that carry
them.

Rows are numbered as the spreadsheet shows them. Which problem is the most fundamental is decided by
the order in which the other modules look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One thing to correct. Without a row it concerns the whole file; `column` is the file's own
    name for it.

    `hint` says which option of the command helps: for those who use it, not for the pages.
    """

    message: str
    row: int | None = None
    column: str = ""
    hint: str = ""

    def __str__(self) -> str:
        """As the command prints it."""
        return f"{self.in_words()} {self.hint}" if self.hint else self.in_words()

    def in_words(self) -> str:
        """The row, the column and what is wrong."""
        column = f"column “{self.column}”" if self.column else ""
        if self.row:
            return (
                f"Row {self.row}, {column}: {self.message}"
                if column
                else f"Row {self.row}: {self.message}"
            )
        return f"C{column[1:]}: {self.message}" if column else self.message

    def as_json(self) -> dict[str, str | int | None]:
        """As the command's `--json` prints it."""
        return {"row": self.row, "column": self.column or None, "message": self.message}


class ImportRefused(Exception):
    """Nothing is imported, and these problems say why. `more` counts problems beyond those
    listed.
    """

    def __init__(self, problems: Sequence[ImportProblem], *, rows: int = 0, more: int = 0) -> None:
        self.problems = list(problems)
        self.rows = rows
        self.more = more
        super().__init__("; ".join(map(str, self.problems[:3])))


class DatesUnclear(ImportRefused):
    """The file does not tell how its dates are written; `readings` are the two possible ones."""

    def __init__(self, problem: ImportProblem, *, readings: dict[str, str]) -> None:
        self.readings = readings
        super().__init__([problem])


class NeedsConfirmation(ImportRefused):
    """The import would do something that wants a second yes, such as cancelling much of the
    diary.
    """


def refuse(
    message: str, *, row: int | None = None, column: str = "", hint: str = ""
) -> ImportRefused:
    """An exception for a single problem, ready to be raised."""
    return ImportRefused([ImportProblem(message, row, column, hint)])


class Problems:
    """Collects the problems of rows up to a bound, and counts the rest. `rows` have at least
    one.
    """

    def __init__(self) -> None:
        self.listed: list[ImportProblem] = []
        self.more = 0
        self.rows = 0
        self._last: int | None = None

    def __bool__(self) -> bool:
        return bool(self.listed)

    def add(self, message: str, *, row: int | None, column: str, hint: str = "") -> None:
        """Note one problem; those of a row one after the other."""
        if row != self._last:
            self.rows, self._last = self.rows + 1, row
        if len(self.listed) < MOST_SHOWN:
            self.listed.append(ImportProblem(message, row, column, hint))
        else:
            self.more += 1

    def in_order(self) -> list[ImportProblem]:
        """What was noted, in the order of the rows."""
        return sorted(self.listed, key=lambda problem: (problem.row or 0, problem.column))

    def stop_if_any(self, *, rows: int = 0) -> None:
        """Raise ImportRefused with everything noted so far."""
        if self.listed:
            raise ImportRefused(self.in_order(), rows=rows, more=self.more)


def problems_by_row(problems: list[ImportProblem]) -> dict[int, ImportProblem]:
    """The first problem of each row."""
    return {problem.row: problem for problem in reversed(problems) if problem.row}
