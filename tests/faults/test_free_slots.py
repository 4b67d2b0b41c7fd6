"""Thousands call off at once, each time fits three others, and workers die in the middle: nothing
is promised twice, nobody is asked about two at a time, and every time comes to an end.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from reminders.domain.diary.appointments import set_status
from reminders.domain.replies.receive import apply_waiting_replies, store_replies
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import (
    Appointment,
    Contact,
    FreeSlot,
    InboxItem,
    Message,
    Practitioner,
    Reply,
    SlotOffer,
    SoonerWish,
)
from reminders.provider import ReplyPayload
from tests import factories as make
from tests.factories import NOON
from tests.faults.support.crashing import die, fork, killed
from tests.faults.support.world import SEEDS, STAFF, fictional_number

A_ROUND = timedelta(minutes=11)
DECLINES = 10_000 if SEEDS == "all" else 300
AT_ONE = 10
"""Times of one practitioner; whoever fits one of them fits all, so that workers meet."""
CANDIDATES = 3
WORKERS = 3
TIMES_OVER = (FreeSlot.State.FILLED, FreeSlot.State.GIVEN_UP, FreeSlot.State.WAITING)


def visits(first: datetime, whom: list[Practitioner], count: int, place: Any) -> list[Appointment]:
    """So many visits, ten of each practitioner, one after the other."""
    people = Contact.objects.bulk_create(
        Contact(first_name="Ann", phone=fictional_number(), phone_kind="mobile")
        for _ in range(count * len(whom))
    )
    rows = [
        Appointment(
            location=place,
            contact=people[number * count + one],
            practitioner=practitioner,
            starts_at=first + timedelta(minutes=30 * one),
            local_date=(first + timedelta(minutes=30 * one)).date(),
            local_time=(first + timedelta(minutes=30 * one)).time(),
            changed_at=NOON - timedelta(days=9),
        )
        for number, practitioner in enumerate(whom)
        for one in range(count)
    ]
    return Appointment.objects.bulk_create(rows)


def book(declines: int) -> list[int]:
    """The visits that will be called off, and three times as many people on the list."""
    place = make.make_location(
        zone="UTC", opens="00:00", closes="00:00", sooner_offers="auto", country="US"
    )
    whom = Practitioner.objects.bulk_create(
        Practitioner(name=f"Dr {number}") for number in range(declines // AT_ONE)
    )
    first = datetime(2026, 3, 5, 9, tzinfo=UTC)
    rows = visits(first, whom, AT_ONE, place)
    listed = visits(first + timedelta(days=14), whom, AT_ONE * CANDIDATES, place)
    SoonerWish.objects.bulk_create(
        SoonerWish(
            appointment=row,
            location=place,
            practitioner=row.practitioner,
            days=[1, 2, 3, 4, 5, 6, 7],
            created_at=NOON,
        )
        for row in listed
    )
    return [row.pk for row in rows]


def at_work(now: datetime, *, dies_at: int = 0) -> Callable[[], None]:
    """A worker's rings, killed before its statement of this number."""

    def work() -> None:
        count = 0

        def counted(execute: Callable[..., Any], *rest: Any) -> Any:
            nonlocal count
            count += 1
            if count == dies_at:
                die()
            return execute(*rest)

        with connection.execute_wrapper(counted):
            apply_waiting_replies(now=now)
            work_off_slots(clock=lambda: now)

    return work


def answer(chance: random.Random, now: datetime) -> None:
    """Of those who are being asked some say yes, some no, and some nothing."""
    asked = SlotOffer.objects.filter(state=SlotOffer.State.ASKING, message__replies=None)
    said = [
        ReplyPayload(
            reply_id=f"to-{message_id}",
            message_id=None,
            metadata={"message": str(message_id)},
            received_at=now,
            source_number=phone,
            destination_number=None,
            content=chance.choice(["Y", "yes please", "N"]),
            raw={},
            is_opt_out_notice=False,
        )
        for message_id, phone in asked.values_list("message_id", "phone")
        if chance.random() < 0.7
    ]
    for start in range(0, len(said), 500):
        store_replies(said[start : start + 500], source=Reply.Source.POLL, now=now)


def wrong() -> list[str]:
    """What must never be."""
    there = Appointment.objects.filter(status__in=Appointment.EXPECTED)
    seats = Counter(there.values_list("practitioner_id", "starts_at"))
    found = [f"two at {seat}" for seat, many in seats.items() if many > 1]
    filled = FreeSlot.objects.filter(state=FreeSlot.State.FILLED)
    yeses = SlotOffer.objects.filter(state=SlotOffer.State.ACCEPTED)
    if Counter(yeses.values_list("slot_id", flat=True)) != Counter(
        filled.values_list("pk", flat=True)
    ):
        found.append("a filled slot without its one yes")
    asked: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    rows = SlotOffer.objects.order_by("asked_at", "pk")
    for person, since, until in rows.values_list("contact_id", "asked_at", "ended_at"):
        asked[person].append((since, until))
    for person, times in asked.items():
        for (_, ended), (begun, _) in pairwise(times):
            if ended is None or ended > begun:
                found.append(f"{person} asked about two at a time")
    texts = Message.objects.filter(kind="offer").count()
    if texts != SlotOffer.objects.exclude(message=None).count() or texts != rows.count():
        found.append("an offer without its one text")
    return found


@pytest.mark.faults
@pytest.mark.usefixtures("transactional_db")
def test_times_that_thousands_leave_at_once_are_each_promised_once() -> None:
    chance, now = random.Random(7), NOON
    ids = book(DECLINES)
    for start in range(0, len(ids), 1000):
        set_status(ids[start : start + 1000], Appointment.Status.DECLINED, by=STAFF, now=now)
    deaths = 0

    for number in range(200):
        # Of three at work at the same time two are killed, each in the middle of a statement.
        mortal = number in (0, 1, 2)
        fates = [chance.randint(8, 40) if mortal and one < 2 else 0 for one in range(WORKERS)]
        children = [fork(at_work(now, dies_at=fate)) for fate in fates]
        deaths += sum(killed(child) for child in children)
        if not FreeSlot.objects.filter(state__in=("new", "offering")).exists():
            break
        answer(chance, now + timedelta(minutes=1))
        now += A_ROUND

    first = FreeSlot.objects.filter(appointment__in=ids)
    ends = Counter(first.values_list("state", flat=True))
    assert deaths >= 2
    assert wrong() == []
    assert sum(ends.values()) == DECLINES
    assert set(ends) <= set(TIMES_OVER)
    waits = FreeSlot.objects.filter(state=FreeSlot.State.WAITING)
    assert InboxItem.objects.filter(slot__in=waits, done_at=None).count() == waits.count()
