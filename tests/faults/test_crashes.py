"""A worker killed at each point of sending, and of withdrawing, reconciling and receiving; seeded
runs.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from functools import partial

import pytest
from django.db import connection

from reminders.domain.diary.appointments import change_appointment
from reminders.domain.replies.receive import receive_replies, receive_reports
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Appointment, Message
from reminders.provider import MessagesApi
from tests.faults.support.crashing import POINTS, Deadly, fork, killed, work_with
from tests.faults.support.world import STAFF, World, seeds

# Longer than any claim is held: what the dead worker left is everybody's by then.
CLAIMS_ARE_OVER = timedelta(minutes=3)


def forget(world: World) -> None:
    """An empty clinic at the provider and here, for the next seed; rules and sites stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            TRUNCATE reminders_appointment, reminders_contact, reminders_message,
                reminders_reminder, reminders_reply, reminders_deliveryreport,
                reminders_auditentry, reminders_inboxitem, reminders_suppression,
                reminders_providerstate, fault_carried, fault_version CASCADE
            """
        )
    world.sandbox.reset()
    world.sandbox.change_settings(pace=0)
    world.sandbox.set_clock(world.now)
    world.replies.clear()


def finish(world: World) -> None:
    """Others take over, the day goes by, and nothing may have gone wrong."""
    world.pass_time(CLAIMS_ARE_OVER)
    world.settle(within=timedelta(minutes=10))
    world.play(timedelta(hours=26), step=timedelta(hours=13))


@pytest.mark.parametrize("point", list(POINTS))
def test_a_killed_worker_loses_nothing_and_nothing_goes_twice(world: World, point: str) -> None:
    crashes, outcomes = 0, Counter[str]()
    for seed in seeds(small=3, full=200):
        count = random.Random(seed).choice([1, 2, 7, 101, 250])
        world.book(count)

        crashes += POINTS[point](world, seed)
        finish(world)

        assert world.violations() == [], f"seed {seed}"
        assert Message.objects.count() == count, f"seed {seed}"
        outcomes.update(Message.objects.values_list("state", flat=True))
        forget(world)

    assert crashes == len(seeds(small=3, full=200))
    assert set(outcomes) == {"delivered"}


def withdrawing(world: World, api: MessagesApi) -> None:
    withdraw_stale(api, clock=world.clock)


def reconciling(world: World, api: MessagesApi) -> None:
    reconcile(api, clock=world.clock)


def receiving(world: World, api: MessagesApi) -> None:
    receive_reports(api, now=world.now)
    receive_replies(api, now=world.now)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("work", [withdrawing, reconciling, receiving])
def test_a_worker_killed_in_another_ring_is_taken_over(
    world: World, work: Callable[[World, MessagesApi], object], when: str
) -> None:
    for seed in seeds(small=2, full=50):
        appointments = world.book(3)
        _prepare(world, work, appointments)

        deadly = Deadly(**{when: 1 + seed % 3})
        child = fork(partial(work_with, world, deadly, lambda api: work(world, api)))
        killed(child)
        finish(world)

        assert world.violations() == [], f"seed {seed}"
        forget(world)


def _prepare(world: World, work: object, appointments: list[Appointment]) -> None:
    if work is reconciling:
        world.sandbox.order_fault("drop_response_after_accepting", endpoint="send")
        world.send()
        return
    world.settle()
    if work is withdrawing:
        for row in appointments:
            change_appointment(row, {"local_time": time(14, 0)}, by=STAFF, now=world.now)
        return
    world.pass_time(timedelta(hours=1, minutes=1))
    for row, text in zip(appointments, ("Y", "N", "yes please"), strict=True):
        world.hear(row.contact.phone, text)
