"""The texts that went in place of each other, and whether any more of them is needed."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from reminders.models import Appointment, EmailNews, Message

ANSWERED = (Appointment.Status.CONFIRMED, Appointment.Status.DECLINED)


def before(message: Message) -> list[Message]:
    """What it was sent instead of, the latest first."""
    found: list[Message] = []
    while message.instead_of:
        message = message.instead_of
        found.append(message)
    return found


def after(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """What was sent instead of these, and instead of that, each with the one of these that it
    goes back to.
    """
    found: dict[uuid.UUID, uuid.UUID] = {}
    nearest = dict(zip(ids, ids, strict=True))
    while nearest:
        rows = Message.objects.filter(instead_of__in=nearest).values_list("pk", "instead_of_id")
        nearest = {pk: nearest[before_it] for pk, before_it in rows}
        found |= nearest
    return found


def seen_before(message: Message) -> Message | None:
    """The earlier text that reached its reader after all."""
    earlier = before(message)
    opened = _opened(earlier)
    return next(
        (one for one in earlier if one.state == Message.State.DELIVERED or one.pk in opened), None
    )


def is_answered(message: Message) -> bool:
    """Whether nobody has to be told any more: a text of the chain was seen, or the visit was
    answered by whatever way since it began.
    """
    if seen_before(message) or _opened([message]):
        return True
    if message.kind != Message.Kind.REMINDER or message.appointment_id is None:
        # What goes back to an answer is written in the moment in which the visit is answered.
        return False
    began = [message, *before(message)][-1].created_at
    visit = Appointment.objects.filter(pk=message.appointment_id, status__in=ANSWERED)
    return visit.filter(status_since__gte=began).exists()


def _opened(mails: Collection[Message]) -> set[uuid.UUID]:
    # Also news that came since this round looked for it: a text too many can't be taken back.
    known = EmailNews.objects.filter(kind=EmailNews.Kind.OPENED)
    ids = known.filter(message_uuid__in=[one.pk for one in mails])
    return set(ids.values_list("message_uuid", flat=True))
