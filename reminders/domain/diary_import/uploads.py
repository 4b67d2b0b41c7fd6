"""Files on their way in: kept in the database piece by piece, so that any worker may take them up.

Decides what a file still needs (columns, how dates are written, a go) and hands it to the
background; checking and applying it is `background`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from reminders.domain.common.access import Scope, scope_of
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary_import.pipeline import remembered_mapping
from reminders.domain.diary_import.problems import ImportRefused, refuse
from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.domain.diary_import.read.cells.dates import order_of
from reminders.domain.diary_import.read.cells.names import tidy
from reminders.domain.diary_import.read.files.sources import Source, open_blocks
from reminders.domain.diary_import.read.files.tables import Table, open_table
from reminders.domain.diary_import.read.header.columns import (
    Columns,
    choose_columns,
    header_digest,
    stop_if_missing,
)
from reminders.domain.diary_import.write.sites import WHICH_LOCATION, country_of
from reminders.domain.diary_import.write.summary import second_question
from reminders.models import Import, ImportMapping, ImportPart, Location

State = Import.State
OPEN = (State.UPLOADED, State.READY, State.REFUSED)
"""The states in which somebody may still change how the file is read."""
KEPT_FOR = timedelta(days=3)


def upload(
    blocks: Iterable[bytes],
    *,
    name: str,
    location: Location | None,
    now: datetime,
    user_id: int | None = None,
) -> Import:
    """Keep a file and have it checked, or find out what must be asked first.

    Raises ImportRefused for what is no table at all; then nothing is kept. `location` is for rows
    that name none; where it is needed and not given, it is asked for.
    """
    country = country_of(location.name if location else "")
    with (
        open_blocks(blocks, name=name) as source,
        open_table(source, country=country) as table,
    ):
        user = User.objects.get(pk=user_id) if user_id else None
        columns, known = _read_columns(table, scope_of(user) if user else None)
        row = Import(
            filename=source.name[:255],
            source="browser",
            digest=source.digest(),
            location=location or (known.location if known else None),
            mapping=columns.proposed(),
            mapping_name=known.name if known else "",
            header=columns.header,
            date_format=known.date_format if known else "",
            diary=known.diary if known else "",
            created_at=now,
            created_by_id=user_id,
        )
        with transaction.atomic():
            row.save()
            _keep(row, source)
            _check_or_ask(row, columns)
    return row


def _read_columns(table: Table, scope: Scope | None) -> tuple[Columns, ImportMapping | None]:
    known = remembered_mapping(table.header, here=scope.at_locations() if scope else None)
    if known:
        try:
            return _choose_columns(table, known.columns), known
        except ImportRefused:
            known = None
    return _choose_columns(table, {}), None


def _choose_columns(table: Table, mapping: Mapping[str, str]) -> Columns:
    answers = Answers.of(Answer(About.COLUMN, meaning, name) for name, meaning in mapping.items())
    return choose_columns(table.header, table.sample, answers=answers)


def _keep(row: Import, source: Source) -> None:
    for position, block in enumerate(source.blocks()):
        ImportPart.objects.create(of=row, position=position, data=block)


def _check_or_ask(row: Import, columns: Columns) -> None:
    if asks := _what_to_ask(row, columns):
        row.state, row.problems = State.UPLOADED, [{"ask": "columns", "message": asks}]
        row.save(update_fields=["state", "problems"])
        return
    _queue(row, State.CHECKING, "Waiting to be checked")


def _what_to_ask(row: Import, columns: Columns) -> str:
    """The most fundamental thing that only a person can say; "" when the file can be checked."""
    try:
        stop_if_missing(columns)
    except ImportRefused as refused:
        return refused.problems[0].message
    if columns.questions:
        return columns.questions[0].words
    if "location" in columns.places or row.location_id:
        return ""
    sites = Location.objects.filter(active=True)
    only = only_locations(row)
    several = (sites if only is None else sites.filter(pk__in=only))[:2].count() > 1
    return WHICH_LOCATION if several else ""


def only_locations(row: Import) -> frozenset[int] | None:
    """The locations that the one who imports looks after; None for all."""
    scope = scope_of(row.created_by) if row.created_by else None
    return scope.location_ids if scope and scope.restricted else None


def _queue(row: Import, state: Import.State, words: str) -> None:
    row.state, row.words, row.problems, row.progress = state, words, [], 0
    row.save(update_fields=["state", "words", "problems", "progress"])
    enqueue_after_commit("imports")


@contextmanager
def open_import(row: Import) -> Iterator[Source]:
    """The file of an import, put together again."""
    parts = ImportPart.objects.filter(of=row).order_by("position").values_list("data", flat=True)
    with open_blocks(
        (bytes(part) for part in parts.iterator(chunk_size=4)), name=row.filename
    ) as source:
        yield source


def has_file(row: Import) -> bool:
    """Whether the file is still there to be read again."""
    return ImportPart.objects.filter(of=row).exists()


def sample_of(row: Import, *, rows: int) -> list[tuple[int, list[str]]]:
    """The first rows of the file with their numbers, for the one who chooses the columns."""
    found: list[tuple[int, list[str]]] = []
    country = country_of(row.location.name if row.location else "")
    with (
        open_import(row) as source,
        open_table(source, mapping=row.mapping, country=country) as table,
    ):
        for number, cells in table.rows():
            found.append((number, cells))
            if len(found) >= rows:
                break
    return found


def choose(
    row: Import,
    *,
    mapping: Mapping[str, str],
    date_format: str,
    location: Location | None,
    name: str = "",
) -> None:
    """Take the choices of somebody who looked, and have the file checked with them.

    Raises ImportRefused when something needed is still missing or chosen twice.
    """
    country = country_of(location.name if location else "")
    with (
        open_import(row) as source,
        open_table(source, mapping=mapping, country=country) as table,
    ):
        columns = _choose_columns(table, mapping)
        asked = Import(location=location, created_by=row.created_by)
        if missing := _what_to_ask(asked, columns):
            raise refuse(missing)
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=row.pk)
        if locked.state not in OPEN:
            raise refuse("Somebody else has gone on with this file meanwhile. Load the page again.")
        locked.mapping, locked.date_format = columns.as_mapping(), order_of(date_format) or ""
        locked.location, locked.mapping_name = location, name[:80]
        locked.save(update_fields=["mapping", "date_format", "location", "mapping_name"])
        _queue(locked, State.CHECKING, "Waiting to be checked")


def go(row: Import, *, gone: str, remember_as: str, confirmed: bool) -> bool:
    """Have a checked file imported; False when it is no longer waiting for a go.

    `confirmed` is the second yes to what the preview questions; where one is needed and not given,
    it raises ImportRefused. `remember_as` names the mapping for the next file with this header.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=row.pk)
        if locked.state != State.READY:
            return False
        asks = second_question(locked.counts, cancel_gone=gone == Import.Gone.CANCEL)
        if asks and not confirmed:
            raise refuse(f"Nothing is imported yet: say yes first to “{asks}”.")
        locked.gone = Import.Gone.CANCEL if gone == Import.Gone.CANCEL else Import.Gone.KEEP
        locked.mapping_name = (tidy(remember_as) or locked.mapping_name)[:80]
        locked.counts = locked.counts | {"confirmed": confirmed}
        locked.save(update_fields=["gone", "mapping_name", "counts"])
        _queue(locked, State.QUEUED, "Waiting its turn")
    return True


def remember_mapping(row: Import, *, now: datetime) -> None:
    """Keep how this file was read for the next one with the same header.

    What somebody limited to some locations teaches holds for one of theirs, and changes no other
    mapping.
    """
    if not row.mapping_name:
        return
    only = only_locations(row)
    location_id = next(iter(only)) if only and len(only) == 1 else row.location_id
    there = ImportMapping.objects.filter(name=row.mapping_name).first()
    written = {location_id, there.location_id} if there else {location_id}
    if only is not None and not written <= only:
        return
    columns = {
        "header": header_digest(row.header),
        "columns": row.mapping,
        "date_format": row.date_format,
        "location_id": location_id,
        "diary": row.diary,
        "used_at": now,
    }
    ImportMapping.objects.update_or_create(name=row.mapping_name, defaults=columns)


def discard(row: Import) -> bool:
    """Forget a file that was not imported; False when it already is, or is being imported."""
    deleted, _ = Import.objects.filter(
        pk=row.pk, state__in=[*OPEN, State.CHECKING, State.QUEUED]
    ).delete()
    return bool(deleted)


def forget_old_files(*, now: datetime) -> int:
    """Let go of uploaded files that nobody went on with; the imports stay as a record."""
    old = Import.objects.filter(created_at__lt=now - KEPT_FOR, parts__isnull=False).exclude(
        state__in=[State.CHECKING, State.QUEUED, State.APPLYING]
    )
    ids = list(old.values_list("pk", flat=True).distinct()[:100])
    ImportPart.objects.filter(of_id__in=ids).delete()
    return Import.objects.filter(pk__in=ids, state__in=OPEN).update(
        state=State.REFUSED,
        words="Nobody went on with this file, so it was let go. Upload it again.",
    )
