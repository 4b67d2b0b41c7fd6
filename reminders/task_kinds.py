"""The two kinds of tasks: urgent, and such whose work may be slow. One run of each at a time."""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task

from reminders.domain.common.database_clock import now
from reminders.domain.common.turns import AT_MOST, BACKGROUND, URGENT
from reminders.domain.operations.periodic_tasks import RunOutcome, run
from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.after_restore.hold import stands_still

A_MINUTE = 60.0
AS_LONG_AS_IT_TAKES = 1_800.0

Work = Callable[[RunOutcome], None]


def urgent(work: Work) -> Callable[[], None]:
    """A task whose work waits for nobody's: one run at a time over all workers."""
    name = work.__name__
    # On its own lane: a backlog of slow work must not keep heartbeat and due texts waiting.
    return _task(
        name,
        work,
        lambda: None if stands_still(name) else run(name, work, lane=URGENT, at_most=AT_MOST),
    )


def background(
    *, at_most: float = AT_MOST, asks_provider: bool = False, name: str = ""
) -> Callable[[Work], Callable[[], None]]:
    """A task whose work may be slow: one run at a time over all workers, on the threads set aside
    for it.

    One that asks the provider leaves its round out while the provider wants to be left alone;
    sending has brakes of its own.
    """

    def decorate(work: Work) -> Callable[[], None]:
        task_name = name or work.__name__

        def in_turn() -> None:
            # Looked at before the turn is taken: a round left out costs nothing, and nobody waits
            # for it.
            if not stands_still(task_name) and not (
                asks_provider and circuit_breaker.is_told_to_wait(now=now())
            ):
                run(task_name, work, lane=BACKGROUND, at_most=at_most)

        return _task(task_name, work, in_turn)

    return decorate


def _task(name: str, work: Work, in_turn: Callable[[], None]) -> Callable[[], None]:
    # Celery and the log know a task by its function's name; all would be called “in_turn”.
    in_turn.__name__, in_turn.__doc__ = name, work.__doc__
    # The names stand in beat's tables: another one would ring for a task that nobody has.
    task: Callable[[], None] = shared_task(name=f"reminders.tasks.{name}", ignore_result=True)(
        in_turn
    )
    return task
