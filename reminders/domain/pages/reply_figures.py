"""How well replies are read: how many needed nobody, and how many answers staff turned round.

A reply counts in the week in which it came; it is of the location of the text that it answers, else
of its card's. What was acted on counts by its line of history, so one reply may act on a family.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from reminders.models import InboxItem

WEEK = timedelta(days=7)
MOST_WEEKS = 6
"""They are counted while the page waits; a clinic looks at the last ones."""
FOLLOW_UP = (
    InboxItem.Kind.DECLINED,
    InboxItem.Kind.RESCHEDULE,
    InboxItem.Kind.CONTRADICTION,
    InboxItem.Kind.LATE,
)
"""Kinds of cards of replies that were understood: there is something to do, nothing to read."""


@dataclass(frozen=True, slots=True)
class ReplyFigures:
    """Counts of a period.

    `alone`: replies that nobody had to read. `acted`: visits that a reply confirmed or declined by
    itself; `undone`: those of them that staff turned round before the patient wrote again.
    """

    replies: int = 0
    alone: int = 0
    cards: int = 0
    acted: int = 0
    undone: int = 0

    def __add__(self, other: ReplyFigures) -> ReplyFigures:
        return ReplyFigures(
            self.replies + other.replies,
            self.alone + other.alone,
            self.cards + other.cards,
            self.acted + other.acted,
            self.undone + other.undone,
        )

    @property
    def alone_share(self) -> float | None:
        """Of all replies, those that nobody had to read; 0 to 1."""
        return self.alone / self.replies if self.replies else None

    @property
    def undone_share(self) -> float | None:
        """Of what was acted on by itself, what staff turned round: the error rate at most."""
        return self.undone / self.acted if self.acted else None


def reply_figures(
    *, location_ids: Sequence[int], everywhere: bool, since: date, until: date, zone: ZoneInfo
) -> list[tuple[date, ReplyFigures]]:
    """Every week by its Monday, the latest six between two local days of `zone`, inclusive.

    `everywhere`: what belongs to no location counts too, as for those who see all of them.
    """
    monday = until - timedelta(days=until.weekday())
    first = max(since - timedelta(days=since.weekday()), monday - WEEK * (MOST_WEEKS - 1))
    given: dict[str, Any] = {
        "locations": list(location_ids),
        "everywhere": everywhere,
        "since": datetime.combine(first, time(), zone),
        # The midnight after the last day, by the wall clock: a day may have 23 or 25 hours.
        "until": datetime.combine(until + timedelta(days=1), time(), zone),
        "zone": zone.key,
        "follow_up": [str(kind) for kind in FOLLOW_UP],
    }
    weeks = [first + WEEK * number for number in range((monday - first).days // 7 + 1)]
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, given)
        found = {row[0]: ReplyFigures(*row[1:]) for row in cursor.fetchall()}
    return [(week, found.get(week, ReplyFigures())) for week in weeks]


# Each table is read once: a lookup for every single reply or answer took five times as long. What
# nobody wrote after is no answer of staff: with NULL there, the replies of each were looked up.
_FIGURES = """
WITH came AS (
    SELECT r.id, r.received_at, m.location_id
    FROM reminders_reply r LEFT JOIN reminders_message m ON m.id = r.message_id
    WHERE r.received_at >= %(since)s AND r.received_at < %(until)s
      AND r.applied_at IS NOT NULL AND r.source <> 'notice' AND r.outcome <> 'duplicate'),
card AS (
    SELECT c.reply_id, count(*) AS n, min(c.location_id) AS location_id,
           bool_or(c.kind <> ALL(%(follow_up)s)) AS to_read
    FROM reminders_inboxitem c
    WHERE c.opened_at >= %(since)s AND c.reply_id IS NOT NULL GROUP BY c.reply_id),
answered AS (
    SELECT e.id, e.appointment_id, e.at, e.source, e.kind, e.details ->> 'to' AS said,
           lead(e.source) OVER later AS next_source, lead(e.at) OVER later AS next_at,
           lead(e.details ->> 'to') OVER later AS next_said
    FROM reminders_auditentry e
    WHERE e.at >= %(since)s AND e.appointment_id IS NOT NULL
      AND e.kind IN ('confirmed', 'declined', 'booked', 'undone')
    WINDOW later AS (PARTITION BY e.appointment_id ORDER BY e.id)),
counts AS (
    SELECT date_trunc('week', came.received_at AT TIME ZONE %(zone)s)::date AS week,
           count(*) AS replies, count(*) FILTER (WHERE card.to_read IS NOT TRUE) AS alone,
           coalesce(sum(card.n), 0) AS cards, 0 AS acted, 0 AS undone
    FROM came LEFT JOIN card ON card.reply_id = came.id
    WHERE coalesce(came.location_id, card.location_id) = ANY(%(locations)s)
       OR %(everywhere)s AND coalesce(came.location_id, card.location_id) IS NULL
    GROUP BY 1
    UNION ALL
    SELECT date_trunc('week', e.at AT TIME ZONE %(zone)s)::date, 0, 0, 0, count(*),
           count(*) FILTER (
             WHERE coalesce(e.next_source, '') = 'staff' AND e.next_said <> e.said AND NOT EXISTS (
               SELECT 1 FROM reminders_reply_appointments link
               JOIN reminders_reply r ON r.id = link.reply_id
               WHERE link.appointment_id = e.appointment_id
                 AND r.applied_at > e.at AND r.applied_at <= e.next_at))
    FROM answered e JOIN reminders_appointment a ON a.id = e.appointment_id
    WHERE e.at < %(until)s AND e.source = 'patient' AND e.kind IN ('confirmed', 'declined')
      AND a.location_id = ANY(%(locations)s)
    GROUP BY 1)
SELECT week, sum(replies)::int, sum(alone)::int, sum(cards)::int, sum(acted)::int, sum(undone)::int
FROM counts GROUP BY week
"""
