"""Whose turn it is: one run of a task at a time over all workers, for so long, on so many threads.

A start that comes while another worker has the turn is not lost: the one who has it starts it again
at its end, and so does a run whose time was up. The turn is a lease in the database, renewed while
its holder lives and free half a minute after the holder died, so that no connection is held while
the provider is asked. Slow tasks share a lane that is narrower than a worker, so that heartbeat and
due texts always find a thread.
"""

from __future__ import annotations

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import Error, connection
from django.db.models import DateTimeField, Func

from reminders.domain.common.connections import release_connection
from reminders.domain.common.enqueue import enqueue_now
from reminders.models import TaskRun

logger = logging.getLogger(__name__)

# As long as three renewals: a database that is away for a moment must not give the turn to two.
LEASE = 30
RENEW_EVERY = 10.0
AT_MOST = 20.0
"""Seconds, all: how long a lease holds, how often it is renewed, how long a run goes on by default.
"""


class _Worker:
    """This process: whether it was told to stop."""

    stopping = False


def stop_soon() -> None:
    """Have every run of this process end after what it has in hand. Safe in a signal's handler."""
    _Worker.stopping = True


def is_stopping() -> bool:
    """Whether this process was told to stop."""
    return _Worker.stopping


class TimeBox:
    """The time that a run may take; past it, or when the worker is told to stop, it is
    `cut_short`.
    """

    def __init__(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds
        self.cut_short = False

    def may_go_on(self) -> bool:
        """To be asked before each further portion of work, and only where there is one."""
        over = self._until is not None and time.monotonic() >= self._until
        self.cut_short = self.cut_short or over or is_stopping()
        return not self.cut_short


GoOn = Callable[[], bool]
"""Whether a run may begin a further portion of its work."""


def for_ever() -> bool:
    """As long as there is work: for those who work something off by hand."""
    return True


class Lane:
    """So many threads of this process for the tasks of one kind; who finds none free is started
    later.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self._lock = threading.Lock()
        self._taken = 0
        self._waiting: dict[str, None] = {}

    @contextmanager
    def thread_for(self, name: str) -> Iterator[bool]:
        """Whether a thread is free; at the end the one that waits longest is started."""
        with self._lock:
            free = self._taken < self.width
            self._taken += free
            if not free:
                # A dictionary keeps the order, and each name once however often it comes.
                self._waiting[name] = None
        try:
            yield free
        finally:
            if free:
                self._leave()

    def _leave(self) -> None:
        with self._lock:
            self._taken -= 1
            following = next(iter(self._waiting), None)
            if following:
                # Under the lock, so that the same one is not started twice; outside of it, because
                # the broker may be slow.
                del self._waiting[following]
        if following:
            enqueue_now(following)


URGENT = Lane(10_000)
"""Wider than any worker: what is urgent waits for nothing but a thread."""
BACKGROUND = Lane(4)
"""As wide as `share_threads` says once a worker has started."""


def share_threads(threads: int, *, urgent_too: bool) -> None:
    """Say how many threads this worker has, and whether it works on urgent tasks besides slow
    ones.
    """
    # Half of them stays for what is due: a slow provider would else take every thread for minutes.
    BACKGROUND.width = max(1, threads // 2) if urgent_too else threads


@dataclass(slots=True)
class Turn:
    """A turn that was asked for: whether it is ours, and how the run in it ended."""

    mine: bool
    went_well: bool = False
    cut_short: bool = False


@contextmanager
def turn(name: str) -> Iterator[Turn]:
    """The turn, ours inside the block if no other worker has it; at its end starts again for what
    is left.

    After a failure nothing is started: the next round tries.
    """
    holder = f"{socket.gethostname()[:50]} {secrets.token_hex(8)}"
    found = Turn(mine=_take(name, holder))
    if not found.mine:
        yield found
        return
    # The renewing has a thread of its own, because the work may wait for the provider far longer
    # than a lease lasts.
    over = threading.Event()
    threading.Thread(
        target=_renew, args=(name, holder, over), name=f"turn {name}", daemon=True
    ).start()
    try:
        yield found
    finally:
        over.set()
        asked_meanwhile = _give_back(name, holder)
    # Not after a failure: it would start itself again at once, and fail as fast as it can.
    if found.went_well and (asked_meanwhile or found.cut_short):
        enqueue_now(name)


def _take(name: str, holder: str) -> bool:
    """Take the turn, or leave word with who has it; once more where that one has ended in
    between.
    """
    given = {"name": name, "holder": holder, "lease": LEASE}
    return _changes(_TAKE, given) or (not _leave_word(name) and _changes(_TAKE, given))


def _leave_word(name: str) -> bool:
    """Have who holds the turn start the next run; False where nobody holds it by now."""
    held = TaskRun.objects.filter(name=name, held_until__gt=_CLOCK)
    return bool(held.update(rung_again=True))


def _give_back(name: str, holder: str) -> bool:
    """End the turn; whether somebody asked meanwhile. A database that is away lets the lease run
    out.
    """
    try:
        return _changes(_GIVE_BACK, {"name": name, "holder": holder})
    except Error as error:
        logger.warning("The turn of %s could not be given back: %s", name, type(error).__name__)
        return False


def _renew(name: str, holder: str, over: threading.Event) -> None:
    while not over.wait(RENEW_EVERY):
        try:
            # Only while it is ours: after a stall, somebody else may have taken it over.
            ours = TaskRun.objects.filter(name=name, holder=holder)
            ours.update(held_until=_CLOCK + timedelta(seconds=LEASE))
        except Error as error:
            logger.warning("The turn of %s could not be renewed: %s", name, type(error).__name__)
        finally:
            release_connection()


def _changes(statement: str, given: dict[str, Any]) -> bool:  # Any: the driver's own
    """Whether the statement returned true."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return bool((cursor.fetchone() or (False,))[0])


# By the database's clock, which all workers share: by their own, a fast one would take a turn that
# is not over.
_CLOCK = Func(function="clock_timestamp", output_field=DateTimeField())
_TAKE = """
INSERT INTO reminders_taskrun AS run (name, count, error, started_at, holder, held_until)
VALUES (
    %(name)s,
    0,
    '',
    clock_timestamp(),
    %(holder)s,
    clock_timestamp() + make_interval(secs => %(lease)s)
)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder,
    held_until = excluded.held_until,
    started_at = excluded.started_at,
    rung_again = false
WHERE run.held_until IS NULL OR run.held_until <= clock_timestamp()
RETURNING true
"""

# Reads under the row's lock whether somebody left word meanwhile: without it, a word left between
# the reading and the giving back would be lost. One statement, as every run of every task ends so.
_GIVE_BACK = """
UPDATE reminders_taskrun run
SET holder = '', held_until = NULL, rung_again = false
FROM (SELECT name, rung_again FROM reminders_taskrun WHERE name = %(name)s FOR UPDATE) was
WHERE run.name = was.name AND run.holder = %(holder)s
RETURNING was.rung_again
"""
