"""Every text that was due and did not go, with its planned time and the reason in words.

Reminders by their state; texts of staff, answers and corrections by what became of the message.
Sending one anyway is `staff_actions`' business; here it is only said where that still makes sense.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from reminders.domain.common.csv_cells import harmless
from reminders.domain.common.rows import fetch
from reminders.domain.diary.staff_actions import LEAST_NOTICE
from reminders.domain.pages.moments import read_moment, write_moment
from reminders.domain.phones.parsing import display
from reminders.models import Message, Reminder

ROWS = 50
MOST_EXPORTED = 20_000
LONGEST_PERIOD = timedelta(days=92)
_KEY = re.compile(r"[rt][0-9a-f-]{1,36}")
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
    written, _, key = before.partition("_")
    at = read_moment(written) if _KEY.fullmatch(key) else None
    given = period.given | {
        "now": now,
        "limit": limit,
        "least": LEAST_NOTICE,
        "before_at": at or period.until,
        "before_key": key if at else "~",
    }
    return fetch(Unsent, _ROWS, given)


def cursor_of(row: Unsent) -> str:
    """Where the next page begins: after this row."""
    return f"{write_moment(row.due_at)}_{row.key}"


def count_by_reason(period: Period) -> list[tuple[str, int]]:
    """How many there are of each reason, the most frequent first; ignores the filter by reason."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, period.given)
        return [(reason, count) for reason, count in cursor.fetchall()]


def export(period: Period, *, now: datetime) -> Iterator[str]:
    """The whole period as lines of a CSV file that spreadsheets open without harm, times local."""
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
        return line


_FOUND = f"""
SELECT reminder.due_at, reminder.id, reminder.reason, NULL::uuid AS message_id,
       reminder.location_id
FROM reminders_reminder reminder
WHERE reminder.state IN ('skipped', 'expired', 'failed')
  AND reminder.due_at >= %(since)s AND reminder.due_at < %(until)s
  AND reminder.location_id = ANY(%(locations)s) {{reminder}}
UNION ALL
SELECT message.scheduled_at, NULL, '{FAILED_TEXT}', message.id, message.location_id
FROM reminders_message message
WHERE message.state IN ('failed', 'rejected', 'expired')
  AND message.kind NOT IN ('{Message.Kind.REMINDER}', '{Message.Kind.TEST}')
  AND message.scheduled_at >= %(since)s AND message.scheduled_at < %(until)s
  AND (message.location_id = ANY(%(locations)s) OR message.location_id IS NULL) {{message}}
"""

_COUNTS = f"""
SELECT reason, count(*) AS number
FROM ({_FOUND.format(reminder="", message="")}) found
GROUP BY reason
ORDER BY number DESC, reason
"""

# The bound on the time alone is what the index can use; the pair decides within a moment.
_PAGE = _FOUND.format(
    reminder="""
  AND (%(reason)s = '' OR reminder.reason = %(reason)s)
  AND (reminder.due_at, 'r' || reminder.id) < (%(before_at)s, %(before_key)s)
  AND reminder.due_at <= %(before_at)s""",
    message=f"""
  AND (%(reason)s = '' OR %(reason)s = '{FAILED_TEXT}')
  AND (message.scheduled_at, 't' || message.id) < (%(before_at)s, %(before_key)s)
  AND message.scheduled_at <= %(before_at)s""",
)

_ROWS = f"""
WITH found AS (
    SELECT page.*, coalesce('r' || page.id, 't' || page.message_id) AS key
    FROM ({_PAGE}) page
    ORDER BY page.due_at DESC, coalesce('r' || page.id, 't' || page.message_id) DESC
    LIMIT %(limit)s
)
SELECT found.due_at, found.key, found.id AS reminder_id,
       coalesce(rule.name, message.kind, '') AS what, found.reason,
       coalesce(message.words, '') AS words, appointment.id AS appointment_id,
       appointment.starts_at, coalesce(appointment.status, '') AS status,
       coalesce(location.name, '') AS location, coalesce(location.zone, '') AS zone,
       coalesce(location.country, '') AS country,
       contact.id AS contact_id, coalesce(contact.name, '') AS name,
       coalesce(nullif(contact.phone, ''), message.phone, '') AS phone,
       coalesce(
           found.id IS NOT NULL AND reminder.reason NOT IN ('unknown', 'superseded')
           AND reminder.version = appointment.version
           AND appointment.status IN ('booked', 'confirmed')
           AND appointment.starts_at >= %(now)s::timestamptz + %(least)s
           AND contact.phone <> '' AND contact.channel <> 'none'
           AND contact.wrong_number <> contact.phone
           AND NOT EXISTS (
               SELECT 1
               FROM reminders_suppression suppression
               WHERE suppression.phone = contact.phone AND suppression.lifted_at IS NULL
           ), false
       ) AS may_send,
       found.message_id
FROM found
LEFT JOIN reminders_reminder reminder ON reminder.id = found.id
LEFT JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
LEFT JOIN reminders_message message
    ON message.id = coalesce(found.message_id, reminder.message_id)
LEFT JOIN reminders_appointment appointment
    ON appointment.id = coalesce(reminder.appointment_id, message.appointment_id)
LEFT JOIN reminders_contact contact
    ON contact.id = coalesce(appointment.contact_id, message.contact_id)
LEFT JOIN reminders_location location
    ON location.id = coalesce(found.location_id, appointment.location_id)
ORDER BY found.due_at DESC, found.key DESC
"""
