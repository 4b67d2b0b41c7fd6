"""Mark messages to be withdrawn, and let go of their reminders once they are.

Which messages are stale is decided by `planning` and by staff; speaking to the provider is
`sending.withdraw_at_provider`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from reminders.domain.common.locks import lock_messages
from reminders.domain.planning import withdrawal_statements as statements
from reminders.models.states_in_sql import STATES, Given, withdrawable_at


def withdraw_messages(message_ids: Sequence[uuid.UUID | None], *, now: datetime) -> int:
    """Mark messages to be withdrawn; those that were never handed over are cancelled at once.

    Every reminder that such a message carries waits until the withdrawal is settled; one that has
    ended by now is left as it is. Returns how many messages were marked. Call it in the transaction
    that made them stale, which holds their appointments.
    """
    ids = [message_id for message_id in message_ids if message_id]
    given: Given = STATES | {"messages": ids, "now": now}
    # Before their reminders: whoever records what the provider said locks in this order, too.
    lock_messages(ids)
    with connection.cursor() as cursor:
        cursor.execute(statements.REQUEST_CANCEL, given)
        marked = cursor.rowcount
        cursor.execute(statements.REMINDERS_WAIT, given)
    cancel_queued(ids, now=now)
    release_reminders_of(ids, now=now)
    return int(marked)


def cancel_queued(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """End those of these messages that wait with us and are to be withdrawn."""
    _execute(statements.CANCEL_QUEUED, message_ids, now=now)


def release_reminders_of(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Let go of the reminders of messages that are withdrawn for sure; the caller plans again."""
    _execute(statements.RELEASE_REMINDERS, message_ids, now=now)


def _execute(statement: str, message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, STATES | {"messages": list(message_ids), "now": now})


def on_their_way(contact_ids: Sequence[int], *, now: datetime) -> list[uuid.UUID]:
    """Texts to these contacts' present numbers that can still be withdrawn, whoever wrote them.

    A family's text is among them where it tells of a visit of theirs.
    """
    given = withdrawable_at(now) | {"contacts": list(contact_ids), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(statements.ON_THEIR_WAY, given)
        return [message_id for (message_id,) in cursor.fetchall()]
