"""Note what an import changes of visits, for the rules that tell patients of it.

A diary that is imported for the first time holds what was booked long ago, and each further file
reaches a little further ahead: only what appears among days that earlier files of the diary have
covered was booked just now.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from reminders.domain.changes.note import note_kept, note_new, tells_of_changes
from reminders.domain.changes.statements import KNOWN
from reminders.models import Appointment, Import, ReminderRule

STEP = 5_000


def keep_visits(cursor: Any, *, import_id: int) -> bool:  # Any: Django's cursor
    """Keep the visits that the import is about to change as they stand; False where no rule tells
    of changes.
    """
    tells = tells_of_changes()
    if tells:
        cursor.execute(_CHANGING, {"import": import_id, "cancel": Import.Gone.CANCEL})
    return tells


def note_changes(
    cursor: Any, *, import_id: int, diary: str, now: datetime
) -> None:  # Any: as above
    """Note what became of those that were kept, and which of the new visits were booked just now.

    Call it where a rule tells of changes.
    """
    note_kept(cursor, "import_kept", now=now)
    if not ReminderRule.objects.filter(active=True, kind=ReminderRule.Kind.BOOKED).exists():
        return
    cursor.execute("SELECT appointment_id FROM import_fresh ORDER BY appointment_id")
    fresh = [pk for (pk,) in cursor.fetchall()]
    covered = _covered(fresh, import_id=import_id, diary=diary)
    for start in range(0, len(fresh), STEP):
        coming = Appointment.objects.filter(
            pk__in=fresh[start : start + STEP],
            status__in=Appointment.EXPECTED,
            starts_at__gt=now,
        )
        booked = [
            pk
            for pk, place, day in coming.values_list("pk", "location_id", "local_date")
            if place in covered and day <= covered[place]
        ]
        note_new(booked, now=now)


def _covered(fresh: list[int], *, import_id: int, diary: str) -> dict[int, date]:
    """Up to which day earlier files of this diary reached, by location."""
    if not fresh:
        return {}
    places = Appointment.objects.filter(pk__in=fresh).order_by("location_id")
    found = {}
    for place in places.values_list("location_id", flat=True).distinct():
        known = Appointment.objects.filter(location=place, imported_by__diary=diary).exclude(
            imported_by=import_id
        )
        last = known.order_by("-local_date").values_list("local_date", flat=True).first()
        if last:
            found[place] = last
    return found


_CHANGING = """
CREATE TEMP TABLE import_kept ON COMMIT DROP AS
SELECT <known> FROM reminders_appointment WHERE id IN (
    SELECT appointment_id FROM import_result
    WHERE appointment_id IS NOT NULL AND touched AND (matters OR status_to IS NOT NULL)
    UNION SELECT g.appointment_id FROM import_gone g
        JOIN reminders_import i ON i.id = %(import)s WHERE i.gone = %(cancel)s)
""".replace("<known>", KNOWN)
