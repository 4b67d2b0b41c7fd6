"""Take every free slot one step further: look who fits, ask, wait, ask the next one, give up.

Each step takes a batch of slots that are due, under their locks, in one transaction, and leaves
each with the time of its next look. A worker that dies between any two statements leaves the batch
as it was, and the next one takes it up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from reminders.domain.clock.sending_hours import next_open
from reminders.domain.common.cards import NewCard, open_all
from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.planning.rule_book import hours_of
from reminders.domain.sooner.fit import Choice, choices
from reminders.domain.sooner.offering import (
    BAD,
    Pick,
    ask,
    call_off,
    end,
    load_wishes,
    phones_of,
)
from reminders.models import FreeSlot, InboxItem, SlotOffer
from reminders.models.sooner.offering import SoonerOffers

State = FreeSlot.State
BATCH = 100
ALL_ARE_ASKED = timedelta(minutes=1)
"""After so long it is looked again whether somebody who fits is no longer asked elsewhere."""
AT_ONCE_AGAIN = timedelta(seconds=5)
BY_ITSELF = 1
"""So often in a row a slot that somebody left for a sooner one is offered without staff."""
NOBODY_FITS = "Nobody on the list fits."
NOBODY_TOOK_IT = "Nobody who was asked took it."
TOO_SOON = "It begins too soon to be offered."
PASSED = "Its time has come."


def work_off_slots(
    *, clock: Callable[[], datetime], go_on: GoOn = for_ever, limit: int = BATCH
) -> int:
    """Take every slot that is due one step further; return how many steps. Any number may run."""
    _notice_failed_texts(now=clock())
    if not FreeSlot.objects.filter(due_at__lte=clock()).exists():
        return 0
    texts, count = WordingCatalogue.load(), 0
    while done := step(texts, now=clock(), limit=limit):
        count += done
        if not go_on():
            break
    return count


def _notice_failed_texts(*, now: datetime) -> None:
    """Slots whose text reaches nobody need not wait for an answer to it."""
    failed = SlotOffer.objects.filter(state=SlotOffer.State.ASKING, message__state__in=BAD)
    slots = FreeSlot.objects.filter(state=State.OFFERING, due_at__gt=now)
    slots.filter(pk__in=failed.values("slot_id")).update(due_at=now)


@retry_on_conflict
def step(texts: WordingCatalogue, *, now: datetime, limit: int) -> int:
    """One batch of due slots; return how many there were."""
    with transaction.atomic():
        due = FreeSlot.objects.filter(due_at__lte=now).order_by("due_at", "starts_at")
        # Of the slot alone; whoever answers an offer holds it, and leaves word by `due_at`.
        locked = due.select_for_update(skip_locked=True, of=("self",)).select_related("location")
        slots = list(locked[:limit])
        if slots:
            _Round(slots, texts, now).run()
    return len(slots)


@dataclass(slots=True)
class _Round:
    """One step of a batch of locked slots."""

    slots: Sequence[FreeSlot]
    texts: WordingCatalogue
    now: datetime
    seeking: list[FreeSlot] = field(default_factory=list)
    cards: list[FreeSlot] = field(default_factory=list)
    over: list[FreeSlot] = field(default_factory=list)

    def run(self) -> None:
        self._settle_offers()
        found = choices([slot.pk for slot in self.seeking], now=self.now) if self.seeking else {}
        asking = [
            slot for slot in self.seeking if self._goes_on(slot, found.get(slot.pk, Choice()))
        ]
        self._ask(asking, found)
        FreeSlot.objects.bulk_update(self.slots, ["state", "why", "due_at"])
        self._write_cards()

    def _settle_offers(self) -> None:
        """What became of the open offers, and which slots need somebody else to ask."""
        rows = SlotOffer.objects.filter(slot__in=self.slots, state=SlotOffer.State.ASKING)
        asked = {offer.slot_id: offer for offer in rows.select_related("message")}
        lapsed, failed, off = [], [], []
        for slot in self.slots:
            offer = asked.get(slot.pk)
            self._by_the_clock(slot)
            if offer and slot.state != State.OFFERING:
                off.append(offer)
            elif offer and offer.message and offer.message.state in BAD:
                failed.append(offer)
            elif offer and offer.holds_until <= self.now:
                lapsed.append(offer)
            elif offer:
                slot.due_at = min(offer.holds_until, _too_near(slot))
                continue
            if slot.state in (State.NEW, State.OFFERING):
                self.seeking.append(slot)
        end(lapsed, SlotOffer.State.LAPSED, now=self.now)
        end(failed, SlotOffer.State.FAILED, now=self.now)
        if off:
            call_off(off, self.texts, now=self.now)

    def _by_the_clock(self, slot: FreeSlot) -> None:
        """End what has come too near; what waits for staff, when its time has come."""
        if slot.state in (State.NEW, State.OFFERING) and _too_near(slot) <= self.now:
            self._give_up(slot, TOO_SOON, tell=slot.state == State.OFFERING)
        elif slot.state in (State.WAITING, State.CALLING):
            slot.due_at = slot.starts_at
            if slot.starts_at <= self.now:
                self._give_up(slot, PASSED)
        elif slot.state not in FreeSlot.LIVE:
            slot.due_at = None
            if slot.state == State.GONE:
                self.over.append(slot)

    def _give_up(self, slot: FreeSlot, why: str, *, tell: bool = False) -> None:
        slot.state, slot.why, slot.due_at = State.GIVEN_UP, why, None
        (self.cards if tell and slot.starts_at > self.now else self.over).append(slot)

    def _goes_on(self, slot: FreeSlot, found: Choice) -> bool:
        """Whether somebody is to be asked now; else the slot has its next state."""
        if found.taken:
            slot.state, slot.why, slot.due_at = State.GONE, "Somebody was booked there.", None
            self.over.append(slot)
            return False
        reachable = bool(found.free) or found.wait
        if slot.state == State.NEW:
            if not reachable and not found.others:
                self._give_up(slot, NOBODY_FITS)
                return False
            if not (reachable and _offers_itself(slot)):
                slot.state, slot.due_at = State.WAITING, slot.starts_at
                self.cards.append(slot)
                return False
            slot.state = State.OFFERING
        if not reachable:
            self._give_up(slot, NOBODY_TOOK_IT, tell=True)
            return False
        opens = next_open(self.now, hours_of(slot.location))
        # Beyond the hours of texts it waits, and is given up where it would come too near by then.
        slot.due_at = min(opens, _too_near(slot))
        return opens <= self.now

    def _ask(self, slots: Sequence[FreeSlot], found: Mapping[int, Choice]) -> None:
        picks = self._pick(slots, found)
        asked = ask(picks, self.texts, now=self.now) if picks else set()
        for slot in slots:
            if slot.pk in asked:
                hold = timedelta(minutes=slot.location.sooner_hold_minutes)
                slot.due_at = min(self.now + hold, _too_near(slot))
            else:
                pause = AT_ONCE_AGAIN if found[slot.pk].free else ALL_ARE_ASKED
                slot.due_at = min(self.now + pause, _too_near(slot))

    def _pick(self, slots: Sequence[FreeSlot], found: Mapping[int, Choice]) -> list[Pick]:
        """For each slot the first who is not asked about another one of this batch."""
        phones = phones_of({pk for slot in slots for pk in found[slot.pk].free})
        used: set[str | int] = set()
        chosen: dict[int, int] = {}
        for slot in sorted(slots, key=lambda one: (one.starts_at, one.pk)):
            for wish in found[slot.pk].free:
                if wish in phones and not used & set(phones[wish]):
                    used |= set(phones[wish])
                    chosen[slot.pk] = wish
                    break
        wishes = load_wishes(chosen.values())
        return [Pick(slot, wishes[chosen[slot.pk]]) for slot in slots if slot.pk in chosen]

    def _write_cards(self) -> None:
        close_cards([slot.pk for slot in self.over], outcome="slot_over", now=self.now)
        open_cards(self.cards, now=self.now)


def open_cards(slots: Sequence[FreeSlot], *, now: datetime) -> None:
    """One card for each of these slots, unless it has one that is open."""
    # About the time and not the visit that it was, which stands on the day sheet as declined.
    kind = InboxItem.Kind.FREE_SLOT
    cards = [NewCard(kind, location_id=slot.location_id, slot_id=slot.pk) for slot in slots]
    open_all(cards, now=now)


def close_cards(slot_ids: Sequence[int], *, outcome: str, now: datetime) -> None:
    """Settle the open cards of these slots."""
    if slot_ids:
        cards = InboxItem.objects.filter(slot__in=slot_ids, done_at=None)
        cards.update(done_at=now, outcome=outcome, revision=F("revision") + 1)


def _too_near(slot: FreeSlot) -> datetime:
    return slot.starts_at - timedelta(hours=slot.location.sooner_ahead_hours)


def _offers_itself(slot: FreeSlot) -> bool:
    return slot.location.sooner_offers == SoonerOffers.AUTO and slot.depth <= BY_ITSELF
