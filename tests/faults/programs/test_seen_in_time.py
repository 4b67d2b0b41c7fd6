"""How soon each fault is seen: by staff on their pages, and by monitoring.

Real programs at the pace at which they come, but for the provider's time-out; the table in
docs/monitoring.md holds what is measured here. `make test-faults` prints it.
"""

import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from reminders.domain.operations.alerts import banners
from reminders.domain.operations.periodic_tasks import HEARTBEAT, seed_periodic_tasks
from tests.conftest import SERVER
from tests.faults.support import programs
from tests.faults.support.programs import Site, rung, wait_for
from tests.faults.support.world import SEEDS, World
from tests.programs import free_port

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(SEEDS == "small", reason="Takes minutes: make test-faults"),
]

START = 90.0
PAGES_ASK_EVERY = 20.0
"""Seconds between two looks of an open page; what staff see is at most so much older."""
STAFF, MONITORING = 90.0, 30.0
TOKEN = "a-token-for-the-tests"


def figures(port: int) -> dict[str, float]:
    """What monitoring reads; nothing where nobody answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  # our own
        lines = answer.read().decode().splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)
        if not name.startswith("#")
    }  # fmt: skip


def trouble(code: str) -> Callable[[dict[str, float]], bool]:
    return lambda found: found.get(f'reminders_trouble{{code="{code}"}}') == 1


def no_answer(found: dict[str, float]) -> bool:
    # As the rules in deploy/monitoring say.
    down = 'reminders_trouble{code="down"}'
    return found.get("reminders_provider_answer_age_seconds", 0) > 25 or found.get(down) == 1


def silent(found: dict[str, float]) -> bool:
    return found.get("reminders_heartbeat_age_seconds", 0) > 25


def codes() -> set[str]:
    try:
        return {banner.code for banner in banners(timezone.now())}
    except (DatabaseError, InterfaceError):
        connection.close()
        return {"database"}


def seconds_until(condition: Callable[[], bool], *, most: float, site: Site) -> float:
    began = time.monotonic()
    wait_for(condition, seconds=most, site=site)
    return time.monotonic() - began


def seen(
    site: Site, port: int, code: str, by_monitoring: Callable[[dict[str, float]], bool]
) -> None:
    """Both see it in time, counted from now."""
    began = time.monotonic()
    first = seconds_until(lambda: by_monitoring(figures(port)), most=MONITORING, site=site)
    seconds_until(lambda: code in codes(), most=STAFF - PAGES_ASK_EVERY - first, site=site)
    staff = time.monotonic() - began + PAGES_ASK_EVERY
    told = f"seen in time: {code}: staff {staff:.0f} s, monitoring {first:.0f} s"
    print(told)  # noqa: T201  # for the documents
    assert staff <= STAFF


@pytest.fixture
def port(running: Site) -> int:
    """Web site, worker and beat, each ring as often as a site has it."""
    programs.PeriodicTask.objects.all().delete()
    seed_periodic_tasks()
    found = free_port()
    running.environment |= {"METRICS_TOKEN": TOKEN, "MESSAGES_API_TIMEOUT": "10"}
    running.environment.pop("SEND_EVERY")
    running.environment.pop("POLL_EVERY")
    running.worker()
    running.beat()
    running.web(found)
    now = timezone.now()
    wait_for(lambda: (rung(HEARTBEAT) or now) > now, seconds=START, site=running)
    wait_for(lambda: (rung("replies") or now) > now, seconds=START, site=running)
    wait_for(lambda: _answers(found), seconds=START, site=running)
    return found


def _answers(port: int) -> bool:
    try:
        return figures(port)["reminders_database_up"] == 1
    except OSError:
        return False


def test_a_dead_worker(running: Site, port: int) -> None:
    running.kill(running.workers[0])
    seen(running, port, "beat", silent)


def test_a_dead_scheduler(running: Site, port: int) -> None:
    running.kill(running.beats[0])
    seen(running, port, "beat", silent)


def test_a_broker_that_is_away(running: Site, port: int) -> None:
    assert running.broker is not None
    running.broker.stop()
    seen(running, port, "beat", lambda found: found["reminders_broker_up"] == 0)
    running.broker.start()


@pytest.mark.alone
def test_a_database_that_is_away(running: Site, port: int, request: pytest.FixtureRequest) -> None:
    server = request.config.stash.get(SERVER, None)
    if server is None:
        pytest.skip("The database is not ours to stop")
    connection.close()
    server.stop()
    try:
        seen(running, port, "database", lambda found: found["reminders_database_up"] == 0)
    finally:
        server.start()


def test_a_provider_that_refuses_connections(clinic: World, running: Site, port: int) -> None:
    clinic.sandbox.refuse_connections()
    try:
        seen(running, port, "down", no_answer)
    finally:
        clinic.sandbox.accept_connections()


@pytest.mark.parametrize(
    ("fault", "code"),
    [("503", "down"), ("error_500_before", "down"), ("401", "credentials")],
)
def test_a_provider_that_fails_with_nothing_due(
    clinic: World, running: Site, port: int, fault: str, code: str
) -> None:
    clinic.sandbox.order_fault(fault, endpoint="*", times=None)
    seen(running, port, code, trouble(code) if code == "credentials" else no_answer)


def test_a_provider_that_fails_with_texts_due(clinic: World, running: Site, port: int) -> None:
    clinic.book(5, starts_in=timedelta(hours=3))
    clinic.sandbox.order_fault("503", endpoint="*", times=None)
    seen(running, port, "down", no_answer)


def test_a_provider_that_hangs(clinic: World, running: Site, port: int) -> None:
    clinic.sandbox.order_fault("hang", endpoint="*", times=None, seconds=30)
    seen(running, port, "down", no_answer)
