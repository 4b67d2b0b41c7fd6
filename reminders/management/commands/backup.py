"""Write a backup into one file: database, settings and, under a passphrase, secrets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from reminders.domain.backup import package
from reminders.domain.backup.programs import BackupError
from reminders.domain.common import database_clock


class Command(BaseCommand):
    """Write one, read it back, and forget those that are too old."""

    help = (
        "Writes a backup into one file and reads it back. With BACKUP_PASSPHRASE, or its _FILE, "
        "the secrets are in it as well, encrypted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and how long."""
        parser.add_argument(
            "folder",
            nargs="?",
            type=Path,
            default=settings.BACKUP_FOLDER,
            help="where backups are kept; BACKUP_FOLDER by default",
        )
        parser.add_argument(
            "--keep-days",
            type=int,
            default=settings.BACKUP_KEEP_DAYS,
            help="delete older ones once the new one is verified; BACKUP_KEEP_DAYS by default",
        )

    def handle(self, *, folder: Path | None, keep_days: int, **options: Any) -> None:
        """Say where it is and what is in it."""
        if folder is None:
            raise CommandError("Name a folder, or set BACKUP_FOLDER.")
        database_clock.measure()
        try:
            path = package.write(
                folder.absolute(),
                now=database_clock.now(),
                passphrase=settings.BACKUP_PASSPHRASE,
                keep_days=keep_days or None,
            )
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = path.stat().st_size / 1_000_000
        self.stdout.write(f"{path} ({size:,.1f} MB), written and read back.")
        if not settings.BACKUP_PASSPHRASE:
            self.stdout.write(
                "Without secrets: set BACKUP_PASSPHRASE_FILE, or keep SECRET_KEY elsewhere."
            )
