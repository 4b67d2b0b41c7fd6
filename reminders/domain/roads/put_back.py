"""Put texts back that surely were not taken: they wait for the next try, unless they were called
off meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from reminders.domain.planning.plan import release_reminders
from reminders.domain.planning.withdrawal import cancel_queued
from reminders.models import Message


def put_back(ids: Sequence[uuid.UUID], *, until: datetime, now: datetime) -> None:
    """Queue these again, not before `until` (UTC). Their appointments and they are locked."""
    if not ids:
        return
    Message.objects.filter(pk__in=ids, state=Message.State.SUBMITTING).update(
        state=Message.State.QUEUED, send_after=until, claimed_until=None
    )
    # Called off while it was being handed over: it must not wait here for another try.
    cancel_queued(ids, now=now)
    stale = Message.objects.filter(pk__in=ids, state=Message.State.CANCELLED)
    release_reminders(list(stale.values_list("pk", flat=True)), now=now)
