"""The example file to download: how a diary may look, in the words of fifteen languages.

Made from data, so that every column has its explanation beside it. Its rows are invented, its
numbers reserved for fiction, its days to come. Pure.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

AHEAD = timedelta(days=7)
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an example: its field, its name in the language, and what it is for."""

    field: str
    name: str
    what_for: str


@dataclass(frozen=True, slots=True)
class Example:
    """The example file of one language, called by its own name."""

    language: str
    name: str
    separator: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def table(self, *, location: str, today: date) -> list[list[str]]:
        """The header and the rows, the visits a week ahead at this location."""
        made: Mapping[str, str] = {"location": location, "language": self.language}
        plain = [column.field for column in self.columns if column.field not in {*made, "date"}]
        table = [[column.name for column in self.columns]]
        for n, row in enumerate(self.rows):
            day = today + AHEAD + timedelta(days=n)
            cells = {**dict(zip(plain, row, strict=True)), **made, "date": day.isoformat()}
            table.append([cells[column.field] for column in self.columns])
        return table

    def as_csv(self, *, location: str, today: date) -> str:
        """The file, as a spreadsheet of that country opens it."""
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\r\n")
        writer.writerows(self.table(location=location, today=today))
        # Without this mark Excel takes a CSV for the letters of its own country.
        return "\ufeff" + text.getvalue()


@lru_cache(maxsize=1)
def examples() -> dict[str, Example]:
    """All examples by language."""
    folder = files("reminders.domain.diary_import.asking").joinpath("data")
    data = tomllib.loads(folder.joinpath("examples.toml").read_text(encoding="utf-8"))
    return {language: _example(language, one) for language, one in data.items()}


def _example(language: str, data: Mapping[str, Any]) -> Example:  # Any: as TOML has it
    columns = tuple(Column(field, *told) for field, told in data["columns"].items())
    return Example(
        language, data["name"], data["separator"], columns, tuple(map(tuple, data["rows"]))
    )
