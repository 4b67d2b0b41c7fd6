"""Workers that die at a chosen point: a forked process that ends by SIGKILL, as by `kill -9`.

Nothing of ours is replaced. The point is chosen from outside: by the transport that the client is
given, by the clock that sending reads, or by a gate in the database.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import httpx
import psycopg
from django.db import connection, connections

from reminders.domain.sending.send import send_due
from reminders.models import Reminder
from reminders.provider import MessagesApi
from tests.faults.support.audit import CLAIM, RECORD, Gate
from tests.faults.support.world import World

PATIENCE = 20.0


def die() -> None:
    """As by `kill -9`: no clean-up, nothing flushed, sockets closed by the kernel."""
    os.kill(os.getpid(), signal.SIGKILL)


def fork(work: Callable[[], object]) -> int:
    """Start a process that does `work` and ends at once, whatever happens; returns its id."""
    connections.close_all()  # the child must not speak on our sessions
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work()
        os._exit(0)
    return child


def killed(child: int) -> bool:
    """Wait for a child; whether it ended by SIGKILL."""
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


class Deadly(httpx.BaseTransport):
    """The real transport, that kills its process before the nth request, during it, or after its
    answer.
    """

    def __init__(
        self, *, before: int = 0, during: int = 0, after: int = 0, delay: float = 0.0
    ) -> None:
        self._real = httpx.HTTPTransport()
        self._before, self._during, self._after, self._delay = before, during, after, delay
        self._count = 0
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self._count += 1
            number = self._count
        if number == self._before:
            die()
        if number == self._during:
            threading.Timer(self._delay, die).start()
        response = self._real.handle_request(request)
        if number == self._after:
            response.read()
            die()
        return response


def work_with(
    world: World, transport: httpx.BaseTransport, work: Callable[[MessagesApi], object]
) -> None:
    """Do a ring's work with a client of its own."""
    with MessagesApi(
        base_url=world.sandbox.url,
        key=world.sandbox.key,
        secret=world.sandbox.secret,
        timeout=5,
        transport=transport,
    ) as api:
        work(api)


def send_with(world: World, transport: httpx.BaseTransport, clock: Callable[[], datetime]) -> None:
    """Send what is due with a client of its own."""
    work_with(world, transport, lambda api: send_due(api, clock=clock))


def die_at_gate(world: World, gate: int, work: Callable[[], object] | None = None) -> bool:
    """A worker that is killed while a statement of its transaction runs; the server rolls it
    back. Without other work it sends what is due.
    """
    with Gate(gate) as closed:
        child = fork(work or (lambda: send_with(world, httpx.HTTPTransport(), world.clock)))
        until = time.monotonic() + PATIENCE
        while not closed.waiting() and time.monotonic() < until:
            time.sleep(0.002)
        os.kill(child, signal.SIGKILL)
        gone = killed(child)
        closed.drop_waiting()
        while closed.waiting():
            time.sleep(0.002)
    return gone


def _call_of(number: int) -> int:
    """One of the calls that it takes to send what is due."""
    calls = -(-Reminder.objects.filter(state="planned").count() // 100)
    return 1 + number % calls


def before_claim_commit(world: World, number: int) -> bool:
    """The messages are being written, nothing is committed."""
    return die_at_gate(world, CLAIM)


def after_claim_commit(world: World, number: int) -> bool:
    """The claim is committed, and one of its calls was never made."""
    nth = _call_of(number)
    return killed(fork(lambda: send_with(world, Deadly(before=nth), world.clock)))


def during_the_call(world: World, number: int) -> bool:
    """The request is under way: read and ignored, or carried out and not yet answered."""
    kind = "hang_after_accepting" if number % 2 else "hang"
    world.sandbox.order_fault(kind, endpoint="send", seconds=2, times=1)
    delay = 0.005 + number % 10 * 0.004
    gone = killed(fork(lambda: send_with(world, Deadly(during=1, delay=delay), world.clock)))
    world.sandbox.clear_faults()
    return gone


def after_202_before_record(world: World, number: int) -> bool:
    """The provider has taken the texts and said so; nothing is recorded, or the record rolls
    back.
    """
    if number % 2:
        return die_at_gate(world, RECORD)
    nth = _call_of(number // 2)
    return killed(fork(lambda: send_with(world, Deadly(after=nth), world.clock)))


def after_record(world: World, number: int) -> bool:
    """Right after the first answer is recorded, with others perhaps still under way."""

    def clock() -> datetime:
        if watch.execute(
            "SELECT 1 FROM reminders_message WHERE accepted_at IS NOT NULL LIMIT 1"
        ).fetchone():
            die()
        return world.now

    watch = _own_session()
    child = fork(lambda: [send_with(world, httpx.HTTPTransport(), clock), die()])
    gone = killed(child)
    with suppress(psycopg.Error):
        watch.close()
    return gone


def _own_session() -> psycopg.Connection[tuple[int]]:
    """A session for the child alone: this process does not speak on it while the child lives."""
    found = connection.settings_dict
    return psycopg.connect(
        host=str(found["HOST"]),
        port=found["PORT"] or None,
        user=found["USER"],
        password=found["PASSWORD"] or None,
        dbname=found["NAME"],
        autocommit=True,
    )


POINTS: dict[str, Callable[[World, int], bool]] = {
    "before claim commit": before_claim_commit,
    "after claim commit": after_claim_commit,
    "during the call": during_the_call,
    "after 202, before record": after_202_before_record,
    "after record": after_record,
}
