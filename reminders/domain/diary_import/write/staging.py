"""Bring a file's rows into a staging table, whole: read, checked one by one, and sent by COPY.

The table lives until the end of the transaction. What concerns several rows at once (an id given
twice) is looked for here too; what the rows mean for the diary is `matching`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import connection

from reminders.domain.diary_import.problems import MOST_SHOWN, Problems
from reminders.domain.diary_import.read.files.tables import Table
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.rows import RowReader
from reminders.domain.diary_import.write.copying import STAGED

BATCH = 2_000
TABLES = (
    "import_staged",
    "import_people",
    "import_match",
    "import_holder",
    "import_known",
    "import_takes",
    "import_apart",
    "import_contact_change",
    "import_result",
    "import_gone",
    "import_fresh_contact",
    "import_fresh",
    "import_to_plan",
    "import_texts",
)

# The transaction may wait for another import of the same location, and is long by nature.
_SETTINGS = """
SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout =
    0;
SET LOCAL work_mem = '96MB'
"""


def prepare_transaction() -> None:
    """Settings of the transaction, and room for the tables of this import."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute("; ".join(f"DROP TABLE IF EXISTS pg_temp.{name}" for name in TABLES))


def stage(
    table: Table, reader: RowReader, *, rows: int, on_progress: Callable[[int], None] | None = None
) -> None:
    """Stage every row, or raise ImportRefused with the problems of all of them.

    `on_progress` hears how many rows are read. Nothing is sent once a row has a problem.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in STAGED)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE import_staged ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY import_staged FROM STDIN (NULL '')") as copy:
            _copy_rows(copy, table, reader, on_progress)
            reader.problems.stop_if_any(rows=rows)
        cursor.execute(
            "ANALYZE import_staged (number, person, external_id, phone, location_id, local_date, starts_at)"
        )


def _copy_rows(
    copy: Any, table: Table, reader: RowReader, on_progress: Callable[[int], None] | None
) -> None:  # Any: psycopg's copy, which the stubs do not know
    source, done, line = table.rows(), 0, reader.line
    while batch := list(islice(source, BATCH)):
        lines = [line(number, cells) for number, cells in batch]
        if not reader.problems:
            copy.write("".join(lines))
        done += len(batch)
        if on_progress:
            on_progress(done)


def stop_if_twice(columns: Columns, *, rows: int) -> None:
    """Refuse a file in which a diary id, or without ids a whole appointment, comes twice."""
    problems = Problems()
    column = columns.name_of("external_id")
    with connection.cursor() as cursor:
        cursor.execute(_ID_TWICE, [MOST_SHOWN])
        for number, external_id, first in cursor.fetchall():
            problems.add(
                f"The diary id “{external_id[:40]}” is already in row {first}. Each appointment needs "
                f"its own.",
                row=number,
                column=column,
            )
        cursor.execute(_ROW_TWICE, [MOST_SHOWN])
        for number, first in cursor.fetchall():
            problems.add(
                f"This is the same appointment as in row {first}: same person, phone, location and start. "
                "Delete one of the two.",
                row=number,
                column="",
            )
    problems.stop_if_any(rows=rows)


_ID_TWICE = """
SELECT s.number, s.external_id, f.first FROM import_staged s
JOIN (SELECT external_id, min(number) AS first FROM import_staged WHERE external_id IS NOT NULL
      GROUP BY external_id HAVING count(*) > 1) f USING (external_id)
WHERE s.number > f.first ORDER BY s.number LIMIT %s
"""

_ROW_TWICE = """
SELECT s.number, f.first FROM import_staged s
JOIN (SELECT person, starts_at, location_id, min(number) AS first FROM import_staged
      WHERE external_id IS NULL AND phone_given IS NOT NULL
      GROUP BY person, starts_at, location_id HAVING count(*) > 1) f USING (person, starts_at, location_id)
WHERE s.external_id IS NULL AND s.number > f.first ORDER BY s.number LIMIT %s
"""
