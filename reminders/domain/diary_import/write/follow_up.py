"""Keep free times in step with what an import cancels, books again and books anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from reminders.domain.slots import freeing
from reminders.models import Appointment, Import

Status = Appointment.Status


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


_TURNED = """
SELECT appointment_id, status_to = %(off)s FROM import_result
WHERE appointment_id IS NOT NULL AND touched
  AND (status_to = %(off)s OR status_to = ANY(%(expected)s))
UNION SELECT g.appointment_id, true FROM import_gone g
    JOIN reminders_import i ON i.id = %(import)s WHERE i.gone = %(cancel)s
ORDER BY 1
"""
