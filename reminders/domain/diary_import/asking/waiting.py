"""A file of the watched folder that waits for an answer, and its card in the inbox.

The card stays until the file is imported, thrown away or followed by a newer one of its diary:
answered is not yet imported. An older file must never come in over a newer one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from reminders.domain.common.cards import NewCard, open_all
from reminders.domain.diary_import.asking.stored import stored_answer
from reminders.domain.diary_import.pipeline import Options
from reminders.domain.diary_import.questions import Answer, Question
from reminders.domain.diary_import.read.files.sources import Source
from reminders.models import Import, ImportPart, InboxItem, Location

State = Import.State
FOLLOWED = "A newer file of this diary came after it, so it was let go."
IMPORTED, THROWN_AWAY, NEWER, LET_GO = "imported", "thrown_away", "newer_file", "let_go"
"""How a card came to its end, as `InboxItem.outcome` keeps it."""


def keep_waiting(
    source: Source,
    options: Options,
    questions: Sequence[Question],
    *,
    header: Sequence[str],
    answers: Sequence[Answer],
    now: datetime,
) -> Import:
    """Keep a file like an uploaded one, with its questions and a card; let go of older ones."""
    place = Location.objects.filter(name__iexact=options.location).first()
    row = Import.objects.create(
        filename=source.name[:255],
        source=options.source,
        digest=source.digest(),
        state=State.UPLOADED,
        location=place if options.location else None,
        mapping=dict(options.mapping),
        mapping_name=options.mapping_name,
        header=list(header),
        date_format=options.date_format,
        diary=options.diary,
        answers=[stored_answer(answer) for answer in answers],
        problems=[question.as_stored() for question in questions],
        created_at=now,
    )
    # The bytes themselves: whoever looks after the folder may clear `failed` before the answer.
    for position, block in enumerate(source.blocks()):
        ImportPart.objects.create(of=row, position=position, data=block)
    follow(row.header, options, newest=row, now=now)
    card = NewCard(InboxItem.Kind.DIARY, location_id=row.location_id, upload_id=row.pk)
    open_all([card], now=now)
    return row


@transaction.atomic
def follow(
    header: Sequence[str], options: Options, *, newest: Import | None, now: datetime
) -> None:
    """Let go of the files that wait, now that a newer one of the same diary is here."""
    waiting = Import.objects.filter(
        source=options.source,
        state__in=[State.UPLOADED, State.READY],
        header=list(header),
        mapping_name=options.mapping_name,
        diary=options.diary,
    )
    if newest:
        waiting = waiting.exclude(pk=newest.pk)
    # Whoever answers one of them at this moment holds its row, and then finds it let go.
    ids = list(waiting.select_for_update().values_list("pk", flat=True))
    ImportPart.objects.filter(of_id__in=ids).delete()
    Import.objects.filter(pk__in=ids).update(state=State.REFUSED, words=FOLLOWED, problems=[])
    settle_cards(ids, NEWER, by_id=None, now=now)


def settle_cards(
    import_ids: Collection[int], outcome: str, *, by_id: int | None, now: datetime
) -> None:
    """Settle the cards of files that wait no more."""
    # With the revision: who has the card open is told, instead of acting on it.
    InboxItem.objects.filter(upload_id__in=import_ids, done_at=None).update(
        done_at=now, done_by_id=by_id, outcome=outcome, revision=F("revision") + 1
    )
