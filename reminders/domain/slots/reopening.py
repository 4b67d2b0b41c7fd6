"""Free times that an undo gives back: those that ended when somebody came there, and fillings.

Only an undo brings a time back: whoever is moved on by hand leaves none free, as with any move.
Called under the locks of the appointments, after they are as they were before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from reminders.domain.clock.closed_days import NEVER_CLOSED
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.planning.closed_days import read_closed_days
from reminders.domain.slots.freeing import OF_SLOT, RETURNED, TAKEN, WHOSE
from reminders.models import Appointment, FreeSlot, SlotOffer, SoonerWish

State = FreeSlot.State


class Seat(NamedTuple):
    """A time with somebody at a location: what a visit takes."""

    location_id: int
    practitioner_id: int | None
    starts_at: datetime


def seat_of(row: Appointment) -> Seat:
    """The one that this visit takes."""
    return Seat(row.location_id, row.practitioner_id, row.starts_at)


def seats_of(ids: Collection[int]) -> set[Seat]:
    """Those that these visits take."""
    rows = Appointment.objects.filter(pk__in=ids).order_by()
    return {Seat(*one) for one in rows.values_list(*Seat._fields)}


def give_back(seats: Collection[Seat], *, now: datetime) -> None:
    """Open the times again that ended when visits came there which an undo has taken away.

    Of several that ended at one seat the latest: one visit has left, so one time is free.
    """
    coming = {seat for seat in seats if seat.starts_at > now}
    if not coming:
        return
    ended = FreeSlot.objects.filter(
        state=State.GONE,
        why=TAKEN,
        starts_at__in={seat.starts_at for seat in coming},
        location__in={seat.location_id for seat in coming},
    )
    free = ended.filter(~_somebody_there(), ~_another_free())
    latest = {
        Seat(slot.location_id, slot.practitioner_id, slot.starts_at): slot
        for slot in free.select_related("location").order_by("pk")
    }
    _reopen([slot for seat, slot in latest.items() if seat in coming], now=now)


def give_back_own(ids: Collection[int], *, now: datetime) -> None:
    """Open the times of these visits again, which had come back and by an undo are off as before.

    The same time, so that whoever kept their own is not asked about it once more.
    """
    ended = FreeSlot.objects.filter(
        appointment__in=ids,
        appointment__starts_at=F("starts_at"),
        state=State.GONE,
        why__in=(RETURNED, TAKEN),
        starts_at__gt=now,
    )
    free = ended.filter(~_somebody_there(but=OuterRef("appointment")), ~_another_free())
    latest = {slot.appointment_id: slot for slot in free.select_related("location").order_by("pk")}
    _reopen(latest.values(), now=now)


def _somebody_there(but: OuterRef | None = None) -> Exists:
    """A condition on slots: a visit is to take place there and then. Without a practitioner several
    may come at one time, so only one that came since counts.
    """
    there = Appointment.objects.annotate(whose=WHOSE).filter(
        Q(practitioner__isnull=False) | Q(changed_at__gt=OuterRef("freed_at")),
        location=OuterRef("location"),
        local_date=OuterRef("local_date"),
        starts_at=OuterRef("starts_at"),
        whose=OF_SLOT,
        status__in=Appointment.EXPECTED,
    )
    return Exists(there.exclude(pk=but) if but else there)


def _another_free() -> Exists:
    """A condition on slots: the same time is free already, by this or by another visit."""
    seat = Q(location=OuterRef("location"), whose=OF_SLOT) | Q(appointment=OuterRef("appointment"))
    other = FreeSlot.objects.annotate(whose=WHOSE).filter(
        seat, starts_at=OuterRef("starts_at"), state__in=FreeSlot.LIVE
    )
    return Exists(other)


def _reopen(slots: Iterable[FreeSlot], *, now: datetime) -> None:
    """Where it is not too near, and the location has not closed the day since."""
    far = [
        slot
        for slot in slots
        if slot.starts_at - now >= timedelta(hours=slot.location.sooner_ahead_hours)
    ]
    closed = read_closed_days({slot.location_id for slot in far}) if far else {}
    ids = [
        slot.pk
        for slot in far
        if not closed.get(slot.location_id, NEVER_CLOSED).holds(slot.local_date)
    ]
    locked = FreeSlot.objects.filter(pk__in=ids, state=State.GONE).order_by("pk")
    ids = list(locked.select_for_update().values_list("pk", flat=True)) if ids else []
    if not ids:
        return
    offers = SlotOffer.objects.filter(slot__in=ids)
    # Whom the task has not told yet that it is gone is still being asked.
    asked = offers.filter(state=SlotOffer.State.ASKING).values("slot_id")
    # Whoever was told so, before an answer, may be asked again.
    offers.filter(state=SlotOffer.State.WITHDRAWN).delete()
    again = FreeSlot.objects.filter(pk__in=ids)
    again.filter(pk__in=asked).update(state=State.OFFERING, why="", due_at=now)
    again.filter(state=State.GONE).update(state=State.NEW, why="", due_at=now)
    enqueue_after_commit("offers")


def may_go_back(row: Appointment, to: str) -> bool:
    """Whether the start (ISO, UTC) from which this visit came has not been given to somebody else.

    The visit is locked.
    """
    filled = FreeSlot.objects.filter(
        appointment=row, starts_at=datetime.fromisoformat(to), state=State.FILLED
    ).select_related("filled_by")
    return not any(
        slot.filled_by
        and slot.filled_by.starts_at == slot.starts_at
        and slot.filled_by.status in Appointment.TOOK_PLACE
        for slot in filled
    )


def came_sooner(row: Appointment) -> bool:
    """Whether this visit has its time from the short-notice list, as confirmed."""
    filled = FreeSlot.objects.filter(filled_by=row, starts_at=row.starts_at, state=State.FILLED)
    return row.status == Appointment.Status.CONFIRMED and filled.exists()


def vacate(row: Appointment, *, now: datetime) -> None:
    """Free the time to which this visit had been moved from the list. `row` is as it was there."""
    slots = FreeSlot.objects.filter(
        filled_by=row, starts_at=row.starts_at, state=State.FILLED, starts_at__gt=now
    )
    ids = list(slots.order_by("pk").select_for_update().values_list("pk", flat=True))
    if not ids:
        return
    accepted = SlotOffer.objects.filter(slot__in=ids, state=SlotOffer.State.ACCEPTED)
    accepted.update(state=SlotOffer.State.WITHDRAWN)
    # For staff to say what follows: the first round was turned back by one of them.
    FreeSlot.objects.filter(pk__in=ids).update(
        state=State.NEW, filled_by=None, filled_at=None, due_at=now, depth=2
    )
    back = SoonerWish.objects.filter(appointment=row, outcome=SoonerWish.Outcome.MOVED)
    last = back.order_by("-ended_at").values_list("pk", flat=True).first()
    if last and not SoonerWish.objects.filter(appointment=row, ended_at=None).exists():
        SoonerWish.objects.filter(pk=last).update(ended_at=None, outcome="")
    enqueue_after_commit("offers")
