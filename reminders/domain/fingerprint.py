"""Whether anything at all has happened: a cheap question that live pages ask before they look closely."""

from __future__ import annotations

from datetime import datetime

from django.db import connection


def fingerprint(*, now: datetime) -> str:
    """A short word that changes with every change, call, card, reply, report and text, and every minute.

    One statement that reads the ends of a few indexes, however much is stored. What has no trace among
    those (a reminder that expired, a patient's corrected name) shows when the minute turns.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ENDS)
        ends = cursor.fetchone() or ()
    return "-".join(str(end) for end in (*ends, int(now.timestamp()) // 60))


_ENDS = """
SELECT coalesce((SELECT max(id) FROM reminders_event), 0),
       coalesce((SELECT max(id) FROM reminders_callattempt), 0),
       coalesce((SELECT max(id) FROM reminders_card), 0),
       coalesce((SELECT max(id) FROM reminders_reply), 0),
       coalesce((SELECT max(id) FROM reminders_deliveryreport), 0),
       coalesce((SELECT max(id) FROM reminders_appointment), 0),
       coalesce((SELECT (extract(epoch FROM max(accepted_at)) * 1000)::bigint FROM reminders_message
                 WHERE accepted_at IS NOT NULL), 0)
"""
