"""`manage.py import_appointments`: a diary's export from a file or standard input, whole or not at
all.
"""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from reminders.domain.diary_import import (
    ImportOutcome,
    ImportRefused,
    Options,
    Source,
    import_file,
    open_path,
    open_stream,
    options_with_mapping,
)
from reminders.domain.diary_import.asking.missing import questions_of
from reminders.domain.diary_import.asking.options import GivenAnswers, given_answers
from reminders.domain.diary_import.asking.unattended import options_for
from reminders.domain.diary_import.asking.words import reason_words
from reminders.domain.diary_import.read.files.sources import printable

LISTED = 100


class Command(BaseCommand):
    """Exit 0: imported. Exit 1: nothing imported, errors by row on stderr."""

    # They read every page and form of the site, for a program that shows none.
    requires_system_checks = ()

    help = (
        "Import appointments from a CSV, Excel, ODS or calendar file, the whole of it or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of `interfaces`: names that scripts rely on."""
        parser.add_argument("file", metavar="FILE", help="the file, or - for standard input")
        parser.add_argument(
            "--location", default="", metavar="NAME", help="for rows that name no location"
        )
        parser.add_argument(
            "--mapping", default="", metavar="NAME", help="a mapping saved in the browser"
        )
        parser.add_argument(
            "--date-format",
            default="",
            metavar="F",
            help="dmy, mdy or ymd, or a pattern such as DD/MM/YYYY",
        )
        _add_answers(parser)
        parser.add_argument(
            "--gone",
            choices=["keep", "cancel"],
            default="keep",
            help="what happens to coming appointments that the file no longer has (default: keep)",
        )
        parser.add_argument(
            "--yes", action="store_true", help="cancel what is gone even if it is more than 20%%"
        )
        parser.add_argument(
            "--diary",
            default="",
            metavar="NAME",
            help="whose ids, where sites have several diaries",
        )
        parser.add_argument(
            "--create-locations", action="store_true", help="create locations that are missing"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print the outcome as JSON")

    def handle(self, *args: Any, **options: Any) -> None:  # Any: Django's signature
        """Import, and report."""
        try:
            with _open(options["file"]) as source:
                now = timezone.now()
                outcome = import_file(
                    source,
                    options_for(source, _options(options), _given(options), now=now),
                    now=now,
                    dry_run=options["dry_run"],
                )
        except ImportRefused as refused:
            self._report_refusal(refused, as_json=options["json"])
            sys.exit(1)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(outcome), ensure_ascii=False))
        else:
            self.stdout.write(_in_words(outcome, dry_run=options["dry_run"]))
        for problem in outcome.cannot_be_reminded[:LISTED]:
            self.stderr.write(f"Cannot be reminded. {problem}")
        for warning in outcome.warnings:
            self.stderr.write(f"Note: {warning}")

    def _report_refusal(self, refused: ImportRefused, *, as_json: bool) -> None:
        for problem in refused.problems[:LISTED]:
            self.stderr.write(str(problem))
        more = len(refused.problems) - LISTED + refused.more
        if more > 0:
            self.stderr.write(f"... and {more:,} more errors.")
        self.stderr.write("Nothing was imported.")
        if as_json:
            self.stdout.write(json.dumps(_refused_as_json(refused), ensure_ascii=False))


def _add_answers(parser: CommandParser) -> None:
    """The options of which each answers one question that the browser would ask."""
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar='"HEADER=field"',
        help='what a column means, as in --column "Mobile (H)=phone"; '
        "nothing or “aside” after the sign: it is only kept. Once for each column",
    )
    parser.add_argument(
        "--meaning",
        action="append",
        default=[],
        metavar='"HEADER:value=meaning"',
        help="what a value of a column means, as in "
        '--meaning "Status:Broken=cancelled". Once for each value',
    )
    parser.add_argument(
        "--time-zone", default="", metavar="ZONE", help="of the file's times: Europe/London"
    )
    parser.add_argument("--sheet", default="", metavar="NAME", help="the sheet of a workbook")
    parser.add_argument(
        "--encoding", default="", metavar="NAME", help="of a text file: utf-8, cp1252, mac-roman"
    )
    parser.add_argument(
        "--errors",
        choices=["stop", "leave"],
        default="",
        help="rows with mistakes: stop (nothing is imported), or leave them and import the others",
    )
    parser.add_argument(
        "--agree",
        action="append",
        default=[],
        metavar="CODE",
        help="what looks unusual is right: the code that the refusal names. Once for each",
    )


def _given(given: dict[str, Any]) -> GivenAnswers:  # Any: as argparse gives them
    return given_answers(
        columns=map(printable, given["column"]),
        meanings=map(printable, given["meaning"]),
        time_zone=printable(given["time_zone"]),
        sheet=printable(given["sheet"]),
        encoding=printable(given["encoding"]),
        errors=given["errors"],
        agree=map(printable, given["agree"]),
    )


def _open(name: str) -> AbstractContextManager[Source]:
    return (
        open_stream(sys.stdin.buffer, name="standard input")
        if name == "-"
        else open_path(Path(name))
    )


def _options(given: dict[str, Any]) -> Options:  # Any: as argparse gives them
    given = {
        name: printable(value) if isinstance(value, str) else value for name, value in given.items()
    }
    options = Options(
        location=given["location"],
        date_format=given["date_format"],
        diary=given["diary"],
        gone=given["gone"],
        create_locations=given["create_locations"],
        confirmed=given["yes"],
    )
    return options_with_mapping(given["mapping"], options) if given["mapping"] else options


def _as_json(outcome: ImportOutcome) -> dict[str, Any]:  # Any: JSON
    counts = outcome.counts
    return {
        "rows": counts.rows,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "gone": counts.gone,
        "cannot_be_reminded": counts.cannot_be_reminded,
        "errors": [mistake.problem.as_json() for mistake in outcome.mistakes],
        "cannot_be_reminded_rows": [problem.as_json() for problem in outcome.cannot_be_reminded],
        "moved": counts.moved,
        "cancelled": counts.cancelled,
        "questions": [],
        "left_out": counts.left_out,
        "set_aside": _set_aside(outcome),
        "contacts_changed": counts.changed_contacts,
        "contacts_apart": counts.apart,
        "to_withdraw": counts.to_withdraw,
        "warnings": outcome.warnings,
        "import": outcome.import_id,
    }


def _refused_as_json(refused: ImportRefused) -> dict[str, Any]:  # Any: JSON
    names = ("new", "changed", "unchanged", "gone", "cannot_be_reminded", "contacts_changed")
    nothing = dict.fromkeys(names, 0)
    return {
        "rows": refused.rows,
        **nothing,
        "errors": [problem.as_json() for problem in refused.problems],
        "more_errors": refused.more,
        "questions": [question.as_json() for question in questions_of(refused)],
        "left_out": {},
        "set_aside": [],
    }


def _in_words(outcome: ImportOutcome, *, dry_run: bool) -> str:
    counts = outcome.counts
    lines = [
        f"{counts.rows:,} row{'' if counts.rows == 1 else 's'}: {counts.new:,} new, "
        f"{counts.changed:,} changed, {counts.unchanged:,} unchanged, "
        f"{counts.gone:,} gone from the file, {counts.cannot_be_reminded:,} cannot be reminded."
    ]
    if not counts.new and not counts.changed and not counts.gone:
        lines.append("Nothing new.")
    if counts.changed_contacts:
        one = counts.changed_contacts == 1
        lines.append(f"{counts.changed_contacts:,} patient{' has' if one else 's have'} changed.")
    lines += _passed_over(outcome)
    if counts.apart:
        lines.append(
            f"{counts.apart:,} new with a patient number of somebody else: taken as other people."
        )
    if counts.to_withdraw:
        lines.append(
            f"{counts.to_withdraw:,} messages {'would be' if dry_run else 'are'} withdrawn."
        )
    lines.append("This was a dry run: nothing was imported." if dry_run else "Imported.")
    return "\n".join(lines)


def _passed_over(outcome: ImportOutcome) -> list[str]:
    """The rows and columns of the file that were not imported, each with its reason or name."""
    left_out = outcome.counts.left_out
    lines = [f"Left out: {n:,} ({reason_words(code)})." for code, n in left_out.items()]
    if outcome.counts.errors:
        lines.append(f"Left, with a mistake: {outcome.counts.errors:,}.")
    if aside := _set_aside(outcome):
        lines.append(f"Set aside: {', '.join(aside)}.")
    return lines


def _set_aside(outcome: ImportOutcome) -> list[str]:
    """The columns that were not read, by the file's own names."""
    return outcome.counts.set_aside
