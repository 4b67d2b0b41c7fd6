"""Whether anything at all has happened: a cheap question that live pages ask before they look
closely.

It may well see a change where a page shows none; it must not miss one that a page shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from reminders.models.message_states import UNDELIVERED, MessageState

LATEST = 50
MOST = 2_000
"""Counting ends here, so that no backlog makes the question expensive."""
LATELY = timedelta(days=3)
"""A text that fails or lapses was due within that time."""


def etag(*, now: datetime) -> str:
    """A short word that changes with every change, call, card, reply, report and text, and every
    minute.

    One statement that reads the ends of indexes and counts what waits, however much is stored. What
    has no trace among those (a practitioner's corrected name) shows when the minute turns, as does
    what only time changes.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TRACES, {"lately": now - LATELY, "now": now})
        traces = cursor.fetchone() or ()
    # The minute is part of it: “over”, “just now” and due texts change without any row.
    return "-".join(str(trace) for trace in (*traces, int(now.timestamp()) // 60))


def _latest(table: str, value: str = "id", order: str = "id") -> str:
    """What was added last. A sum, not the greatest: who began earlier may end later, with a smaller
    id.
    """
    return f"""(
        SELECT coalesce(sum(one), 0)::bigint
        FROM (
            SELECT {value} AS one
            FROM {table}
            WHERE {order} IS NOT NULL
            ORDER BY {order} DESC
            LIMIT {LATEST}
        ) latest)"""


def _moments(table: str, column: str) -> str:
    """When something came to pass last."""
    # In whole milliseconds: a sum of floating seconds loses what tells two moments apart.
    return _latest(table, f"(1000 * extract(epoch FROM {column}))::bigint", column)


def _count(table: str, condition: str) -> str:
    """How many there are of a kind that has an index of its own."""
    some = f"SELECT 1 FROM {table} WHERE {condition} LIMIT {MOST}"
    return f"(SELECT count(*) FROM ({some}) waiting)"


# Written out, and not a parameter: the index over them is found by these very words.
_NOT_DELIVERED = ", ".join(f"'{state}'" for state in (*UNDELIVERED, MessageState.UNKNOWN))
_TRACES = "SELECT " + ", ".join(
    (
        _latest("reminders_auditentry"),
        _latest("reminders_callattempt"),
        _latest("reminders_inboxitem"),
        _latest("reminders_reply"),
        _latest("reminders_deliveryreport"),
        _latest("reminders_appointment"),
        _moments("reminders_message", "accepted_at"),
        _moments("reminders_inboxitem", "done_at"),
        _count("reminders_inboxitem", "done_at IS NULL"),
        # What came in is stored first and applied a moment later: both show, one after the other.
        _count("reminders_reply", "applied_at IS NULL"),
        _count("reminders_deliveryreport", "applied_at IS NULL AND problem = ''"),
        _count("reminders_message", "state = 'queued'"),
        _count("reminders_message", "state = 'submitting'"),
        _count("reminders_message", "state = 'unknown'"),
        _count(
            "reminders_message", "cancel_requested_at IS NOT NULL AND cancel_settled_at IS NULL"
        ),
        _count(
            "reminders_message",
            f"state IN ({_NOT_DELIVERED}) AND scheduled_at > %(lately)s",
        ),
        _count(
            "reminders_reminder",
            "state IN ('skipped', 'expired', 'failed') AND due_at BETWEEN %(lately)s AND %(now)s",
        ),
    )
)
