"""What follows once a file's rows are written: free times kept in step, and the texts planned.

Free times are of what it cancels, books again and books anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from reminders.domain.planning.handed_over import (
    COLUMNS,
    PERSON,
    PRACTITIONER,
    withdraw_mentioning,
)
from reminders.domain.planning.plan import PlanResult, plan_appointments
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.slots import freeing
from reminders.models import Appointment, Import

Status = Appointment.Status
PLAN_STEP = 20_000
MANY = 10_000
"""So many new rows in a table of fewer change what the best way through it is."""


def keep_in_step(cursor: Any, *, import_id: int, now: datetime) -> None:  # Any: Django's cursor
    """Called once everything is written, under the locks of the appointments."""
    given = {
        "import": import_id,
        "cancel": Import.Gone.CANCEL,
        "off": Status.CANCELLED,
        "expected": list(Appointment.EXPECTED),
    }
    cursor.execute(_TURNED, given)
    turned = cursor.fetchall()
    freeing.take_back([pk for pk, falls in turned if not falls], now=now)
    freeing.free([pk for pk, falls in turned if falls], now=now)
    freeing.end_taken(now=now)


def plan_result(
    cursor: Any, given: dict[str, Any], *, now: datetime, tell: Callable[[int], None]
) -> PlanResult:  # Any: as above, and the parameters of a file's statements
    """Plan what the file brought and changed, and ask back the texts that name somebody else by
    now.
    """
    cursor.execute(_TO_PLAN, given)
    grown = _outgrown(cursor)
    if grown:
        cursor.execute(_ANALYZE_WRITTEN)
    planned = _plan(cursor, now=now, tell=tell, grown=grown)
    for names, statement in OTHERWISE_NAMED:
        cursor.execute(statement, given)
        ids = [row[0] for row in cursor.fetchall()]
        planned += PlanResult(to_withdraw=withdraw_mentioning(ids, names, now=now))
    return planned


def _outgrown(cursor: Any) -> bool:  # Any: Django's cursor
    """Whether the diary has grown so much that what the database knows of its tables misleads it.

    Autovacuum sees none of this transaction's rows. If it comes by while a first diary is imported,
    it notes full tables as empty, and each step of planning reads them whole instead of by their
    keys.
    """
    cursor.execute(_NEW_AND_KNOWN)
    new, known = map(int, cursor.fetchone())
    return new >= MANY and new > known


def _plan(
    cursor: Any, *, now: datetime, tell: Callable[[int], None], grown: bool
) -> PlanResult:  # Any: Django's cursor
    """Plan what was changed, then what is new, whose ids are higher and which nobody else sees."""
    book = RuleSet.held()
    cursor.execute("SELECT (SELECT count(*) FROM import_to_plan) + count(*) FROM import_fresh")
    total = cursor.fetchone()[0]
    planned, analyzed = PlanResult(), not grown
    for statement, fresh in ((_NEXT_CHANGED, False), (_NEXT_NEW, True)):
        after = 0
        while ids := _next(cursor, statement, after=after):
            planned += plan_appointments(ids, now=now, book=book, fresh=fresh)
            if not analyzed:
                cursor.execute("ANALYZE reminders_reminder (appointment_id)")
                analyzed = True
            after = ids[-1]
            tell(60 + 30 * planned.appointments // max(total, 1))
    return planned


def _next(cursor: Any, statement: str, *, after: int) -> list[int]:  # Any: as above
    cursor.execute(statement, [after, PLAN_STEP])
    return [pk for (pk,) in cursor.fetchall()]


_NEW_AND_KNOWN = """
SELECT (SELECT count(*) FROM import_fresh), reltuples
FROM pg_class WHERE oid = 'reminders_appointment'::regclass
"""
# Its lock also keeps autovacuum away until the end. Another first import waits for it at this
# point.
_ANALYZE_WRITTEN = "ANALYZE reminders_contact (id, phone), reminders_appointment (id, contact_id)"

_TURNED = """
SELECT appointment_id, status_to = %(off)s FROM import_result
WHERE appointment_id IS NOT NULL AND touched
  AND (status_to = %(off)s OR status_to = ANY(%(expected)s))
UNION SELECT g.appointment_id, true FROM import_gone g
    JOIN reminders_import i ON i.id = %(import)s WHERE i.gone = %(cancel)s
ORDER BY 1
"""

_TO_PLAN = """
CREATE TEMP TABLE import_to_plan ON COMMIT DROP AS
SELECT appointment_id AS id FROM import_result
    WHERE appointment_id IS NOT NULL AND (matters OR (status_to IS NOT NULL AND touched))
UNION SELECT a.id FROM import_reached x
    JOIN reminders_appointment a ON a.contact_id = x.contact_id
    WHERE x.matters AND a.starts_at > %(now)s
      AND NOT EXISTS (SELECT 1 FROM import_fresh f WHERE f.appointment_id = a.id)
UNION SELECT g.appointment_id FROM import_gone g
    JOIN reminders_import i ON i.id = %(import)s WHERE i.gone = 'cancel'
ORDER BY id;
ALTER TABLE import_to_plan ADD PRIMARY KEY (id);
ANALYZE import_to_plan
"""
_NEXT_CHANGED = "SELECT id FROM import_to_plan WHERE id > %s ORDER BY id LIMIT %s"
_NEXT_NEW = """
SELECT appointment_id FROM import_fresh WHERE appointment_id > %s ORDER BY 1 LIMIT %s
"""

# Texts at the provider that may name somebody else now, though nothing that raises a version
# changed.
_OTHER_PRACTITIONER = """
SELECT appointment_id FROM import_result
WHERE touched AND other_practitioner AND NOT matters
ORDER BY appointment_id
"""
_RENAMED = """
SELECT a.id FROM import_reached x JOIN reminders_appointment a ON a.contact_id = x.contact_id
WHERE x.called_otherwise AND NOT x.matters AND a.starts_at > %(now)s ORDER BY 1
"""
_OTHER_COLUMNS = """
SELECT appointment_id FROM import_result
WHERE touched AND other_extra AND NOT matters
ORDER BY appointment_id
"""
OTHERWISE_NAMED = (
    (PRACTITIONER, _OTHER_PRACTITIONER),
    (COLUMNS, _OTHER_COLUMNS),
    (PERSON, _RENAMED),
)
"""Placeholders, and the appointments of which they say something else by now though nothing else
matters.
"""
