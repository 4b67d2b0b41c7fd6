"""What invitations come to: how many people were invited, and how many booked within 30 days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from reminders.models import Appointment, Message, Recall, RecallText

BOOKED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """Counts of recalls. `open`: invited less than 30 days ago, and not booked yet."""

    recalled: int
    booked: int
    open: int

    @property
    def share(self) -> int:
        """Of a hundred whose 30 days are over or who booked, how many booked."""
        settled = self.recalled - self.open
        return round(100 * self.booked / settled) if settled else 0


def recall_figures(
    *, since: datetime, until: datetime, location_ids: Collection[int] | None, now: datetime
) -> RecallFigures:
    """Of those whose first invitation went between two moments (UTC); one statement.

    Booked is a visit that was written down within 30 days, and is not called off.
    """
    failed = [*Message.UNDELIVERED, Message.State.CANCELLED]
    went = RecallText.objects.filter(recall=OuterRef("pk")).exclude(message__state__in=failed)
    visits = Appointment.objects.filter(
        contact=OuterRef("contact"),
        created_at__gte=OuterRef("first_text_at"),
        created_at__lt=OuterRef("first_text_at") + BOOKED_WITHIN,
    ).exclude(status=Appointment.Status.CANCELLED)
    rows = Recall.objects.filter(Exists(went), first_text_at__range=(since, until))
    if location_ids is not None:
        rows = rows.filter(location__in=location_ids)
    marked = rows.annotate(booked=Exists(visits)).order_by().values_list("booked", "first_text_at")
    found = list(marked)
    booked = sum(one for one, _ in found)
    still = sum(not one and at + BOOKED_WITHIN > now for one, at in found if at is not None)
    return RecallFigures(len(found), booked, still)
