"""What waits for a road: due, and not called off."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from reminders.models import Message, Road


def waiting_for(road: Road, *, now: datetime) -> QuerySet[Message]:
    """The texts that this road may hand over now."""
    return Message.objects.filter(
        road=road, state=Message.State.QUEUED, send_after__lte=now, cancel_requested_at=None
    )
