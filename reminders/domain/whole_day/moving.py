"""Move many visits at once, each on its location's clock and with its line of history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from reminders.domain.changes.note import note, visits_as_known
from reminders.domain.common.audit import Actor, record_each
from reminders.domain.diary.appointments import plain_value, raise_version, wall_time
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.slots import freeing
from reminders.domain.whole_day.wish import Wish
from reminders.models import Appointment, AuditEntry, VisitChange

WALL = ("starts_at", "local_date", "local_time", "wall_flag")
Status = Appointment.Status


def at_new_time(visits: Sequence[Appointment], wish: Wish) -> None:
    """Set these rows to their new time, without saving them."""
    for visit in visits:
        day, at = wish.new_wall(visit)
        for name, value in wall_time(day, at, location=visit.location).items():
            setattr(visit, name, value)


def move_all(
    visits: Sequence[Appointment], wish: Wish, *, by: Actor, now: datetime
) -> dict[int, AuditEntry]:
    """Move visits that are locked and expected, and plan them; the lines of history, for undo.

    What was confirmed for the old time is to be confirmed again.
    """
    known = visits_as_known([visit.pk for visit in visits])
    before = {visit.pk: {name: getattr(visit, name) for name in WALL} for visit in visits}
    at_new_time(visits, wish)
    asked_again = [visit for visit in visits if visit.status != Status.BOOKED]
    lines = [(visit.pk, _details(visit, before[visit.pk])) for visit in visits]
    for visit in visits:
        visit.updated_at = now
    Appointment.objects.bulk_update(visits, [*WALL, "updated_at"])
    Appointment.objects.filter(pk__in=[visit.pk for visit in asked_again]).update(
        status=Status.BOOKED, status_since=now
    )
    raise_version([visit.pk for visit in visits], now=now)
    freeing.occupy([visit.pk for visit in visits], now=now)
    events = record_each("moved", lines, by=by, now=now)
    # The text about the move tells them: a rule's own would be a second one.
    note(known, now=now, telling=VisitChange.Telling.HAND)
    plan_appointments([visit.pk for visit in visits], now=now)
    return {pk: event for (pk, _), event in zip(lines, events, strict=True)}


def _details(visit: Appointment, before: dict[str, Any]) -> dict[str, Any]:  # Any: plain values
    changed = {
        name: [plain_value(old), plain_value(getattr(visit, name))]
        for name, old in before.items()
        if old != getattr(visit, name)
    }
    if visit.status != Status.BOOKED:
        changed["status"] = [str(visit.status), str(Status.BOOKED)]
    return changed
