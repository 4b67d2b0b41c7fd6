"""Look over everything, once: for people, or as JSON for programs."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand

from reminders.domain.common import database_clock
from reminders.domain.operations.doctor.examine import examine
from reminders.domain.operations.doctor.findings import Finding, report
from reminders.domain.sending.client import messages_api

AMISS = 2
SIGNS = {"ok": "ok     ", "warning": "look   ", "danger": "AMISS  "}


class Command(BaseCommand):
    """Print what was looked at, and of each fault the sentence that mends it."""

    help = (
        "Looks over settings, services, clocks, disks, rights, backups, certificate, mail and "
        "provider; the exit code is 0 when nothing is amiss and 2 when something is."
    )
    # It is asked for when things are broken: Django's own checks might not even start.
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--json` for programs."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        """Print the report; exit with 2 when something is amiss."""
        found = examine(messages_api(), now=database_clock.now())
        told = report(found)
        self.stdout.write(json.dumps(told) if options["json"] else "\n".join(lines(found)))
        # 2 and not 1: monitoring tells “not well” from “the command itself failed”.
        if not told["well"]:
            raise SystemExit(AMISS)


def lines(found: list[Finding]) -> Iterator[str]:
    """The report as people read it: each finding, and beneath it what to do."""
    for one in found:
        yield (
            f"{SIGNS[one.level]}{one.title}: {one.words}"
            if one.words
            else (f"{SIGNS[one.level]}{one.title}")
        )
        if one.mend:
            yield f"         {one.mend}"
    worst = sum(one.level == "danger" for one in found)
    look = sum(one.level == "warning" for one in found)
    yield ""
    yield f"{worst} amiss, {look} to look at, {len(found) - worst - look} well."
