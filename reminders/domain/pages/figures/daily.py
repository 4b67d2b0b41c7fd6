"""Counts of texts and replies by location and local day, kept so that a page only adds them up.

A reply is of the location of the text that it answers, else of its card's. What a reply acted on
counts by its line of history, so one may act on a family; staff turned it round where they said
otherwise before the patient wrote again.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from reminders.models import DailyTexts, InboxItem

ON_TIME = timedelta(seconds=60)
LOOKED_BACK = timedelta(days=30)
"""So long after its day a reply's card, or what staff said otherwise, still counts for it."""
FOLLOW_UP = (
    InboxItem.Kind.DECLINED,
    InboxItem.Kind.RESCHEDULE,
    InboxItem.Kind.CONTRADICTION,
    InboxItem.Kind.LATE,
)
"""Kinds of cards of replies that were understood: there is something to do, nothing to read."""
STEPS = (
    *range(1, 11),
    *(12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 120, 150, 180, 240, 300, 360, 480, 600, 720, 960),
    *(1200, 1440, 2160, 2880, 4320, 7200),
)
"""Minutes, in which first answers are counted: those that took less than the first, and so on."""


def compute_texts(since: date, until: date, *, now: datetime) -> int:
    """Count the local days from `since` to `until` (inclusive) anew; return how many rows.

    In the transaction of whoever keeps others from doing the same.
    """
    given: dict[str, Any] = {
        "since": since,
        "until": until,
        # No clock is further from UTC than fourteen hours.
        "from": datetime(since.year, since.month, since.day, tzinfo=now.tzinfo) - timedelta(days=1),
        "to": datetime(until.year, until.month, until.day, tzinfo=now.tzinfo) + timedelta(days=2),
        "looked_back": LOOKED_BACK,
        "follow_up": [str(kind) for kind in FOLLOW_UP],
        "on_time": ON_TIME,
        "steps": list(STEPS),
    }
    rows: dict[tuple[int | None, date], DailyTexts] = {}
    for what, place, day, step, *counts in _counted(given):
        row = rows.setdefault((place, day), DailyTexts(location_id=place, day=day, computed_at=now))
        if what == "answer":
            row.waits = row.waits or [0] * (len(STEPS) + 1)
            row.waits[step] = counts[0]
            continue
        for name, count in zip(COLUMNS[what], counts, strict=False):
            setattr(row, name, count)
    DailyTexts.objects.filter(day__range=(since, until)).delete()
    # As they are read.
    ordered = sorted(rows.values(), key=lambda one: (one.day, one.location_id or 0))
    DailyTexts.objects.bulk_create(ordered, batch_size=1_000)
    return len(rows)


def _counted(given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


COLUMNS = {
    "reply": ("replies", "alone", "cards"),
    "act": ("acted", "undone"),
    "left": ("handed_over", "late"),
    "charged": ("charged", "units", "billed"),
}
"""Which columns the counts of each kind of row are."""

# Each table is read once: a lookup for every single reply or answer took five times as long. What
# nobody wrote after is no answer of staff: with NULL there, the replies of each were looked up. Of
# the replies to a text the earliest is its answer; one before the text was matched by the number.
_COUNT = """
WITH came AS (
    SELECT r.id, r.received_at, m.location_id
    FROM reminders_reply r LEFT JOIN reminders_message m ON m.id = r.message_id
    WHERE r.received_at >= %(from)s AND r.received_at < %(to)s
      AND r.applied_at IS NOT NULL AND r.source <> 'notice' AND r.outcome <> 'duplicate'),
card AS (
    SELECT c.reply_id, count(*) AS n, min(c.location_id) AS location_id,
           bool_or(c.kind <> ALL(%(follow_up)s)) AS to_read
    FROM reminders_inboxitem c
    WHERE c.opened_at >= %(from)s AND c.opened_at < %(to)s::timestamptz + %(looked_back)s
      AND c.reply_id IS NOT NULL GROUP BY c.reply_id),
said AS (
    SELECT e.id, e.appointment_id, e.at, e.source, e.kind, e.details ->> 'to' AS said,
           lead(e.source) OVER later AS next_source, lead(e.at) OVER later AS next_at,
           lead(e.details ->> 'to') OVER later AS next_said
    FROM reminders_auditentry e
    WHERE e.at >= %(from)s AND e.at < %(to)s::timestamptz + %(looked_back)s
      AND e.appointment_id IS NOT NULL
      AND e.kind IN ('confirmed', 'declined', 'booked', 'undone')
    WINDOW later AS (PARTITION BY e.appointment_id ORDER BY e.id)),
answer AS (
    SELECT m.location_id, min(r.received_at) AS at,
           (extract(epoch FROM min(r.received_at) - m.scheduled_at) / 60)::float8 AS minutes
    FROM reminders_reply r JOIN reminders_message m ON m.id = r.message_id
    WHERE r.received_at >= %(from)s AND r.received_at < %(to)s AND m.kind = 'reminder'
      AND r.received_at >= m.scheduled_at
      AND NOT EXISTS (
          SELECT 1 FROM reminders_reply earlier
          WHERE earlier.message_id = m.id AND earlier.received_at >= m.scheduled_at
            AND earlier.received_at < %(from)s)
    GROUP BY m.id),
counting AS (
    SELECT 'reply' AS what, coalesce(came.location_id, card.location_id) AS place,
           came.received_at AS at, 0 AS step,
           1 AS first, (card.to_read IS NOT TRUE)::int AS second, coalesce(card.n, 0) AS third
    FROM came LEFT JOIN card ON card.reply_id = came.id
    UNION ALL
    SELECT 'act', (SELECT a.location_id FROM reminders_appointment a WHERE a.id = e.appointment_id),
           e.at, 0, 1,
           (coalesce(e.next_source, '') = 'staff' AND e.next_said <> e.said AND NOT EXISTS (
               SELECT 1 FROM reminders_reply_appointments link
               JOIN reminders_reply r ON r.id = link.reply_id
               WHERE link.appointment_id = e.appointment_id
                 AND r.applied_at > e.at AND r.applied_at <= e.next_at))::int, 0
    FROM said e
    WHERE e.at < %(to)s AND e.source = 'patient' AND e.kind IN ('confirmed', 'declined')
    UNION ALL
    SELECT 'left', m.location_id, m.accepted_at, 0, 1,
           bool_or(m.accepted_at > r.due_at + %(on_time)s)::int, 0
    FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.accepted_at >= %(from)s AND m.accepted_at < %(to)s AND m.state <> 'cancelled'
    GROUP BY m.id
    UNION ALL
    SELECT 'charged', m.location_id, m.accepted_at, 0, 1, coalesce(m.billed, m.segments),
           (m.billed IS NOT NULL)::int
    FROM reminders_message m
    WHERE m.accepted_at >= %(from)s AND m.accepted_at < %(to)s AND m.state <> 'cancelled'
      AND m.kind <> 'test' AND m.format = 'SMS' AND m.road = 'sms'
    UNION ALL
    SELECT 'answer', location_id, at, width_bucket(minutes, %(steps)s::float8[]), 1, 0, 0
    FROM answer)
SELECT * FROM (
    SELECT what, place, (row.at AT TIME ZONE coalesce(l.zone, 'UTC'))::date AS day, step,
           sum(first)::int, sum(second)::int, sum(third)::int
    FROM counting row LEFT JOIN reminders_location l ON l.id = row.place
    GROUP BY 1, 2, 3, 4
) counted WHERE day BETWEEN %(since)s AND %(until)s
"""
