"""Mark messages to be withdrawn, and let go of their reminders once they are.

Which messages are stale is decided by `planning` and by staff; speaking to the provider is
`sending.withdraw_at_provider`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F

from reminders.domain.common.locks import lock_messages
from reminders.domain.planning import withdrawal_statements as statements
from reminders.models import Message, Reminder
from reminders.models.in_sql.states import STATES


def withdraw_messages(message_ids: Sequence[uuid.UUID | None], *, now: datetime) -> int:
    """Mark messages to be withdrawn; those that were never handed over are cancelled at once.

    Every reminder that such a message carries waits until the withdrawal is settled; one that has
    ended by now is left as it is. Returns how many messages were marked. Call it in the transaction
    that made them stale, which holds their appointments.
    """
    ids = [message_id for message_id in message_ids if message_id]
    # Before their reminders: whoever records what the provider said locks in this order, too.
    lock_messages(ids)
    # One that is on its way can't be called back; it is marked all the same, so that staff read
    # "already sent" of a text that no longer holds.
    marked = _execute(statements.MARK, ids, now=now)
    # Their reminders wait from here on: until the old text is settled, nothing may replace it.
    _execute(statements.REMINDERS_WAIT, ids, now=now)
    # What the provider never saw needs no asking: it ends here, and its reminders are free at once.
    cancel_queued(ids, now=now)
    release_reminders_of(ids, now=now)
    return marked


def cancel_queued(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """End those of these messages that wait with us and are to be withdrawn."""
    _execute(statements.CANCEL_QUEUED, message_ids, now=now)


def release_reminders_of(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Let go of the reminders of messages that are withdrawn for sure; the caller plans again."""
    _execute(statements.RELEASE_REMINDERS, message_ids, now=now)


def _execute(statement: str, message_ids: Sequence[uuid.UUID], *, now: datetime) -> int:
    # Written once as PostgreSQL reads it: of an import there are tens of thousands.
    array = "{" + ",".join(map(str, message_ids)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(statement, STATES | {"messages": array, "now": now})
        return int(cursor.rowcount)


def on_their_way(contact_ids: Sequence[int], *, now: datetime) -> list[uuid.UUID]:
    """Texts to these contacts' present numbers that can still be withdrawn, whoever wrote them.

    A family's text is among them where it tells of a visit of theirs.
    """
    # Two ways to them, each through its own index; one condition over both would read every text.
    own = Message.objects.filter(contact_id__in=contact_ids, phone=F("contact__phone"))
    carried = Reminder.objects.filter(
        appointment__contact_id__in=contact_ids,
        appointment__starts_at__gt=now,
        phone=F("appointment__contact__phone"),
        message__isnull=False,
    )
    for_wards = Message.objects.filter(
        contact__responsible__in=contact_ids, phone=F("contact__responsible__phone")
    )
    ids = {
        *own.values_list("pk", flat=True),
        *carried.values_list("message_id", flat=True),
        *for_wards.values_list("pk", flat=True),
    }
    on_their_way = Message.objects.withdrawable(now=now).filter(pk__in=ids)
    return list(on_their_way.values_list("pk", flat=True))
