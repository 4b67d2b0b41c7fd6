"""Rows that show what is strange about a file, in words: who, when, and what is in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.diary_import.checks.counting import (
    CONDITIONS,
    NEW_PEOPLE,
    RENUMBERED,
    bounds_at,
)
from reminders.domain.diary_import.checks.doubts import in_words
from reminders.domain.diary_import.checks.numbers import Check
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows.kinds import CELL_SEPARATOR
from reminders.models.in_sql.rows import read_dicts

SHOWN = 3
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Examples:
    """A few rows in words, the first one's number, and `written`, its date as the file has it."""

    texts: tuple[str, ...] = ()
    row: int | None = None
    written: str = ""


def examples_of(check: Check, columns: Columns, *, now: datetime) -> Examples:
    """A few of the rows that are meant; none for what concerns no row."""
    if check in CONDITIONS:
        return _of_rows(check, columns, _WHERE.format(CONDITIONS[check]), now=now)
    if check is Check.NUMBERING:
        return _of_rows(check, columns, f"WHERE s.number IN ({RENUMBERED})", now=now)
    if check in _GROUPS:
        return _of_groups(_GROUPS[check])
    return Examples()


def _of_rows(check: Check, columns: Columns, where: str, *, now: datetime) -> Examples:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(where), bounds_at(now) | {"shown": SHOWN})
        rows = read_dicts(cursor)
    if not rows:
        return Examples()
    place = columns.places.get("starts_at", columns.places.get("date", -1))
    cells = (rows[0]["cells"] or "").split(CELL_SEPARATOR)
    written = cells[place].strip() if 0 <= place < len(cells) else ""
    texts = tuple(_in_words(check, row)[:_LONGEST] for row in rows)
    return Examples(texts, rows[0]["number"], written)


def _in_words(check: Check, row: dict[str, Any]) -> str:
    parts = [f"row {row['number']}", row["name"]]
    parts.append(f"{in_words(row['local_date'])}, {row['local_time']:%H:%M}")
    if check is Check.LENGTHS:
        parts.append(f"{row['duration']:,} minutes")
    if check is Check.PRACTITIONERS:
        parts.append(f"with {row['practitioner']}")
    if check in (Check.OVER, Check.CANCELLED, Check.MUCH_CANCELLED):
        parts.append(row["status"].replace("_", " "))
    return f"{parts[0]}: {', '.join(filter(None, parts[1:]))}"


def _of_groups(statement: str) -> Examples:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"shown": SHOWN})
        rows = cursor.fetchall()
    texts = tuple(f"{key}: {', '.join(members)}"[:_LONGEST] for key, members, _ in rows)
    return Examples(texts, rows[0][2] if rows else None)


_WHERE = "WHERE {}"

_ROWS = """
SELECT s.number, s.cells, trim(concat(s.first_name, ' ', s.last_name)) AS name, s.local_date,
       s.local_time, s.duration, s.practitioner, s.status
FROM import_staged s
JOIN import_result r ON r.number = s.number
JOIN reminders_location l ON l.id = s.location_id
{}
ORDER BY s.number LIMIT %(shown)s
"""

_GROUPS = {
    Check.ONE_PHONE: f"""
SELECT phone, (array_agg(name ORDER BY number))[:5], min(number) FROM ({NEW_PEOPLE}) people
WHERE phone IS NOT NULL GROUP BY phone ORDER BY count(*) DESC, phone LIMIT 1
""",
    Check.ONE_NUMBER: """
SELECT patient_id, (array_agg(name ORDER BY number))[:5], min(number) FROM import_people
WHERE patient_id IS NOT NULL GROUP BY patient_id HAVING count(*) > 1
ORDER BY min(number) LIMIT %(shown)s
""",
    Check.NAMES: f"""
SELECT min(name), (array_agg(phone ORDER BY number))[:5], min(number) FROM ({NEW_PEOPLE}) people
WHERE patient_id IS NULL AND phone IS NOT NULL GROUP BY lower(name) HAVING count(*) > 1
ORDER BY count(*) DESC, min(number) LIMIT %(shown)s
""",
    Check.SEVERAL_PHONES: """
SELECT trim(concat(first_name, ' ', last_name)), array_agg(DISTINCT phone), min(number)
FROM import_staged WHERE patient_id IS NOT NULL AND phone IS NOT NULL
GROUP BY person, 1 HAVING min(phone) <> max(phone) ORDER BY min(number) LIMIT %(shown)s
""",
}
