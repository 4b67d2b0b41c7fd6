"""Read any accepted file as a table: a header and rows of texts, numbered as the spreadsheet shows
them.

Rows stream from the file again each time they are asked for; nothing is kept but the header and a
sample. Every bound (rows, length of a row, of a cell) is enforced here, with the row's number in
the words.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from reminders.domain.diary_import.problems import ImportProblem, ImportRefused, refuse
from reminders.domain.diary_import.read.cells.names import tidy
from reminders.domain.diary_import.read.files import sheets
from reminders.domain.diary_import.read.files.encodings import Encoding, detect_encoding
from reminders.domain.diary_import.read.files.sources import ACCEPTED, Source, copy_to, open_path
from reminders.domain.diary_import.read.header.columns import MAX_COLUMNS, recognised
from reminders.domain.diary_import.read.header.folding import squashed
from reminders.domain.diary_import.read.time_limit import HEAD, reading_within, stop_if_late

MAX_ROWS = 1_000_000
MAX_CELL = 10_000
MAX_RECORD = 1_000_000
SAMPLE = 200
HEADER_WITHIN = 10
LOOK_EVERY = 16
"""Rows between two looks at the clock."""
FOOTER, FOOTER_COLUMNS = 5, 4
"""So many rows at most are a footer, in a table of at least so many columns."""
ZERO_BYTE = "There is a zero byte in the text: the export is damaged. Export the file again."
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass
class Table:
    """A table in a text file. `header_row` is the header's number in the spreadsheet.

    `footer` are the last rows with nothing but a first cell ("Total: 12"): known once all rows were
    read.
    """

    source: Source
    encoding: Encoding
    delimiter: str
    header: list[str]
    header_row: int
    sample: list[list[str]] = field(default_factory=list)
    footer: list[tuple[int, str]] = field(default_factory=list)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row below the header that has anything in it, with its number; not the footer."""
        waiting: list[tuple[int, list[str]]] = []
        for number, cells in self._filled():
            if not any(cells[1:]) and len(self.header) >= FOOTER_COLUMNS and len(waiting) < FOOTER:
                waiting.append((number, cells))
                continue
            if waiting:
                yield from waiting
                waiting.clear()
            yield number, cells
        self.footer = [(number, cells[0].strip()) for number, cells in waiting]

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        records = read_records(self.source, self.encoding, self.delimiter)
        for _ in range(self.header_row):
            next(records)
        count = 0
        for number, cells in records:
            if not any(cells):
                continue
            count += 1
            if count > MAX_ROWS:
                raise refuse(
                    "The file has more than 1,000,000 rows. Split it and import the parts one by one."
                )
            yield number, cells

    def column(self, place: int) -> str:
        """The name of a column for messages."""
        return self.header[place][:100] if place < len(self.header) else f"{place + 1}"


@contextmanager
def open_table(source: Source, *, mapping: Mapping[str, str] | None = None) -> Iterator[Table]:
    """Open the file as a table, workbooks through a converter; raise ImportRefused for what is
    none.
    """
    source.stop_if_no_table()
    if not source.is_archive():
        yield _text_table(source, mapping or {})
        return
    with tempfile.TemporaryDirectory(prefix="reminders-sheet-") as folder:
        text = convert_workbook(source, Path(folder))
        with open_path(text) as converted:
            yield _table(converted, Encoding("utf-8", "UTF-8"), ",", mapping or {})


def convert_workbook(source: Source, folder: Path) -> Path:
    """Turn a workbook into CSV in a process of its own; raise ImportRefused with what it says."""
    workbook, text = folder / "workbook", folder / "sheet.csv"
    copy_to(source, workbook)
    command = [sys.executable, "-I", sheets.__file__, str(workbook), str(text)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=sheets.SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise refuse(
            "Reading the workbook takes too long. Save it as CSV and import that file."
        ) from None
    if done.returncode == 1 and done.stderr:
        raise refuse(done.stderr.decode(errors="replace").splitlines()[-1][:300])
    if done.returncode:
        raise refuse(
            "The workbook can't be read or needs too much memory. Save it as CSV and import that file."
        )
    return text


def _text_table(source: Source, mapping: Mapping[str, str]) -> Table:
    encoding = detect_encoding(source)

    def promise(delimiter: str) -> tuple[int, int]:
        found = _header(_top(source, encoding, delimiter), mapping)
        return (_fields(found[1], mapping), len(found[1])) if found else (0, 0)

    return _table(source, encoding, max(DELIMITERS, key=promise), mapping)


def _top(source: Source, encoding: Encoding, delimiter: str) -> list[tuple[int, list[str]]]:
    """The first rows, as far as they can be read with this delimiter."""
    top = []
    with suppress(ImportRefused):
        for record in islice(read_records(source, encoding, delimiter), HEADER_WITHIN):
            top.append(record)  # what was read before a problem counts
    return top


def _table(source: Source, encoding: Encoding, delimiter: str, mapping: Mapping[str, str]) -> Table:
    with reading_within(HEAD):
        head = list(islice(read_records(source, encoding, delimiter), HEADER_WITHIN + SAMPLE))
    found = _header(head, mapping)
    if found is None:
        raise refuse(f"There is nothing in the file. {ACCEPTED}")
    number, cells = found
    for place, cell in enumerate(cells):
        if "\0" in cell:
            raise refuse(ZERO_BYTE, row=number, column=f"{place + 1}")
    cells = _distinct([tidy(cell) for cell in cells])
    sample = [row for n, row in head if n > number and any(row)][:SAMPLE]
    return Table(source, encoding, delimiter, cells, number, sample)


def _distinct(names: Sequence[str]) -> list[str]:
    """Columns of the same name are told apart: "Phone" and "Phone (2)"."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        key = squashed(name) or name
        nth = seen[key] = seen.get(key, 0) + 1
        found.append(f"{name} ({nth})" if name and nth > 1 else name)
    return found


def _header(
    head: Sequence[tuple[int, list[str]]], mapping: Mapping[str, str]
) -> tuple[int, list[str]] | None:
    """The first of the top rows that names at least two fields, else the first row that holds
    anything.
    """
    top = [(number, cells) for number, cells in head[:HEADER_WITHIN] if any(map(str.strip, cells))]
    for number, cells in top:
        if _fields(cells, mapping) >= 2:
            return number, cells
    return top[0] if top else None


def _fields(cells: Sequence[str], mapping: Mapping[str, str]) -> int:
    mapped = {squashed(name) for name in mapping if name}
    return recognised(cells) + sum(1 for cell in cells if cell and squashed(cell) in mapped)


class _Lines:
    """Lines of the text, no record longer than the bound: a quotation mark never closed must not
    eat all.
    """

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.readline = text.readline
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
        return line


class _TooLongError(Exception):
    pass


def read_records(
    source: Source, encoding: Encoding, delimiter: str
) -> Iterator[tuple[int, list[str]]]:
    """All records with their numbers, blank ones too. A quoted line break does not count as a row."""
    text = _open_text(source, encoding)
    if not _is_separator_line(text.readline(16)):
        text = _open_text(source, encoding)
    number = 0
    try:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        for cells in reader:
            number += 1
            if not number % LOOK_EVERY:
                stop_if_late()
            if lines.length > MAX_CELL:
                _check_cells(cells, number)
            lines.length = 0
            yield number, cells
    except _TooLongError:
        raise refuse(_TOO_LONG, row=number + 1) from None
    except csv.Error:
        raise refuse(_TOO_LONG, row=number + 1) from None


_TOO_LONG = (
    "The row is far too long. Look for a quotation mark that is never closed, or thousands of columns, and "
    "export again."
)


def _open_text(source: Source, encoding: Encoding) -> io.TextIOWrapper:
    source.file.seek(0)
    raw = io.BufferedReader(_Unclosed(source.file), 256 * 1024)
    return io.TextIOWrapper(raw, encoding=encoding.codec, errors="replace", newline="")


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

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # always a memoryview here
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
