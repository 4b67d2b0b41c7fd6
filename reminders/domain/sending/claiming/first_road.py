"""Write the texts that go by WhatsApp or e-mail first, with their reminders pointed at them, and
the copies by e-mail that go beside a text.

They wait for the ring that hands them over (`roads`), because these roads take no time to send at.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.sending.claiming.drafts import Draft
from reminders.domain.sending.claiming.other_roads import BELL, Leg
from reminders.models import EmailText, Message, Reminder, Road, WhatsAppText


def write_first_roads(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Queue the texts that try another road, and the copies. In the transaction that holds their
    reminders, and after the texts beside which copies go are written.
    """
    firsts = [(_message(draft, one.road, now=now), one) for draft in drafts if (one := draft.first)]
    copies = [
        (_copy(draft, now=now), draft, draft.copy) for draft in drafts if draft.copy is not None
    ]
    if not firsts and not copies:
        return
    texts = [message for message, _ in firsts] + [copy for copy, _, _ in copies]
    Message.objects.bulk_create(texts)
    rows = [one.beside(message) for message, one in firsts]
    rows += [_beside_copy(copy, draft, leg) for copy, draft, leg in copies]
    WhatsAppText.objects.bulk_create(row for row in rows if isinstance(row, WhatsAppText))
    EmailText.objects.bulk_create(row for row in rows if isinstance(row, EmailText))
    for road in {Road(text.road) for text in texts}:
        enqueue_after_commit(BELL[road])
    _point([draft for draft in drafts if draft.first], now=now)


def _point(drafts: Sequence[Draft], *, now: datetime) -> None:
    pointed = [
        Reminder(pk=row.id, state=Reminder.State.SENDING, message_id=draft.wire.id, updated_at=now)
        for draft in drafts
        for row in draft.rows
    ]
    Reminder.objects.bulk_update(pointed, ["state", "message", "updated_at"])


def _copy(draft: Draft, *, now: datetime) -> Message:
    copy = _message(draft, Road.EMAIL, now=now)
    copy.id, copy.kind = uuid.uuid4(), Message.Kind.COPY
    # Before its text: a reply by SMS answers the text.
    copy.created_at = now - timedelta(microseconds=1)
    return copy


def _beside_copy(copy: Message, draft: Draft, leg: Leg) -> EmailText:
    return EmailText(
        message=copy,
        copy_of_id=draft.wire.id,
        wait_minutes=0,
        next_road_at=copy.expires_at,
        sms_until=copy.expires_at,
        **leg.columns,
    )


def _message(draft: Draft, road: Road, *, now: datetime) -> Message:
    wire, first = draft.wire, draft.rows[0]
    moment = wire.scheduled or now
    return Message(
        id=wire.id,
        kind=Message.Kind.REMINDER,
        road=road,
        appointment_id=first.appointment_id,
        contact_id=first.contact_id,
        location_id=first.location_id,
        phone=wire.phone,
        source_number=wire.source_number,
        text=wire.text,
        asks=draft.asks,
        format=wire.format,
        # A mail costs no parts.
        segments=0 if road == Road.EMAIL else draft.segments,
        state=Message.State.QUEUED,
        scheduled_at=moment,
        expires_at=wire.expires_at,
        send_after=moment,
        created_at=now,
    )
