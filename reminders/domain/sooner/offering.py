"""Ask people about free times: the offer first, then its text, in one transaction.

The database says who may be asked: of two workers that choose the same person one finds its offer
missing, and asks somebody else in the next round.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.domain.common.audit import SYSTEM, record_each
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.sending.outbox import new_text
from reminders.domain.wording import WordingError
from reminders.models import Appointment, FreeSlot, Location, Message, SlotOffer, SoonerWish

logger = logging.getLogger(__name__)
State = SlotOffer.State
BAD = (*Message.UNDELIVERED, Message.State.CANCELLED)
"""A text in such a state will reach nobody."""


@dataclass(frozen=True, slots=True)
class Pick:
    """Who is to be asked about a slot."""

    slot: FreeSlot
    wish: SoonerWish

    @property
    def phone(self) -> str:
        """The number that will be asked."""
        return self.wish.appointment.contact.phone


def load_wishes(ids: Iterable[int]) -> dict[int, SoonerWish]:
    """Wishes with all that their texts and pages say of them."""
    about = SoonerWish.objects.select_related(
        "appointment__contact", "appointment__location", "location", "service", "practitioner"
    )
    return about.in_bulk(list(ids))


def ask(picks: Sequence[Pick], texts: WordingCatalogue, *, now: datetime) -> set[int]:
    """Ask these people; return the slots about which somebody was asked. The slots are locked."""
    # By number: two workers that insert the same ones in different orders would stop each other.
    wanted = [
        SlotOffer(
            slot=pick.slot,
            wish=pick.wish,
            appointment=pick.wish.appointment,
            contact=pick.wish.appointment.contact,
            phone=pick.phone,
            asked_at=now,
            holds_until=now + timedelta(minutes=pick.slot.location.sooner_hold_minutes),
        )
        for pick in sorted(picks, key=lambda pick: pick.phone)
    ]
    SlotOffer.objects.bulk_create(wanted, ignore_conflicts=True)
    by_slot = {pick.slot.pk: pick for pick in picks}
    landed = list(SlotOffer.objects.filter(slot__in=by_slot, state=State.ASKING, message=None))
    written = {}
    for offer in landed:
        if text := _text(offer, by_slot[offer.slot_id], texts, now=now):
            written[offer.pk] = text
            offer.message = text
    Message.objects.bulk_create(written.values())
    SlotOffer.objects.bulk_update([one for one in landed if one.pk in written], ["message"])
    # Whose wording can't be used is not asked, and not looked at again for this slot.
    end([one for one in landed if one.pk not in written], State.FAILED, now=now)
    lines = [
        (offer.appointment_id, {"offered": by_slot[offer.slot_id].slot.starts_at.isoformat()})
        for offer in landed
        if offer.pk in written
    ]
    record_each("slot_offered", lines, by=SYSTEM, now=now)
    if written:
        enqueue_after_commit("send")
    return {offer.slot_id for offer in landed}


def _text(
    offer: SlotOffer, pick: Pick, texts: WordingCatalogue, *, now: datetime
) -> Message | None:
    words = words_of_offer(pick.wish, pick.slot, texts)
    if words is None:
        return None
    text = new_text(
        kind=Message.Kind.OFFER,
        phone=offer.phone,
        text=words,
        now=now,
        expires_at=offer.holds_until,
    )
    text.purpose = "offer"
    place = pick.slot.location
    text.location, text.source_number = place, place.source_number
    text.contact, text.appointment = pick.wish.appointment.contact, pick.wish.appointment
    return text


def words_of_offer(wish: SoonerWish, slot: FreeSlot, texts: WordingCatalogue) -> str | None:
    """What the person reads; None where the saved wording can't be used."""
    return _rendered("offer", wish.appointment, slot.starts_at, slot.location, texts)


def _rendered(
    purpose: str, visit: Appointment, at: datetime, place: Location, texts: WordingCatalogue
) -> str | None:
    """The words about this time, in the patient's language; None where there are none to use."""
    contact = visit.contact
    try:
        words = texts.words(None, purpose, (contact.language, place.language))
        if words is None:
            return None
        values = values_for(
            first_name=contact.greeting,
            name=contact.name,
            starts_at=at,
            place=place,
            language=words.language,
        )
        return words.template.render(values)
    except WordingError:
        logger.warning("The wording %s in %s can't be used", purpose, contact.language or "en")
        return None


def end(offers: Sequence[SlotOffer], state: SlotOffer.State, *, now: datetime) -> None:
    """Close open offers. Their slots are locked."""
    ids = [offer.pk for offer in offers]
    if ids:
        still = SlotOffer.objects.filter(pk__in=ids, state=State.ASKING)
        still.update(state=state, ended_at=now, phone="")


def call_off(
    offers: Sequence[SlotOffer], texts: WordingCatalogue, *, now: datetime
) -> list[Message]:
    """Close offers of slots that are gone; who has read of it is told that it is no longer free."""
    end(offers, State.WITHDRAWN, now=now)
    withdraw_messages([offer.message_id for offer in offers], now=now)
    about = SlotOffer.objects.filter(
        pk__in=[offer.pk for offer in offers], appointment__starts_at__gt=now
    ).exclude(message=None)
    told = [
        text
        for offer in about.select_related(
            "message", "appointment__contact", "appointment__location"
        )
        if offer.message and offer.message.state not in BAD
        if (text := _no_longer(offer, offer.message, texts, now=now))
    ]
    Message.objects.bulk_create(told)
    if told:
        enqueue_after_commit("send")
    return told


def _no_longer(
    offer: SlotOffer, asked: Message, texts: WordingCatalogue, *, now: datetime
) -> Message | None:
    visit = offer.appointment
    if visit.status not in Appointment.EXPECTED:
        return None
    words = _rendered("offer_taken", visit, visit.starts_at, visit.location, texts)
    if words is None:
        return None
    text = new_text(kind=Message.Kind.ANSWER, phone=asked.phone, text=words, now=now)
    text.purpose, text.expires_at = "offer_taken", min(text.expires_at, visit.starts_at)
    text.location, text.source_number = visit.location, visit.location.source_number
    text.contact, text.appointment = visit.contact, visit
    return text


def phones_of(wish_ids: Iterable[int]) -> Mapping[int, tuple[str, int]]:
    """By wish, the number and person that would be asked."""
    about = SoonerWish.objects.filter(pk__in=list(wish_ids)).values_list(
        "pk", "appointment__contact__phone", "appointment__contact"
    )
    return {pk: (phone, person) for pk, phone, person in about}
