"""Put a backup back: everything or nothing, and held from the first moment.

One transaction empties the database, brings the backup's rows and writes the hold: no program ever
sees the rows without it, and one that fails leaves the database as it was.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from reminders.domain.backup import programs
from reminders.domain.backup.package import Manifest, opened
from reminders.domain.backup.programs import BackupError

HOLD = """
INSERT INTO public.reminders_restorehold (id, backup_at, restored_at, found, words)
VALUES (1, '{backup_at}', '{restored_at}', '{{}}', '')
ON CONFLICT (id) DO UPDATE SET
    backup_at = least(
        EXCLUDED.backup_at,
        CASE WHEN reminders_restorehold.went_on_at IS NULL
             THEN reminders_restorehold.backup_at ELSE EXCLUDED.backup_at END
    ),
    restored_at = EXCLUDED.restored_at, asked_at = NULL, caught_up_at = NULL,
    found = EXCLUDED.found, words = '', went_on_at = NULL, went_on_by_id = NULL;
"""
"""A backup that was itself made while texts were held lost the hours from before that, too."""
LATER = b"SET transaction_timeout = 0;"
HEAD = 8_192
LEAVING = 3.0
"""Seconds that somebody else's connection may take to go."""
EMPTY = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
# Whoever was signed in then, and whoever had a turn, is so no more. Whether the provider was asked
# about what was claimed then, that copy can't know: without its portion it is looked up. Backups of
# versions before them have none.
GONE = """
DELETE FROM public.reminders_staffsession;
DO $$ BEGIN
    IF to_regclass('public.reminders_portion') IS NOT NULL THEN
        DELETE FROM public.reminders_portion;
    END IF;
END $$;
UPDATE public.reminders_taskrun SET holder = '', held_until = NULL, rung_again = false;
"""


def restore(path: Path, *, now: datetime, replace: str = "") -> Manifest:
    """Put this backup into our database, which must be empty or named by `replace`.

    Raises BackupError, and has touched nothing then.
    """
    name = str(connection.settings_dict["NAME"])
    if replace and replace != name:
        raise BackupError(f"The database is called {name}, not {replace}: nothing was touched.")
    with opened(path) as (manifest, dump):
        _refuse_where_in_use(name, replace=replace)
        _load(dump, manifest, now=now)
    return manifest


def _refuse_where_in_use(name: str, *, replace: str) -> None:
    _leave()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> %s",
            ["django_migrations"],
        )
        if cursor.fetchone()[0] and not replace:
            raise BackupError(
                f"The database {name} is not empty. To lose what is in it, say so: --replace {name}"
            )
    if others := _others_after_a_moment(name):
        raise BackupError(
            f"{others} other connections use the database {name}. Stop the web site, the "
            f"workers and the scheduler first."
        )
    _leave()


def _others_after_a_moment(name: str) -> int:
    """How many others are connected. What was stopped just now leaves within seconds."""
    until = time.monotonic() + LEAVING
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = %s AND pid <> pg_backend_pid()",
                [name],
            )
            others = int(cursor.fetchone()[0])
        if not others or time.monotonic() > until:
            return others
        time.sleep(0.1)


def _leave() -> None:
    """End our own connections, also those that wait in the pool: they remember former tables."""
    connection.close()
    if isinstance(connection, DatabaseWrapper):
        connection.close_pool()


def _load(dump: Path, manifest: Manifest, *, now: datetime) -> None:
    held = HOLD.format(backup_at=manifest.made_at.isoformat(), restored_at=now.isoformat())
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=dump.parent) as room:
        script = Path(room) / "restore.sql"
        with script.open("wb") as stream:
            programs.run(
                *("pg_restore", "--no-owner", "--no-acl", "--file=-", str(dump)), stdout=stream
            )
        _without_later_settings(script)
        before, after = Path(room) / "before.sql", Path(room) / "after.sql"
        before.write_text(EMPTY, encoding="ascii")
        after.write_text(f"{held}\n{GONE}", encoding="ascii")
        programs.run(
            *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "-v", "ON_ERROR_STOP=1"),
            *(f"--file={part}" for part in (before, script, after)),
            stdout=subprocess.DEVNULL,
        )


def _without_later_settings(script: Path) -> None:
    """Blank what a newer pg_restore sets first of all and a server before 17 does not know."""
    if programs.server_version() >= 17:
        return
    with script.open("r+b") as stream:
        head = stream.read(HEAD)
        stream.seek(0)
        stream.write(head.replace(LATER, b" " * len(LATER), 1))
