"""Ring for a worker after a commit, so that urgent work does not wait for the next round.

Only a doorbell: a ring that is lost, doubled or late changes nothing, because the database is the
queue. A broker that is down must never hurt the change that rang.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import ClassVar

from celery import current_app
from django.db import connection, transaction

logger = logging.getLogger(__name__)

LEFT_ALONE = 15.0
TOO_LONG = 1.0
AT_MOST_EVERY = 1.0
"""Seconds, all."""


class _Line:
    """The line to the broker, as this process found it."""

    dead_until = 0.0


def enqueue_after_commit(task: str) -> None:
    """Have a worker run `reminders.tasks.<task>` as soon as the current transaction is committed,
    once.
    """
    bell = _Bell(task)
    if not _is_pulled(bell):
        # After the commit: a worker that came earlier would find nothing. Robust: a broker that is
        # down must not stop what else waits for the commit.
        transaction.on_commit(bell, robust=True)


@dataclass(frozen=True)
class _Bell:
    task: str

    def __call__(self) -> None:
        enqueue_now(self.task)


def _is_pulled(bell: _Bell) -> bool:
    """Whether this transaction will ring it anyway, even if the innermost savepoint is rolled
    back.
    """
    here = set(connection.savepoint_ids)
    return any(
        # One that was asked for in a savepoint that is gone will not come: then it has to be asked
        # for again.
        pulled == bell and set(savepoints) <= here
        for savepoints, pulled, *_ in connection.run_on_commit
    )


def enqueue_debounced(task: str) -> None:
    """Have a worker run the task soon, without keeping the caller waiting for the broker.

    For what comes in floods: however often it is called, a process rings once a second at most.
    """
    with _Apart.lock:
        if task in _Apart.pulled:
            return
        _Apart.pulled.add(task)
    threading.Thread(target=_ring_in_turn, args=(task,), name=f"ring {task}", daemon=True).start()


class _Apart:
    """Bells that were pulled and have not rung yet, and the turn of those that ring."""

    lock = threading.Lock()
    turn = threading.Lock()
    pulled: ClassVar[set[str]] = set()


def _ring_in_turn(task: str) -> None:
    with _Apart.turn:
        with _Apart.lock:
            _Apart.pulled.discard(task)  # what comes from here on is rung for once more
        enqueue_now(task)
        time.sleep(AT_MOST_EVERY)


def enqueue_now(task: str, *arguments: int) -> None:
    """Have a worker run the task now, whatever becomes of the transaction, if there is one.

    After a failure, or when it took long, this process rings nobody for a while: a broker that is
    deaf or full would cost every change its time-outs.
    """
    began = time.monotonic()
    # Silently: the periodic task does the work in some seconds, and the log has told of it once.
    if began < _Line.dead_until:
        return
    try:
        # One attempt: by default a broker that is down would be tried for six seconds.
        with current_app.connection_for_write() as broker:
            broker.transport_options = {**(broker.transport_options or {}), "max_retries": 0}
            current_app.send_task(
                f"reminders.tasks.{task}", arguments, expires=30, retry=False, connection=broker
            )
    except Exception as error:  # whatever the broker's client raises, the next round does the work
        _Line.dead_until = time.monotonic() + LEFT_ALONE
        logger.warning("No worker could be rung for %s: %s", task, type(error).__name__)
    # It worked, but a person waited for it: a broker that answers slowly is left alone as well.
    if time.monotonic() - began > TOO_LONG:
        _Line.dead_until = time.monotonic() + LEFT_ALONE
