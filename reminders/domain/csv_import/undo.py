"""Take an import back, as far as nothing was sent because of it and nobody has changed its work since.

New appointments vanish with their unsent texts and with contacts that nothing else needs; changed ones get
their old values back; cancelled ones are booked again. What can't be undone is left and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import connection, transaction

from reminders.domain.appointments import change_appointment, change_contact, set_status
from reminders.domain.doorbell import ring
from reminders.domain.history import IMPORT, remember_each
from reminders.models import Appointment, Contact, Import, ImportRow, Location, Practitioner, Service

State = Import.State
Status = Appointment.Status
SENT = "A text about it has already gone out."
CHANGED_SINCE = "It was changed after the import."


@dataclass
class Undoable:
    """What taking an import back would do, by appointment; `kept` says why some things stay."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many appointments can be put back."""
        return len(self.new) + len(self.changed) + len(self.gone)


def ask_to_undo(row: Import, *, now: datetime) -> bool:
    """Have an import taken back in the background; False when it is not one that was applied."""
    waiting = Import.objects.filter(pk=row.pk, state=State.APPLIED)
    asked = waiting.update(state=State.UNDOING, words="Being taken back", claimed_until=None, progress=0)
    ring("imports")
    return bool(asked)


def undoable(row: Import) -> Undoable:
    """Look what of an applied import can be taken back."""
    found = Undoable()
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, {"import": row.pk, "at": row.applied_at})
        for appointment_id, outcome, sent, since in cursor.fetchall():
            if sent or since:
                found.kept[appointment_id] = SENT if sent else CHANGED_SINCE
            else:
                getattr(found, outcome).append(appointment_id)
    return found


def take_back(row: Import, *, now: datetime) -> Undoable:
    """Take an import back in one transaction; what can't be undone stands on its rows afterwards."""
    with transaction.atomic():
        found = undoable(row)
        _lock([*found.new, *found.changed, *found.gone])
        _restore(row, found.changed, now=now)
        _book_again(row, found.gone, now=now)
        _remove(row, found.new, now=now)
        _say_what_stays(row, found)
        row.state, row.undone_at, row.claimed_until, row.progress = State.UNDONE, now, None, 100
        row.words = _in_words(found)
        row.save(update_fields=["state", "undone_at", "claimed_until", "progress", "words"])
    return found


def _in_words(found: Undoable) -> str:
    if not found.kept:
        return "Everything was taken back."
    return f"{found.count:,} appointments were taken back; {len(found.kept):,} could not be: see the rows."


def _lock(ids: Sequence[int]) -> None:
    rows = Appointment.objects.filter(pk__in=ids).order_by("pk").select_for_update()
    list(rows.values_list("pk", flat=True))


def _restore(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    rows = ImportRow.objects.filter(of=row, outcome=ImportRow.Outcome.CHANGED, appointment_id__in=ids)
    for each in rows.order_by("number").iterator():
        before: dict[str, Any] = each.before or {}
        appointment = Appointment.objects.get(pk=each.appointment_id or 0)
        change_appointment(appointment, _old_values(before), by=IMPORT, now=now)
        if "status" in before:
            set_status([appointment.pk], Status(before["status"][0]), by=IMPORT, now=now)
        if "patient" in before:
            old = before["patient"]
            contact = Contact.objects.get(pk=old["id"])
            change_contact(contact, {k: v for k, v in old.items() if k != "id"}, by=IMPORT, now=now)
        if "other columns" in before:
            Appointment.objects.filter(pk=appointment.pk).update(extra=before["other columns"][0])


def _old_values(before: dict[str, Any]) -> dict[str, Any]:
    """Columns with their old values, from what the row's history says."""
    old: dict[str, Any] = {}
    if "date" in before:
        old["local_date"] = date.fromisoformat(before["date"][0])
    if "time" in before:
        old["local_time"] = time.fromisoformat(before["time"][0])
    if "location" in before:
        old["location_id"] = Location.objects.get(name=before["location"][0]).pk
    if "contact" in before:
        old["contact_id"] = before["contact"][0]
    for name, model in (("practitioner", Practitioner), ("service", Service)):
        if name in before:
            was = before[name][0]
            old[f"{name}_id"] = model.objects.get(name=was).pk if was else None
    if "duration" in before:
        old["duration"] = before["duration"][0] or None
    return old | {name: before[name][0] for name in ("notes", "external_id") if name in before}


def _book_again(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    rows = ImportRow.objects.filter(of=row, outcome=ImportRow.Outcome.GONE, appointment_id__in=ids)
    for status in (Status.BOOKED, Status.CONFIRMED):
        of_status = rows.filter(before__status__0=status).values_list("appointment_id", flat=True)
        set_status([pk for pk in of_status if pk], status, by=IMPORT, now=now)


def _remove(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    """Delete what left no trace outside; cancel what the provider holds a text of, which withdraws it."""
    with connection.cursor() as cursor:
        cursor.execute(_WITH_TRACES, {"ids": list(ids)})
        traced = [each[0] for each in cursor.fetchall()]
        set_status(traced, Status.CANCELLED, by=IMPORT, now=now)
        lines: list[tuple[int, dict[str, Any]]] = [
            (pk, {"to": "cancelled", "undone": True, "import": row.pk}) for pk in traced
        ]
        remember_each("undone", lines, by=IMPORT, now=now)
        given = {"ids": sorted(set(ids) - set(traced)), "at": row.applied_at}
        for statement in _DELETE:
            cursor.execute(statement, given)


def _say_what_stays(row: Import, found: Undoable) -> None:
    for reason in (SENT, CHANGED_SINCE):
        ids = [pk for pk, why in found.kept.items() if why == reason]
        ImportRow.objects.filter(of=row, appointment_id__in=ids).update(words=f"Not taken back: {reason}")


# A text is because of the import when it tells of a version that the import made.
_LOOK = """
SELECT w.appointment_id, w.outcome,
       EXISTS (SELECT 1 FROM reminders_reminder r JOIN reminders_message m ON m.id = r.message_id
               WHERE r.appointment_id = a.id AND m.created_at >= %(at)s
                 AND m.state IN ('enroute', 'submitted', 'delivered')),
       a.updated_at > %(at)s
FROM reminders_importrow w JOIN reminders_appointment a ON a.id = w.appointment_id
WHERE w.of_id = %(import)s AND (w.outcome IN ('new', 'changed') OR w.before IS NOT NULL)
ORDER BY w.appointment_id
"""

_WITH_TRACES = """
SELECT a.id FROM reminders_appointment a WHERE a.id = ANY(%(ids)s) AND (
    EXISTS (SELECT 1 FROM reminders_reminder r WHERE r.appointment_id = a.id AND r.message_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM reminders_message m WHERE m.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_callattempt c WHERE c.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_card c WHERE c.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_reply_appointments p WHERE p.appointment_id = a.id))
"""

_DELETE = (
    "DELETE FROM reminders_reminder WHERE appointment_id = ANY(%(ids)s)",
    "DELETE FROM reminders_event WHERE appointment_id = ANY(%(ids)s)",
    """
CREATE TEMP TABLE IF NOT EXISTS undone_contact (id bigint) ON COMMIT DELETE ROWS;
TRUNCATE undone_contact;
INSERT INTO undone_contact SELECT DISTINCT contact_id FROM reminders_appointment WHERE id = ANY(%(ids)s)
""",
    "DELETE FROM reminders_appointment WHERE id = ANY(%(ids)s)",
    """
DELETE FROM reminders_contact c USING undone_contact u
WHERE c.id = u.id AND c.created_at = %(at)s AND c.updated_at = %(at)s
  AND NOT EXISTS (SELECT 1 FROM reminders_appointment a WHERE a.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_message m WHERE m.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_event e WHERE e.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_reply p WHERE p.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_card k WHERE k.contact_id = c.id)
""",
)
