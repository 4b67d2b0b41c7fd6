"""One import from file to outcome, in the order in which problems are told: the most fundamental
first.

Everything happens in one transaction, so a file is imported whole or not at all. Who calls decides
whether the transaction is kept: the command, the folder, or the pages with their preview.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reminders.domain.common.locks import retry_import
from reminders.domain.diary_import.checks import questions_about_file
from reminders.domain.diary_import.options import (
    STOP,
    Options,
    options_with_mapping,
    remembered_mapping,
)
from reminders.domain.diary_import.problems import (
    MOST_SHOWN,
    ImportProblem,
    NeedsConfirmation,
    Problems,
    problems_by_row,
)
from reminders.domain.diary_import.questions import About, Answer, Answers, QuestionsOpen
from reminders.domain.diary_import.read.cells.dates import DateReader, order_of
from reminders.domain.diary_import.read.files.sources import Source
from reminders.domain.diary_import.read.files.tables import Table, open_table
from reminders.domain.diary_import.read.first_pass import Survey, survey
from reminders.domain.diary_import.read.header.columns import (
    Columns,
    choose_columns,
    stop_if_missing,
)
from reminders.domain.diary_import.read.rows import RowReader
from reminders.domain.diary_import.read.rows.left_out import Reason
from reminders.domain.diary_import.read.rows.widths import RowWidths
from reminders.domain.diary_import.read.time_limit import WHOLE, reading_within
from reminders.domain.diary_import.read.widths import stop_if_shifted
from reminders.domain.diary_import.results import (
    ImportOutcome,
    Progress,
    RowMistake,
    keep_mistakes,
    phone_words,
    record_import,
    warnings_of,
    write,
)
from reminders.domain.diary_import.write.locking import lock_changes
from reminders.domain.diary_import.write.matching import find_gone, match_rows, stop_at_other_sites
from reminders.domain.diary_import.write.second_look import look_at_staged
from reminders.domain.diary_import.write.sites import country_of, find_sites, lock_sites, only_site
from reminders.domain.diary_import.write.staging import prepare_transaction, stage
from reminders.domain.diary_import.write.summary import (
    Counts,
    count_result,
    list_without_phone,
    texts_at_once,
    texts_to_withdraw,
)
from reminders.models import Import, Practitioner, Service

__all__ = [
    "ImportOutcome",
    "Options",
    "Progress",
    "import_file",
    "keep_mistakes",
    "options_with_mapping",
    "phone_words",
    "prepared_import",
    "remembered_mapping",
    "write",
]


def import_file(
    source: Source,
    options: Options,
    *,
    now: datetime,
    dry_run: bool = False,
    afterwards: Callable[[ImportOutcome], None] | None = None,
) -> ImportOutcome:
    """Import a file in one transaction, or with `dry_run` only say what would happen.

    What is to be done `afterwards` is done in the same transaction, with the file or not at all.
    Raises ImportRefused, and then nothing has changed.
    """

    @retry_import
    def once() -> ImportOutcome:
        with transaction.atomic():
            outcome = _import(source, options, now=now, dry_run=dry_run)
            # A look creates locations and fills tables as the real thing does: nothing of it stays.
            if dry_run:
                transaction.set_rollback(True)
            elif afterwards:
                afterwards(outcome)
        return outcome

    return once()


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
    staged = _read_and_stage(source, options, tell, now=now)
    tell(40, "Comparing with the diary")
    columns, reader = staged.columns, staged.reader
    # Their visits are not gone: the file holds them, in rows that could not be read.
    faulty = sorted(set(reader.faulty_ids)) if staged.mistakes else []
    by_id = "external_id" in columns.places
    gone, expected = _compare(options, by_id=by_id, faulty=faulty, look=look, now=now)
    if options.only_locations is not None:
        stop_at_other_sites(options.only_locations, column=columns.name_of("external_id"))
    # After the locks: counted before, it would tell of what somebody changes a moment later.
    counts = count_result()
    counts.gone, counts.expected = gone, expected
    counts.left_out, counts.left_out_rows = reader.left_out.counts, reader.left_out.examples
    counts.set_aside = columns.set_aside
    counts.errors = reader.problems.rows
    order = staged.dates.order or ""
    strange = questions_about_file(columns, options, counts, order=order, now=now)
    if strange:
        raise QuestionsOpen(strange, rows=staged.rows)
    outcome = _outcome(staged, counts)
    _stop_if_much_gone(counts, options)
    yield outcome


@dataclass(frozen=True)
class _Staged:
    """A file whose rows lie in the staging table, with all that reading them has told."""

    columns: Columns
    dates: DateReader
    reader: RowReader
    mistakes: list[ImportProblem]
    rows: int
    warnings: list[str]


def _read_and_stage(source: Source, options: Options, tell: Progress, *, now: datetime) -> _Staged:
    with open_table(
        source,
        answers=options.answers,
        mapping=options.mapping,
        country=country_of(options.location),
        today=now.date(),
    ) as table:
        tell(2, "Reading the file")
        columns = _columns(table, options, now=now)
        dates = _date_reader(options, now=now)
        # All rows before any is taken in: whether 03/04 is March or April is decided by the whole.
        with reading_within(WHOLE):
            found = survey(table, columns, dates, options.answers)
        reader = _stage(table, columns, dates, found, options, tell, now=now)
        mistakes = look_at_staged(columns, reader, options, rows=found.rows)
        for form, count, rows in table.passed_over.by_reason():
            reader.left_out.add_all(Reason[form.name], count, rows)
        return _Staged(columns, dates, reader, mistakes, found.rows, table.warnings)


def _outcome(staged: _Staged, counts: Counts) -> ImportOutcome:
    """What is told of the file, as long as nothing is written."""
    columns, reader = staged.columns, staged.reader
    outcome = ImportOutcome(counts, columns.header, columns.as_mapping(), _told(staged.dates))
    outcome.mistakes = [
        RowMistake(problem, reader.mistakes.get(number, []))
        for number, problem in sorted(problems_by_row(staged.mistakes).items())
    ]
    told = [*staged.warnings, *reader.left_out.in_words()]
    outcome.warnings = [*told, *warnings_of(outcome)]
    if counts.cannot_be_reminded:
        column = columns.name_of("phone")
        outcome.cannot_be_reminded = [
            ImportProblem(phone_words(code), number, column)
            for number, code in list_without_phone(limit=MOST_SHOWN)
        ]
    return outcome


def _date_reader(options: Options, *, now: datetime) -> DateReader:
    site = only_site(options.default_location)
    return DateReader(
        order_of(options.order_of_dates),
        country=site.country if site else country_of(options.default_location),
        zone=site.zone if site else None,
        today=now.date(),
        agreed=options.answers.agreed,
    )


def _columns(table: Table, options: Options, *, now: datetime) -> Columns:
    """What the columns mean; raises QuestionsOpen for what only a person can say."""
    mapping = (Answer(About.COLUMN, meaning, name) for name, meaning in options.mapping.items())
    # What was answered for this file comes before what a mapping remembers of former ones.
    answers = options.answers.over(Answers.of(mapping))
    stop_if_shifted(table, answers, country_of(options.location))
    columns = choose_columns(
        table.header,
        table.sample,
        answers=answers,
        country=country_of(options.location),
        today=now.date(),
    )
    stop_if_missing(columns)
    if columns.questions:
        raise QuestionsOpen(columns.questions)
    return columns


def _compare(
    options: Options, *, by_id: bool, faulty: list[str], look: bool, now: datetime
) -> tuple[int, int]:
    """Match the file with the diary, again until nobody came in between; return the gone and
    expected.

    `faulty` are the ids of rows with mistakes that were left, "" for one that has none.
    """
    # Ends soon: what the first round would have changed is locked, and stays as it is compared now.
    while True:
        match_rows(diary=options.diary, only=options.only_locations, now=now)
        found = find_gone(diary=options.diary, by_id=by_id, faulty=faulty, now=now)
        if look or lock_changes(cancel_gone=options.gone == Import.Gone.CANCEL, now=now):
            return found


def _told(dates: DateReader) -> str:
    return "" if dates.assumed else dates.order or ""


def _stage(
    table: Table,
    columns: Columns,
    dates: DateReader,
    found: Survey,
    options: Options,
    tell: Progress,
    *,
    now: datetime,
) -> RowReader:
    sites = find_sites(
        found.locations,
        columns,
        default=options.default_location,
        create=options.create_locations,
        only=options.only_locations,
        answers=options.answers,
    )
    questions = [*getattr(columns, "questions", ()), *found.questions, *sites.questions]
    if questions:
        raise QuestionsOpen(questions, rows=found.rows)
    # Before the rows are read: two imports of a location would each match what the other adds.
    lock_sites(sites.of(found.locations), wait=options.wait)
    reader = RowReader(
        columns,
        dates,
        sites=sites.by_name,
        default=sites.default,
        known_names=_known_names(),
        problems=Problems(),
        now=now,
        answers=options.answers,
        leave_past=options.passes_over_past,
        widths=RowWidths(columns, whole=found.are_whole, exact=found.have_exact),
    )
    with reading_within(WHOLE):
        stage(
            table,
            reader,
            rows=found.rows,
            on_progress=lambda done: tell(5 + 35 * done // found.rows, "Checking the rows"),
            leave=options.on_errors != STOP,
        )
    return reader


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
                f"{counts.gone:,} of {counts.expected:,} coming appointments ({share}%) are gone "
                f"from the file and would be cancelled. Is the file complete?",
                hint="To cancel them all the same, confirm with --yes.",
            )
        ],
        rows=counts.rows,
    )
