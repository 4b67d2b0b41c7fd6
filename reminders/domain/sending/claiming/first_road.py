"""Write the texts that go by WhatsApp or e-mail first, with their reminders pointed at them, and
the copies by e-mail that go beside a text.

They wait for the ring that hands them over (`roads`), because these roads take no time to send at.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.sending.claiming.by_email import ByEmail
from reminders.domain.sending.claiming.by_whatsapp import ByWhatsApp
from reminders.domain.sending.claiming.drafts import Draft
from reminders.models import EmailText, Message, Reminder, Road, WhatsAppText


def write_by_whatsapp(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Queue these for WhatsApp. In the transaction that holds their reminders."""
    by = {draft.wire.id: draft.whatsapp for draft in drafts if draft.whatsapp}
    if not by:
        return
    mine = [draft for draft in drafts if draft.whatsapp]
    Message.objects.bulk_create(_message(draft, Message.Road.WHATSAPP, now=now) for draft in mine)
    WhatsAppText.objects.bulk_create(_beside(draft, by[draft.wire.id], now=now) for draft in mine)
    _point(mine, now=now)
    enqueue_after_commit("whatsapp")


def write_by_email(drafts: Sequence[Draft], *, now: datetime) -> None:
    """Queue these for e-mail, first or as copies. In the transaction that holds their reminders,
    and after their texts are written.
    """
    firsts = [draft for draft in drafts if draft.is_mailed_first]
    mails = [(_message(draft, Message.Road.EMAIL, now=now), draft) for draft in firsts]
    mails += [
        (_copy(draft, now=now), draft) for draft in drafts if draft.email and draft.email.is_copy
    ]
    if not mails:
        return
    Message.objects.bulk_create(message for message, _ in mails)
    EmailText.objects.bulk_create(
        _mail(message, draft, draft.email) for message, draft in mails if draft.email
    )
    _point(firsts, now=now)
    enqueue_after_commit("email")


def _point(drafts: Sequence[Draft], *, now: datetime) -> None:
    pointed = [
        Reminder(pk=row.id, state=Reminder.State.SENDING, message_id=draft.wire.id, updated_at=now)
        for draft in drafts
        for row in draft.rows
    ]
    Reminder.objects.bulk_update(pointed, ["state", "message", "updated_at"])


def _copy(draft: Draft, *, now: datetime) -> Message:
    copy = _message(draft, Message.Road.EMAIL, now=now)
    copy.id, copy.kind = uuid.uuid4(), Message.Kind.COPY
    # Before its text: a reply by SMS answers the text.
    copy.created_at = now - timedelta(microseconds=1)
    return copy


def _mail(message: Message, draft: Draft, by: ByEmail) -> EmailText:
    return EmailText(
        message=message,
        copy_of_id=draft.wire.id if by.is_copy else None,
        address=by.address,
        language=by.language,
        sms_text="" if by.is_copy else draft.wire.text,
        wait_minutes=by.minutes,
        next_road_at=(
            message.expires_at
            if by.is_copy
            else message.scheduled_at + timedelta(minutes=by.minutes)
        ),
        sms_until=by.sms_until,
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
        segments=0 if road == Message.Road.EMAIL else draft.segments,
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
