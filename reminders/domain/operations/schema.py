"""Where the tables of the database stand beside those that this program expects, and what hinders
bringing them up to date.
"""

from __future__ import annotations

from collections.abc import Set

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
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
ONE_OF_OURS = "reminders_appointment"
DEVELOPMENT = """\
This database was made by a version before the first release, and lacks some of its steps. Upgrade
with the last version that has reminders/migrations/0052_words_of_mails.py; then this one goes on.
Or begin with an empty database; for `make run`, move the folder var/ away."""


def waiting_migrations() -> list[str]:
    """The migrations that this program has and the database does not, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    # One that stands for several steps is in no plan where a part of them was made.
    in_part = sorted(set(executor.loader.replacements) - set(executor.loader.graph.nodes))
    return [*map(".".join, in_part), *(f"{each.app_label}.{each.name}" for each, _ in plan)]


def unknown_migrations() -> list[str]:
    """Ours that the database has and this program does not: a newer one was here."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    return sorted(".".join(key) for key in applied - known_migrations() if key[0] == "reminders")


def known_migrations() -> set[tuple[str, str]]:
    """Those of this program, and the steps that they stand for."""
    here = MigrationLoader(None).disk_migrations
    return {*here, *(step for migration in here.values() for step in migration.replaces)}


def is_half_way(applied: Set[tuple[str, str]]) -> bool:
    """Whether some of the steps that a migration stands for were made, and the others are gone."""
    here = MigrationLoader(None).disk_migrations
    steps = [set(migration.replaces) for migration in here.values()]
    return any(each & applied and each - applied - set(here) for each in steps)


def is_of_a_development_version() -> bool:
    """Whether the tables are those of a version before the first release, in part or otherwise."""
    applied = set(MigrationRecorder(connection).applied_migrations())
    if any(app == "reminders" for app, _ in applied & known_migrations()):
        return is_half_way(applied)
    return ONE_OF_OURS in connection.introspection.table_names()


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
