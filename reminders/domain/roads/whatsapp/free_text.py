"""Free text by WhatsApp: answers to what a patient wrote there, within a day of it.

WhatsApp takes nothing else than approved templates outside of that day.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from reminders.models import Message, Reply, WhatsAppText

WINDOW = timedelta(hours=24)
MARGIN = timedelta(minutes=5)
"""Less than the full day: the text has to arrive there within it."""
WAIT_MINUTES = 10


def window_is_open(phone: str, *, now: datetime) -> bool:
    """Whether somebody wrote by WhatsApp lately enough for free text."""
    since = now - WINDOW + MARGIN
    said = Reply.objects.filter(source=Reply.Source.WHATSAPP, phone=phone, received_at__gt=since)
    return said.exists()


def add_missing(ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """What free texts among these need besides: whoever writes an answer names its road only."""
    known = WhatsAppText.objects.filter(pk__in=ids).values_list("pk", flat=True)
    fresh = Message.objects.filter(pk__in=set(ids) - set(known))
    WhatsAppText.objects.bulk_create(
        [
            WhatsAppText(
                message=one,
                wait_minutes=WAIT_MINUTES,
                next_road_at=now + timedelta(minutes=WAIT_MINUTES),
                sms_until=one.expires_at,
            )
            for one in fresh
        ],
        ignore_conflicts=True,
    )
