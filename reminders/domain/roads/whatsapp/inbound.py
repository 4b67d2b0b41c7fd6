"""What patients write or tap on WhatsApp, stored as any reply: it goes through the same door.

A button tells by itself which text it belongs to and what it answers; nothing of it is guessed.
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from reminders.domain.common.audit import PATIENT, record
from reminders.domain.common.locks import lock_contacts
from reminders.domain.replies.store import store_replies
from reminders.domain.sending.submit import METADATA_KEY
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.whatsapp import CODES, buttons_for
from reminders.models import Contact, Message, Reply, WhatsAppText
from reminders.provider import ReplyPayload
from reminders.provider.conversation import InboundMessage, OptOutNotice

_PAYLOAD = re.compile(r"v1:([0-9a-f-]{36}):(yes|no)")


class Tap(NamedTuple):
    """A tapped button of ours."""

    message_id: uuid.UUID
    answer: str


def read_payload(payload: str) -> Tap | None:
    """Which text a button belongs to and what it answers; None for anything that is not ours."""
    found = _PAYLOAD.fullmatch(payload)
    try:
        return Tap(uuid.UUID(found[1]), found[2]) if found else None
    except ValueError:
        return None


def store_inbound(item: InboundMessage, *, now: datetime) -> bool:
    """Store a text or a tap, once; False if it is here already."""
    tap = read_payload(item.payload)
    text = _tapped(tap) if tap else None
    reply_id = f"whatsapp-{item.id}"
    payload = ReplyPayload(
        reply_id=reply_id,
        message_id=item.answers or None,
        metadata={METADATA_KEY: str(tap.message_id)} if tap else {},
        received_at=item.at,
        # Who hides the number behind a name is known by the text that was tapped.
        source_number=item.number or (text.phone if text else ""),
        destination_number=None,
        content=_label(tap, text) if tap else (item.text or item.payload),
        raw=item.raw,
        pictures=item.attachments,
    )
    with transaction.atomic():
        fresh = store_replies([payload], source=Reply.Source.WHATSAPP, now=now) > 0
        if fresh and tap:
            Reply.objects.filter(provider_id=reply_id).update(button=tap.answer)
    return fresh


def end_consent(notice: OptOutNotice, *, now: datetime) -> None:
    """Somebody wants nothing more by WhatsApp: their texts go by SMS again."""
    with transaction.atomic():
        ids = lock_contacts(
            Contact.objects.filter(phone=notice.number, whatsapp_agreed_at__isnull=False)
        )
        Contact.objects.filter(pk__in=ids).update(whatsapp_agreed_at=None, updated_at=now)
        for contact_id in ids:
            record("whatsapp_ended", by=PATIENT, now=now, contact_id=contact_id)


def _tapped(tap: Tap) -> Message | None:
    return Message.objects.filter(pk=tap.message_id, road=Message.Road.WHATSAPP).first()


def _label(tap: Tap, text: Message | None) -> str:
    """What stood on the button, as staff read it in the conversation."""
    row = WhatsAppText.objects.filter(pk=tap.message_id).first() if text else None
    language = next((tag for tag, code in CODES.items() if row and code == row.language), "en")
    words = {one.answer: one.words for one in buttons_for(Asks.YES_NO, language)}
    return words[tap.answer]
