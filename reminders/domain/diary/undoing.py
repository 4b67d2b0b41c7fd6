"""Take back what staff did by hand a moment ago: a booking, a move, or another change of a visit.

Taken back is only what still stands as it was left; whatever came after it wins. What becomes of
texts follows from the change itself, as with any other.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import lock_appointment, lock_audit_entry, retry_on_conflict
from reminders.domain.diary.appointments import (
    MATTERS,
    OFF,
    PLAIN,
    SEAT,
    change_appointment,
    plain_value,
    set_status,
    undo_status,
)
from reminders.domain.slots import freeing, reopening
from reminders.models import Appointment, AuditEntry

Status = Appointment.Status
CHANGES = ("moved", "changed")
GIVEN = (MATTERS | PLAIN | {"local_date", "local_time"}) - {"starts_at"}
"""What a change is made of; the rest follows from it."""
_READ = {"local_date": date.fromisoformat, "local_time": time.fromisoformat}


def line_to_undo(appointment_id: int, *, at: datetime) -> int | None:
    """The line of history of a booking or a change of this very moment, for undo."""
    lines = AuditEntry.objects.filter(
        appointment_id=appointment_id, at=at, kind__in=("created", *CHANGES)
    )
    return lines.order_by("pk").values_list("pk", flat=True).last()


@retry_on_conflict
def undo(event_id: int, *, by: Actor, now: datetime) -> bool:
    """Take back what a line of history tells: a status, a booking, a move or another change.

    False where it was taken back already, or where something has changed since.
    """
    kind = AuditEntry.objects.values_list("kind", flat=True).get(pk=event_id)
    if kind not in ("created", *CHANGES):
        return undo_status(event_id, by=by, now=now)
    with transaction.atomic():
        event = lock_audit_entry(event_id)
        if event.undone_at or event.appointment_id is None:
            return False
        row = lock_appointment(event.appointment_id)
        undone = (
            _unbook(row, by=by, now=now)
            if kind == "created"
            else _change_back(row, event, by=by, now=now)
        )
        if undone:
            event.undone_at = now
            event.save(update_fields=["undone_at"])
    return undone


def _unbook(row: Appointment, *, by: Actor, now: datetime) -> bool:
    """As if it had never been booked: it stays as cancelled, so that its texts are withdrawn."""
    if row.status != Status.BOOKED or row.version != 1:
        return False
    set_status([row.pk], Status.CANCELLED, by=by, now=now, kind="deleted")
    # Nobody left a time by it; one that it had taken is free again.
    freeing.end_of_unbooked([row.pk], now=now)
    reopening.give_back([reopening.seat_of(row)], now=now)
    return True


def _change_back(row: Appointment, event: AuditEntry, *, by: Actor, now: datetime) -> bool:
    pairs = {name: pair for name, pair in event.details.items() if isinstance(pair, list)}
    # Whoever comes sooner said yes to it in the same moment: of that change it is a part.
    part = {"status"} if reopening.came_sooner(row) else set()
    changed = {name: new for name, (_, new) in pairs.items() if name not in part}
    if any(plain_value(getattr(row, name)) != new for name, new in changed.items()):
        return False
    before = {name: _value(name, old) for name, (old, _) in pairs.items() if name in GIVEN}
    if "starts_at" in pairs and not reopening.may_go_back(row, pairs["starts_at"][0]):
        return False
    change_appointment(row, before, by=by, now=now)
    if "starts_at" in pairs:
        reopening.vacate(row, now=now)
    if SEAT & pairs.keys():
        reopening.give_back([reopening.seat_of(row)], now=now)
    # A yes that the move had made void holds for the old time again.
    old, new = pairs.get("status", (None, None))
    if old != new and old:
        if old in OFF:
            reopening.give_back_own([row.pk], now=now)
        set_status([row.pk], Status(old), by=by, now=now, kind="undone")
    return True


def _value(name: str, old: Any) -> Any:
    return _READ[name](old) if name in _READ else old
