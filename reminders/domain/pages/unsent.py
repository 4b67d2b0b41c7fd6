"""Every text that was due and did not go, with its planned time and the reason in words.

Reminders by their state; texts of staff, answers and corrections by what became of the message.
Sending one anyway is `staff_actions`' business; here it is only said where that still makes sense.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reminders.domain.common.csv_cells import harmless
from reminders.domain.diary.staff_actions import LEAST_NOTICE
from reminders.domain.phones.parsing import display
from reminders.models import Message, Reminder

ROWS = 50
MOST_EXPORTED = 20_000
LONGEST_PERIOD = timedelta(days=92)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"-?[0-9]{1,17}_[rt][0-9a-f-]{1,36}")
FAILED_TEXT = "text_failed"
"""The reason code of texts that are no reminders; their words are the provider's."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at: due times from (inclusive) until (exclusive), both UTC, at these
    locations.
    """

    since: datetime
    until: datetime
    location_ids: tuple[int, ...]
    reason: str = ""

    @property
    def given(self) -> dict[str, Any]:
        """The parameters of the statements below."""
        return {
            "since": self.since,
            "until": self.until,
            "locations": list(self.location_ids),
            "reason": self.reason,
        }


class Unsent(NamedTuple):
    """One text that did not go. Datetimes are UTC; `reminder_id` is None for texts that are no
    reminders.

    `may_send` says that staff may still have it sent: before the start, to a usable number.
    """

    due_at: datetime
    key: str
    reminder_id: int | None
    what: str
    reason: str
    words: str
    appointment_id: int | None
    starts_at: datetime | None
    status: str
    location: str
    zone: str
    country: str
    contact_id: int | None
    name: str
    phone: str
    may_send: bool
    message_id: UUID | None

    @property
    def reason_words(self) -> str:
        """Why it did not go, as staff read it; the provider's own news where there is some."""
        if self.reason == FAILED_TEXT or (
            self.words and self.reason in ("refused", "not_delivered")
        ):
            return self.words or "Not delivered"
        return label(self.reason)


def label(reason: str) -> str:
    """A reason's code in words."""
    if reason == FAILED_TEXT:
        return "A text of your own or an answer did not arrive"
    return str(Reminder.Reason(reason).label) if reason in Reminder.Reason.values else reason


def unsent(period: Period, *, now: datetime, before: str = "", limit: int = ROWS) -> list[Unsent]:
    """The texts of a period, the latest first; one statement. `before` is the `cursor` of the row
    above.
    """
    at, _, key = before.partition("_") if _CURSOR.fullmatch(before) else ("", "", "")
    given = period.given | {
        "now": now,
        "limit": limit,
        "least": LEAST_NOTICE,
        "before_at": _instant(at) or period.until,
        "before_key": key if _instant(at) else "~",
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, given)
        return [Unsent(*row) for row in cursor.fetchall()]


def cursor_of(row: Unsent) -> str:
    """Where the next page begins: after this row."""
    return f"{(row.due_at - _EPOCH) // timedelta(microseconds=1)}_{row.key}"


def _instant(written: str) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=int(written))
    except (ValueError, OverflowError):
        return None


def count_by_reason(period: Period) -> list[tuple[str, int]]:
    """How many there are of each reason, the most frequent first; ignores the filter by reason."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, period.given)
        return [(reason, count) for reason, count in cursor.fetchall()]


def export(period: Period, *, now: datetime) -> Iterator[str]:
    """The whole period as lines of a CSV file that spreadsheets may open without harm, times local."""
    pen = csv.writer(_Echo())
    yield "\ufeff" + pen.writerow(
        ["planned", "kind", "reason", "patient", "phone", "location", "appointment", "status"]
    )
    before, left = "", MOST_EXPORTED
    while left > 0 and (rows := unsent(period, now=now, before=before, limit=min(1_000, left))):
        for row in rows:
            yield pen.writerow([harmless(cell) for cell in _cells(row)])
        before, left = cursor_of(rows[-1]), left - len(rows)


def _cells(row: Unsent) -> list[str]:
    zone = ZoneInfo(row.zone or "UTC")
    starts = f"{row.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" if row.starts_at else ""
    return [
        f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
        row.what,
        row.reason_words,
        row.name,
        display(row.phone, row.country) if row.phone and row.country else row.phone,
        row.location,
        starts,
        row.status,
    ]


class _Echo:
    """Hands each written line back: csv wants a file, the response wants lines."""

    def write(self, line: str) -> str:
        """The line itself."""
        return line


_FOUND = f"""
SELECT r.due_at, r.id, r.reason, NULL::uuid AS message_id, r.location_id
FROM reminders_reminder r
WHERE r.state IN ('skipped', 'expired', 'failed') AND r.due_at >= %(since)s AND r.due_at < %(until)s
  AND r.location_id = ANY(%(locations)s) {{reminder}}
UNION ALL
SELECT m.scheduled_at, NULL, '{FAILED_TEXT}', m.id, m.location_id
FROM reminders_message m
WHERE m.state IN ('failed', 'rejected', 'expired')
  AND m.kind NOT IN ('{Message.Kind.REMINDER}', '{Message.Kind.TEST}')
  AND m.scheduled_at >= %(since)s AND m.scheduled_at < %(until)s
  AND (m.location_id = ANY(%(locations)s) OR m.location_id IS NULL) {{message}}
"""  # noqa: S608 -- the pieces are this module's own

_COUNTS = f"""
SELECT reason, count(*) FROM ({_FOUND.format(reminder="", message="")}) f GROUP BY 1 ORDER BY 2 DESC, 1
"""  # noqa: S608 -- the pieces are this module's own

_KEY_OF_REMINDER, _KEY_OF_MESSAGE = "'r' || r.id", "'t' || m.id"
_PAGE = _FOUND.format(
    reminder=f"""AND (%(reason)s = '' OR r.reason = %(reason)s)
  AND (r.due_at, {_KEY_OF_REMINDER}) < (%(before_at)s, %(before_key)s) AND r.due_at <= %(before_at)s""",
    message=f"""AND (%(reason)s = '' OR %(reason)s = '{FAILED_TEXT}')
  AND (m.scheduled_at, {_KEY_OF_MESSAGE}) < (%(before_at)s, %(before_key)s)
  AND m.scheduled_at <= %(before_at)s""",
)

_ROWS = f"""
WITH f AS (
    SELECT f.*, coalesce('r' || f.id, 't' || f.message_id) AS key FROM ({_PAGE}) f
    ORDER BY f.due_at DESC, coalesce('r' || f.id, 't' || f.message_id) DESC LIMIT %(limit)s)
SELECT f.due_at, f.key, f.id, coalesce(u.name, m.kind, ''), f.reason, coalesce(m.words, ''), a.id,
       a.starts_at, coalesce(a.status, ''), coalesce(l.name, ''), coalesce(l.zone, ''),
       coalesce(l.country, ''),
       c.id, coalesce(c.name, ''), coalesce(nullif(c.phone, ''), m.phone, ''),
       coalesce(f.id IS NOT NULL AND r.reason NOT IN ('unknown', 'superseded') AND r.version = a.version
                AND a.status IN ('booked', 'confirmed') AND a.starts_at >= %(now)s::timestamptz + %(least)s
                AND c.phone <> '' AND c.channel <> 'none' AND c.wrong_number <> c.phone
                AND NOT EXISTS (SELECT 1 FROM reminders_suppression s
                                WHERE s.phone = c.phone AND s.lifted_at IS NULL), false), f.message_id
FROM f
LEFT JOIN reminders_reminder r ON r.id = f.id
LEFT JOIN reminders_reminderrule u ON u.id = r.rule_id
LEFT JOIN reminders_message m ON m.id = coalesce(f.message_id, r.message_id)
LEFT JOIN reminders_appointment a ON a.id = coalesce(r.appointment_id, m.appointment_id)
LEFT JOIN reminders_contact c ON c.id = coalesce(a.contact_id, m.contact_id)
LEFT JOIN reminders_location l ON l.id = coalesce(f.location_id, a.location_id)
ORDER BY f.due_at DESC, f.key DESC
"""  # noqa: S608 -- the pieces are this module's own
