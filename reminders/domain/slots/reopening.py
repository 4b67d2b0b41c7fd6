"""Take a filling back: the time is free again, its person is where they were, and on the list."""

from __future__ import annotations

from datetime import datetime

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.models import Appointment, FreeSlot, SlotOffer, SoonerWish

State = FreeSlot.State


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
