"""Whether the database still takes what is written, found out without writing anything to a table.

A full disk stops every write, so an alert that had to be stored first would never be seen. A query
that is allowed hardly any memory puts its rows into a temporary file beside the tables: where that
is refused for want of room, so is everything else.
"""

from __future__ import annotations

import time
from typing import Literal, Protocol

from django.db import OperationalError, connection, transaction

Refusal = Literal["", "disk", "read_only"]
DISK_FULL = "53100"
"""PostgreSQL's code for "no space left on device"."""
KNOWN_FOR = 20.0
"""Seconds for which a process remembers the answer."""


class Cursor(Protocol):
    """What is needed of a cursor."""

    def execute(self, statement: str, /) -> object:
        """Run one statement, as a cursor does."""

    def fetchone(self) -> tuple[object, ...] | None:
        """The next row of its result, or None."""


class _Known:
    """The last answer in this process, and when it was given (seconds of the monotonic clock)."""

    refusal: Refusal = ""
    until = 0.0


def refusal(*, fresh: bool = False) -> Refusal:
    """Why nothing can be written: "disk" has no room, the database is "read_only", "" where it can.

    Known for 20 seconds, unless asked `fresh`. Raises the database's errors when it can't be asked.
    """
    # By the monotonic clock: a machine whose clock is set back would keep an old answer for hours.
    if fresh or time.monotonic() >= _Known.until:
        with transaction.atomic(), connection.cursor() as cursor:
            read_only = is_read_only(cursor)
        _Known.refusal = "read_only" if read_only else "" if _has_room() else "disk"
        _Known.until = time.monotonic() + KNOWN_FOR
    return _Known.refusal


def is_read_only(cursor: Cursor) -> bool:
    """Whether the server is a copy of another one, or was told to take no writes."""
    cursor.execute(
        "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean"
    )
    return bool((cursor.fetchone() or (False,))[0])


def _has_room() -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            spill(cursor)
    except OperationalError as error:
        # Any other fault is no full disk, and whoever asks has words for it.
        if getattr(error.__cause__, "sqlstate", "") != DISK_FULL:
            raise
        return False
    return True


def spill(cursor: Cursor) -> None:
    """Have eight megabytes put into a temporary file that goes away at once. In a transaction."""
    cursor.execute("SET LOCAL work_mem = '64kB'")
    # The data's own disk: elsewhere there may be room that says nothing about it.
    cursor.execute("SET LOCAL temp_tablespaces = ''")
    cursor.execute(_SPILL)
    # Put back at once: the caller's transaction may go on with sorting of its own.
    cursor.execute("SET LOCAL work_mem = DEFAULT")


_SPILL = """
WITH pages AS MATERIALIZED (SELECT repeat(md5(n::text), 32) AS page FROM generate_series(1, 8000) n)
SELECT count(*), max(length(page)) FROM pages
"""
