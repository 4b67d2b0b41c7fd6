"""Real workers and beats, killed with `kill -9` while they work, and left to others to finish."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.models import Message
from tests.faults.support.audit import CLAIM, RECORD, Gate
from tests.faults.support.programs import (
    HELD_FOR,
    Site,
    accepted,
    accepted_twice,
    found,
    settle,
    taken,
    wait_for,
)
from tests.faults.support.world import SEEDS, World, seeds

pytestmark = pytest.mark.faults

START = 180.0
MANY = 3_000 if SEEDS == "small" else 10_000
AFTER_A_KILL = HELD_FOR.total_seconds() + 120


def book(clinic: World, number: int) -> None:
    """Confirmations that are due within the hand-over window, from a minute on."""
    clinic.now = timezone.now()
    clinic.book(number, starts_in=timedelta(hours=36))


def at_gate(gate: int) -> Callable[[World, Site], None]:
    def kill(clinic: World, running: Site) -> None:
        with Gate(gate) as closed:
            book(clinic, 150)
            wait_for(lambda: closed.waiting() > 0, seconds=START, site=running)
            running.kill(running.workers[-1])
            closed.drop_waiting()

    return kill


def while_the_request_is_ignored(clinic: World, running: Site) -> None:
    """The claim is committed; whatever the worker did of the call, the provider never had it."""
    _during(clinic, running, "hang")


def while_the_answer_is_awaited(clinic: World, running: Site) -> None:
    """The provider has taken the texts and has not said so yet."""
    _during(clinic, running, "hang_after_accepting")


def _during(clinic: World, running: Site, kind: str) -> None:
    clinic.sandbox.order_fault(kind, endpoint="send", seconds=5, times=None)
    book(clinic, 150)
    wait_for(lambda: bool(clinic.sandbox.faults.shown()[0]["met"]), seconds=START, site=running)
    running.kill(running.workers[-1])
    clinic.sandbox.faults.clear()


def once_something_is_recorded(clinic: World, running: Site) -> None:
    """Between two of its records, or right after the last."""
    before = accepted()
    clinic.sandbox.order_fault(
        "slow", endpoint="send", seconds=random.uniform(0.02, 0.2), times=None
    )
    book(clinic, 750)
    wait_for(lambda: accepted() > before, seconds=START, site=running)
    running.kill(running.workers[-1])
    clinic.sandbox.faults.clear()


POINTS = {
    "before claim commit": at_gate(CLAIM),
    "after claim commit": while_the_request_is_ignored,
    "during the call": while_the_answer_is_awaited,
    "after 202, before record": at_gate(RECORD),
    "after record": once_something_is_recorded,
}


EVERY_POINT = "every point in turn"


@pytest.mark.parametrize("point", [EVERY_POINT] if SEEDS == "small" else list(POINTS))
def test_a_worker_killed_for_real_is_taken_over(clinic: World, running: Site, point: str) -> None:
    running.beat()
    for _ in seeds(small=1, full=20):
        for kill in POINTS.values() if point == EVERY_POINT else [POINTS[point]]:
            running.worker()
            kill(clinic, running)

    running.worker()
    settle(running, seconds=AFTER_A_KILL)

    assert found(clinic) == []
    assert accepted_twice(clinic) == []
    lost = Message.objects.exclude(state="accepted")
    assert set(lost.values_list("state", "resent")) <= {
        ("unknown", True)
    }  # killed again while sent again
    assert lost.count() <= 100


def test_thousands_of_texts_survive_killed_workers(clinic: World, running: Site) -> None:
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=0.3, times=None)
    book(clinic, MANY)
    running.beat()
    for share in (MANY // 10, MANY * 4 // 10):
        running.worker()
        wait_for(lambda: taken(clinic) > share, seconds=START, site=running)  # noqa: B023 -- waits
        running.kill(running.workers[-1])
    assert taken(clinic) < MANY

    running.worker()
    settle(running, seconds=AFTER_A_KILL)

    assert found(clinic) == []
    assert accepted_twice(clinic) == []
    states = Counter(Message.objects.values_list("state", flat=True))
    assert states["accepted"] + states["unknown"] == MANY
    assert states["accepted"] == taken(clinic)


def test_two_workers_and_two_beats_send_everything_once(clinic: World, running: Site) -> None:
    book(clinic, 2_000)
    for _ in range(2):
        running.worker()
        running.beat()

    settle(running, seconds=START * 2)
    time.sleep(5)

    assert len(clinic.ledger()) == 2_000
    assert accepted_twice(clinic) == []
    assert found(clinic) == []
