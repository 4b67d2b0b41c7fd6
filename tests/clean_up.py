"""Empty the test database after a test that committed, at the price of what the test wrote.

Django truncates every table and seeds roles and periodic tasks again, which costs most of a second
a test. Here what migrating left behind is kept once, and afterwards only rows that were written go.
"""

from collections.abc import Sequence

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

GUARDED = ("reminders_trailentry", "reminders_trailstate")
_seeded: dict[str, bytes] = {}


def keep_what_is_there() -> None:
    """Remember the rows that every test begins with, and have tests end with them again."""
    with connection.cursor() as cursor:
        _seeded.update({table: _copied(cursor, table) for table in _filled(cursor, _tables())})
    pytest.MonkeyPatch().setattr(TransactionTestCase, "_fixture_teardown", _restore)


def _restore(_test: TransactionTestCase) -> None:
    tables = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        # A thread of the test may still be writing: without its turn, its rows would come after us.
        cursor.execute(f"LOCK TABLE {', '.join(map(_quoted, tables))} IN SHARE ROW EXCLUSIVE MODE")
        written = [table for table in _filled(cursor, tables) if not _is_as_kept(cursor, table)]
        gone = [
            table for table in _seeded if table not in written and not _is_as_kept(cursor, table)
        ]
        # The foreign keys are checked at the end, so the order is no matter.
        for table in written:
            # The trail lets nobody delete: for tests its guards look away, in this transaction.
            guarded = table in GUARDED
            if guarded:
                cursor.execute(f"ALTER TABLE {_quoted(table)} DISABLE TRIGGER USER")
            cursor.execute(f"DELETE FROM {_quoted(table)}")
            if guarded:
                cursor.execute(f"ALTER TABLE {_quoted(table)} ENABLE TRIGGER USER")
        for table in (*written, *gone):
            _paste(cursor, table)


def _tables() -> Sequence[str]:
    found = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(found)


def _quoted(table: str) -> str:
    return connection.ops.quote_name(table)


def _filled(cursor: CursorWrapper, tables: Sequence[str]) -> list[str]:
    """Those that hold a row, found in one statement."""
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {_quoted(table)})" for table in tables]
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _is_as_kept(cursor: CursorWrapper, table: str) -> bool:
    return table in _seeded and _copied(cursor, table) == _seeded[table]


def _copied(cursor: CursorWrapper, table: str) -> bytes:
    with cursor.copy(f"COPY {_quoted(table)} TO STDOUT") as rows:
        return b"".join(bytes(row) for row in rows)


def _paste(cursor: CursorWrapper, table: str) -> None:
    if table in _seeded:
        with cursor.copy(f"COPY {_quoted(table)} FROM STDIN") as rows:
            rows.write(_seeded[table])
