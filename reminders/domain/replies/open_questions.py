"""What a number was asked when it replied: its last text, the list whose numbers hold, who talks
with it.

Only looks it up, for a batch of replies in one statement each; `matching` and `deciding` say what
follows.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

LATELY = timedelta(days=14)
HANDED_OVER_BEFORE = timedelta(days=2)
"""How long before its time a text may have been written at most, with room to spare."""
STAFF_TALK = timedelta(hours=12)
"""So long what a number writes is left to staff who wrote to it, unless they settle it before."""


def last_texts(reply_ids: Sequence[int]) -> dict[int, uuid.UUID]:
    """By reply, the text that had reached its number last when it was written; of any kind but a
    test.
    """
    return dict(_rows(_LAST, reply_ids))


def last_lists(reply_ids: Sequence[int]) -> dict[int, uuid.UUID]:
    """By reply, the last text to its number that numbered several appointments, while it still
    holds.

    It holds until each of them has begun or was called off, or another list has come.
    """
    return dict(_rows(_LIST, reply_ids))


def in_staff_hands(reply_ids: Sequence[int]) -> set[int]:
    """Replies from numbers that staff are talking with: what is written there is theirs to read.

    So it is after a staff text, until the card of its answer is settled or 12 hours have passed;
    but while it has no answer yet, a reply that is known to answer a later text of ours is read.
    """
    return {reply_id for (reply_id,) in _rows(_STAFF, reply_ids)}


def _rows(statement: str, reply_ids: Sequence[int]) -> list[Any]:  # Any: rows of the driver
    given: dict[str, Any] = {
        "ids": list(reply_ids),
        "lately": LATELY,
        "before": HANDED_OVER_BEFORE,
        "talk": STAFF_TALK,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


_ARRIVED = """
m.phone = r.phone AND m.created_at > r.received_at - %(lately)s::interval - %(before)s::interval
  AND m.scheduled_at BETWEEN r.received_at - %(lately)s::interval AND r.received_at
  AND m.state IN ('submitting', 'unknown', 'accepted', 'enroute', 'held', 'submitted', 'delivered')
"""

_LAST = f"""
SELECT r.id, last.id FROM reminders_reply r CROSS JOIN LATERAL (
    SELECT m.id FROM reminders_message m WHERE {_ARRIVED} AND m.kind <> 'test'
    ORDER BY m.scheduled_at DESC, m.created_at DESC LIMIT 1) last
WHERE r.id = ANY(%(ids)s) AND r.phone <> ''
"""  # noqa: S608 -- put together from constants

_LIST = f"""
SELECT r.id, list.id FROM reminders_reply r CROSS JOIN LATERAL (
    SELECT m.id FROM reminders_message m WHERE {_ARRIVED} AND m.kind = 'reminder'
      AND (SELECT count(*) FROM reminders_reminder t WHERE t.message_id = m.id) > 1
    ORDER BY m.scheduled_at DESC, m.created_at DESC LIMIT 1) list
WHERE r.id = ANY(%(ids)s) AND r.phone <> '' AND EXISTS (
    SELECT 1 FROM reminders_reminder t JOIN reminders_appointment a ON a.id = t.appointment_id
    WHERE t.message_id = list.id AND a.starts_at > r.received_at
      AND a.status IN ('booked', 'confirmed', 'declined'))
"""  # noqa: S608 -- as above

_STAFF = f"""
SELECT r.id FROM reminders_reply r
WHERE r.id = ANY(%(ids)s) AND r.phone <> '' AND EXISTS (
    SELECT 1 FROM reminders_message m
    LEFT JOIN LATERAL (
        SELECT bool_or(c.done_at IS NULL AND p.received_at > r.received_at - %(talk)s::interval) AS waits,
               bool_or(c.done_at IS NOT NULL) AS settled
        FROM reminders_reply p JOIN reminders_inboxitem c ON c.reply_id = p.id
        WHERE p.message_id = m.id AND p.id <> r.id) heard ON true
    WHERE {_ARRIVED} AND m.kind = 'staff'
      AND (heard.waits OR heard.settled IS NOT TRUE AND m.scheduled_at > r.received_at - %(talk)s::interval
           AND NOT EXISTS (
               SELECT 1 FROM reminders_message t
               WHERE t.scheduled_at > m.scheduled_at
                 AND (t.id = r.message_uuid
                      OR r.message_provider_id <> '' AND t.provider_id = r.message_provider_id))))
"""  # noqa: S608 -- as above
