"""Files of the tests, opened as tables, and what is said of those that are not read."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from reminders.domain.diary_import.problems import ImportRefused
from reminders.domain.diary_import.questions import Answers, Question, QuestionsOpen
from reminders.domain.diary_import.read.files.sources import open_stream
from reminders.domain.diary_import.read.files.tables import Table, open_table

TODAY = date(2027, 3, 1)
HEADER = "id,name,phone,date,time"


def opened(
    content: bytes, *, answers: Answers | None = None, country: str = ""
) -> tuple[Table, list[list[str]]]:
    """The table with the cells of its rows."""
    with (
        open_stream(io.BytesIO(content), name="diary") as source,
        open_table(source, answers=answers, country=country, today=TODAY) as table,
    ):
        return table, [cells for _, cells in table.rows()]


def numbers_of(content: bytes) -> list[int]:
    """The numbers of the header and of the rows."""
    with (
        open_stream(io.BytesIO(content), name="diary") as source,
        open_table(source, today=TODAY) as table,
    ):
        return [table.header_row, *(number for number, _ in table.rows())]


def rows_of(content: bytes, **how: Any) -> list[list[str]]:
    """The cells of the rows."""
    return opened(content, **how)[1]


def question_of(content: bytes, **how: Any) -> Question:
    """The one question that the file leaves open."""
    with pytest.raises(QuestionsOpen) as asked:
        opened(content, **how)
    (question,) = asked.value.questions
    return question


def refusal_of(content: bytes, **how: Any) -> str:
    """Why the file is not read, where nothing is to be answered."""
    with pytest.raises(ImportRefused) as refused:
        opened(content, **how)
    assert not isinstance(refused.value, QuestionsOpen)
    return str(refused.value.problems[0])


def names_of(content: bytes, **how: Any) -> list[str]:
    """The second column: the names, in the files of these tests."""
    return [cells[1] for cells in rows_of(content, **how)]
