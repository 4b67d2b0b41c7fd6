"""Turns: one run of a ring at a time, for so long, and threads that slow work never takes."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection

from reminders.domain.common import turns
from reminders.domain.common.connections import release_connection
from reminders.domain.common.turns import Lane, TimeBox, turn
from reminders.domain.operations.periodic_tasks import RunOutcome, run
from reminders.models import TaskRun

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What workers are rung for; a broker has its own tests."""
    found: list[str] = []
    monkeypatch.setattr(turns, "enqueue_now", found.append)
    return found


@pytest.fixture
def stopping() -> Iterator[None]:
    """A worker that was told to stop."""
    turns.stop_soon()
    yield
    turns._Worker.stopping = False


def ran(name: str, work: Callable[[RunOutcome], None], *, at_most: float = 20) -> None:
    run(name, work, lane=Lane(8), at_most=at_most)


def elsewhere(work: Callable[[], object]) -> None:
    """Do this as another worker would: in a thread, over a connection of its own."""

    def alone() -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result()


def test_two_workers_never_run_one_ring_at_a_time_and_the_later_ring_is_not_lost(
    rung_for: list[str],
) -> None:
    did: list[str] = []

    def work(ring: RunOutcome) -> None:
        did.append("first")
        elsewhere(lambda: ran("reports", lambda ring: did.append("second")))
        elsewhere(lambda: ran("replies", lambda ring: did.append("another ring")))

    ran("reports", work)

    assert (did, rung_for) == (["first", "another ring"], ["reports"])
    ran("reports", lambda ring: did.append("later"))
    assert (did[-1], rung_for) == ("later", ["reports"])


def test_no_connection_is_held_for_a_turn() -> None:
    with turn("reports") as ours:
        release_connection()
        assert ours.mine
        assert connection.connection is None


def test_the_turn_of_a_worker_that_died_is_free_when_its_lease_ends(
    rung_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    did: list[str] = []
    monkeypatch.setattr(turns, "LEASE", 0.5)
    assert turns._take("reports", "a worker that was killed")

    ran("reports", lambda ring: did.append("too soon"))
    time.sleep(0.6)
    ran("reports", lambda ring: did.append("taken over"))

    assert did == ["taken over"]


def test_a_run_that_lasts_keeps_its_turn(
    rung_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEASE", 0.6)
    monkeypatch.setattr(turns, "RENEW_EVERY", 0.1)
    did: list[str] = []

    def lasts(ring: RunOutcome) -> None:
        time.sleep(1)
        elsewhere(lambda: ran("imports", lambda ring: did.append("second")))

    ran("imports", lasts)

    assert did == []


def test_a_run_ends_when_its_time_is_up_and_rings_for_the_rest(rung_for: list[str]) -> None:
    def endless(ring: RunOutcome) -> None:
        while ring.may_go_on():
            ring.count += 1
            time.sleep(0.01)

    began = time.monotonic()
    ran("reports", endless, at_most=0.3)

    assert 0.3 <= time.monotonic() - began < 2
    assert (rung_for, TaskRun.objects.get().count > 0) == (["reports"], True)


def test_a_run_that_fails_gives_its_turn_back_and_rings_for_nobody(rung_for: list[str]) -> None:
    def fails(ring: RunOutcome) -> None:
        elsewhere(lambda: ran("reports", lambda ring: None))
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        ran("reports", fails)

    row = TaskRun.objects.get()
    assert (rung_for, row.error, row.held_until, row.rung_again) == ([], "ValueError", None, False)


@pytest.mark.usefixtures("stopping")
def test_a_worker_that_was_told_to_stop_begins_nothing_and_goes_on_with_nothing() -> None:
    did: list[str] = []
    box = TimeBox(None)

    ran("reports", lambda ring: did.append("begun"))

    assert (did, box.may_go_on(), box.cut_short) == ([], False, True)


def test_slow_rings_share_a_lane_and_the_one_that_waits_is_rung_for(rung_for: list[str]) -> None:
    lane, did = Lane(1), list[str]()

    def slow(ring: RunOutcome) -> None:
        for name in ("reports", "replies", "reports"):
            elsewhere(partial(run, name, lambda ring: did.append("slow"), lane=lane, at_most=1))

    run("imports", slow, lane=lane, at_most=20)

    assert (did, rung_for) == ([], ["reports"])
    run("reports", lambda ring: did.append("its turn"), lane=lane, at_most=1)
    assert (did, rung_for) == (["its turn"], ["reports", "replies"])


@pytest.mark.parametrize(
    ("threads", "urgent_too", "width"), [(8, True, 4), (8, False, 8), (3, True, 1), (1, True, 1)]
)
def test_a_worker_that_takes_everything_keeps_half_of_its_threads_for_what_is_urgent(
    monkeypatch: pytest.MonkeyPatch, threads: int, urgent_too: bool, width: int
) -> None:
    monkeypatch.setattr(turns, "BACKGROUND", Lane(4))

    turns.share_threads(threads, urgent_too=urgent_too)

    assert turns.BACKGROUND.width == width


def test_many_at_the_door_get_one_turn_each_in_a_row(rung_for: list[str]) -> None:
    at_work, most = 0, 0
    lock = threading.Lock()

    def work(ring: RunOutcome) -> None:
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1

    def worker() -> None:
        for _ in range(5):
            ran("withdraw", work)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1
