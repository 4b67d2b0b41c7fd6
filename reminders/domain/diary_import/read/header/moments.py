"""Columns of dates compared row by row: what lies before what, and what lies in the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from reminders.domain.diary_import.read.cells.dates import (
    DMY,
    MDY,
    UnreadableError,
    read_date,
    read_start,
    read_time,
)
from reminders.domain.diary_import.read.time_limit import stop_if_late

MOST_ROWS = 60
"""Rows that are compared: enough to see a rule, few enough for a wide file."""
BIRTH_YEARS = 3
"""A column of dates all so many years back, on average, is none of visits."""


def _moment(text: str, order: str) -> datetime | None:
    if not text or (text.isdigit() and len(text) != 8):
        return None
    try:
        start = read_start(text, order)
        return start.wall or (start.instant.replace(tzinfo=None) if start.instant else None)
    except UnreadableError:
        pass
    try:
        return datetime.combine(read_date(text, order), time())
    except UnreadableError:
        return None


def moments(cells: Sequence[str], order: str) -> list[datetime | None]:
    """The cells of one column as date and time, a date alone as its midnight."""
    stop_if_late()
    known: dict[str, datetime | None] = {}
    found = []
    for cell in cells[:MOST_ROWS]:
        if cell not in known:
            known[cell] = _moment(cell, order)
        found.append(known[cell])
    return found


def _pairs(one: Sequence[str], other: Sequence[str], order: str) -> list[tuple[datetime, datetime]]:
    both = zip(moments(one, order), moments(other, order), strict=True)
    return [(a, b) for a, b in both if a and b]


def same_days(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two columns name the same day on every row, in one of the orders."""
    return any(
        bool(pairs := _pairs(one, other, order)) and all(a.date() == b.date() for a, b in pairs)
        for order in (DMY, MDY)
    )


def lies_before(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the first column lies on or before the second on every row, and before it on one.

    Where the order of day and month is open, it must hold in every order in which both are dates.
    """
    by_order = [pairs for order in (DMY, MDY) if (pairs := _pairs(one, other, order))]
    most = max(map(len, by_order), default=0)
    return bool(by_order) and all(
        all(a.date() <= b.date() for a, b in pairs) and any(a < b for a, b in pairs)
        for pairs in by_order
        if len(pairs) == most
    )


def lie_apart(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether most dates of the second column lie more than a day after those of the first."""
    by_order = [pairs for order in (DMY, MDY) if (pairs := _pairs(one, other, order))]
    most = max(map(len, by_order), default=0)
    return bool(by_order) and all(
        sum((b.date() - a.date()).days > 1 for a, b in pairs) * 2 > len(pairs)
        for pairs in by_order
        if len(pairs) == most
    )


def is_long_ago(cells: Sequence[str], *, today: date | None) -> bool:
    """Whether a column's dates lie years back, as birth dates do."""
    if today is None:
        return False
    found = sorted(moment for moment in moments(cells, DMY) if moment)
    return bool(found) and (today - found[len(found) // 2].date()).days > 365 * BIRTH_YEARS


def are_earlier(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one column of times is earlier than the other on every row."""
    pairs = list(zip(one[:MOST_ROWS], other[:MOST_ROWS], strict=True))
    try:
        read = [(read_time(a), read_time(b)) for a, b in pairs if a and b]
    except UnreadableError:
        return False
    return bool(read) and all(a < b for a, b in read)


def same_times(one: Sequence[str], other: Sequence[str], order: str = DMY) -> bool:
    """Whether a column of times says the time of the other column's date and time on every row."""
    starts = moments(other, order)
    for cell, start in zip(one[:MOST_ROWS], starts, strict=True):
        if not cell or start is None:
            continue
        try:
            if read_time(cell) != start.time():
                return False
        except UnreadableError:
            return False
    return True
