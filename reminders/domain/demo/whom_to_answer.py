"""Whose phone to open first in the sandbox: of a patient who was asked and has not answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reminders.domain.demo.past import DEMO_IDS
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, Message


def number_to_answer(*, location_ids: Sequence[int], now: datetime) -> str:
    """The number that a text of ours asked about the next visit at these locations, or ""."""
    asked = Message.objects.filter(
        asks__in=(Asks.YES_NO, Asks.NUMBERED),
        scheduled_at__lte=now,
        accepted_at__isnull=False,
        appointment__location__in=location_ids,
        appointment__status=Appointment.Status.BOOKED,
        appointment__starts_at__gt=now,
    )
    # What the demo only wrote down never was on a phone.
    sent = asked.exclude(state__in=Message.UNDELIVERED).exclude(provider_id__startswith=DEMO_IDS)
    found = sent.order_by("appointment__starts_at").values_list("phone", flat=True)
    return found.first() or ""
