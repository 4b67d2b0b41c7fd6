"""`manage.py trail check`: follow the whole chain of the trail, and say whether it holds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reminders.domain.common.database_clock import now
from reminders.domain.trail.check import check_all
from reminders.domain.trail.seal import seal_waiting
from reminders.domain.trail.visitor import by_command
from reminders.domain.trail.write import Kind, note


class Command(BaseCommand):
    """For a scheduler of one's own, or before a copy of the database is handed over."""

    help = "Check that nobody changed the trail of who did what."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """There is one thing to do."""
        parser.add_argument("what", choices=["check"])

    def handle(self, *, what: str, **options: Any) -> None:
        """Check it. Exit: 0 whole, 1 broken."""
        with by_command():
            note(Kind.TRAIL, details={"command": f"trail {what}"})
        seal_waiting(now=now())
        found = check_all(now=now())
        if not found.whole:
            raise CommandError(f"The chain is broken at entry {found.broken_at}: {found.words}.")
        self.stdout.write(f"The chain is whole: {found.entries:,} entries.")
