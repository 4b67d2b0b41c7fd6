"""Keep free times in step with the diary: a visit that falls away frees one, a visit there ends it.

Called under the locks of the appointments, which come before those of slots.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from reminders.domain.clock.closed_days import NEVER_CLOSED
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.planning.closed_days import read_closed_days
from reminders.models import Appointment, FreeSlot

State = FreeSlot.State
RETURNED = "The visit takes place after all."
TAKEN = "Somebody was booked there."
NEVER_THERE = "The visit was never booked."
WHOSE = Coalesce("practitioner_id", Value(0))
OF_SLOT = Coalesce(OuterRef("practitioner_id"), Value(0))
"""Two are with the same practitioner, or both with none that is known."""


def free(ids: Collection[int], *, now: datetime, after: FreeSlot | None = None) -> None:
    """Note the times of these visits, which do not take place, where they begin far enough ahead
    and nobody else has been booked there.

    `after`: the slot whose filling freed them.
    """
    if not ids:
        return
    coming = Appointment.objects.filter(~_taken("pk"), pk__in=ids, starts_at__gt=now)
    rows = [
        row
        for row in coming.select_related("location").order_by("pk")
        if row.starts_at - now >= timedelta(hours=row.location.sooner_ahead_hours)
    ]
    # On a day that was closed since, nobody is there to see anybody else.
    closed = read_closed_days({row.location_id for row in rows}) if rows else {}
    slots = [
        slot_of(row, now=now, after=after)
        for row in rows
        if not closed.get(row.location_id, NEVER_CLOSED).holds(row.local_date)
    ]
    if slots:
        # One that is noted already stays: the constraint knows.
        FreeSlot.objects.bulk_create(slots, ignore_conflicts=True)
        enqueue_after_commit("offers")


def slot_of(row: Appointment, *, now: datetime, after: FreeSlot | None = None) -> FreeSlot:
    """The time that this visit has, as a free slot; not saved."""
    return FreeSlot(
        appointment=row,
        location_id=row.location_id,
        practitioner_id=row.practitioner_id,
        service_id=row.service_id,
        starts_at=row.starts_at,
        local_date=row.local_date,
        local_time=row.local_time,
        weekday=row.local_date.isoweekday(),
        duration=row.duration,
        freed_at=now,
        due_at=now,
        depth=after.depth + 1 if after else 0,
    )


def take_back(ids: Collection[int], *, now: datetime) -> None:
    """End the free times of visits that take place again."""
    if not ids:
        return
    own = FreeSlot.objects.filter(appointment__in=ids, starts_at=F("appointment__starts_at"))
    _end(own, RETURNED, now=now)


def end_of_unbooked(ids: Collection[int], *, now: datetime) -> None:
    """End the free times of visits that an import had brought by mistake: nobody left them."""
    _end(FreeSlot.objects.filter(appointment__in=ids), NEVER_THERE, now=now)


def occupy(ids: Collection[int], *, now: datetime) -> None:
    """End the free times that these visits, which have just come there, take."""
    coming = Appointment.objects.filter(pk__in=ids, status__in=Appointment.EXPECTED)
    starts = set(coming.order_by().values_list("location_id", "starts_at"))
    there = coming.annotate(whose=WHOSE).filter(
        location=OuterRef("location"), starts_at=OuterRef("starts_at"), whose=OF_SLOT
    )
    same = FreeSlot.objects.filter(
        Exists(there),
        location__in={place for place, _ in starts},
        starts_at__in={start for _, start in starts},
    )
    if starts:
        _end(same, TAKEN, now=now)


def end_taken(*, now: datetime) -> None:
    """End the free times where somebody stands in the diary by now: an import brings many."""
    _end(FreeSlot.objects.filter(_taken("appointment"), starts_at__gt=now), TAKEN, now=now)


def _taken(own: str) -> Exists:
    """A condition: another visit than the one in this column is to take place there and then.

    Without a practitioner several may come at one time.
    """
    there = Appointment.objects.filter(
        location=OuterRef("location"),
        local_date=OuterRef("local_date"),
        practitioner=OuterRef("practitioner"),
        starts_at=OuterRef("starts_at"),
        status__in=Appointment.EXPECTED,
    )
    return Exists(there.exclude(pk=OuterRef(own)))


def _end(slots: QuerySet[FreeSlot], why: str, *, now: datetime) -> None:
    ended = slots.filter(Q(state__in=FreeSlot.LIVE) | Q(state=State.GIVEN_UP))
    # Whoever was asked about it is told by the task: it finds them by the state.
    if ended.update(state=State.GONE, why=why, due_at=now):
        enqueue_after_commit("offers")


def given_away(field: str = "pk") -> Exists:
    """A condition: the time of the visit in this column has been given to somebody else."""
    filled = FreeSlot.objects.filter(
        appointment=OuterRef(field),
        starts_at=F("appointment__starts_at"),
        state=State.FILLED,
        filled_by__starts_at=F("starts_at"),
        filled_by__status__in=Appointment.TOOK_PLACE,
    )
    return Exists(filled)


def without_time(ids: Iterable[int]) -> set[int]:
    """Of these visits, those whose time has been given to somebody else."""
    rows = Appointment.objects.filter(given_away(), pk__in=list(ids))
    return set(rows.values_list("pk", flat=True))
