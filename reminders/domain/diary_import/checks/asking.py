"""Questions about a file as a whole: those checks that it does not stand and nobody agreed to.

The words of a question name nobody, since they are also mailed; its examples may.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reminders.domain.diary_import.checks.corrections import corrections
from reminders.domain.diary_import.checks.counting import count_people, count_rows, last_file
from reminders.domain.diary_import.checks.doubts import doubts_about
from reminders.domain.diary_import.checks.examples import Examples, examples_of
from reminders.domain.diary_import.checks.numbers import Check, FileNumbers
from reminders.domain.diary_import.options import Options
from reminders.domain.diary_import.questions import (
    About,
    Answer,
    Choice,
    Question,
    always,
)
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.write.summary import Counts

_YES = "Yes, that is right"
_ALWAYS = "Yes, and do not ask this again of files like it"
_YES_TO = {
    Check.HALF: "Yes, it is complete",
    Check.OTHER_DAYS: "Yes, it is the right file",
    Check.ONE_NUMBER: "Yes, they are different people",
    Check.NUMBERING: "Yes, each is a second visit",
    Check.CANCELLED: "Yes, all of them are cancelled",
    Check.MUCH_CANCELLED: "Yes, cancel them",
}
COLUMN_OF: Mapping[Check, tuple[str, ...]] = {
    Check.PAST: ("starts_at", "date"),
    Check.AHEAD: ("starts_at", "date"),
    Check.MIDNIGHT: ("starts_at", "time", "date"),
    Check.NIGHT: ("starts_at", "time"),
    Check.CLOSED: ("starts_at", "date"),
    Check.ONE_START: ("starts_at", "date"),
    Check.LENGTHS: ("duration", "ends_at"),
    Check.OVER: ("status",),
    Check.CANCELLED: ("cancelled", "cancelled_at", "status"),
    Check.MUCH_CANCELLED: ("cancelled", "cancelled_at", "status"),
    Check.ONE_PHONE: ("phone",),
    Check.SEVERAL_PHONES: ("phone",),
    Check.ONE_NUMBER: ("patient_id",),
    Check.NAMES: ("name", "first_name", "last_name"),
    Check.PRACTITIONERS: ("practitioner",),
    Check.NUMBERING: ("external_id",),
}
"""The fields whose column is asked about."""


def questions_about_file(
    columns: Columns, options: Options, counts: Counts, *, order: str, now: datetime
) -> list[Question]:
    """What is strange about the file that is staged and matched, as far as nobody agreed to it.

    Notes the file's days in the counts. `order` is how its dates were
    read.
    """
    rows = count_rows(now=now)
    last = last_file(columns.header, options, now=now)
    counts.first_day, counts.last_day = (
        day.isoformat() if day else "" for day in (rows.first_day, rows.last_day)
    )
    # Somebody in the browser is asked on the preview, where the rows stand; else `--yes` says it.
    asks_here = options.source != "browser" and not options.confirmed
    numbers = FileNumbers(
        rows,
        count_people(columns.places),
        last,
        called_cancelled=counts.cancelled if asks_here else 0,
        expected=counts.expected,
        left=counts.errors,
    )
    agreed = options.answers.agreed
    return [
        _question(check, words, columns, order=order, now=now)
        for check, words in doubts_about(numbers).items()
        if check not in agreed
    ]


def _question(check: Check, words: str, columns: Columns, *, order: str, now: datetime) -> Question:
    column = columns.name_of(*COLUMN_OF.get(check, ()))
    found: Examples = examples_of(check, columns, now=now)
    yes = Choice(Answer(About.CHECK, str(check)), _YES_TO.get(check, _YES))
    return Question(
        About.CHECK,
        f"check:{check}",
        words,
        (yes, *corrections(check, column, found, order=order, now=now), always(yes, _ALWAYS)),
        found.texts,
        found.row,
        column[:100],
    )
