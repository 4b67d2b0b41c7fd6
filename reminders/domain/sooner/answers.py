"""What a yes or no to an offer does: the first yes gets the time, whoever was asked when.

For a batch of replies: read without locks, then locked in the one order, decided one after another
as they were written, and written at the end.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.domain.common.audit import PATIENT
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.sooner.filling import fill, why_not_theirs
from reminders.domain.sooner.fit import booked_since
from reminders.domain.sooner.offering import end
from reminders.domain.sooner.ring import NOBODY_TOOK_IT
from reminders.models import Appointment, FreeSlot, SlotOffer

State = FreeSlot.State


class Verdict(StrEnum):
    """What came of an answer."""

    THEIRS = "theirs"
    ALREADY = "already"
    """They said so before."""
    LOST = "lost"
    KEPT = "kept"
    """They keep their own time."""
    PERSON = "person"
    """Staff have to look."""


@dataclass(slots=True)
class Answers:
    """The offers that a batch of replies answers, and what is decided about them."""

    offers: dict[uuid.UUID, SlotOffer]
    taken: frozenset[int] = frozenset()
    won: list[SlotOffer] = field(default_factory=list)
    kept: list[SlotOffer] = field(default_factory=list)

    @classmethod
    def read(cls, message_ids: Iterable[uuid.UUID | None]) -> Answers:
        """The offers of these texts; nothing is locked yet."""
        ids = [pk for pk in message_ids if pk]
        rows = SlotOffer.objects.filter(message__in=ids) if ids else SlotOffer.objects.none()
        found = rows.select_related("slot", "appointment")
        return cls({offer.message_id: offer for offer in found if offer.message_id})

    @property
    def visits(self) -> set[int]:
        """The visits to be locked before the slots: of those who answer, and whose time it was."""
        return {
            pk
            for offer in self.offers.values()
            for pk in (offer.appointment_id, offer.slot.appointment_id)
        }

    def lock(self) -> None:
        """Lock the slots, and read everything again; the visits are locked already."""
        if not self.offers:
            return
        ids = {offer.slot_id for offer in self.offers.values()}
        rows = FreeSlot.objects.filter(pk__in=ids).order_by("pk")
        locked = rows.select_for_update(of=("self",)).select_related("location")
        slots = {slot.pk: slot for slot in locked}
        taken = rows.filter(booked_since(), pk__in=ids).values_list("pk", flat=True)
        self.taken = frozenset(taken)
        again = SlotOffer.objects.filter(pk__in=[one.pk for one in self.offers.values()])
        for offer in again.select_related("appointment", "wish"):
            # One object for a slot: of two yeses in the batch the second finds it filled.
            offer.slot = slots[offer.slot_id]
            if offer.message_id:
                self.offers[offer.message_id] = offer

    def yes(self, message_id: uuid.UUID, *, now: datetime) -> Verdict:
        """They want it."""
        offer = self.offers[message_id]
        slot, visit = offer.slot, offer.appointment
        if offer.state == SlotOffer.State.ACCEPTED:
            return Verdict.ALREADY
        if slot.state in (State.WAITING, State.CALLING):
            return Verdict.PERSON
        if not self._is_there(slot, now=now):
            return Verdict.LOST
        if why_not_theirs(slot, visit, now=now):
            return Verdict.PERSON
        slot.state = State.FILLED
        offer.state = SlotOffer.State.ACCEPTED
        self.won.append(offer)
        return Verdict.THEIRS

    def no(self, message_id: uuid.UUID) -> Verdict:
        """They keep their own time."""
        offer = self.offers[message_id]
        if offer.state == SlotOffer.State.ACCEPTED:
            return Verdict.PERSON
        if offer.state == SlotOffer.State.ASKING:
            self.kept.append(offer)
        return Verdict.KEPT

    def _is_there(self, slot: FreeSlot, *, now: datetime) -> bool:
        if slot.pk in self.taken or slot.state not in FreeSlot.TAKEABLE:
            return False
        if slot.starts_at - now < timedelta(hours=slot.location.sooner_ahead_hours):
            return False
        return slot.state == State.OFFERING or slot.why == NOBODY_TOOK_IT

    def write(self, *, now: datetime) -> None:
        """Write what was decided, in the transaction of the replies."""
        end(self.kept, SlotOffer.State.DECLINED, now=now)
        freed = [offer.slot_id for offer in self.kept]
        if freed:
            waiting = FreeSlot.objects.filter(pk__in=freed, state=State.OFFERING)
            waiting.update(due_at=now)
            enqueue_after_commit("offers")
        for offer in self.won:
            visit = Appointment.objects.get(pk=offer.appointment_id)
            fill(offer.slot, visit, offer.wish, by=PATIENT, now=now, offer=offer)


def numbers_being_asked(phones: Iterable[str]) -> set[str]:
    """Of these numbers, those with an open offer: a bare yes may be to it."""
    rows = SlotOffer.objects.filter(
        phone__in=[phone for phone in phones if phone], state=SlotOffer.State.ASKING
    )
    return set(rows.values_list("phone", flat=True))
