"""What a phone was told in the hours that a restore lost is not told again.

A visit that was booked or moved in those hours comes back with the diary's next file, as news. Its
text went out already, and was found at the provider: known by number and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from reminders.domain.links.addresses import without_secret
from reminders.domain.sending.after_restore.hold import lost_hours
from reminders.domain.sending.claiming.drafts import Draft
from reminders.models import Message, Reminder

CLOCKS = timedelta(minutes=5)
"""The provider's clock, by which its report goes, may be off by so much."""


def without_those_told(drafts: list[Draft], *, now: datetime) -> list[Draft]:
    """Point reminders at the text of the lost hours that says the same; return the other drafts.

    In the transaction that claims them.
    """
    hours = lost_hours(now=now) if drafts else None
    if hours is None:
        return drafts
    told = _told(drafts, since=hours[0] - CLOCKS, until=hours[1])
    for draft in drafts:
        if message_id := told.get(_told_as(draft)):
            _carry(draft, message_id, now=now)
    return [draft for draft in drafts if _told_as(draft) not in told]


def _told_as(draft: Draft) -> tuple[str, str]:
    return draft.wire.phone, without_secret(draft.wire.text)


def _told(
    drafts: Sequence[Draft], *, since: datetime, until: datetime
) -> dict[tuple[str, str], UUID]:
    # Nothing else is of these hours: what was written in them is what the restore lost.
    lost = Message.objects.filter(
        phone__in={draft.wire.phone for draft in drafts}, created_at__range=(since, until)
    ).exclude(state__in=[*Message.UNDELIVERED, Message.State.CANCELLED])
    rows = lost.values_list("pk", "phone", "text")
    return {(phone, without_secret(text)): pk for pk, phone, text in rows}


def _carry(draft: Draft, message_id: UUID, *, now: datetime) -> None:
    first = draft.rows[0]
    Reminder.objects.filter(pk__in=[row.id for row in draft.rows]).update(
        state=Reminder.State.SENT, message_id=message_id, updated_at=now
    )
    Message.objects.filter(pk=message_id).update(
        appointment_id=Coalesce(F("appointment_id"), first.appointment_id),
        contact_id=Coalesce(F("contact_id"), first.contact_id),
        location_id=Coalesce(F("location_id"), first.location_id),
        kind=Message.Kind.REMINDER,
        asks=draft.asks,
    )
