"""What the converter leaves: a CSV file for each table, and what is to be known of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

SECONDS = 120
OUTPUT = 300 * 1024 * 1024
MAX_ROWS = 1_000_050
MAX_COLUMNS = 500
MAX_TABLES = 100
TOP = 25


class NotReadError(Exception):
    """Why the file is not read, in words."""


@dataclass
class Described:
    """A table: its name, its file in the folder, its filled rows, and the first of them.

    `refused` is why it can't be read rightly, for the case that it is the one that is wanted;
    `struck` are the numbers of the rows that are struck through.
    """

    name: str
    file: str
    rows: int = 0
    top: list[list[str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refused: str = ""
    struck: list[int] = field(default_factory=list)


class Table:
    """Writes the rows of one table within the bounds."""

    def __init__(self, described: Described, file: TextIO) -> None:
        self.described, self._file = described, file
        self._writer = csv.writer(file)
        self._number = 0

    def write(self, cells: Iterable[str]) -> None:
        """Write a row, a blank one too, so that rows keep the numbers that the spreadsheet
        shows.
        """
        row = list(cells)
        while row and not row[-1]:
            row.pop()
        self._number += 1
        if self._number > MAX_ROWS:
            raise NotReadError(
                "The file has more than 1,000,000 rows. Split it and import the parts one by one."
            )
        if len(row) > MAX_COLUMNS:
            raise NotReadError(
                f"“{self.described.name[:40]}” has {len(row):,} columns; at most 500 are read."
            )
        if row:
            self.described.rows += 1
            if len(self.described.top) < TOP:
                self.described.top.append([cell[:200] for cell in row])
        # csv writes a row without cells as an empty line, and a lone blank cell as "".
        self._writer.writerow(row)
        if self._file.tell() > OUTPUT:
            raise NotReadError(
                "The file holds more than 300 MB of text. Save it as CSV and split it."
            )


class Output:
    """All tables of the file, and what is to be told of it as a whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: list[Described] = []
        self.warnings: list[str] = []

    @contextmanager
    def table(self, name: str) -> Iterator[Table]:
        """A new table; it is left out when nothing is written to it."""
        if len(self.tables) >= MAX_TABLES:
            raise NotReadError("The file has more than 100 tables. Save the right one as CSV.")
        described = Described(name, f"{len(self.tables)}.csv")
        path = self.folder / described.file
        with path.open("w", encoding="utf-8", newline="", errors="replace") as file:
            yield Table(described, file)
        if described.rows:
            self.tables.append(described)

    def described(self) -> dict[str, object]:
        """As JSON has it."""
        return {"tables": list(map(asdict, self.tables)), "warnings": self.warnings}
