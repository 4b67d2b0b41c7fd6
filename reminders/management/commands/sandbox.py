"""`manage.py sandbox`: the imitation of the provider alone, with its phone in the browser."""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reminders.sandbox.__main__ import add_arguments, run


class Command(BaseCommand):
    """Serves until Ctrl-C."""

    help = "Start the imitation of the Messages API, with a phone in the browser."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The same arguments as `python -m reminders.sandbox`."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        """Serve until told to stop."""
        sys.exit(run(argparse.Namespace(**options)))
