"""A provider that takes a second for each call while thousands of reports wait: what is due goes on
time.
"""

import time
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db.models import F
from django.utils import timezone

from reminders.domain.sending.outbox import queue_text
from reminders.models import DeliveryReport, Message, Reminder
from tests.faults.support.programs import Site, rung, wait_for, wait_for_rings
from tests.faults.support.world import SEEDS, World, fictional_number

pytestmark = pytest.mark.faults

START = 60.0
A_CALL_TAKES = 1.0
SECONDS, REPORTS = (60, 9_000) if SEEDS == "small" else (300, 40_000)
"""More reports than can be fetched in that time: 100 take two calls."""
EVERY = 2.0
LATEST = timedelta(seconds=10)
"""A ring each second, a call under way before, the call itself; the rest is for a machine that is
busy.
"""
HEARTBEAT_AT_LEAST_EVERY = timedelta(seconds=15)
SLOW = {"MESSAGES_API_TIMEOUT": "10", "HAND_OVER_AHEAD": "0"}


def queue_reports(clinic: World) -> None:
    """Reports about texts that nobody here knows, as on an account shared with other programs."""
    now = f"{timezone.now():%Y-%m-%dT%H:%M:%S.000Z}"
    clinic.sandbox.put_raw(
        "delivery_reports",
        [
            {
                "delivery_report_id": f"other-{number}",
                "message_id": f"other-{number}",
                "date_received": now,
                "submitted_date": now,
                "status": "delivered",
            }
            for number in range(REPORTS)
        ],
    )


def text_by_staff() -> None:
    queue_text(
        kind=Message.Kind.STAFF,
        phone=fictional_number(),
        text="Hi",
        location=None,
        now=timezone.now(),
    )


def one_worker(running: Site) -> None:
    running.worker(**SLOW)


def a_worker_for_each_queue(running: Site) -> None:
    running.worker("--queues", "reminders", **SLOW)
    running.worker("--queues", "reminders-background", **SLOW)


@pytest.mark.parametrize("workers", [one_worker, a_worker_for_each_queue])
def test_a_slow_provider_and_a_long_queue_hold_up_neither_texts_nor_the_heartbeat(
    clinic: World, running: Site, workers
) -> None:
    queue_reports(clinic)
    clinic.sandbox.order_fault("slow", seconds=A_CALL_TAKES, times=None)
    workers(running)
    running.beat()
    wait_for_rings("heartbeat", site=running, seconds=START)
    wait_for(lambda: clinic.sandbox.faults.shown()[0]["met"] > 3, site=running, seconds=START)
    began, beats = time.monotonic(), set[datetime]()

    while (passed := time.monotonic() - began) < SECONDS:
        if passed < SECONDS - 15:
            text_by_staff()
            clinic.now = timezone.now()
            clinic.book(1, starts_in=timedelta(days=1, seconds=5))
        next_round = time.monotonic() + EVERY
        while time.monotonic() < next_round:
            beats |= {at} if (at := rung("heartbeat")) else set()
            time.sleep(0.25)

    late = lateness()
    gap = longest_gap(beats | {timezone.now()})
    print(  # noqa: T201  # for docs
        f"\n{len(late)} texts, the latest {late[-1]} late, in the middle {late[len(late) // 2]}; "
        f"heartbeat at least every {gap}; {DeliveryReport.objects.count()} reports fetched"
    )
    assert not Message.objects.filter(accepted_at=None).exists(), running.said()
    assert not Reminder.objects.filter(state="planned", due_at__lte=timezone.now()).exists()
    assert late[-1] < LATEST, running.said()
    assert gap < HEARTBEAT_AT_LEAST_EVERY
    assert DeliveryReport.objects.count() > SECONDS * 10


def lateness() -> list[timedelta]:
    """How much later than due each text was accepted, in order; one that was not counts until
    now.
    """
    took = Message.objects.values_list(F("scheduled_at"), F("accepted_at"))
    return sorted((accepted or timezone.now()) - due for due, accepted in took)


def longest_gap(moments: set[datetime]) -> timedelta:
    """The longest time between two of these."""
    ordered = sorted(moments)
    return max(later - sooner for sooner, later in pairwise(ordered))
