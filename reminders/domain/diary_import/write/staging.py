"""Bring a file's rows into a staging table, whole: read, checked one by one, and sent by COPY.

The table lives until the end of the transaction. What concerns several rows at once is `twice`'s,
what the rows mean for the diary `matching`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from django.db import connection

from reminders.domain.diary_import.read.files.tables import Table
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
    "import_reached",
    "import_result",
    "import_gone",
    "import_kept",
    "import_fresh_contact",
    "import_fresh",
    "import_to_plan",
    "import_texts",
)

# The transaction may wait for another import of the same location, and is long by nature.
_SETTINGS = """
SET LOCAL lock_timeout = 0;
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL work_mem = '96MB'
"""


def prepare_transaction() -> None:
    """Settings of the transaction, and room for the tables of this import."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute("; ".join(f"DROP TABLE IF EXISTS pg_temp.{name}" for name in TABLES))


def stage(
    table: Table,
    reader: RowReader,
    *,
    rows: int,
    on_progress: Callable[[int], None] | None = None,
    leave: bool = False,
) -> None:
    """Stage every row, or raise ImportRefused with the problems of all of them.

    `on_progress` hears how many rows are read. Nothing is sent once a row has a mistake, unless the
    others are staged all the same with `leave`.
    """
    columns = ", ".join(f"{name} {kind}" for name, kind in STAGED)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE import_staged ({columns}) ON COMMIT DROP")
        with cursor.copy("COPY import_staged FROM STDIN (NULL '')") as copy:
            staged = _copy_rows(copy, table, reader, on_progress, leave=leave)
            if not (leave and staged):
                reader.problems.stop_if_any(rows=rows)
        cursor.execute(
            "ANALYZE import_staged "
            "(number, person, external_id, phone, location_id, local_date, starts_at)"
        )


def _copy_rows(
    copy: Any,
    table: Table,
    reader: RowReader,
    on_progress: Callable[[int], None] | None,
    *,
    leave: bool,
) -> bool:  # Any: psycopg's copy, which the stubs do not know
    """Send the rows; return whether any was sent."""
    source, done, line, sent = table.rows(), 0, reader.line, False
    while batch := list(islice(source, BATCH)):
        lines = "".join([line(number, cells) for number, cells in batch])
        if lines and (leave or not reader.problems):
            copy.write(lines)
            sent = True
        done += len(batch)
        if on_progress:
            on_progress(done)
    return sent
