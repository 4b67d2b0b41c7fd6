"""Put texts in the outbox: what staff write, automatic answers, corrections.

A message is written in the transaction that caused it and leaves with the next run of `send`.
Reminders get their messages from `claiming`, when they are due.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.domain.common.asking import asked_by_kind
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, Contact, Location, Message, Reply

USEFUL_FOR = timedelta(hours=12)


def queue_text(
    *,
    kind: Message.Kind,
    phone: str,
    text: str,
    location: Location | None,
    now: datetime,
    contact: Contact | None = None,
    appointment: Appointment | None = None,
    expires_at: datetime | None = None,
    created_by_id: int | None = None,
    answers: Reply | None = None,
    format: Message.Format = Message.Format.SMS,
) -> Message:
    """Write a text to be sent at once; without `expires_at` it is given up after 12 hours.

    `phone` is E.164. Whether the number may be texted is asked when it is sent, not here.
    """
    message = new_text(
        kind=kind, phone=phone, text=text, now=now, expires_at=expires_at, format=format
    )
    message.location = location
    message.source_number = location.source_number if location else ""
    message.contact, message.appointment, message.answers = contact, appointment, answers
    message.created_by_id = created_by_id
    message.save(force_insert=True)
    enqueue_after_commit("send")
    return message


def new_text(
    *,
    kind: Message.Kind,
    phone: str,
    text: str,
    now: datetime,
    expires_at: datetime | None = None,
    format: Message.Format = Message.Format.SMS,
    asks: Asks | None = None,
) -> Message:
    """A text that waits to be sent at once, not saved yet: for those who write many in one
    statement.

    `asks` is what may be answered to it; without it, what texts of this kind ask.
    """
    return Message(
        kind=kind,
        asks=asks or asked_by_kind(kind),
        phone=phone,
        text=text,
        segments=measure(text).segments,
        format=format,
        scheduled_at=now,
        send_after=now,
        expires_at=expires_at or now + USEFUL_FOR,
        created_at=now,
    )
