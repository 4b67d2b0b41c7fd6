"""What became of texts by WhatsApp, as it is pushed: stored once, applied by the ring.

News comes in any order and may come twice; what it says is known by text and status together.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from reminders.domain.common.cards import open_once, outdated_card
from reminders.domain.common.turns import GoOn
from reminders.domain.roads.next_road import note_late
from reminders.domain.roads.whatsapp.way import WAY
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import Message, WhatsAppReport, WhatsAppText
from reminders.provider import Verdict
from reminders.provider.conversation import TextReport, read_whatsapp_status

CHUNK = 200
READ = "READ"
State = Message.State


def store_report(report: TextReport, *, now: datetime) -> None:
    """Keep a piece of news, once."""
    WhatsAppReport.objects.bulk_create(
        [
            WhatsAppReport(
                key=f"{report.message_id}:{report.status}"[:150],
                message_uuid=_uuid(report.reference),
                provider_id=report.message_id,
                status=report.status,
                reason=report.reason,
                happened_at=report.at,
                stored_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def apply_reports(*, now: datetime, go_on: GoOn) -> int:
    """Apply the news that waits; return how much of it."""
    applied = 0
    while go_on():
        with transaction.atomic():
            done = _some(now=now)
        applied += done
        if done < CHUNK:
            return applied
    return applied


def _some(*, now: datetime) -> int:
    waiting = WhatsAppReport.objects.filter(applied_at=None).order_by("stored_at", "pk")
    rows = list(waiting.select_for_update(skip_locked=True)[:CHUNK])
    texts = _texts_of(rows)
    known = [(row, texts[key]) for row in rows if (key := _key(row, texts)) is not None]
    _apply(known, now=now)
    for row, text in known:
        # By our id from now on: by it they are forgotten with their text.
        WhatsAppReport.objects.filter(pk=row.pk).update(applied_at=now, message_uuid=text.pk)
    # A text is written before it is handed over: news of one that is not here is not of ours.
    strange = {row.pk for row in rows} - {row.pk for row, _ in known}
    WhatsAppReport.objects.filter(pk__in=strange).delete()
    return len(rows)


def _texts_of(rows: Sequence[WhatsAppReport]) -> dict[uuid.UUID | str, Message]:
    """Our texts, by our id and by the provider's."""
    ids, theirs = {row.message_uuid for row in rows}, {row.provider_id for row in rows}
    found = Message.objects.filter(
        Q(pk__in=ids - {None}) | Q(provider_id__in=theirs), road=Message.Road.WHATSAPP
    )
    texts: dict[uuid.UUID | str, Message] = {}
    for one in found:
        texts[one.pk] = one
        if one.provider_id:
            texts[one.provider_id] = one
    return texts


def _key(row: WhatsAppReport, texts: dict[uuid.UUID | str, Message]) -> uuid.UUID | str | None:
    if row.message_uuid in texts:
        return row.message_uuid
    return row.provider_id if row.provider_id in texts else None


def _apply(known: Sequence[tuple[WhatsAppReport, Message]], *, now: datetime) -> None:
    verdicts = {row.pk: read_whatsapp_status(row.status, row.reason) for row, _ in known}
    arrived = [pair for pair in known if str(verdicts[pair[0].pk].state) == State.DELIVERED]
    # Before the others: what SMS took over is locked with its visits first.
    note_late(
        WAY,
        {text.pk: row.happened_at for row, text in arrived if text.state == State.FAILED},
        now=now,
    )
    moved = set(
        apply_status_updates([_update(row, text, verdicts[row.pk]) for row, text in known], now=now)
    )
    ended = [
        text.pk for row, text in known if text.pk in moved and verdicts[row.pk].state in _FAILED
    ]
    # At once, and not after the wait: it is known that WhatsApp won't bring them.
    WhatsAppText.objects.filter(pk__in=ended, settled_at=None).update(next_road_at=now)
    came = [text.pk for _, text in arrived]
    WhatsAppText.objects.filter(pk__in=came, settled_at=None).update(
        settled_at=now, parameters=[], later=[]
    )
    for row, text in arrived:
        if row.status == READ:
            WhatsAppText.objects.filter(pk=text.pk, read_at=None).update(read_at=row.happened_at)
    outdated = [text for _, text in arrived if text.state == State.CANCELLED]
    open_once([outdated_card(text) for text in outdated], now=now)


_FAILED = frozenset(str(state) for state in Message.UNDELIVERED)


def _update(row: WhatsAppReport, text: Message, verdict: Verdict) -> StatusUpdate:
    return StatusUpdate(text.pk, str(verdict.state), verdict.words, None, row.provider_id)


def _uuid(reference: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(reference)
    except ValueError:
        return None
