"""What became of a file: the outcome for those who asked, the rows and counts that are kept of
it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary_import.options import Options
from reminders.domain.diary_import.problems import ImportProblem
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.rows.people import TEXTS_WORDS
from reminders.domain.diary_import.write.applying import apply_result
from reminders.domain.diary_import.write.summary import Counts
from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem
from reminders.domain.planning.plan import PlanResult
from reminders.models import Import, ImportRow, Location

Progress = Callable[[int, str], None]
"""Hears percents and what is being done, in words."""


@dataclass(frozen=True, slots=True)
class RowMistake:
    """A row that was left because of a mistake, with its cells."""

    problem: ImportProblem
    cells: list[str]


@dataclass
class ImportOutcome:
    """What became of a file. `planned` is None as long as nothing was written.

    `mistakes` are rows that were left, where that was agreed to. `counts` tell what was passed
    over, set aside, and changed of people.
    """

    counts: Counts
    header: list[str]
    columns: dict[str, str]
    date_format: str
    warnings: list[str] = field(default_factory=list)
    cannot_be_reminded: list[ImportProblem] = field(default_factory=list)
    mistakes: list[RowMistake] = field(default_factory=list)
    planned: PlanResult | None = None
    import_id: int | None = None


def phone_words(code: str) -> str:
    """Why a row cannot be reminded and what to do, from a code of `PhoneProblem` or of texts."""
    if code in TEXTS_WORDS:
        return TEXTS_WORDS[code]
    return (
        PROBLEM_WORDS.get(PhoneProblem(code), "")
        if code in set(PhoneProblem)
        else "There is no phone number."
    )


def warnings_of(outcome: ImportOutcome) -> list[str]:
    """What somebody should know of an import that needs no answer."""
    counts = outcome.counts
    if not counts.flagged:
        return []
    need = "row needs" if counts.flagged == 1 else "rows need"
    return [
        f"{counts.flagged:,} {need} a look: a time that the clocks skip or show twice, several "
        "phone numbers, or a patient number of somebody else."
    ]


def record_import(
    source: Source, options: Options, outcome: ImportOutcome, *, now: datetime
) -> Import:
    """The Import that tells of this file, about to be applied."""
    return Import.objects.create(
        filename=source.name[:255],
        source=options.source,
        digest=source.digest(),
        location=Location.objects.filter(name__iexact=options.default_location).first()
        if options.default_location
        else None,
        state=Import.State.APPLYING,
        mapping=outcome.columns,
        mapping_name=options.mapping_name,
        header=outcome.header,
        date_format=outcome.date_format,
        diary=options.diary,
        gone=options.gone,
        created_at=now,
        created_by_id=options.created_by_id,
    )


def keep_mistakes(row: Import, outcome: ImportOutcome) -> None:
    """Keep the rows that were left because of a mistake, each with what is wrong."""
    ImportRow.objects.bulk_create(
        ImportRow(
            of=row,
            number=mistake.problem.row or 0,
            cells=[cell[:500].replace("\0", "\ufffd") for cell in mistake.cells],
            outcome=ImportRow.Outcome.ERROR,
            column=mistake.problem.column,
            words=mistake.problem.message,
        )
        for mistake in outcome.mistakes
    )


def write(
    row: Import, outcome: ImportOutcome, *, now: datetime, progress: Progress | None = None
) -> None:
    """Apply what is staged, and note the outcome on the Import."""
    tell = progress or (lambda _percent, _words: None)
    outcome.planned = apply_result(
        import_id=row.pk,
        diary=row.diary,
        now=now,
        user_id=row.created_by_id,
        on_progress=lambda percent: tell(45 + percent // 2, "Writing the appointments"),
    )
    outcome.import_id = row.pk
    _drop_what_is_said_again(row)
    keep_mistakes(row, outcome)
    outcome.counts.to_withdraw = outcome.planned.to_withdraw
    row.state = Import.State.APPLIED
    row.counts, row.progress, row.words = outcome.counts.as_json(), 100, ""
    row.problems = [{"message": warning} for warning in outcome.warnings]
    row.applied_at = now
    row.save(update_fields=["state", "counts", "problems", "progress", "words", "applied_at"])
    enqueue_after_commit("pairs")


def _drop_what_is_said_again(row: Import) -> None:
    """Drop the rows of the same diary's last file that were unchanged: this file says them
    again.
    """
    earlier = Import.objects.filter(
        state=Import.State.APPLIED,
        source=row.source,
        diary=row.diary,
        location=row.location_id,
        header=row.header,
        pk__lt=row.pk,
    )
    # Of one file at most: those before it lost theirs when it came.
    last = earlier.order_by("-pk").values_list("pk", flat=True)[:1]
    unchanged = ImportRow.objects.filter(of__in=list(last), outcome=ImportRow.Outcome.UNCHANGED)
    unchanged.delete()
