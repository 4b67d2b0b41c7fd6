"""How often people did not come: counted for a whole page at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Q

from reminders.models import Appointment

COUNTED = timedelta(days=730)
"""What is longer ago says little about today."""


class Missed(NamedTuple):
    """How many of somebody's past visits were missed; declined and cancelled ones do not count."""

    missed: int
    visits: int

    @property
    def words(self) -> str:
        """As it stands on the badge."""
        return f"Missed {self.missed} of {self.visits}"


def missed_by(
    contact_ids: Collection[int], *, location_ids: Collection[int] | None = None, now: datetime
) -> dict[int, Missed]:
    """By contact, those who missed any visit of the last two years; one statement.

    `location_ids` are those that the user may see, None for all.
    """
    past = Appointment.objects.filter(
        contact_id__in=set(contact_ids), starts_at__range=(now - COUNTED, now)
    )
    if location_ids is not None:
        past = past.filter(location_id__in=location_ids)
    absent = Q(status=Appointment.Status.NO_SHOW)
    counts = (
        past.order_by()
        .values_list("contact_id")
        .annotate(missed=Count("pk", filter=absent))
        .annotate(visits=Count("pk", filter=absent | Q(status__in=Appointment.TOOK_PLACE)))
        .filter(missed__gt=0)
    )
    return {pk: Missed(missed, visits) for pk, missed, visits in counts}
