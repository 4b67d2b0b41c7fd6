"""Files on their way in: kept in the database piece by piece, so that any worker may take them up.

Decides what a file still needs (columns, how dates are written, a go) and hands it to the
background; checking and applying it is `background`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Q

from reminders.domain.common.access import scope_of
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary_import.asking.head import (
    Head,
    Known,
    Surroundings,
    opened,
    read_head,
    surroundings,
)
from reminders.domain.diary_import.asking.stored import (
    answer_from,
    answers_of,
    is_agreement,
    key_of,
    stored_answer,
)
from reminders.domain.diary_import.asking.waiting import LET_GO, THROWN_AWAY, settle_cards
from reminders.domain.diary_import.pipeline import remembered_mapping
from reminders.domain.diary_import.problems import ImportRefused, refuse
from reminders.domain.diary_import.questions import About, Answer, Answers
from reminders.domain.diary_import.read.cells.dates import order_of
from reminders.domain.diary_import.read.cells.names import tidy
from reminders.domain.diary_import.read.files.sources import Source, open_blocks
from reminders.domain.diary_import.read.header.columns import header_digest
from reminders.domain.diary_import.taught import circle_of, remember, taught_for
from reminders.domain.diary_import.write.summary import second_question
from reminders.models import Import, ImportMapping, ImportPart, Location

State = Import.State
MEANWHILE = "Somebody else has gone on with this file meanwhile. Load the page again."
OPEN = (State.UPLOADED, State.READY, State.REFUSED)
"""The states in which somebody may still change how the file is read."""
KEPT_FOR, FOLDER_KEPT_FOR = timedelta(days=3), timedelta(days=14)


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
    with open_blocks(blocks, name=name) as source:
        row = Import(
            filename=source.name[:255],
            source="browser",
            digest=source.digest(),
            location=location,
            created_at=now,
            created_by_id=user_id,
        )
        head = look(row, source)
        # With all its pieces or not at all: a worker reads the file as soon as it sees the row.
        with transaction.atomic():
            row.save()
            _keep(row, source)
            ask_or_check(row, head)
    return row


def look(row: Import, source: Source) -> Head:
    """Read the head with all that is known: answers, columns chosen, and what is remembered.

    What is remembered counts once, when the header is first read. After that it stands among the
    answers, where somebody may have changed it.
    """
    if not row.header:
        return _first_look(row, source)
    answers, places = answers_of(row), () if row.location_id else _places(row)
    known = Known(answers, row.mapping, places)
    return read_head(
        source, lambda _: known, around=around(row), before=answers, mapping=row.mapping
    )


def around(row: Import) -> Surroundings:
    """What helps to read the file of an import."""
    circle = circle_of(row.diary, row.location_id, only_locations(row))
    name = row.location.name if row.location else ""
    return surroundings(circle, name, now=row.created_at)


def _first_look(row: Import, source: Source) -> Head:
    here = scope_of(row.created_by).at_locations() if row.created_by else Q()
    before = answers_of(row)
    found: ImportMapping | None = None

    def remembered(header: list[str]) -> Known:
        nonlocal found
        found = None if row.mapping else remembered_mapping(header, here=here)
        return _known(row, found, header)

    try:
        head = read_head(source, remembered, around=around(row), before=before)
    except ImportRefused:
        if found is None:
            raise
        found = None  # the file has changed beyond what the mapping says: begin again
        head = read_head(
            source, lambda header: _known(row, None, header), around=around(row), before=before
        )
    if found:
        row.location, row.mapping_name = row.location or found.location, found.name
        row.date_format, row.diary, row.mapping = found.date_format, found.diary, found.columns
    return head


def _known(row: Import, mapping: ImportMapping | None, header: list[str]) -> Known:
    location_id = row.location_id or (mapping.location_id if mapping else None)
    diary = row.diary or (mapping.diary if mapping else "")
    circle = circle_of(diary, location_id, only_locations(row))
    answers = [*taught_for(header, circle), *answers_of(row)]
    return Known(
        answers, mapping.columns if mapping else row.mapping, () if location_id else _places(row)
    )


def _places(row: Import) -> list[str]:
    """The locations that a file may be of, by name."""
    sites, only = Location.objects.filter(active=True), only_locations(row)
    theirs = sites if only is None else sites.filter(pk__in=only)
    return list(theirs.order_by("name").values_list("name", flat=True))


def _keep(row: Import, source: Source) -> None:
    # One by one: the pieces of a large file must not all stand in memory.
    for position, block in enumerate(source.blocks()):
        ImportPart.objects.create(of=row, position=position, data=block)


def ask_or_check(row: Import, head: Head) -> None:
    """Note what is known of the head; ask what is open, or have the rows checked."""
    row.header = head.header
    row.answers = [*row.answers, *_unknown_yet(row, head.answers)]
    if head.questions:
        row.state, row.progress, row.words = State.UPLOADED, 0, ""
        row.problems = [question.as_stored() for question in head.questions]
        row.save()
        return
    row.mapping = head.mapping
    row.save()
    _queue(row, State.CHECKING, "Waiting to be checked")


def _unknown_yet(row: Import, answers: Iterable[Answer]) -> Iterator[list[str]]:
    there = {key_of(answer) for answer in answers_of(row)}
    taught = {key_of(answer): answer for answer in answers}
    return (stored_answer(answer) for key, answer in taught.items() if key not in there)


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


def sample_of(row: Import, *, rows: int) -> tuple[dict[str, str], list[list[str]]]:
    """What the columns mean as far as it is known, and the first rows, for the one who chooses."""
    answers = Answers.of(answers_of(row))
    with open_import(row) as source:
        mapping = row.mapping or look(row, source).mapping
        with opened(source, answers, around(row), row.mapping) as table:
            return dict(mapping), [cells for _, cells in islice(table.rows(), rows)]


def choose(
    row: Import,
    *,
    mapping: Mapping[str, str],
    date_format: str,
    location: Location | None,
    name: str = "",
) -> None:
    """Take the meanings of all columns from somebody who looked, and have the file checked.

    Raises ImportRefused when something needed is still missing or chosen twice.
    """
    others = [
        answer
        for answer in answers_of(row)
        if answer.about not in (About.COLUMN, About.DATES) and not is_agreement(answer)
    ]
    places = () if location else _places(row)
    with open_import(row) as source:
        head = read_head(
            source,
            lambda _: Known(others, mapping, places),
            around=around(row),
            before=others,
            mapping=mapping,
        )
    if head.questions:
        raise refuse(head.questions[0].words)
    with transaction.atomic():
        locked = lock_open(row)
        locked.mapping, locked.date_format = head.mapping, order_of(date_format) or ""
        locked.location, locked.mapping_name = location, name[:80]
        locked.answers = [one for one in locked.answers if answer_from(one) in others]
        locked.save(update_fields=["mapping", "date_format", "location", "mapping_name", "answers"])
        _queue(locked, State.CHECKING, "Waiting to be checked")


def lock_open(row: Import) -> Import:
    # Read again under the lock: the page may have stood open while somebody else said go.
    locked = Import.objects.select_for_update().get(pk=row.pk)
    if locked.state not in OPEN:
        raise refuse(MEANWHILE)
    return locked


def go(row: Import, *, gone: str, remember_as: str, confirmed: bool, teach: bool = True) -> bool:
    """Have a checked file imported; False when it is no longer waiting for a go.

    `confirmed` is the second yes to what the preview questions; where one is needed and not given,
    it raises ImportRefused. `remember_as` names the mapping for the next file with this header;
    `teach`: what was answered holds for the next files, too.
    """
    with transaction.atomic():
        locked = Import.objects.select_for_update().get(pk=row.pk)
        if locked.state != State.READY:
            return False
        # Asked again of the counts as they are now, and not of what the page showed.
        asks = second_question(locked.counts, cancel_gone=gone == Import.Gone.CANCEL)
        if asks and not confirmed:
            raise refuse(f"Nothing is imported yet: say yes first to “{asks}”.")
        locked.gone = Import.Gone.CANCEL if gone == Import.Gone.CANCEL else Import.Gone.KEEP
        locked.mapping_name = (tidy(remember_as) or locked.mapping_name)[:80]
        locked.counts = locked.counts | {"confirmed": confirmed, "remember": teach}
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
    # Both the location that it would be of and the one it is of: a mapping must not be taken away.
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


def remember_answers(row: Import, *, now: datetime) -> None:
    """Teach what was answered for this file."""
    circle = circle_of(row.diary, row.location_id, only_locations(row))
    remember(answers_of(row), header=row.header, circle=circle, now=now, user_id=row.created_by_id)


def discard(row: Import, *, user_id: int | None, now: datetime) -> bool:
    """Forget a file that was not imported; False when it already is, or is being imported."""
    with transaction.atomic():
        rows = Import.objects.select_for_update().filter(
            pk=row.pk, state__in=[*OPEN, State.CHECKING, State.QUEUED]
        )
        if not rows:
            return False
        settle_cards([row.pk], THROWN_AWAY, by_id=user_id, now=now)
        rows.delete()
    return True


def forget_old_files(*, now: datetime) -> int:
    """Let go of uploaded files that nobody went on with; the imports stay as a record."""
    # Nobody looks after the folder over a long holiday, while who uploads a file is there.
    old = Q(created_at__lt=now - KEPT_FOR) & ~Q(source="folder")
    old |= Q(created_at__lt=now - FOLDER_KEPT_FOR)
    rows = Import.objects.filter(old, parts__isnull=False).exclude(
        state__in=[State.CHECKING, State.QUEUED, State.APPLYING]
    )
    # A hundred at a time: deleting the pieces of very many files would hold the rows for long.
    ids = list(rows.values_list("pk", flat=True).distinct()[:100])
    ImportPart.objects.filter(of_id__in=ids).delete()
    settle_cards(ids, LET_GO, by_id=None, now=now)
    return Import.objects.filter(pk__in=ids, state__in=OPEN).update(
        state=State.REFUSED,
        words="Nobody went on with this file, so it was let go. Upload it again.",
    )
