"""One import from file to outcome, in the order in which problems are told: the most fundamental
first.

Everything happens in one transaction, so a file is imported whole or not at all. Who calls decides
whether the transaction is kept: the command, the folder, or the pages with their preview.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from psycopg import errors

from reminders.domain.diary_import.problems import (
    MOST_SHOWN,
    ImportProblem,
    NeedsConfirmation,
    Problems,
    refuse,
)
from reminders.domain.diary_import.questions import Answers
from reminders.domain.diary_import.read.cells.dates import DateReader, order_of
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.files.tables import Table, open_table
from reminders.domain.diary_import.read.first_pass import Survey, survey
from reminders.domain.diary_import.read.header.columns import (
    Columns,
    choose_columns,
    header_digest,
    stop_if_missing,
)
from reminders.domain.diary_import.read.rows import RowReader
from reminders.domain.diary_import.read.time_limit import WHOLE, reading_within
from reminders.domain.diary_import.write.applying import apply_result
from reminders.domain.diary_import.write.locking import lock_changes
from reminders.domain.diary_import.write.matching import find_gone, match_rows, stop_at_other_sites
from reminders.domain.diary_import.write.sites import find_sites, lock_sites
from reminders.domain.diary_import.write.staging import prepare_transaction, stage, stop_if_twice
from reminders.domain.diary_import.write.summary import (
    Counts,
    count_result,
    half_missing,
    list_without_phone,
    texts_at_once,
    texts_to_withdraw,
)
from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem
from reminders.domain.planning.plan import PlanResult
from reminders.models import Import, ImportMapping, Location, Practitioner, Service

ATTEMPTS = 3
_CAME_IN_BETWEEN = (errors.UniqueViolation, errors.DeadlockDetected, errors.SerializationFailure)
_Result = TypeVar("_Result")

Progress = Callable[[int, str], None]
"""Hears percents and what is being done, in words."""


@dataclass(frozen=True)
class Options:
    """How a file is to be read and what may be done. Texts are "" where nothing is said.

    `wait` for another import at work at the same location; without it SitesBusyError is raised.
    """

    location: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    mapping_name: str = ""
    date_format: str = ""
    answers: Answers = field(default_factory=Answers)
    diary: str = ""
    gone: str = Import.Gone.KEEP
    create_locations: bool = False
    only_locations: frozenset[int] | None = None
    guess: bool = False
    confirmed: bool = False
    wait: bool = True
    source: str = "command"
    created_by_id: int | None = None


@dataclass
class ImportOutcome:
    """What became of a file. `planned` is None as long as nothing was written."""

    counts: Counts
    header: list[str]
    columns: dict[str, str]
    date_format: str
    warnings: list[str] = field(default_factory=list)
    cannot_be_reminded: list[ImportProblem] = field(default_factory=list)
    planned: PlanResult | None = None
    import_id: int | None = None


def options_with_mapping(name: str, options: Options) -> Options:
    """The same options with a saved mapping by name; what the options say themselves wins."""
    mapping = ImportMapping.objects.filter(name__iexact=name.strip()).first()
    if mapping is None:
        known = ", ".join(
            f"“{known}”" for known in ImportMapping.objects.values_list("name", flat=True)[:10]
        )
        raise refuse(
            f"There is no mapping “{name[:60]}”. {f'There is {known}.' if known else 'None is saved yet.'} "
            "Mappings are saved when a file is imported in the browser."
        )
    location = options.location or (mapping.location.name if mapping.location else "")
    return replace(
        options,
        mapping=dict(mapping.columns),
        mapping_name=mapping.name,
        date_format=options.date_format or mapping.date_format,
        diary=options.diary or mapping.diary,
        location=location,
    )


def import_file(
    source: Source, options: Options, *, now: datetime, dry_run: bool = False
) -> ImportOutcome:
    """Import a file in one transaction, or with `dry_run` only say what would happen.

    Raises ImportRefused, and then nothing has changed.
    """

    def once() -> ImportOutcome:
        with transaction.atomic():
            outcome = _import(source, options, now=now, dry_run=dry_run)
            if dry_run:
                transaction.set_rollback(True)
        return outcome

    return retry_on_conflict(once)


def retry_on_conflict(work: Callable[[], _Result]) -> _Result:
    """Do it again when another transaction came in between.

    Imports of different locations may meet in one patient or one practitioner: then one of them is
    told that a number is taken, or that both wait for each other. The second time it finds what the
    other made.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return work()
        except DatabaseError as error:
            if not isinstance(error.__cause__, _CAME_IN_BETWEEN):
                raise
    return work()


def _import(source: Source, options: Options, *, now: datetime, dry_run: bool) -> ImportOutcome:
    with prepared_import(source, options, now=now, look=dry_run) as outcome:
        if dry_run:
            counts = outcome.counts
            cancel = options.gone == Import.Gone.CANCEL
            counts.to_withdraw = texts_to_withdraw(cancel_gone=cancel, now=now)
            counts.at_once = texts_at_once(now=now)
            return outcome
        row = record_import(source, options, outcome, now=now)
        write(row, outcome, now=now)
    return outcome


@contextmanager
def prepared_import(
    source: Source,
    options: Options,
    *,
    now: datetime,
    look: bool = False,
    progress: Progress | None = None,
) -> Iterator[ImportOutcome]:
    """Read, check, stage and match a file; inside the block the temporary tables hold the outcome.

    What would change is locked, except for a `look` that is not to be applied.

    To be used in a transaction. Raises ImportRefused with the most fundamental problem.
    """
    tell = progress or (lambda _percent, _words: None)
    prepare_transaction()
    with open_table(source, mapping=options.mapping) as table:
        tell(2, "Reading the file")
        columns = choose_columns(
            table.header, table.sample, mapping=options.mapping, guess=options.guess
        )
        stop_if_missing(columns)
        dates = DateReader(order_of(options.date_format))
        with reading_within(WHOLE):
            found = survey(table, columns, dates)
        _stage(table, columns, dates, found, options, tell)
    tell(40, "Comparing with the diary")
    gone, expected = _compare(options, by_id="external_id" in columns.places, look=look, now=now)
    if options.only_locations is not None:
        stop_at_other_sites(options.only_locations, column=columns.name_of("external_id"))
    counts = count_result()
    counts.gone, counts.expected = gone, expected
    outcome = ImportOutcome(counts, columns.header, columns.as_mapping(), _told(dates))
    outcome.warnings = [*_footer(table), *_warnings(outcome, options)]
    if counts.cannot_be_reminded:
        column = columns.name_of("phone")
        outcome.cannot_be_reminded = [
            ImportProblem(phone_words(code), number, column)
            for number, code in list_without_phone(limit=MOST_SHOWN)
        ]
    _stop_if_much_gone(counts, options)
    yield outcome


def _compare(options: Options, *, by_id: bool, look: bool, now: datetime) -> tuple[int, int]:
    """Match the file with the diary, again until nobody came in between; return the gone and
    expected.
    """
    while True:
        match_rows(diary=options.diary, only=options.only_locations, now=now)
        found = find_gone(diary=options.diary, by_id=by_id, now=now)
        if look or lock_changes(cancel_gone=options.gone == Import.Gone.CANCEL, now=now):
            return found


def _footer(table: Table) -> list[str]:
    told = ", ".join(f"row {number} (“{words[:40]}”)" for number, words in table.footer)
    return [f"Passed over at the end, as it is no appointment: {told}."] if told else []


def _told(dates: DateReader) -> str:
    return "" if dates.assumed else dates.order or ""


def _stage(
    table: Table,
    columns: Columns,
    dates: DateReader,
    found: Survey,
    options: Options,
    tell: Progress,
) -> None:
    sites, default = find_sites(
        found.locations,
        columns,
        default=options.location,
        create=options.create_locations,
        only=options.only_locations,
    )
    named = [sites[name.casefold()] for name in found.locations]
    lock_sites({site.id for site in [*named, *([default] if default else [])]}, wait=options.wait)
    reader = RowReader(
        columns,
        dates,
        sites=sites,
        default=default,
        known_names=_known_names(),
        problems=Problems(),
    )
    with reading_within(WHOLE):
        stage(
            table,
            reader,
            rows=found.rows,
            on_progress=lambda done: tell(5 + 35 * done // found.rows, "Checking the rows"),
        )
    stop_if_twice(columns, rows=found.rows)


def phone_words(code: str) -> str:
    """What to do about a row that cannot be reminded, from a code of `PhoneProblem`."""
    return (
        PROBLEM_WORDS.get(PhoneProblem(code), "")
        if code in set(PhoneProblem)
        else "There is no phone number."
    )


def _known_names() -> dict[str, dict[str, str]]:
    return {
        field: {name.casefold(): name for name in model.objects.values_list("name", flat=True)}
        for field, model in (("practitioner", Practitioner), ("service", Service))
    }


def _stop_if_much_gone(counts: Counts, options: Options) -> None:
    if (
        options.gone != Import.Gone.CANCEL
        or options.confirmed
        or counts.gone * 5 <= counts.expected
    ):
        return
    share = round(100 * counts.gone / counts.expected)
    raise NeedsConfirmation(
        [
            ImportProblem(
                f"{counts.gone:,} of {counts.expected:,} coming appointments ({share}%) are gone from "
                f"the file and would be cancelled. Is the file complete?",
                hint="To cancel them all the same, confirm with --yes.",
            )
        ],
        rows=counts.rows,
    )


def _warnings(outcome: ImportOutcome, options: Options) -> list[str]:
    counts = outcome.counts
    same_site = Q(location__name__iexact=options.location) if options.location else Q(location=None)
    last = (
        Import.objects.filter(
            same_site, state=Import.State.APPLIED, header=outcome.header, diary=options.diary
        )
        .exclude(applied_at=None)
        .order_by(F("applied_at").desc())
        .first()
    )
    counts.last_rows = int(last.counts.get("rows", 0)) if last else 0
    warnings = []
    if half_missing(counts.as_json()):
        warnings.append(
            f"The file has {counts.rows:,} rows; the last one of this kind had {counts.last_rows:,}. Is it "
            "complete?"
        )
    if counts.flagged:
        warnings.append(
            f"{counts.flagged:,} {'row needs' if counts.flagged == 1 else 'rows need'} a look: a time that "
            f"the clocks skip or show twice, several phone numbers, or a patient number of somebody else."
        )
    return warnings


def record_import(
    source: Source, options: Options, outcome: ImportOutcome, *, now: datetime
) -> Import:
    """The Import that tells of this file, about to be applied."""
    return Import.objects.create(
        filename=source.name[:255],
        source=options.source,
        digest=source.digest(),
        location=Location.objects.filter(name__iexact=options.location).first()
        if options.location
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
    outcome.counts.to_withdraw = outcome.planned.to_withdraw
    row.state = Import.State.APPLIED
    row.counts, row.progress, row.words = outcome.counts.as_json(), 100, ""
    row.problems = [{"message": warning} for warning in outcome.warnings]
    row.applied_at = now
    row.save(update_fields=["state", "counts", "problems", "progress", "words", "applied_at"])


def remembered_mapping(header: list[str], *, here: Q | None = None) -> ImportMapping | None:
    """The mapping that was last used for files with this header, of those that meet the condition."""
    found = ImportMapping.objects.filter(here or Q(), header=header_digest(header))
    return found.order_by(F("used_at").desc(nulls_last=True)).first()
