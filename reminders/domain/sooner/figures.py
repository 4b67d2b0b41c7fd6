"""Hours that became free ahead of time, and how many of them were filled from the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, Sum, Value
from django.db.models.functions import Coalesce

from reminders.models import Appointment, FreeSlot


@dataclass(frozen=True, slots=True)
class SlotFigures:
    """Counts of a period: slots, and the hours that they are."""

    freed: int = 0
    filled: int = 0
    freed_hours: float = 0.0
    filled_hours: float = 0.0

    @property
    def filled_share(self) -> float | None:
        """Of the hours that became free, those that were filled; 0 to 1."""
        return self.filled_hours / self.freed_hours if self.freed_hours else None


def slot_figures(
    *,
    location_ids: Collection[int],
    since: date,
    until: date,
    practitioner_id: int | None = None,
) -> SlotFigures:
    """Of the slots whose local day is in this period, inclusive.

    A time whose own patient came back was not free, and does not count.
    """
    slots = FreeSlot.objects.filter(
        location__in=list(location_ids), local_date__range=(since, until)
    ).exclude(state=FreeSlot.State.GONE)
    if practitioner_id:
        slots = slots.filter(practitioner=practitioner_id)
    filled = Q(state=FreeSlot.State.FILLED)
    minutes = Coalesce("duration", Value(Appointment.USUAL_MINUTES))
    found = slots.aggregate(
        freed=Count("pk"),
        filled=Count("pk", filter=filled),
        freed_minutes=Coalesce(Sum(minutes), 0),
        filled_minutes=Coalesce(Sum(minutes, filter=filled), 0),
    )
    return SlotFigures(
        found["freed"],
        found["filled"],
        round(found["freed_minutes"] / 60, 1),
        round(found["filled_minutes"] / 60, 1),
    )
