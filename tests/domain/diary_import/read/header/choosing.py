"""A header with rows, and what was made of it, in few words."""

from __future__ import annotations

from datetime import date

from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.domain.diary_import.read.header.columns import Columns, choose_columns

TODAY = date(2027, 3, 1)


def chosen(table: str, *, country: str = "GB", answers: dict[str, str] | None = None) -> Columns:
    """The columns of a table written with bars between its cells."""
    header, *rows = [
        [cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()
    ]
    given = Answers.of(Answer(About.COLUMN, kind, name) for name, kind in (answers or {}).items())
    return choose_columns(header, rows, answers=given, country=country, today=TODAY)


def places(columns: Columns) -> dict[str, str]:
    """Field to the file's name."""
    return {kind: columns.header[place] for kind, place in columns.places.items()}


def asked(columns: Columns) -> list[list[tuple[str, str]]]:
    """The choices of every question, as header and meaning."""
    return [
        [(choice.answer.header, choice.answer.meaning) for choice in question.choices]
        for question in columns.questions
    ]
