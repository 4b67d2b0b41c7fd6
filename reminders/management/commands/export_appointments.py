"""`manage.py export_appointments`: appointments with their state, for other programs."""

import argparse
import os
import sys
from datetime import date
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reminders.domain.pages.export import write_csv, write_json
from reminders.domain.trail.visitor import by_command
from reminders.domain.trail.write import Kind, note


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"“{text}” is no date. Write it like 2026-12-31."
        ) from None


class Command(BaseCommand):
    """Writes to standard output."""

    help = "Print appointments as CSV or JSON: status, state of the last text, last reply."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of `interfaces`; days are local to each location, both included."""
        parser.add_argument(
            "--from", dest="first", type=_day, default=None, metavar="D", help="first day"
        )
        parser.add_argument(
            "--to", dest="last", type=_day, default=None, metavar="D", help="last day"
        )
        parser.add_argument("--format", choices=["csv", "json"], default="csv")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        """Stream the rows."""
        write = write_json if options["format"] == "json" else write_csv
        out = cast(TextIO, _Plain(self.stdout))  # Django's wrapper adds a line end to each write
        days = {"first": str(options["first"] or ""), "last": str(options["last"] or "")}
        with by_command():
            note(Kind.DOWNLOAD, details={"file": "export_appointments", **days})
        try:
            write(out, now=timezone.now(), first=options["first"], last=options["last"])
        except BrokenPipeError:  # the reader has seen enough, as `head` does
            # Python flushes once more at its end, into a pipe that is gone: that would print a
            # traceback.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Plain:
    """Standard output without the line ends that Django's wrapper adds."""

    def __init__(self, wrapper: Any) -> None:  # Any: Django's OutputWrapper
        self._wrapper = wrapper

    def write(self, text: str) -> int:
        self._wrapper.write(text, ending="")
        return len(text)
