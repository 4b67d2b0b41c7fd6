"""Redis and RabbitMQ under the real programs: many of each, stopped, emptied, full, deaf.

The broker carries rings and nothing else, so whatever happens to it loses nothing, hurts no page,
and sending goes on with the next ring that gets through.
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reminders.domain.sending.outbox import queue_text
from reminders.models import Message
from tests.faults.support.programs import (
    Site,
    accepted_twice,
    found,
    rung,
    settle,
    taken,
    wait_for,
    wait_for_rings,
)
from tests.faults.support.world import World, fictional_number
from tests.programs import free_port
from tests.services.servers import Server

pytestmark = pytest.mark.services

START = 60.0
A_MOMENT = 1.0
A_CHANGE_TAKES = 15.0
"""Seconds: the first change waits for two calls of a deaf broker, which are given up after four
each.
"""


def started(running: Site, *, workers: int = 1, beats: int = 1) -> None:
    """Programs that have begun to ring."""
    for _ in range(workers):
        running.worker()
    for _ in range(beats):
        running.beat()
    wait_for_rings("heartbeat", "send", site=running, seconds=START)


def goes_on(clinic: World, running: Site, *, texts: int) -> None:
    """Rings get through again, and everything that was due by then has gone out once."""
    wait_for_rings("heartbeat", "send", site=running, seconds=START)
    settle(running, seconds=START)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (texts, [], [])


def book(clinic: World, number: int) -> None:
    """Confirmations that are due within the hand-over window."""
    clinic.now = timezone.now()
    clinic.book(number, starts_in=timedelta(hours=36))


def text_by_staff() -> float:
    """A text that staff write and that rings at once; the seconds that writing it took."""
    began = time.monotonic()
    queue_text(
        kind=Message.Kind.STAFF,
        phone=fictional_number(),
        text="Hi",
        location=None,
        now=timezone.now(),
    )
    return time.monotonic() - began


def test_many_workers_and_many_beats_send_everything_once(clinic: World, running: Site) -> None:
    started(running, workers=3, beats=3)

    for _ in range(4):
        book(clinic, 250)

    settle(running, seconds=START)
    time.sleep(3)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (1_000, [], [])


def test_a_stopped_broker_is_told_by_readyz_and_hurts_nobody(
    clinic: World, running: Site, server: Server
) -> None:
    started(running)
    running.web(port := free_port())
    wait_for(lambda: readiness(port) == (200, "ok"), seconds=START, site=running)
    book(clinic, 100)

    server.stop()
    book(clinic, 100)
    took = text_by_staff()
    told = readiness(port)
    silent_since = rung("heartbeat")
    time.sleep(5)
    assert rung("heartbeat") == silent_since
    server.start()

    assert told[0] == 503
    assert told[1].startswith("fails: ")
    assert took < 2.0
    goes_on(clinic, running, texts=201)
    wait_for(lambda: readiness(port) == (200, "ok"), seconds=START, site=running)


def test_a_broker_emptied_again_and_again_loses_nothing(
    clinic: World, running: Site, server: Server
) -> None:
    started(running)

    for _ in range(5):
        book(clinic, 40)
        server.lose_everything()

    goes_on(clinic, running, texts=200)


def full(server: Server) -> Callable[[], None]:
    server.fill_up()
    return server.make_room


def deaf(server: Server) -> Callable[[], None]:
    server.hold()
    return server.let_go


@pytest.mark.parametrize("trouble", [full, deaf])
def test_a_broker_that_takes_nothing_holds_up_no_change_for_long(
    clinic: World, running: Site, server: Server, trouble: Callable[[Server], Callable[[], None]]
) -> None:
    started(running)

    heal = trouble(server)
    try:
        took = [text_by_staff() for _ in range(3)]
        book(clinic, 100)
        time.sleep(5)
    finally:
        heal()

    assert max(took) < A_CHANGE_TAKES
    assert min(took) < A_MOMENT
    goes_on(clinic, running, texts=103)


def readiness(port: int) -> tuple[int, str]:
    """The status of /readyz and what it says of the broker; none while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=20) as answer:
            return answer.status, _broker(answer)
    except urllib.error.HTTPError as error:
        return error.code, _broker(error)
    except OSError:
        return 0, ""


def _broker(answer: Any) -> str:  # Any: urllib's answers and errors have no type in common
    return str(json.load(answer)["broker"])
