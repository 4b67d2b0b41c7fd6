"""Which of the top rows is the header: titles, dates of printing and blank lines stand above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reminders.domain.diary_import.read.header.columns import recognised
from reminders.domain.diary_import.read.header.folding import squashed

HEADER_WITHIN = 25
"""So many rows are looked at; reports print a practice's address and their criteria on top."""
Row = tuple[int, list[str]]


def find_header(head: Sequence[Row], mapping: Mapping[str, str]) -> Row | None:
    """The one of the top rows that names most fields, if it names two; else the first full one.

    The first of those that are alike: further down it is a header repeated for the next page.
    """
    top = [row for row in head[:HEADER_WITHIN] if any(map(str.strip, row[1]))]
    if not top:
        return None
    best = max(top, key=lambda row: fields_in(row[1], mapping))
    if fields_in(best[1], mapping) >= 2:
        return best
    # In a language that is not known: a title has one cell, a header about as many as the rows.
    widest = max(map(_filled, head))
    return next(row for row in top if _filled(row) * 2 >= min(widest, _filled_most(top)))


def fields_in(cells: Sequence[str], mapping: Mapping[str, str]) -> int:
    """How many meanings of columns a row names, by known words and by a mapping."""
    mapped = {squashed(name) for name in mapping if name}
    return recognised(cells) + sum(1 for cell in cells if cell and squashed(cell) in mapped)


def distinct(names: Sequence[str]) -> list[str]:
    """Columns of the same name are told apart: "Phone" and "Phone (2)"."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        key = squashed(name) or name
        nth = seen[key] = seen.get(key, 0) + 1
        found.append(f"{name} ({nth})" if name and nth > 1 else name)
    return found


def _filled(row: Row) -> int:
    return sum(1 for cell in row[1] if cell.strip())


def _filled_most(rows: Sequence[Row]) -> int:
    return max(map(_filled, rows))
