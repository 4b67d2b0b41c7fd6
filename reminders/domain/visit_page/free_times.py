"""Free times that a patient who asks for another one may point at. Pointing books nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from reminders.domain.wording import format_date, format_time
from reminders.models import Appointment, FreeSlot
from reminders.models.sooner.offering import SoonerOffers

MOST = 4


class FreeTime(NamedTuple):
    """One free time, by its id and as the patient reads it."""

    id: int
    words: str


def free_times(row: Appointment, *, language: str, now: datetime) -> Sequence[FreeTime]:
    """Times that are free where this visit is, of its practitioner or service, the next first.

    Only where the location offers free times by itself, and those that nobody is being asked about.
    """
    place = row.location
    if place.sooner_offers != SoonerOffers.AUTO:
        return ()
    alike = Q(practitioner=row.practitioner_id) if row.practitioner_id else Q(practitioner=None)
    if row.service_id:
        alike |= Q(service=row.service_id)
    slots = FreeSlot.objects.filter(
        alike,
        location=place,
        state__in=(FreeSlot.State.WAITING, FreeSlot.State.GIVEN_UP),
        starts_at__gt=now + timedelta(hours=place.sooner_ahead_hours),
    ).exclude(appointment=row)
    found: dict[datetime, FreeTime] = {}
    for slot in slots.order_by("starts_at", "pk"):
        local = slot.starts_at.astimezone(place.tz)
        words = (
            f"{format_date(local, language, place.country, spoken=True)}, "
            f"{format_time(local, language, place.country, spoken=True)}"
        )
        found.setdefault(slot.starts_at, FreeTime(slot.pk, words))
        if len(found) == MOST:
            break
    return list(found.values())
