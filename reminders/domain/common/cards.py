"""Open cards for what only a person can settle; what people do with them is `replies.inbox`'s."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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


def open_all(cards: Iterable[NewCard], *, now: datetime) -> None:
    """Open cards; a reply gets at most one of a kind."""
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
            opened_at=now,
        )
        for card in cards
    ]
    # A reply that is applied twice must not bring a second card; the constraint knows of both.
    InboxItem.objects.bulk_create(rows, ignore_conflicts=True)


def outdated_card(message: Message) -> NewCard:
    """That this text went out although it had been withdrawn."""
    return NewCard(
        InboxItem.Kind.STALE,
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
    fresh = {(str(card.kind), card.phone): card for card in cards}
    open_all([card for key, card in fresh.items() if key not in there], now=now)
