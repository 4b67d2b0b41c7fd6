"""Hold what an import is about to write, so that nobody's answer or change is overwritten unseen.

Comparing locks nothing, because most rows stay as they are. What would change is then locked,
appointments before people and both in the order of their ids, as everybody does who changes them. A
row that another transaction wrote in between has another `xmin` than the one that was compared:
then all is compared again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection


def lock_changes(*, cancel_gone: bool, now: datetime) -> bool:
    """Lock what `import_result`, `import_contact_change` and `import_gone` would change until the
    end.

    False when something of it is no longer as it was compared. Waits for whoever is at work on it.
    """
    given: dict[str, Any] = {"cancel": cancel_gone, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_APPOINTMENTS, given)
        cursor.execute(_LOCK_PEOPLE)
        cursor.execute(_CHANGED_SINCE, given)
        return not (cursor.fetchone() or (True,))[0]


_LOCK_APPOINTMENTS = """
SELECT count(*) FROM (
    SELECT id FROM reminders_appointment WHERE id IN (
        SELECT appointment_id FROM import_result WHERE touched
        UNION SELECT appointment_id FROM import_gone WHERE %(cancel)s
        UNION SELECT a.id FROM import_reached x
            JOIN reminders_appointment a ON a.contact_id = x.contact_id
            WHERE (x.matters OR x.called_otherwise) AND a.starts_at > %(now)s)
    ORDER BY id FOR NO KEY UPDATE) held
"""

_LOCK_PEOPLE = """
SELECT count(*) FROM (
    SELECT id FROM reminders_contact WHERE id IN (SELECT contact_id FROM import_contact_change)
    ORDER BY id FOR NO KEY UPDATE) held
"""

_CHANGED_SINCE = """
SELECT EXISTS (
    SELECT 1 FROM import_result r
    LEFT JOIN reminders_appointment a ON a.id = r.appointment_id
    WHERE r.touched AND a.xmin IS DISTINCT FROM r.seen
) OR EXISTS (
    SELECT 1 FROM import_contact_change x
    LEFT JOIN reminders_contact c ON c.id = x.contact_id
    WHERE c.xmin IS DISTINCT FROM x.seen
) OR EXISTS (
    SELECT 1 FROM import_gone g
    LEFT JOIN reminders_appointment a ON a.id = g.appointment_id
    WHERE %(cancel)s AND a.xmin IS DISTINCT FROM g.seen
)
"""
