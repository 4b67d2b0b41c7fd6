"""Mark messages to be withdrawn, and let go of their reminders once they are.

Which messages are stale is decided by `planning` and by staff; speaking to the provider is
`cancelling`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.common.locks import lock_messages


def withdraw_messages(message_ids: Sequence[Any], *, now: datetime) -> int:
    """Mark messages to be withdrawn; those that were never handed over are cancelled at once.

    Every reminder that such a message carries waits until the withdrawal is settled; one that has
    ended by now is left as it is. Returns how many messages were marked. Call it in the transaction
    that made them stale, which holds their appointments.
    """
    given: dict[str, Any] = {"messages": list(message_ids), "now": now}
    lock_messages(message_ids)
    with connection.cursor() as cursor:
        cursor.execute(_REQUEST_CANCEL, given)
        marked = cursor.rowcount
        cursor.execute(_REMINDERS_WAIT, given)
        cursor.execute(_CANCEL_QUEUED, given)
    release_reminders_of(message_ids, now=now)
    return int(marked)


def release_reminders_of(message_ids: Sequence[Any], *, now: datetime) -> None:
    """Let go of the reminders of messages that are withdrawn for sure; the caller plans them again."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE_REMINDERS, {"messages": list(message_ids), "now": now})


def on_their_way(contact_ids: Sequence[int], *, now: datetime) -> list[uuid.UUID]:
    """Texts to these contacts' present numbers that have not reached the phone yet, whoever wrote
    them.

    A family's text is among them where it tells of a visit of theirs.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ON_THEIR_WAY, {"contacts": list(contact_ids), "now": now})
        return [row[0] for row in cursor.fetchall()]


_REQUEST_CANCEL = """
UPDATE reminders_message SET cancel_requested_at = %(now)s
WHERE id = ANY(%(messages)s) AND cancel_requested_at IS NULL
  AND state IN ('queued', 'submitting', 'unknown', 'accepted', 'held', 'enroute', 'submitted')
"""

# This and the last first find the reminders, and then choose by their state. In one step, the
# database begins with states of which it had counted next to none, and an import that withdraws
# many texts compares each of them with all others: 20,000 did not end within minutes.
_REMINDERS_WAIT = """
WITH carried AS MATERIALIZED (
    SELECT r.id, r.state FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.id = ANY(%(messages)s) AND m.cancel_requested_at IS NOT NULL AND m.cancel_settled_at IS NULL
), handed_over AS MATERIALIZED (SELECT * FROM carried WHERE state IN ('sending', 'sent'))
UPDATE reminders_reminder r SET state = 'withdrawing', updated_at = %(now)s
FROM handed_over h WHERE r.id = h.id AND r.state = h.state
"""

_CANCEL_QUEUED = """
UPDATE reminders_message SET state = 'cancelled', words = 'Withdrawn before it was sent', final_at = %(now)s,
       cancel_settled_at = %(now)s
WHERE id = ANY(%(messages)s) AND state = 'queued'
"""

# Of a withdrawn message, the reminders that still hold go back to the plan, or stay stopped where
# staff stopped them; the others are done with.
_RELEASE_REMINDERS = """
WITH carried AS MATERIALIZED (
    SELECT r.id, r.state, r.reason = 'held' AS held, r.appointment_id, r.version
    FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.id = ANY(%(messages)s) AND m.state IN ('cancelled', 'failed', 'rejected', 'expired')
), released AS MATERIALIZED (
    SELECT c.id, c.state, c.held, c.version = a.version AND a.status IN ('booked', 'confirmed') AS holds
    FROM carried c JOIN reminders_appointment a ON a.id = c.appointment_id WHERE c.state = 'withdrawing'
)
UPDATE reminders_reminder r SET updated_at = %(now)s, message_id = NULL,
       state = CASE WHEN NOT f.holds THEN 'withdrawn' WHEN f.held THEN 'skipped' ELSE 'planned' END,
       reason = CASE WHEN NOT f.holds THEN 'superseded' WHEN f.held THEN 'held' ELSE '' END
FROM released f WHERE r.id = f.id AND r.state = f.state
"""

# Two ways to them, each through its own index. One that was accepted and whose time has come has
# left.
_ON_THEIR_WAY = """
SELECT m.id
FROM (SELECT own.id FROM reminders_message own JOIN reminders_contact c ON c.id = own.contact_id
      WHERE own.contact_id = ANY(%(contacts)s::bigint[]) AND own.phone = c.phone
      UNION
      SELECT r.message_id FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
      JOIN reminders_reminder r ON r.appointment_id = a.id AND r.phone = c.phone
      WHERE a.contact_id = ANY(%(contacts)s::bigint[]) AND a.starts_at > %(now)s) theirs
JOIN reminders_message m ON m.id = theirs.id
WHERE m.cancel_requested_at IS NULL AND m.state IN ('queued', 'submitting', 'unknown', 'accepted', 'held')
  AND (m.scheduled_at > %(now)s OR m.state <> 'accepted')
"""
