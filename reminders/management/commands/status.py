"""Tell whether the application does its work: for people, or as JSON for monitoring."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError

from reminders.domain.common import database_clock
from reminders.domain.operations.alert_words import WORDS
from reminders.domain.operations.health import status_report, unreachable_report

UNHEALTHY = 2


class Command(BaseCommand):
    """Print the state of appointments, reminders, messages, replies and the provider."""

    help = "Tells whether everything works; the exit code is 0 when it does and 2 when not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def _report(self) -> dict[str, Any]:
        try:
            # A process that has just begun knows no difference of clocks yet.
            database_clock.measure()
            return status_report(now=database_clock.now())
        except (DatabaseError, InterfaceError) as error:
            return unreachable_report(_one_line(error))

    def handle(self, **options: Any) -> None:
        """Print the report; exit with 2 when something is wrong."""
        report = self._report()
        self.stdout.write(json.dumps(report) if options["json"] else "\n".join(lines(report)))
        # 2 and not 1: monitoring tells “not well” from “the command itself failed”.
        if not report["healthy"]:
            raise SystemExit(UNHEALTHY)


def _about(code: str, report: dict[str, Any]) -> list[str]:
    """A trouble, what exactly, and what to do."""
    _, title, words = WORDS[code]
    details = report["details"].get(code, "")
    return [title, *([f"  {details}"] if details else []), f"  {words}"]


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def lines(report: dict[str, Any]) -> list[str]:
    """The report as people read it."""
    counts = [
        f"{name}: " + (", ".join(f"{n} {state}" for state, n in report[name].items()) or "none")
        for name in ("appointments", "reminders", "messages")
    ]
    return [
        "Healthy." if report["healthy"] else "Not healthy:",
        *(f"  {line}" for code in report["troubles"] for line in _about(code, report)),
        *counts,
        f"not known whether sent: {report['unknown']}; to withdraw: {report['to_withdraw']}",
        f"oldest text that is due and not handed over: {report['oldest_due_seconds']} s",
        f"cards in the inbox: {report['replies_unhandled']}",
        f"replies last fetched: {report['last_poll'] or 'never'}",
        f"last heartbeat: {report['beat_heartbeat'] or 'never'}",
        f"provider: {report['provider']['words']}",
    ]
