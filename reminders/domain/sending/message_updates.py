"""Apply what the provider says of a message, wherever it was said: report, status, detail report.

Final states never change, and a message never goes back from "on its way" to "with the provider":
late and repeated news is counted and dropped.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.common.locks import lock_messages


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """One piece of news: a state of `Message.State`, the words for staff, and the provider's ids
    and code.
    """

    message_id: uuid.UUID
    state: str
    words: str = ""
    code: int | None = None
    provider_id: str | None = None


def apply_status_updates(news: Sequence[StatusUpdate], *, now: datetime) -> list[uuid.UUID]:
    """Move messages and their reminders on; return the ids of those that moved. In the caller's
    transaction.

    With several pieces of news for one message the furthest wins. A message whose outcome was
    unknown is adopted. A text that failed, or that somebody else cancelled at the provider, makes
    its reminders failed; one asked to be withdrawn that turns out to have gone is settled as sent.
    """
    furthest = {}
    for item in sorted(news, key=lambda item: _RANK[item.state]):
        furthest[item.message_id] = item
    rows = sorted(furthest.values(), key=lambda item: item.message_id)
    if not rows:
        return []
    given: dict[str, Any] = {
        "ids": [row.message_id for row in rows],
        "states": [row.state for row in rows],
        "ranks": [_RANK[row.state] for row in rows],
        "words": [row.words[:300] for row in rows],
        "codes": [row.code for row in rows],
        "provider_ids": [row.provider_id for row in rows],
        "now": now,
    }
    lock_messages(given["ids"])
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, given)
        moved = [row[0] for row in cursor.fetchall()]
        if moved:
            settle_reminders(moved, now=now)
    return moved


def settle_reminders(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Bring reminders in line with messages that moved: sent, failed, or no longer waiting to be
    withdrawn.

    Those of messages that we had cancelled are left to `planning.release_reminders`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, {"ids": list(message_ids), "now": now})
        cursor.execute(_FAIL, {"ids": list(message_ids), "now": now})


_RANK = {
    "accepted": 1,
    "held": 2,
    "enroute": 3,
    "submitted": 4,
    "expired": 5,
    "failed": 6,
    "rejected": 7,
    "cancelled": 8,
    "delivered": 9,
}

_MOVE = """
UPDATE reminders_message m
SET state = v.state, words = v.words, status_code = coalesce(v.code, m.status_code),
    provider_id = coalesce(m.provider_id, v.provider_id), claimed_until = NULL, unknown_since = NULL,
    accepted_at = coalesce(m.accepted_at, %(now)s),
    final_at = CASE WHEN v.rank >= 5 THEN %(now)s END
FROM unnest(%(ids)s::uuid[], %(states)s::text[], %(ranks)s::int[], %(words)s::text[], %(codes)s::int[],
            %(provider_ids)s::text[]) AS v (id, state, rank, words, code, provider_id)
WHERE m.id = v.id AND coalesce(m.provider_id, v.provider_id) IS NOT NULL
  AND v.rank > CASE m.state WHEN 'queued' THEN 0 WHEN 'submitting' THEN 0 WHEN 'unknown' THEN 0
                            WHEN 'accepted' THEN 1 WHEN 'held' THEN 2 WHEN 'enroute' THEN 3
                            WHEN 'submitted' THEN 4 ELSE 99 END
RETURNING m.id
"""

# Gone out: nothing is left to withdraw. A reminder being sent is sent as soon as the provider has
# its text.
_SETTLE = """
WITH gone AS (
    UPDATE reminders_message SET cancel_settled_at = %(now)s
    WHERE id = ANY(%(ids)s) AND cancel_requested_at IS NOT NULL AND cancel_settled_at IS NULL
      AND state IN ('enroute', 'submitted', 'delivered')
    RETURNING id)
UPDATE reminders_reminder r SET state = 'sent', updated_at = %(now)s
FROM reminders_message m
WHERE m.id = ANY(%(ids)s) AND r.message_id = m.id
  AND (r.state = 'sending' AND m.state IN ('accepted', 'held', 'enroute', 'submitted', 'delivered')
       OR r.state = 'withdrawing' AND m.state IN ('enroute', 'submitted', 'delivered'))
"""

_FAIL = """
UPDATE reminders_reminder r SET state = 'failed', reason = 'not_delivered', updated_at = %(now)s
FROM reminders_message m
WHERE m.id = ANY(%(ids)s) AND r.message_id = m.id AND r.state IN ('sending', 'sent')
  AND (m.state IN ('failed', 'rejected', 'expired')
       OR m.state = 'cancelled' AND m.cancel_requested_at IS NULL)
"""
