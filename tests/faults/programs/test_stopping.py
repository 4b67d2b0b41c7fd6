"""A worker that is told to stop ends after what it has in hand, and leaves the rest to others."""

import signal
import subprocess
import time
from datetime import timedelta

import pytest

from reminders.models import Message
from tests.faults.support.programs import Site, accepted_twice, found, settle, taken, wait_for
from tests.faults.support.world import World

pytestmark = pytest.mark.faults

START = 60.0
BACKLOG = 4_000
ENDS_WITHIN = 10.0


def stop(worker: subprocess.Popen[bytes]) -> float:
    """Ask it to stop as a service manager does; the seconds that took."""
    began = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    worker.wait(60)
    return time.monotonic() - began


def test_a_worker_told_to_stop_leaves_the_backlog_to_others(clinic: World, running: Site) -> None:
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=0.8, times=None)
    clinic.book(BACKLOG, starts_in=timedelta(hours=36))
    worker = running.worker(MESSAGES_API_TIMEOUT="10")
    running.beat()
    wait_for(lambda: taken(clinic) >= 100, seconds=START, site=running)

    took = stop(worker)

    left = dict.fromkeys(["submitting", "unknown"], 0)
    for state in left:
        left[state] = Message.objects.filter(state=state).count()
    assert took < ENDS_WITHIN, running.said()
    assert taken(clinic) < BACKLOG
    assert left == {"submitting": 0, "unknown": 0}
    running.worker(MESSAGES_API_TIMEOUT="10")
    settle(running, seconds=START * 2)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (BACKLOG, [], [])


def test_a_worker_told_to_stop_while_it_withdraws_leaves_the_rest(
    clinic: World, running: Site
) -> None:
    clinic.book(400, starts_in=timedelta(hours=36))
    clinic.send()
    Message.objects.update(cancel_requested_at=clinic.now)
    clinic.sandbox.order_fault("slow", endpoint="cancel", seconds=1, times=None)
    worker = running.worker(MESSAGES_API_TIMEOUT="10")
    running.beat()
    withdrawn = Message.objects.filter(state="cancelled")
    wait_for(lambda: clinic.sandbox.faults.shown()[0]["met"] > 16, seconds=START, site=running)

    assert stop(worker) < ENDS_WITHIN, running.said()
    assert 0 < withdrawn.count() < 400
