"""Broker, database and provider go away under real programs, which go on by themselves
afterwards.
"""

import time
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
import redis
from django.db import connection

from tests.conftest import SERVER
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
from tests.faults.support.world import World
from tests.programs import free_port

pytestmark = pytest.mark.faults

START = 60.0


def started(running: Site, *, workers: int = 1) -> None:
    """Programs that have begun to ring."""
    for _ in range(workers):
        running.worker()
    running.beat()
    wait_for_rings("heartbeat", "send", site=running, seconds=START)


def test_a_broker_stopped_and_started_again(clinic: World, running: Site) -> None:
    assert running.broker is not None
    started(running)
    for outage in (1, 5, 2, 3):  # seconds: a worker may be anywhere in its attempts to connect
        clinic.book(50, starts_in=timedelta(hours=36))
        running.broker.stop()
        clinic.book(50, starts_in=timedelta(hours=36))
        time.sleep(outage)
        running.broker.start()
        wait_for_rings("heartbeat", "send", site=running, seconds=START)
        assert [worker.poll() for worker in running.workers] == [None]

    settle(running, seconds=START)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (400, [], [])


def test_a_broker_flushed_again_and_again(clinic: World, running: Site) -> None:
    assert running.broker is not None
    started(running)
    with redis.Redis(unix_socket_path=str(running.broker.socket)) as client:
        for _ in range(10):
            clinic.book(50, starts_in=timedelta(hours=36))
            client.flushall()
            time.sleep(0.3)

    settle(running, seconds=START * 2)
    wait_for_rings("heartbeat", "send", site=running, seconds=START)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (500, [], [])


@pytest.mark.alone
def test_a_database_restarted_in_the_middle(
    clinic: World, running: Site, request: pytest.FixtureRequest
) -> None:
    server = request.config.stash.get(SERVER, None)
    if server is None:
        pytest.skip("The database is not ours to restart")
    clinic.sandbox.order_fault("slow", endpoint="send", seconds=0.3, times=None)
    started(running, workers=2)
    clinic.book(4_000, starts_in=timedelta(hours=36))
    wait_for(lambda: taken(clinic) > 1_000, seconds=START, site=running)

    connection.close()
    server.stop()
    time.sleep(3)
    server.start()

    wait_for_rings("heartbeat", "send", "replies", site=running, seconds=START)
    settle(running, seconds=START * 3)
    assert (taken(clinic), accepted_twice(clinic), found(clinic)) == (4_000, [], [])


def test_a_provider_that_hangs_holds_no_session_and_pages_are_served(
    clinic: World, running: Site
) -> None:
    port = free_port()
    clinic.sandbox.order_fault("hang", endpoint="*", times=None, seconds=20)
    running.worker(DATABASE_POOL_SIZE="2", MESSAGES_API_TIMEOUT="10")
    running.beat()
    running.web(port, DATABASE_POOL_SIZE="2")
    wait_for_rings("heartbeat", site=running, seconds=START)
    clinic.book(300, starts_in=timedelta(hours=36))
    wait_for(lambda: bool(clinic.sandbox.faults.shown()[0]["met"]), seconds=START, site=running)
    wait_for(lambda: _answers(port, "/sign-in/"), seconds=START, site=running)

    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        assert _answers(port, "/sign-in/")
        assert _answers(port, "/readyz")
        slowest = max(slowest, time.monotonic() - began)
        time.sleep(0.2)

    assert slowest < 2.0
    before = rung("heartbeat")
    wait_for(lambda: rung("heartbeat") != before, seconds=10, site=running)


def _answers(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False
