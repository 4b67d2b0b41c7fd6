"""Dates of birth: what a written one may mean, and taking them over from what diaries keep.

A diary's column of birth is only kept with the visits; where it says one day without a doubt, the
patient gets it, so that people are found by it. Which of 3/4 is the day, the whole column decides;
where it does not, only dates that can't be misread are taken. Nothing that staff wrote is changed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from reminders.domain.common.rows import fetch
from reminders.models import Contact

ORDERS = (("year", "month", "day"), ("day", "month", "year"), ("month", "day", "year"))
Order = tuple[str, str, str]
FIRST_YEAR = 1900
_DATE = re.compile(r"(\d{1,2}|\d{4})([./-]\s?)(\d{1,2})\2(\d{1,2}|\d{4})")
_AT_ONCE = 2_000


def birth_dates(written: str, *, today: date) -> dict[Order, date]:
    """The days of birth that a date may mean, by the order of its numbers; none for no date."""
    found = _DATE.fullmatch(written.strip())
    if not found:
        return {}
    days: dict[Order, date] = {}
    for order in ORDERS:
        given = dict(zip(order, (found[1], found[3], found[4]), strict=True))
        # Of two digits, the year stands last everywhere.
        if order[0] == "year" and len(given["year"]) < len("1980"):
            continue
        with suppress(ValueError):
            day = _day({name: int(number) for name, number in given.items()}, today=today)
            if day.year >= FIRST_YEAR and day <= today:
                days[order] = day
    return days


def _day(given: dict[str, int], *, today: date) -> date:
    """The day; of two digits, the year is the last that is not to come. Raises ValueError."""
    if given["year"] > 99:
        return date(**given)
    century = today.year - today.year % 100
    day = date(**given | {"year": century + given["year"]})
    return day if day <= today else date(**given | {"year": day.year - 100})


class _Written(NamedTuple):
    """What a column of birth says of a patient."""

    contact_id: int
    column: str
    words: str


_WRITTEN = """
SELECT DISTINCT visit.contact_id, kept.name AS "column", visit.extra ->> kept.name AS words
FROM unnest(%(columns)s::text[]) AS kept (name)
JOIN reminders_appointment visit ON visit.extra ? kept.name
WHERE visit.extra ->> kept.name <> ''
"""


def keep_birth_dates(columns: Collection[str], *, today: date) -> int:
    """Give patients without a date of birth the one that their visits keep; returns how many."""
    said = fetch(_Written, _WRITTEN, {"columns": list(columns)}) if columns else []
    by_column: dict[str, list[_Written]] = defaultdict(list)
    for one in said:
        by_column[one.column].append(one)
    days: dict[int, set[date | None]] = defaultdict(set)
    for rows in by_column.values():
        read = [birth_dates(row.words, today=today) for row in rows]
        orders = _possible(read)
        for row, meanings in zip(rows, read, strict=True):
            days[row.contact_id].add(_only(meanings[order] for order in orders & meanings.keys()))
    # Two dates under one entry are two people, or a slip: nobody's until somebody says whose.
    sure = {pk: day for pk, found in days.items() if (day := _only(found)) is not None}
    return _write(sure)


def _possible(read: Iterable[dict[Order, date]]) -> set[Order]:
    """The orders in which every date of a column makes sense; all of them where none does."""
    orders = set(ORDERS)
    for meanings in read:
        orders &= meanings.keys() or orders
    return orders


def _only(days: Iterable[date | None]) -> date | None:
    """The one that all say; None where they differ."""
    found = set(days)
    return found.pop() if len(found) == 1 else None


def _write(days: dict[int, date]) -> int:
    blank = Contact.objects.filter(birth_date=None, forgotten_at=None)
    written, ids = 0, sorted(days)
    for start in range(0, len(ids), _AT_ONCE):
        people = list(blank.filter(pk__in=ids[start : start + _AT_ONCE]).only("pk"))
        for one in people:
            one.birth_date = days[one.pk]
        # `updated_at` stays: it tells forms that somebody changed what they show.
        written += Contact.objects.bulk_update(people, ["birth_date"])
    return written
