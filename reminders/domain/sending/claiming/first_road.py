"""Write the texts that go by WhatsApp first, with their reminders pointed at them.

They wait for the ring that hands them over (`roads`), because that road takes no time to send at.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.sending.claiming.by_whatsapp import ByWhatsApp
from reminders.domain.sending.claiming.drafts import Draft
from reminders.models import Message, Reminder, WhatsAppText


def write_by_whatsapp(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Queue these for WhatsApp. In the transaction that holds their reminders."""
    by = {draft.wire.id: draft.whatsapp for draft in drafts if draft.whatsapp}
    if not by:
        return
    mine = [draft for draft in drafts if draft.whatsapp]
    Message.objects.bulk_create(_message(draft, now=now) for draft in mine)
    WhatsAppText.objects.bulk_create(_beside(draft, by[draft.wire.id], now=now) for draft in mine)
    pointed = [
        Reminder(pk=row.id, state=Reminder.State.SENDING, message_id=draft.wire.id, updated_at=now)
        for draft in mine
        for row in draft.rows
    ]
    Reminder.objects.bulk_update(pointed, ["state", "message", "updated_at"])
    enqueue_after_commit("whatsapp")


def _message(draft: Draft, *, now: datetime) -> Message:
    wire, first = draft.wire, draft.rows[0]
    moment = wire.scheduled or now
    return Message(
        id=wire.id,
        kind=Message.Kind.REMINDER,
        road=Message.Road.WHATSAPP,
        appointment_id=first.appointment_id,
        contact_id=first.contact_id,
        location_id=first.location_id,
        phone=wire.phone,
        source_number=wire.source_number,
        text=wire.text,
        asks=draft.asks,
        format=wire.format,
        segments=draft.segments,
        state=Message.State.QUEUED,
        scheduled_at=moment,
        expires_at=wire.expires_at,
        send_after=moment,
        created_at=now,
    )


def _beside(draft: Draft, by: ByWhatsApp, *, now: datetime) -> WhatsAppText:
    return WhatsAppText(
        message_id=draft.wire.id,
        template=by.template,
        language=by.language,
        parameters=list(by.parameters),
        buttons=list(by.answers),
        wait_minutes=by.minutes,
        next_road_at=(draft.wire.scheduled or now) + timedelta(minutes=by.minutes),
        sms_until=by.sms_until,
    )
