"""Legal holds: people of whom nothing is forgotten while a reason to keep it lasts.

A hold spares the person, their appointments, texts, replies, cards and history, and the rows of
files that became their appointments. It is set and ended by a person, with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.locks import lock_contact
from reminders.models import Contact, ContactMerge, LegalHold

REASON_KEPT = 300


class HoldError(ValueError):
    """A hold that can't be set; the text says why."""


@dataclass(frozen=True, slots=True)
class Held:
    """Everybody on hold: their ids, and their numbers, also those of entries they were made of."""

    ids: tuple[int, ...] = ()
    phones: tuple[str, ...] = ()


def held() -> Held:
    """Whom to spare. Read in each step: a hold holds from the next one on."""
    ids = tuple(LegalHold.objects.filter(ended_at=None).values_list("contact_id", flat=True))
    if not ids:
        return Held()
    # Texts and replies may name nobody: those are spared by the number.
    own = Contact.objects.filter(pk__in=ids).values_list("phone", flat=True)
    former = ContactMerge.objects.filter(kept__in=ids).values_list("phone", flat=True)
    # Never a blank one: all that has lost its number already would count as held.
    return Held(ids, tuple(sorted({*own, *former} - {""})))


def hold_of(contact_id: int) -> LegalHold | None:
    """The hold in force of one person."""
    rows = LegalHold.objects.filter(contact=contact_id, ended_at=None)
    return rows.select_related("by").first()


@transaction.atomic
def set_hold(contact_id: int, *, reason: str, by: Actor, now: datetime) -> LegalHold:
    """Keep everything of a person from now on. Raises HoldError without a reason."""
    if not reason.strip():
        raise HoldError("Write down why nothing may be forgotten.")
    # Of two at a time, the second finds the hold of the first.
    contact = lock_contact(contact_id)
    if contact.forgotten_at:
        raise HoldError("This person is forgotten already: nothing is left to keep.")
    found = hold_of(contact_id)
    if found is None:
        found = LegalHold.objects.create(
            contact=contact, reason=reason.strip()[:REASON_KEPT], since=now, by_id=by.user_id
        )
        record("hold_set", by=by, now=now, contact_id=contact_id)
    return found


@transaction.atomic
def end_hold(contact_id: int, *, by: Actor, now: datetime) -> bool:
    """End the hold of a person; False if there is none."""
    # An erasure locks the same row before it asks for a hold: neither slips past the other.
    lock_contact(contact_id)
    ended = LegalHold.objects.filter(contact=contact_id, ended_at=None).update(
        ended_at=now, ended_by_id=by.user_id
    )
    if ended:
        record("hold_ended", by=by, now=now, contact_id=contact_id)
    return bool(ended)
