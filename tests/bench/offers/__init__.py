"""How soon an offer is out: from a patient's no to the next one's text, with many at once."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from reminders.domain.diary.appointments import set_status
from reminders.domain.sending.send import send_due
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import (
    Appointment,
    Contact,
    FreeSlot,
    Location,
    Practitioner,
    SlotOffer,
    SoonerWish,
)
from reminders.provider import MessagesApi
from tests.bench.scratch import KEY, SECRET, scratch_database, scratch_sandbox
from tests.faults.support.world import STAFF, fictional_number

CALL_TAKES = 0.05
LIMIT_S = 60.0
AT_ONE = 10


def add_arguments(parser: ArgumentParser) -> None:
    """How many call off within a minute, and how many others are on the list."""
    parser.add_argument("--declines", type=int, default=500)
    parser.add_argument("--listed", type=int, default=5_000)


def run(*, declines: int, listed: int, **_options: Any) -> dict[str, Any]:
    """All call off one after the other while the rings ring; from each no to its offer at the
    provider.
    """
    with scratch_database(), scratch_sandbox(seconds_a_call=CALL_TAKES) as url:
        ids = fill(declines=declines, listed=listed)
        with MessagesApi(base_url=url, key=KEY, secret=SECRET, timeout=10) as api:
            said = ring_while_they_call_off(ids, api)
        waited = sorted(since(said))
    p95 = waited[int(len(waited) * 0.95) - 1] if waited else None
    return {
        "declines": declines,
        "on_the_list": listed,
        "offers_out": len(waited),
        "p50_s": round(waited[len(waited) // 2], 2) if waited else None,
        "p95_s": round(p95, 2) if p95 is not None else None,
        "most_s": round(waited[-1], 2) if waited else None,
        "limit_s": LIMIT_S,
        "ok": p95 is not None and p95 < LIMIT_S and len(waited) == declines,
    }


def fill(*, declines: int, listed: int) -> list[int]:
    """One location that offers by itself, ten visits a practitioner, and the list."""
    place = Location.objects.create(
        name="Bench", zone="UTC", opens="00:00", closes="00:00", country="US", sooner_offers="auto"
    )
    whom = Practitioner.objects.bulk_create(
        Practitioner(name=f"Dr {number}") for number in range(max(1, declines // AT_ONE))
    )
    start = timezone.now() + timedelta(days=3)
    early = _visits(declines, start, place, whom)
    later = _visits(listed, start + timedelta(days=21), place, whom)
    SoonerWish.objects.bulk_create(
        SoonerWish(
            appointment=row,
            location=place,
            practitioner=row.practitioner,
            days=[1, 2, 3, 4, 5, 6, 7],
            created_at=row.changed_at,
        )
        for row in later
    )
    return [row.pk for row in early]


def _visits(
    count: int, start: datetime, place: Location, whom: list[Practitioner]
) -> list[Appointment]:
    people = Contact.objects.bulk_create(
        Contact(first_name="Ann", phone=fictional_number(), phone_kind="mobile")
        for _ in range(count)
    )
    when = [start + timedelta(minutes=15 * (number // len(whom))) for number in range(count)]
    return Appointment.objects.bulk_create(
        Appointment(
            location=place,
            contact=people[number],
            practitioner=whom[number % len(whom)],
            starts_at=when[number],
            local_date=when[number].date(),
            local_time=when[number].time(),
            changed_at=start - timedelta(days=30),
        )
        for number in range(count)
    )


def ring_while_they_call_off(ids: list[int], api: MessagesApi) -> dict[int, datetime]:
    """Ten call off at a time; the rings run between, as a worker's do. When each said no."""
    said: dict[int, datetime] = {}
    for start in range(0, len(ids), AT_ONE):
        now = timezone.now()
        set_status(ids[start : start + AT_ONE], Appointment.Status.DECLINED, by=STAFF, now=now)
        said |= dict.fromkeys(ids[start : start + AT_ONE], now)
        if start % 100 == 0:
            _rings(api)
    began = time.monotonic()
    while FreeSlot.objects.filter(state="new").exists() and time.monotonic() - began < LIMIT_S:
        _rings(api)
    _rings(api)
    return said


def _rings(api: MessagesApi) -> None:
    work_off_slots(clock=timezone.now)
    send_due(api, clock=timezone.now)


def since(said: dict[int, datetime]) -> list[float]:
    """Seconds from each no to when the provider had the first offer of its time."""
    rows = SlotOffer.objects.filter(slot__appointment__in=said, message__accepted_at__isnull=False)
    first: dict[int, datetime] = {}
    for pk, at in rows.values_list("slot__appointment_id", "message__accepted_at").order_by(
        "-message__accepted_at"
    ):
        if at:
            first[pk] = at
    return [(at - said[pk]).total_seconds() for pk, at in first.items()]
