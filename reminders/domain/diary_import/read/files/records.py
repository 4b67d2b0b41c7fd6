"""The records of a text file: lines cut into cells, numbered as the spreadsheet shows them.

Every bound (length of a record, of a cell, number of columns) is enforced here, with the row's
number in the words.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reminders.domain.diary_import.problems import ImportProblem, ImportRefused, refuse
from reminders.domain.diary_import.read.files import misencoded
from reminders.domain.diary_import.read.files.dressed import undressed
from reminders.domain.diary_import.read.files.encodings import Encoding
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.header.columns import MAX_COLUMNS
from reminders.domain.diary_import.read.time_limit import stop_if_late

MAX_CELL = 10_000
MAX_RECORD = 1_000_000
LOOK_EVERY = 16
"""Rows between two looks at the clock."""
# A quotation mark after a backslash, and then more of the cell: not the end of a folder's name.
_ESCAPED = re.compile(rb'\\"(?![,;\t|\r\n"])')
_TOO_LONG = (
    "The row is far too long. Look for a quotation mark that is never closed, or thousands of "
    "columns, and "
    "export again."
)


@dataclass(frozen=True, slots=True)
class Format:
    """How the cells of a text file stand in its lines. `escapes`: with \\" for a quotation mark;
    `dressed`: some for another program.
    """

    encoding: Encoding
    delimiter: str = ","
    escapes: bool = False
    dressed: bool = False


def has_escapes(source: Source) -> bool:
    """Whether quotation marks inside of cells have a backslash before them, as databases write."""
    return any(b'\\"' in block and _ESCAPED.search(block) for block in source.blocks())


def named_separator(source: Source, encoding: Encoding) -> str:
    """The separator that a first line such as "sep=;" names; "" without one."""
    line = _open_text(source, encoding).readline(16).lstrip("\ufeff")
    return line[4] if _is_separator_line(line) and len(line.strip("\r\n")) == 5 else ""


class _Lines:
    """Lines of the text, no record longer than the bound: a quotation mark never closed must not
    eat all.
    """

    def __init__(self, text: io.TextIOWrapper, *, twice: bool) -> None:
        self.readline = text.readline
        self.clean: Callable[[str], str] = _repaired if twice else _without_marks
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > MAX_RECORD:
            raise _TooLongError
        return line if line.isascii() else self.clean(line)


def _without_marks(line: str) -> str:
    # Files put together from several keep the byte order mark of each; it would become part of an
    # id.
    return line.replace("\ufeff", "") if "\ufeff" in line else line


def _repaired(line: str) -> str:
    return misencoded.once(_without_marks(line))


class _TooLongError(Exception):
    pass


def read_records(source: Source, form: Format) -> Iterator[tuple[int, list[str]]]:
    """All records with their numbers, blank ones too. A quoted line break does not count as
    a row.
    """
    text = _open_text(source, form.encoding)
    if not _is_separator_line(text.readline(16).lstrip("\ufeff")):
        text = _open_text(source, form.encoding)
    number = 0
    try:
        lines = _Lines(text, twice=form.encoding.twice)
        escape = "\\" if form.escapes else None
        reader = csv.reader(
            lines, delimiter=form.delimiter, skipinitialspace=True, escapechar=escape
        )
        for cells in reader:
            number += 1
            if not number % LOOK_EVERY:
                stop_if_late()
            if lines.length > MAX_CELL:
                _check_cells(cells, number)
            lines.length = 0
            yield number, list(map(undressed, cells)) if form.dressed else cells
    except _TooLongError:
        raise refuse(_TOO_LONG, row=number + 1) from None
    except csv.Error:
        raise refuse(_TOO_LONG, row=number + 1) from None


def copy_as_utf_8(source: Source, encoding: Encoding, target: Path) -> None:
    """Write the text to a file of its own, for programs that need not know about encodings."""
    text = _open_text(source, encoding)
    clean = _repaired if encoding.twice else _without_marks
    with target.open("w", encoding="utf-8", errors="replace", newline="") as file:
        while line := text.readline(MAX_RECORD):
            file.write(clean(line))


def _open_text(source: Source, encoding: Encoding) -> io.TextIOWrapper:
    source.file.seek(0)
    raw = io.BufferedReader(_Unclosed(source.file), 256 * 1024)
    return io.TextIOWrapper(raw, encoding=encoding.codec, errors=encoding.errors, newline="")


def _is_separator_line(line: str) -> bool:
    """Spreadsheets take a first line such as "sep=;" as an instruction, and do not count it."""
    return line.lower().startswith("sep=") and line.endswith(("\n", "\r"))


def _check_cells(cells: Sequence[str], number: int) -> None:
    if len(cells) > 2 * MAX_COLUMNS:
        raise refuse(
            f"The row has {len(cells):,} columns; at most {MAX_COLUMNS} are read.", row=number
        )
    for place, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            problem = (
                f"A cell has {len(cell):,} characters; at most {MAX_CELL:,} fit. "
                "Shorten it and export again."
            )
            raise ImportRefused([ImportProblem(problem, number, f"{place + 1}")])


class _Unclosed(io.RawIOBase):
    """The file without the right to close it: rows are read several times from the same one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # always one
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
