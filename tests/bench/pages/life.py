"""What a large clinic has besides visits and texts: closed days, a short-notice list, free times,
recalls, changes of many visits, links, and a trail of who looked at whom.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection

from reminders.domain.common.audit import SYSTEM
from reminders.domain.links.addresses import digest_of, new_token
from reminders.domain.recalls.find import find_due
from reminders.domain.slots.freeing import slot_of
from reminders.domain.whole_day.choosing import begin, prepare
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import (
    Appointment,
    ClosedDay,
    FreeSlot,
    InboxItem,
    Location,
    Message,
    Service,
    SoonerWish,
    VisitLink,
)

TOKENS: list[str] = []
"""Of the links that were made, for who asks for their pages."""
WISHES, LINKS, A_DAY_OF_ONE = 2_000, 200, 60
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def make_life(*, now: datetime) -> None:
    """All of it, for the visits that are there."""
    _closed_days(now.year)
    _short_notice(now=now)
    _recalls(now=now)
    _many_at_once(now=now)
    _links(now=now)
    with connection.cursor() as cursor:
        cursor.execute(_TRAIL, {"now": now})
        cursor.execute("ANALYZE")


def _closed_days(year: int) -> None:
    ClosedDay.objects.bulk_create(
        ClosedDay(location=place, name=f"Day {month}", first_day=day, last_day=day)
        for place in Location.objects.all()
        for at in (year, year + 1)
        for month in range(1, 13)
        # A Sunday or not: no visit is moved by it.
        for day in (date(at, month, 28),)
    )


def _short_notice(*, now: datetime) -> None:
    """Who would come sooner, and the times that others left, with their cards."""
    coming = Appointment.objects.filter(starts_at__gt=now + timedelta(days=7))
    listed = coming.filter(status="booked").order_by("pk")[:WISHES]
    SoonerWish.objects.bulk_create(
        SoonerWish(
            appointment=row,
            location_id=row.location_id,
            practitioner_id=row.practitioner_id if row.pk % 2 else None,
            days=EVERY_DAY,
            created_at=now,
        )
        for row in listed
    )
    left = coming.filter(status="declined").order_by("pk")[:100]
    slots = [slot_of(row, now=now) for row in left]
    for slot in slots:
        slot.state, slot.due_at = FreeSlot.State.WAITING, slot.starts_at
    FreeSlot.objects.bulk_create(slots)
    InboxItem.objects.bulk_create(
        InboxItem(
            kind=InboxItem.Kind.FREE_SLOT, slot=slot, location_id=slot.location_id, opened_at=now
        )
        for slot in slots
    )


def _recalls(*, now: datetime) -> None:
    every_other = Service.objects.order_by("pk").values_list("pk", flat=True)[::4]
    Service.objects.filter(pk__in=list(every_other)).update(recall_months=6)
    find_due(now=now)


def _many_at_once(*, now: datetime) -> None:
    """One change that is looked at beforehand, one that was carried out."""
    coming = Appointment.objects.filter(starts_at__gt=now + timedelta(days=9), status="booked")
    rows = list(coming.order_by("starts_at", "pk")[: 2 * A_DAY_OF_ONE])
    later = Wish(Kind.MOVE, minutes=60)
    prepare(rows[:A_DAY_OF_ONE], by=SYSTEM, now=now)
    begin(prepare(rows[A_DAY_OF_ONE:], by=SYSTEM, now=now), later, now=now)


def _links(*, now: datetime) -> None:
    """Of texts about visits to come."""
    TOKENS.clear()
    texts = Message.objects.filter(
        kind="reminder", appointment__starts_at__gt=now, scheduled_at__gt=now
    ).order_by("scheduled_at")[:LINKS]
    TOKENS.extend(new_token() for _ in texts)
    VisitLink.objects.bulk_create(
        VisitLink(message=text, digest=digest_of(token), language="en", made_at=now)
        for text, token in zip(texts, TOKENS, strict=True)
    )


# Who looked at whom, a hundred thousand times in ninety days.
_TRAIL = """
INSERT INTO reminders_trailentry (at, kind, source, address, contact_id, details, key)
SELECT %(now)s::timestamptz - n * interval '77 seconds', 'look', 'person', '192.0.2.7',
       1 + n %% 5000, '{}', ''
FROM generate_series(1, 100000) n
"""
