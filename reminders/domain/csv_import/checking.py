"""Count what an import would do, and sum it up so that a later look can tell whether it is still so."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain import timing, wall_time
from reminders.domain.rules import RuleBook


@dataclass
class Counts:
    """What an import does or would do. `fingerprint` sums up every row's outcome with its old values."""

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    cannot_be_reminded: int = 0
    moved: int = 0
    cancelled: int = 0
    flagged: int = 0
    expected: int = 0
    new_contacts: int = 0
    changed_contacts: int = 0
    to_withdraw: int = 0
    to_withdraw_with_gone: int = 0
    at_once: int = 0
    new_practitioners: list[str] = field(default_factory=list)
    new_services: list[str] = field(default_factory=list)
    fingerprint: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the Import's `counts`."""
        return asdict(self)


def count_result() -> Counts:
    """Read the counts from the tables that matching filled."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        rows, new, changed, unchanged, cannot, moved, cancelled, flagged, total = (
            cursor.fetchone() or (0,) * 9
        )
        counts = Counts(rows, new, changed, unchanged, 0, cannot, moved, cancelled, flagged)
        counts.fingerprint = str(total)
        cursor.execute(_COUNT_CONTACTS)
        counts.new_contacts, counts.changed_contacts = cursor.fetchone() or (0, 0)
        cursor.execute(_NEW_NAMES.format(table="practitioner"))
        counts.new_practitioners = [row[0] for row in cursor.fetchall()]
        cursor.execute(_NEW_NAMES.format(table="service"))
        counts.new_services = [row[0] for row in cursor.fetchall()]
    return counts


def list_without_phone(*, limit: int) -> list[tuple[int, str]]:
    """Rows whose patient cannot be texted: their numbers, with a code of `PhoneProblem`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, cannot FROM import_result WHERE cannot <> '' ORDER BY number LIMIT %s", [limit]
        )
        return [(number, code) for number, code in cursor.fetchall()]


def forecast(*, cancel_gone: bool, now: datetime) -> tuple[int, int]:
    """How many texts the import would withdraw, and how many it would send at once."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_WITHDRAW, {"now": now, "cancel": cancel_gone})
        to_withdraw = (cursor.fetchone() or (0,))[0]
        cursor.execute(_SLOTS, {"now": now})
        slots = cursor.fetchall()
    book = RuleBook.load()
    at_once = 0
    for location_id, service_id, starts_at, appointments in slots:
        for rule in book.rules_for(location_id, service_id):
            plan = timing.plan(
                rule.schedule,
                book.hours[location_id],
                starts_at=starts_at,
                known_since=max(now, rule.changed_at),
            )
            if plan.skipped is None and plan.due_at <= now + wall_time.SECOND:
                at_once += appointments
    return to_withdraw, at_once


_COUNT = """
SELECT count(*), count(*) FILTER (WHERE r.outcome = 'new'), count(*) FILTER (WHERE r.outcome = 'changed'),
       count(*) FILTER (WHERE r.outcome = 'unchanged'), count(*) FILTER (WHERE r.cannot <> ''),
       count(*) FILTER (WHERE r.moved), count(*) FILTER (WHERE r.status_to = 'cancelled'),
       count(*) FILTER (WHERE s.words IS NOT NULL),
       coalesce(sum(hashtextextended(concat_ws('|', r.number, r.outcome, r.appointment_id, r.contact_id,
           r.status_to,
           r.moved, r.other_person, r.other_service, r.other_practitioner, r.contact_changed, a.version,
               r.cannot), 0)
           ::numeric), 0)
FROM import_result r JOIN import_staged s ON s.number = r.number
LEFT JOIN reminders_appointment a ON a.id = r.appointment_id
"""

_COUNT_CONTACTS = """
SELECT (SELECT count(*) FROM import_people p
        WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)),
       (SELECT count(*) FROM import_contact_change)
"""

_NEW_NAMES = """
SELECT DISTINCT s.{table} FROM import_staged s
WHERE s.{table} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM reminders_{table} x WHERE x.name = s.{table})
ORDER BY 1 LIMIT 50
"""

_TO_WITHDRAW = """
SELECT count(DISTINCT m.id)
FROM (
    SELECT appointment_id FROM import_result WHERE matters AND appointment_id IS NOT NULL
    UNION SELECT a.id FROM import_contact_change x JOIN reminders_appointment a ON a.contact_id = x.contact_id
        WHERE x.matters AND a.starts_at > %(now)s
    UNION SELECT appointment_id FROM import_gone WHERE %(cancel)s
) changed
JOIN reminders_reminder r ON r.appointment_id = changed.appointment_id AND r.state IN ('sending', 'sent')
JOIN reminders_message m ON m.id = r.message_id AND m.cancel_requested_at IS NULL
    AND m.state IN ('queued', 'submitting', 'unknown', 'accepted', 'held')
"""

_SLOTS = """
SELECT s.location_id, r.service_id, s.starts_at, count(*)
FROM import_result r JOIN import_staged s ON s.number = r.number
WHERE (r.outcome = 'new' OR r.matters) AND r.cannot = '' AND s.starts_at > %(now)s
  AND coalesce(r.status_to, s.status, 'booked') IN ('booked', 'confirmed')
GROUP BY 1, 2, 3
"""
