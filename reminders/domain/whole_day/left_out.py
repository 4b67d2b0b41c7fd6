"""Which of the chosen visits a change is for, and why the others are left as they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from reminders.domain.diary.appointments import EXPECTED, wall_time
from reminders.domain.whole_day.wish import LATE_FOR, Kind, Wish
from reminders.models import Appointment, BulkChange, BulkChangeRow

SAID_LATELY = {Kind.LATE: timedelta(minutes=15), Kind.TEXT: timedelta(hours=1)}
"""Within this the same words to the same visit are a second click, or a colleague's."""
CHANGED = "Somebody changed it meanwhile"
TOLD_ALREADY = "The same text was sent a moment ago"


def sort_out(
    rows: Sequence[BulkChangeRow], wish: Wish, *, now: datetime
) -> tuple[list[BulkChangeRow], dict[int, str]]:
    """Rows whose visits the change is for, and reasons by the ids of the other rows."""
    told = _told_lately([row.appointment_id for row in rows], wish, rows=rows, now=now)
    why = {row.pk: _why(row, wish, told, now=now) for row in rows}
    return [row for row in rows if not why[row.pk]], {
        pk: words for pk, words in why.items() if words
    }


def _why(row: BulkChangeRow, wish: Wish, told: Collection[int], *, now: datetime) -> str:
    visit = row.appointment
    if visit.version != row.seen_version:
        return CHANGED
    if visit.pk in told:
        return TOLD_ALREADY
    if visit.status == Appointment.Status.CANCELLED:
        return "The visit is cancelled"
    if wish.kind == Kind.TEXT:
        return ""
    if visit.starts_at <= now:
        return "The visit has begun"
    if visit.status not in EXPECTED:
        return f"Not expected: {visit.get_status_display().lower()}"
    if wish.kind == Kind.LATE and visit.starts_at > now + LATE_FOR:
        return "Begins more than three hours from now"
    return _why_not_moved(visit, wish, now=now) if wish.kind == Kind.MOVE else ""


def _why_not_moved(visit: Appointment, wish: Wish, *, now: datetime) -> str:
    day, at = wish.new_wall(visit)
    if wish.day is None and day != visit.local_date:
        return "Would be on another day: move it by itself"
    starts = wall_time(day, at, location=visit.location)["starts_at"]
    if starts == visit.starts_at:
        return "Is at that time already"
    return "The new time has passed" if starts <= now else ""


def _told_lately(
    ids: Collection[int], wish: Wish, *, rows: Sequence[BulkChangeRow], now: datetime
) -> set[int]:
    within = SAID_LATELY.get(wish.kind)
    if within is None:
        return set()
    same = {"of__params__minutes": wish.minutes, "of__params__text": wish.text}
    said = BulkChangeRow.objects.filter(
        appointment__in=ids,
        state=BulkChangeRow.State.DONE,
        message__isnull=False,
        of__kind=wish.kind,
        of__state__in=(BulkChange.State.RUNNING, BulkChange.State.DONE),
        of__begun_at__gt=now - within,
        **same,
    ).exclude(pk__in=[row.pk for row in rows])
    return set(said.values_list("appointment_id", flat=True))
