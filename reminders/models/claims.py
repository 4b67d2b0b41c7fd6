"""Claims: the statements that give each worker its own share of what is due.

Each is one `SELECT ... FOR UPDATE SKIP LOCKED` over a partial index, so that its cost follows what
is due and any number of workers share the work. Call them in a transaction and write before it
ends.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

from django.db import connection


class DueReminder(NamedTuple):
    """A planned reminder that is due, locked, with all that its text is made of. Times are UTC."""

    id: int
    rule_id: int
    kind: str
    days_before: int | None
    current: bool
    due_at: datetime
    cutoff_at: datetime
    starts_at: datetime
    local_date: date
    local_time: time
    phone: str
    forced: bool
    appointment_id: int
    appointment_uuid: uuid.UUID
    contact_id: int
    first_name: str
    name: str
    language: str
    channel: str
    phone_kind: str
    location_id: int
    practitioner: str
    service: str
    instructions: str
    opted_out: bool
    wrong_number: bool
    texts_lately: int


class QueuedMessage(NamedTuple):
    """A message waiting in the outbox, locked.

    `wrong_number`: a call showed that this is not its person's number. The last four are of the
    reminders that it carries: rule, site, the earliest start, whether staff asked for it now. They
    are None where it carries none.
    """

    id: uuid.UUID
    kind: str
    phone: str
    source_number: str
    text: str
    format: str
    scheduled_at: datetime
    expires_at: datetime
    attempt: int
    appointment_uuid: uuid.UUID | None
    opted_out: bool
    wrong_number: bool
    rule_id: int | None
    location_id: int | None
    starts_at: datetime | None
    forced: bool | None
    outdated: bool


_DUE = """
SELECT r.id, r.rule_id, rule.kind, rule.days_before,
       r.version = a.version AND a.status IN ('booked', 'confirmed') AND r.phone = c.phone,
       r.due_at, r.cutoff_at, r.starts_at, r.local_date, a.local_time, r.phone, r.forced,
       a.id, a.uuid, c.id, c.first_name, c.name, c.language, c.channel, c.phone_kind, r.location_id,
       coalesce(p.name, ''), coalesce(s.name, ''), coalesce(s.instructions, ''),
       EXISTS (SELECT 1 FROM reminders_suppression x WHERE x.phone = r.phone AND x.lifted_at IS NULL),
       c.wrong_number <> '' AND c.wrong_number = r.phone,
       (SELECT count(*) FROM (SELECT 1 FROM reminders_message m
                              WHERE m.phone = r.phone AND m.created_at > %(day_ago)s
                                    AND m.state <> 'cancelled' LIMIT 200) lately)
FROM reminders_reminder r
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
JOIN reminders_reminderrule rule ON rule.id = r.rule_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN reminders_service s ON s.id = a.service_id
WHERE r.state = 'planned' AND {which}
  AND NOT EXISTS (SELECT 1 FROM reminders_reminder w
                  WHERE w.appointment_id = r.appointment_id AND w.state = 'withdrawing')
ORDER BY r.due_at, r.id {limit} FOR UPDATE OF r SKIP LOCKED FOR SHARE OF a SKIP LOCKED
"""
# Sharing the appointment keeps a planning from meeting a reminder that is being claimed: it would
# hold that reminder while it waits for the message, and whoever records the message would wait for
# the reminder.

_ANY_DUE = (
    "SELECT 1 FROM reminders_reminder WHERE state = 'planned' AND due_at <= %(until)s LIMIT 1"
)
_BY_TIME = _DUE.format(which="r.due_at <= %(until)s", limit="LIMIT %(limit)s")
_FAMILY = _DUE.format(
    which="""(r.phone, r.location_id, r.local_date, r.rule_id) IN (
              SELECT * FROM unnest(%(phones)s::text[], %(locations)s::bigint[], %(dates)s::date[],
                                   %(rules)s::bigint[]))
          AND r.id <> ALL(%(have)s)""",
    limit="",
)

_QUEUED = """
SELECT m.id, m.kind, m.phone, m.source_number, m.text, m.format, m.scheduled_at,
       m.expires_at, m.attempt, a.uuid,
       EXISTS (SELECT 1 FROM reminders_suppression x WHERE x.phone = m.phone AND x.lifted_at IS NULL),
       EXISTS (SELECT 1 FROM reminders_contact c WHERE c.id = m.contact_id AND c.wrong_number = m.phone),
       carried.rule_id, carried.location_id, carried.starts_at, carried.forced,
       m.kind = 'answer' AND coalesce(a.changed_at > m.created_at, false)
FROM reminders_message m LEFT JOIN reminders_appointment a ON a.id = m.appointment_id
LEFT JOIN LATERAL (
    SELECT min(r.rule_id) AS rule_id, min(r.location_id) AS location_id, min(r.starts_at) AS starts_at,
           bool_or(r.forced) AS forced
    FROM reminders_reminder r WHERE r.message_id = m.id) carried ON true
WHERE m.state = 'queued' AND m.send_after <= %(now)s AND m.cancel_requested_at IS NULL
ORDER BY m.send_after LIMIT %(limit)s FOR UPDATE OF m SKIP LOCKED
"""


def is_any_due(*, until: datetime) -> bool:
    """Whether a reminder is due by `until`: most rings find none, and need not plan the large
    statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ANY_DUE, {"until": until})
        return cursor.fetchone() is not None


def lock_due_reminders(*, until: datetime, day_ago: datetime, limit: int) -> list[DueReminder]:
    """Lock up to `limit` planned reminders due by `until`, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_TIME, {"until": until, "day_ago": day_ago, "limit": limit})
        return [DueReminder(*row) for row in cursor.fetchall()]


def lock_family_reminders(
    keys: Sequence[tuple[str, int, date, int]], *, have: Sequence[int], day_ago: datetime
) -> list[DueReminder]:
    """Lock the other planned reminders with one of these phones, locations, local days and rules."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FAMILY,
            {
                "phones": [key[0] for key in keys],
                "locations": [key[1] for key in keys],
                "dates": [key[2] for key in keys],
                "rules": [key[3] for key in keys],
                "have": list(have),
                "day_ago": day_ago,
            },
        )
        return [DueReminder(*row) for row in cursor.fetchall()]


def lock_queued_messages(*, now: datetime, limit: int) -> list[QueuedMessage]:
    """Lock up to `limit` messages of the outbox that may be sent now."""
    with connection.cursor() as cursor:
        cursor.execute(_QUEUED, {"now": now, "limit": limit})
        return [QueuedMessage(*row) for row in cursor.fetchall()]
