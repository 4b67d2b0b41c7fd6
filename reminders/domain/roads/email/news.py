"""What is heard of mails that are out: their pages are opened, a service tells of them. Stored
once, applied by the ring.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import PATIENT, SYSTEM
from reminders.domain.common.cards import open_once, outdated_card
from reminders.domain.common.enqueue import enqueue_debounced
from reminders.domain.common.turns import GoOn
from reminders.domain.consent.emails import note_dead, note_reached, stop
from reminders.domain.roads.email.compose import message_id_of
from reminders.domain.roads.email.way import WAY
from reminders.domain.roads.next_road import note_late
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import EmailNews, EmailText, Message, VisitLink

CHUNK = 200
Kind = EmailNews.Kind
State = Message.State
MOVES = {
    Kind.ARRIVED: (State.SUBMITTED, "In the mailbox"),
    Kind.OPENED: (State.DELIVERED, "Opened"),
    Kind.BOUNCED: (State.FAILED, "It came back: the address does not work"),
    Kind.REFUSED: (State.FAILED, "It was not delivered"),
}
"""A complaint comes of a mail that arrived, and moves nothing."""


def keep_news(message_id: uuid.UUID, kind: EmailNews.Kind, *, at: datetime, now: datetime) -> None:
    """Keep a piece of news, once."""
    row = EmailNews(key=f"{message_id}:{kind}", message_uuid=message_id, kind=kind)
    row.happened_at, row.stored_at = at, now
    EmailNews.objects.bulk_create([row], ignore_conflicts=True)
    enqueue_debounced("email")


def note_page_seen(link: VisitLink, *, now: datetime) -> None:
    """Somebody looks at the page of a text, which may be a mail."""
    if link.message.road != Message.Road.EMAIL:
        return
    known = EmailNews.objects.filter(message_uuid=link.message_id, kind=Kind.OPENED)
    if not known.exists():
        keep_news(link.message_id, Kind.OPENED, at=now, now=now)


def apply_news(*, now: datetime, go_on: GoOn) -> int:
    """Apply the news that waits; return how much of it."""
    applied = 0
    while go_on():
        waiting = EmailNews.objects.filter(applied_at=None).order_by("stored_at", "pk")
        # Of people first, and again by whoever comes after a death: it may be said twice.
        _mark_people(list(waiting[:CHUNK]), now=now)
        with transaction.atomic():
            done = _some(now=now)
        applied += done
        if done < CHUNK:
            return applied
    return applied


def _mark_people(rows: Sequence[EmailNews], *, now: datetime) -> None:
    texts = EmailText.objects.filter(pk__in={row.message_uuid for row in rows})
    addresses = dict(texts.values_list("pk", "address"))
    for row in rows:
        address = addresses.get(row.message_uuid)
        if not address:
            continue
        if row.kind == Kind.BOUNCED:
            note_dead(address, by=SYSTEM, now=now)
        elif row.kind == Kind.COMPLAINED:
            stop(address, by=PATIENT, now=now)
        elif row.kind == Kind.OPENED:
            note_reached(address, at=row.happened_at)


def _some(*, now: datetime) -> int:
    waiting = EmailNews.objects.filter(applied_at=None).order_by("stored_at", "pk")
    rows = list(waiting.select_for_update(skip_locked=True)[:CHUNK])
    mine = Message.objects.filter(road=Message.Road.EMAIL).in_bulk(
        {row.message_uuid for row in rows}
    )
    known = [(row, mine[row.message_uuid]) for row in rows if row.message_uuid in mine]
    _apply(known, now=now)
    EmailNews.objects.filter(pk__in=[row.pk for row, _ in known]).update(applied_at=now)
    # A mail is written before it is handed over: news of one that is not here is not of ours.
    strange = {row.pk for row in rows} - {row.pk for row, _ in known}
    EmailNews.objects.filter(pk__in=strange).delete()
    return len(rows)


def _apply(known: Sequence[tuple[EmailNews, Message]], *, now: datetime) -> None:
    opened = [(row, mail) for row, mail in known if row.kind == Kind.OPENED]
    late = {mail.pk: row.happened_at for row, mail in opened if mail.state == State.FAILED}
    # Before the others: what SMS took over is locked with its visits first.
    note_late(WAY, late, now=now)
    updates = [
        # Of one whose answer was lost, this is the first that is known.
        StatusUpdate(mail.pk, *MOVES[Kind(row.kind)], provider_id=message_id_of(mail.pk))
        for row, mail in known
        if Kind(row.kind) in MOVES
    ]
    moved = set(apply_status_updates(updates, now=now))
    back = [
        mail.pk
        for row, mail in known
        if row.kind in (Kind.BOUNCED, Kind.REFUSED) and mail.pk in moved
    ]
    # At once, and not after the wait: it is known that e-mail won't bring them.
    EmailText.objects.filter(pk__in=back, settled_at=None).update(next_road_at=now)
    seen = [mail.pk for _, mail in opened]
    EmailText.objects.filter(pk__in=seen, settled_at=None).update(
        settled_at=now, sms_text="", words="", later=[]
    )
    outdated = [mail for _, mail in opened if mail.state == State.CANCELLED]
    open_once([outdated_card(mail) for mail in outdated], now=now)
