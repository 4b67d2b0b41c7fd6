"""Where the tables of the database stand beside those that this program expects, and what hinders
bringing them up to date.
"""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

OLDEST_SERVER = 15
"""Of PostgreSQL, the oldest version that the product is tried with."""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
HALF_MADE = """
SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE NOT indisvalid AND relnamespace = 'public'::regnamespace ORDER BY relname
"""


def waiting_migrations() -> list[str]:
    """The migrations that this program has and the database does not, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> list[str]:
    """Ours that the database has and this program does not: a newer one was here."""
    executor = MigrationExecutor(connection)
    ours = set(executor.loader.disk_migrations)
    applied = executor.loader.applied_migrations
    return sorted(f"{app}.{name}" for app, name in set(applied) - ours if app == "reminders")


def is_new() -> bool:
    """Whether no version ever made its tables here."""
    return not MigrationRecorder(connection).applied_migrations()


def other_connections() -> int:
    """How many others are connected to our database just now."""
    with connection.cursor() as cursor:
        cursor.execute(OTHERS)
        return int(cursor.fetchone()[0])


def size_in_bytes() -> int:
    """What the database takes on the server's disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def drop_half_made_indexes() -> list[str]:
    """Forget indexes whose making was interrupted, so that they can be made again; their names."""
    with connection.cursor() as cursor:
        cursor.execute(HALF_MADE)
        names = [str(row[0]) for row in cursor.fetchall()]
        for name in names:
            # One that is made just now is half made, too: dropping waits for it, or gives up.
            cursor.execute(sql.SQL("DROP INDEX public.{}").format(sql.Identifier(name)))
    return names
