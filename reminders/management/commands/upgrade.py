"""Bring the database and the pages' files up to this version: looked at first, backed up, told
step by step.

May be interrupted at any moment and run again: what is done stays done.
"""

import os
import shutil
import subprocess
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection
from psycopg.errors import LockNotAvailable

from config.launcher.static_files import collect_if_changed
from config.version import product_version
from reminders.domain.backup import package, programs
from reminders.domain.backup.programs import BackupError
from reminders.domain.common import database_clock
from reminders.domain.operations import schema

TRIES = 10
"""How often a migration asks for a table that others hold."""
STOP_THEM = (
    "{} other connections use the database. Stop the web site, the workers and beat first "
    "(systemctl stop reminders.target): an older version does not know the new tables."
)


class Command(BaseCommand):
    """Look, back up, migrate, collect."""

    help = "Brings the database and the pages' files up to this version; safe to run again."
    # Most of them ask the database, whose tables are not those of this version yet.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--backup",
            type=Path,
            metavar="FOLDER",
            default=settings.BACKUP_FOLDER,
            help="where the backup before it goes (default: BACKUP_FOLDER)",
        )
        parser.add_argument("--without-backup", action="store_true", help="you have one")
        parser.add_argument("--dry-run", action="store_true", help="only say what there is to do")
        parser.add_argument(
            "--lock-timeout",
            type=int,
            default=5,
            metavar="SECONDS",
            help="how long a change waits for a table before it lets others through (default: 5)",
        )

    def handle(self, **options: Any) -> None:  # Any: Django's own signature
        """All of it; an interruption is one line."""
        try:
            self._upgrade(options)
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. What was done stays; run the same command again.", returncode=130
            ) from None
        except DatabaseError as error:
            raise CommandError(f"The database: {' '.join(str(error).split())}") from error

    def _upgrade(self, options: dict[str, Any]) -> None:
        self._say(f"Till Then {product_version()}")
        waiting = self._look()
        self._say(
            f"{len(waiting)} changes of the database: {', '.join(waiting)}"
            if waiting
            else "The database is up to date."
        )
        if options["dry_run"]:
            self._say("Nothing was changed.")
            return
        if waiting:
            self._refuse_while_used()
            self._back_up(options)
            self._migrate(options["lock_timeout"])
        self._collect()
        self._say("Done. Start the web site, the workers and beat of this version.")

    def _collect(self) -> None:
        """The pages' files; those of an image were collected when it was built."""
        root = Path(settings.STATIC_ROOT)
        if (root / "staticfiles.json").exists() and not os.access(root, os.W_OK):
            self._say("The pages' files came with the program.")
            return
        try:
            fresh = collect_if_changed()
        except (OSError, subprocess.CalledProcessError) as error:
            raise CommandError(f"The pages' files could not be collected: {error}") from error
        self._say("The pages' files are collected." if fresh else "The pages' files are current.")

    def _look(self) -> list[str]:
        """What hinders, before anything is changed; else the migrations that wait."""
        if newer := schema.unknown_migrations():
            raise CommandError(
                f"The database is of a newer version than this program ({newer[-1]}). Install "
                "that version again, or restore the backup from before (docs/upgrading.md)."
            )
        if schema.is_of_a_development_version():
            raise CommandError(schema.DEVELOPMENT)
        if (server := programs.server_version()) < schema.OLDEST_SERVER:
            raise CommandError(
                f"PostgreSQL {schema.OLDEST_SERVER} or later is needed; this server is {server}."
            )
        found = run_checks(include_deployment_checks=not settings.ONE_MACHINE)
        found += run_checks(
            tags=["database"], include_deployment_checks=True, databases=["default"]
        )
        if wrong := [str(each.msg) for each in found if each.level >= ERROR]:
            raise CommandError("\n".join(wrong))
        return schema.waiting_migrations()

    def _refuse_while_used(self) -> None:
        if not schema.is_new() and (others := schema.other_connections()):
            raise CommandError(STOP_THEM.format(others))

    def _back_up(self, options: dict[str, Any]) -> None:
        folder: Path | None = options["backup"]
        if schema.is_new():
            self._say("The database is new: there is nothing to back up.")
            return
        if options["without_backup"]:
            self._say("No backup is written, as you said.")
            return
        if folder is None:
            raise CommandError("Name a folder (--backup), set BACKUP_FOLDER, or --without-backup.")
        self._say(f"A backup goes to {folder} ...")
        try:
            self._refuse_without_room(folder.absolute())
            path = package.write(
                folder.absolute(),
                now=database_clock.now(),
                passphrase=settings.BACKUP_PASSPHRASE,
                keep_days=None,
            )
        except BackupError as error:
            raise CommandError(f"No backup, so nothing was changed. {error}") from error
        self._say(f"{path}, written and read back.")

    def _refuse_without_room(self, folder: Path) -> None:
        there = next(step for step in (folder, *folder.parents) if step.exists())
        free, needed = shutil.disk_usage(there).free, schema.size_in_bytes()
        # Packed it takes less, but it is unpacked once to be read back.
        if free < needed:
            raise BackupError(f"{there} has {free:,} bytes free; the database takes {needed:,}.")

    def _migrate(self, lock_timeout: int) -> None:
        """Each change waits shortly for a table that somebody uses, and is tried again."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{lock_timeout}s"])
        for name in schema.drop_half_made_indexes():
            self._say(f"The index {name} was half made: it is made again.")
        for tries_left in reversed(range(TRIES)):
            try:
                call_command("migrate", interactive=False, skip_checks=True, stdout=self.stdout)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable) or not tries_left:
                    raise
                self._say(f"A table is in use; {tries_left} more tries ...")
                time.sleep(1)
            else:
                return

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
