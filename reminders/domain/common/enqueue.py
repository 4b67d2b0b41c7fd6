"""Wake a worker after a commit, so that urgent work does not wait for the next round.

Only a wake-up call: one that is lost, doubled or late changes nothing, because the database is the
queue. A broker that is down must never hurt the change that called.
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
    call = _Call(task)
    if not _is_asked_for(call):
        # After the commit: a worker that came earlier would find nothing. Robust: a broker that is
        # down must not stop what else waits for the commit.
        transaction.on_commit(call, robust=True)


@dataclass(frozen=True)
class _Call:
    task: str

    def __call__(self) -> None:
        enqueue_now(self.task)


def _is_asked_for(call: _Call) -> bool:
    """Whether this transaction will make it anyway, even if the innermost savepoint is rolled
    back.
    """
    here = set(connection.savepoint_ids)
    return any(
        # One that was asked for in a savepoint that is gone will not come: then it has to be asked
        # for again.
        asked_for == call and set(savepoints) <= here
        for savepoints, asked_for, *_ in connection.run_on_commit
    )


def enqueue_debounced(task: str) -> None:
    """Have a worker run the task soon, without keeping the caller waiting for the broker.

    For what comes in floods: however often it is called, a process calls once a second at most.
    """
    with _Apart.lock:
        if task in _Apart.waiting:
            return
        _Apart.waiting.add(task)
    threading.Thread(target=_call_in_turn, args=(task,), name=f"wake {task}", daemon=True).start()


class _Apart:
    """Calls that were asked for and not made yet, and the turn of those that are made."""

    lock = threading.Lock()
    turn = threading.Lock()
    waiting: ClassVar[set[str]] = set()


def _call_in_turn(task: str) -> None:
    with _Apart.turn:
        with _Apart.lock:
            _Apart.waiting.discard(task)  # what comes from here on is called for once more
        enqueue_now(task)
        time.sleep(AT_MOST_EVERY)


def enqueue_now(task: str, *arguments: int) -> None:
    """Have a worker run the task now, whatever becomes of the transaction, if there is one.

    After a failure, or when it took long, this process calls nobody for a while: a broker that is
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
        logger.warning("No worker could be woken for %s: %s", task, type(error).__name__)
    # It worked, but a person waited for it: a broker that answers slowly is left alone as well.
    if time.monotonic() - began > TOO_LONG:
        _Line.dead_until = time.monotonic() + LEFT_ALONE
