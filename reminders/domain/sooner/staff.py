"""What staff do with a free slot: have it offered, call people, give it to one of them, let it go.

Each is one transaction with its line of history; the card is settled by whoever calls this.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import QuerySet

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary.undoing import undo
from reminders.domain.sooner.filling import fill, lock_slot, why_not_theirs
from reminders.domain.sooner.fit import RANK, being_asked, booked_since, fitting, textable
from reminders.domain.sooner.offering import load_wishes
from reminders.models import Appointment, AuditEntry, FreeSlot, SoonerWish

State = FreeSlot.State
SHOWN = 12
MAY_OFFER = (State.WAITING, State.CALLING, State.GIVEN_UP)
MAY_GIVE = (State.WAITING, State.CALLING, State.GIVEN_UP, State.OFFERING)


class SlotError(ValueError):
    """What can't be done with a slot now; its text says why, for staff."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Somebody who fits, whether a text reaches them, and whether they are asked elsewhere."""

    wish: SoonerWish
    by_text: bool
    busy: bool


def who_fits(slot: FreeSlot, *, now: datetime, location_ids: Collection[int]) -> list[Ranked]:
    """The first who fit, in the order in which they would be asked; only of these locations."""
    fit = fitting(now=now).filter(appointment__location__in=list(location_ids)).order_by(*RANK)
    found = _of(slot, fit)
    reached, busy = set(_of(slot, textable(fit))), set(_of(slot, fit.filter(being_asked())))
    wishes = load_wishes(found)
    return [Ranked(wishes[pk], pk in reached, pk in busy) for pk in found]


def _of(slot: FreeSlot, fit: QuerySet[SoonerWish]) -> list[int]:
    rows = FreeSlot.objects.filter(pk=slot.pk).annotate(
        them=ArraySubquery(fit.values("pk")[:SHOWN])
    )
    return list(rows.values_list("them", flat=True).get())


def offer(slot_id: int, *, by: Actor, now: datetime) -> FreeSlot:
    """Have it offered by text, one after another. Raises SlotError."""
    with transaction.atomic():
        slot = _open(slot_id, MAY_OFFER, now=now)
        ahead = timedelta(hours=slot.location.sooner_ahead_hours)
        if slot.starts_at - now < ahead:
            raise SlotError("It begins too soon to be offered by text. Call people instead.")
        if not _of(slot, textable(fitting(now=now))):
            raise SlotError("Nobody who fits can be asked by text. Call people instead.")
        _write(slot, State.OFFERING, "slot_asked", due_at=now, by=by, now=now)
        enqueue_after_commit("offers")
    return slot


def call(slot_id: int, *, by: Actor, now: datetime) -> FreeSlot:
    """Keep it for staff, who call people. Raises SlotError."""
    with transaction.atomic():
        slot = _open(slot_id, MAY_OFFER, now=now)
        _write(slot, State.CALLING, "slot_calls", due_at=slot.starts_at, by=by, now=now)
    return slot


def stop(slot_id: int, *, by: Actor, now: datetime) -> FreeSlot:
    """Offer it to nobody else for now; who is being asked is told. Raises SlotError."""
    with transaction.atomic():
        slot = _open(slot_id, (State.OFFERING,), now=now)
        _write(slot, State.WAITING, "slot_stopped", due_at=now, by=by, now=now)
        enqueue_after_commit("offers")
    return slot


def let_go(slot_id: int, *, by: Actor, now: datetime) -> FreeSlot:
    """Leave the time free. Raises SlotError."""
    with transaction.atomic():
        slot = _open(slot_id, MAY_GIVE, now=now)
        _write(slot, State.LET_GO, "slot_let_go", due_at=now, by=by, now=now)
        enqueue_after_commit("offers")
    return slot


def wait_again(slot_id: int, *, now: datetime) -> None:
    """Put a slot whose card is opened again back before staff, where it is still free."""
    back = FreeSlot.objects.filter(
        pk=slot_id, state__in=(State.LET_GO, State.OFFERING, State.CALLING), starts_at__gt=now
    )
    if back.update(state=State.WAITING, why="", due_at=now):
        enqueue_after_commit("offers")


def give(slot_id: int, wish_id: int, *, by: Actor, now: datetime) -> Appointment:
    """Give it to this person, who said so on the telephone. Raises SlotError."""
    with transaction.atomic():
        wish = SoonerWish.objects.filter(pk=wish_id, ended_at=None).first()
        if wish is None:
            raise SlotError("This person is no longer on the list. Look again.")
        slot = _open(slot_id, MAY_GIVE, wish.appointment_id, now=now)
        visit = Appointment.objects.select_related("contact").get(pk=wish.appointment_id)
        if slot.location_id != wish.location_id:
            raise SlotError("This person waits for a time at another location.")
        if reason := why_not_theirs(slot, visit, now=now):
            raise SlotError(f"{reason} Nothing was changed.")
        fill(slot, visit, wish, by=by, now=now)
    return visit


def take_back(slot_id: int, *, by: Actor, now: datetime) -> None:
    """Undo a filling: the visit goes back to where it was, and the time is before staff again.

    Raises SlotError where something has changed since, or somebody else has its old time by now.
    """
    slot, line = FreeSlot.objects.get(pk=slot_id), None
    if slot.filled_by_id and slot.filled_at:
        moved = AuditEntry.objects.filter(
            appointment=slot.filled_by_id, kind="moved", at=slot.filled_at, undone_at=None
        )
        line = moved.values_list("pk", flat=True).last()
    if line is None or not undo(line, by=by, now=now):
        raise SlotError("Something has changed since, so this stays as it is.")


def _open(slot_id: int, states: Collection[str], *visits: int, now: datetime) -> FreeSlot:
    slot = lock_slot(slot_id, *visits)
    taken = FreeSlot.objects.filter(booked_since(), pk=slot_id).exists()
    if taken or slot.state in (State.GONE, State.FILLED):
        raise SlotError("This time is no longer free. Nothing was changed.")
    if slot.starts_at <= now:
        raise SlotError("This time has passed. Nothing was changed.")
    if slot.state not in states:
        raise SlotError("Somebody was quicker with this slot. Look at it again.")
    return slot


def _write(
    slot: FreeSlot, state: FreeSlot.State, kind: str, *, due_at: datetime, by: Actor, now: datetime
) -> None:
    slot.state, slot.why, slot.due_at = state, "", due_at
    slot.save(update_fields=["state", "why", "due_at"])
    record(kind, by=by, now=now, appointment_id=slot.appointment_id)
