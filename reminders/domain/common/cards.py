"""Open cards for what only a person can settle; what people do with them is `replies.inbox`'s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from reminders.models import InboxItem, Message


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card to open: its kind and whatever is known of what it is about."""

    kind: InboxItem.Kind
    phone: str = ""
    reply_id: int | None = None
    message_id: Any = None  # Any: a UUID, as it comes from the rows
    appointment_id: int | None = None
    contact_id: int | None = None
    location_id: int | None = None
    upload_id: int | None = None
    slot_id: int | None = None


MOST_OF_A_NUMBER = 10
"""Open cards of one kind that one number may have: who writes on and on fills no inbox."""


def open_all(cards: Iterable[NewCard], *, now: datetime) -> None:
    """Open cards; a reply gets at most one of a kind, and a number ten.

    What comes beyond that stands in the conversation, to which each of the ten leads.
    """
    cards = _within_bounds(list(cards))
    rows = [
        InboxItem(
            kind=card.kind,
            phone=card.phone,
            reply_id=card.reply_id,
            message_id=card.message_id,
            appointment_id=card.appointment_id,
            contact_id=card.contact_id,
            location_id=card.location_id,
            upload_id=card.upload_id,
            slot_id=card.slot_id,
            opened_at=now,
        )
        for card in cards
    ]
    # A reply that is applied twice must not bring a second card; the constraint knows of both.
    InboxItem.objects.bulk_create(rows, ignore_conflicts=True)


def _within_bounds(cards: list[NewCard]) -> list[NewCard]:
    """Without those of which their number has enough open ones."""
    phones = {card.phone for card in cards if card.phone}
    if not phones:
        return cards
    open_ones = InboxItem.objects.filter(phone__in=phones, done_at=None).order_by()
    counted = open_ones.values_list("phone", "kind").annotate(many=Count("pk"))
    there = {(phone, kind): many for phone, kind, many in counted}
    kept = []
    for card in cards:
        key = (card.phone, str(card.kind))
        there[key] = there.get(key, 0) + 1
        if not card.phone or there[key] <= MOST_OF_A_NUMBER:
            kept.append(card)
    return kept


def outdated_card(message: Message) -> NewCard:
    """That this text went out although it had been withdrawn."""
    return card_about(message, InboxItem.Kind.STALE)


def card_about(message: Message, kind: InboxItem.Kind) -> NewCard:
    """A card about a text."""
    return NewCard(
        kind,
        phone=message.phone,
        message_id=message.pk,
        appointment_id=message.appointment_id,
        contact_id=message.contact_id,
        location_id=message.location_id,
    )


def open_once(cards: Sequence[NewCard], *, now: datetime) -> None:
    """Open cards, but none of a kind that is already open for its number."""
    phones = [card.phone for card in cards]
    there = set(
        InboxItem.objects.filter(phone__in=phones, done_at=None).values_list("kind", "phone")
    )
    # Also within the batch: two of a kind for one number open one.
    fresh = {(str(card.kind), card.phone): card for card in cards}
    open_all([card for key, card in fresh.items() if key not in there], now=now)
