"""Give a free time to somebody: the slot first, which the database lets through once, then the move
of their visit, whose old time becomes free in turn.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.slots import freeing
from reminders.domain.sooner.ring import close_cards, open_cards
from reminders.models import (
    Appointment,
    FreeSlot,
    Reminder,
    ReminderRule,
    SlotOffer,
    SoonerWish,
    VisitChange,
)

State = FreeSlot.State
HAND = VisitChange.Telling.HAND
"""The answer to their yes, or whoever called them, has told of the move."""


def lock_slot(pk: int, *visits: int) -> FreeSlot:
    """Lock the visit whose time it was, these others, then the slot itself. Raises DoesNotExist."""
    source = FreeSlot.objects.values_list("appointment_id", flat=True).get(pk=pk)
    # Else its patient could come back to it at the same moment.
    lock_appointments([source, *visits])
    return FreeSlot.objects.select_for_update(of=("self",)).select_related("location").get(pk=pk)


def why_not_theirs(slot: FreeSlot, visit: Appointment, *, now: datetime) -> str:
    """Why this visit can't be moved into the slot, for staff; blank where it can."""
    if visit.status not in Appointment.EXPECTED:
        return "Their own visit was called off or is over."
    if visit.starts_at <= now:
        return "Their own visit has begun."
    if visit.starts_at <= slot.starts_at:
        return "Their own visit is sooner already."
    return ""


def fill(
    slot: FreeSlot,
    visit: Appointment,
    wish: SoonerWish | None,
    *,
    by: Actor,
    now: datetime,
    offer: SlotOffer | None = None,
) -> None:
    """Move the visit into the slot, as confirmed. Both are locked, and somebody asked what stands
    against it.
    """
    slot.state, slot.filled_by, slot.filled_at = State.FILLED, visit, now
    # Whoever else was asked is told by the task; the visit's own move must find the slot filled.
    slot.why, slot.due_at = "", now
    slot.save(update_fields=["state", "filled_by", "filled_at", "why", "due_at"])
    if offer:
        SlotOffer.objects.filter(pk=offer.pk).update(
            # Since when it was open no longer: a late yes comes after that.
            state=SlotOffer.State.ACCEPTED,
            ended_at=Coalesce("ended_at", Value(now)),
            phone="",
        )
    if wish:
        SoonerWish.objects.filter(pk=wish.pk, ended_at=None).update(
            ended_at=now, outcome=SoonerWish.Outcome.MOVED
        )
    # Before the move: it is the time that they leave.
    freeing.free([visit.pk], now=now, after=slot)
    moved = {"local_date": slot.local_date, "local_time": slot.local_time}
    whom = {"practitioner_id": slot.practitioner_id} if slot.practitioner_id else {}
    change_appointment(
        visit, {**moved, **whom, "location_id": slot.location_id}, by=by, now=now, telling=HAND
    )
    set_status([visit.pk], Appointment.Status.CONFIRMED, by=by, now=now)
    _ask_no_more(visit.pk, now=now)
    record("slot_filled", by=by, now=now, appointment_id=slot.appointment_id)
    open_cards([slot], now=now)
    if not visit.external_id:
        close_cards([slot.pk], outcome="slot_filled", now=now)
    # Else it stays: the diary does not know, and its next file would move the visit back.
    enqueue_after_commit("offers")


def _ask_no_more(visit_id: int, *, now: datetime) -> None:
    """They have just said that they come then: the question whether they do is not sent."""
    planned = Reminder.objects.filter(
        appointment=visit_id,
        version=F("appointment__version"),
        rule__kind=ReminderRule.Kind.CONFIRMATION,
        state=Reminder.State.PLANNED,
    )
    planned.update(state=Reminder.State.SKIPPED, reason=Reminder.Reason.JUST_SAID, updated_at=now)
