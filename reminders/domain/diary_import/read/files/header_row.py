"""Which of the top rows is the header: titles, dates of printing and blank lines stand above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reminders.domain.diary_import.read.header.columns import recognised
from reminders.domain.diary_import.read.header.folding import squashed
from reminders.domain.diary_import.read.header.looks import (
    looks_like_date,
    looks_like_date_and_time,
    looks_like_phone,
)

HEADER_WITHIN = 25
"""So many rows are looked at; reports print a practice's address and their criteria on top."""
_LEAST_NAMES = 3
"""Names of a table at least: "Name, Phone" stands twice where a parent is named, too."""
MOST_LOOKED_AT = 40
"""Cells of a row that are looked at to see whether it is an appointment."""
Row = tuple[int, list[str]]


def find_header(head: Sequence[Row], mapping: Mapping[str, str]) -> Row | None:
    """The one of the top rows that names most fields, if it names two; else the first full one.

    The first of those that are alike: further down it is a header repeated for the next page.
    """
    top = [row for row in head[:HEADER_WITHIN] if any(map(str.strip, row[1]))]
    if not top:
        return None
    best = _best(top, mapping)
    if fields_in(best[1], mapping) >= 2:
        return best
    # In a language that is not known: a title has one cell, a header about as many as the rows.
    widest = max(map(_filled, head))
    return next(row for row in top if _filled(row) * 2 >= min(widest, _filled_most(top)))


def _best(top: Sequence[Row], mapping: Mapping[str, str]) -> Row:
    """The row that names most fields, but none below appointments, which would be lost in silence.

    The header of a second page may be better understood than that of the first one. A lone row with
    a date and a phone may be the practice's own, with the date of printing.
    """
    named = [fields_in(cells, mapping) for _, cells in top]
    best = named.index(max(named))
    held = [n for n, (_, cells) in enumerate(top[:best]) if _is_appointment(cells)]
    if held and (len(held) > 1 or max(named[: held[0]], default=0) >= 2):
        above = named[: max(held[0], 1)]
        best = above.index(max(above))
    return top[best]


def _is_appointment(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells[:MOST_LOOKED_AT] if cell.strip()]
    return any(map(looks_like_phone, texts)) and any(
        looks_like_date(text) or looks_like_date_and_time(text) for text in texts
    )


def fields_in(cells: Sequence[str], mapping: Mapping[str, str]) -> int:
    """How many meanings of columns a row names, by known words and by a mapping."""
    mapped = {squashed(name) for name in mapping if name}
    return recognised(cells) + sum(1 for cell in cells if cell and squashed(cell) in mapped)


def stands_twice(cells: Sequence[str]) -> bool:
    """Whether a header is the same names over and over, as of tables beside each other."""
    names = [squashed(cell) or cell.strip() for cell in cells if cell.strip()]
    again = [names[length:] for length in range(_LEAST_NAMES, len(names) // 2 + 1)]
    repeats = any(rest == names[: len(rest)] for rest in again)
    return repeats and recognised(names) >= 2


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
