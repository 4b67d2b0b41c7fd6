"""Cards of free slots: what a person decides about one, and the card that is settled by it.

The card is touched first, by the revision that was on the screen; of two people the second is told.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.replies.inbox import touch
from reminders.domain.sooner import staff
from reminders.models import Appointment, FreeSlot, InboxItem


class SlotAct(StrEnum):
    """What staff do with a free slot."""

    OFFER = "offer"
    CALL = "call"
    STOP = "stop"
    LET_GO = "let_go"
    GIVE = "give"
    TAKE_BACK = "take_back"


_CLOSES = {SlotAct.OFFER: "slot_offered", SlotAct.LET_GO: "slot_let_go"}
_DO: dict[SlotAct, Callable[..., FreeSlot]] = {
    SlotAct.OFFER: staff.offer,
    SlotAct.CALL: staff.call,
    SlotAct.STOP: staff.stop,
    SlotAct.LET_GO: staff.let_go,
}


@retry_on_conflict
def act_on_slot(
    card: InboxItem,
    act: SlotAct,
    *,
    revision: int,
    by: Actor,
    now: datetime,
    wish_id: int | None = None,
) -> Appointment | None:
    """Carry it out; the visit that was moved, where the slot was given to somebody.

    Raises CardTouched, and SlotError with words for staff.
    """
    if card.slot_id is None:
        raise staff.SlotError("This card is about no free time.")
    with transaction.atomic():
        if act is SlotAct.GIVE:
            # First: filling settles the card, and opens another one for who has to tell the diary.
            touch(card.pk, revision)
            return staff.give(card.slot_id, wish_id or 0, by=by, now=now)
        if act is SlotAct.TAKE_BACK:
            touch(card.pk, revision, was_done=card.done_at is not None)
            staff.take_back(card.slot_id, by=by, now=now)
            return None
        _DO[act](card.slot_id, by=by, now=now)
        if act in _CLOSES:
            outcome = _CLOSES[act]
            touch(card.pk, revision, done_at=now, done_by_id=by.user_id, outcome=outcome)
        else:
            touch(card.pk, revision, assigned_to_id=by.user_id)
    return None
