"""What the tests of the import share: files from texts, and an import in one line."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from reminders.domain.diary_import import (
    ImportOutcome,
    ImportRefused,
    Options,
    import_file,
    open_stream,
)
from reminders.domain.diary_import.questions import Answers, Question, QuestionsOpen
from reminders.models import Appointment, Location
from tests import factories as make

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
HEADER = "id,name,phone,date,time"
ANN = "1,Ann Lee,0491 570 006,2026-03-04,10:00"


def sydney(name: str = "Sydney") -> Location:
    """A site in Australia."""
    return make.make_location(name=name, zone="Australia/Sydney", country="AU")


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    """A CSV file in UTF-8."""
    return "\n".join([header, *rows, ""]).encode()


def bring_in(
    content: bytes, *, now: datetime = NOW, dry_run: bool = False, **options: Any
) -> ImportOutcome:
    """Import these bytes."""
    with open_stream(io.BytesIO(content), name="diary.csv") as source:
        return import_file(source, Options(**options), now=now, dry_run=dry_run)


def agreeing(*codes: str) -> Answers:
    """What somebody says to whom a file seemed strange: that it is right."""
    return Answers(agreed=frozenset(codes))


def open_questions(content: bytes, **options: Any) -> list[Question]:
    """What a file leaves open; nothing when it was imported."""
    try:
        bring_in(content, **options)
    except QuestionsOpen as left:
        return left.questions
    return []


def asked(content: bytes, **options: Any) -> dict[str, str]:
    """The words of what a file leaves open, by the names of the questions."""
    return {question.name: question.words for question in open_questions(content, **options)}


def refusal(content: bytes, **options: Any) -> list[str]:
    """The problems, as the command prints them, of a file that must be refused."""
    try:
        bring_in(content, **options)
    except ImportRefused as refused:
        return [str(problem) for problem in refused.problems]
    raise AssertionError("The file was imported.")


def summary(outcome: ImportOutcome) -> tuple[int, int, int, int]:
    """New, changed, unchanged, gone."""
    counts = outcome.counts
    return counts.new, counts.changed, counts.unchanged, counts.gone


def diary() -> list[tuple[str, str, str, str, str, int]]:
    """Every appointment: id, name, phone, wall time, status, version."""
    rows = Appointment.objects.select_related("contact").order_by("external_id", "pk")
    return [
        (
            row.external_id,
            row.contact.name,
            row.contact.phone,
            f"{row.local_date} {row.local_time:%H:%M}",
            row.status,
            row.version,
        )
        for row in rows
    ]
