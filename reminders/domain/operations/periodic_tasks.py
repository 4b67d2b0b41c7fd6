"""The periodic tasks: which work is started how often, and a note of how each went.

The intervals are seeded into django-celery-beat's tables, where staff may change them; tasks that
are new are added, what staff changed is kept, what they left alone follows the settings. A start
that is lost, doubled or late changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from reminders.domain.common import database_clock
from reminders.domain.common.locks import AdvisoryLock, take
from reminders.domain.common.turns import Lane, TimeBox, is_stopping, turn
from reminders.domain.sending import circuit_breaker
from reminders.models import TaskRun
from reminders.provider import MessagesApiError

logger = logging.getLogger(__name__)

HEARTBEAT = "heartbeat"
HEARTBEAT_EVERY = timedelta(seconds=10)
FOLDER_ERROR = "folder: "
"""How the note of a task begins whose folder can't be read."""

BACKUP_FAILED = "backup: "
"""How the note of a backup begins that could not be written."""


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """One periodic task: the task's name, its interval, and what it does in words for staff."""

    task: str
    every: timedelta
    does: str


def periodic_jobs() -> tuple[PeriodicJob, ...]:
    """Every periodic task of the application, with the intervals that the environment asks for."""
    poll = settings.POLL_EVERY
    return (
        PeriodicJob("send", settings.SEND_EVERY, "Hand over texts that are due"),
        PeriodicJob("whatsapp", timedelta(seconds=10), "Hand over texts by WhatsApp"),
        PeriodicJob("email", timedelta(seconds=10), "Hand over e-mails to patients"),
        PeriodicJob("withdraw", timedelta(seconds=10), "Withdraw texts that no longer hold"),
        PeriodicJob(
            "reconcile", timedelta(seconds=30), "Find out what became of texts without an answer"
        ),
        PeriodicJob("replies", poll, "Fetch patients' replies"),
        PeriodicJob("reports", poll, "Fetch delivery reports"),
        PeriodicJob("apply", timedelta(seconds=10), "Act on what was pushed or left over"),
        PeriodicJob("offers", timedelta(seconds=10), "Offer times that became free"),
        PeriodicJob("expire", timedelta(seconds=60), "Give up what is past its time"),
        PeriodicJob("check", timedelta(minutes=5), "Ask about texts without a final report"),
        PeriodicJob("plan", timedelta(hours=6), "Plan the whole future again, as a safety net"),
        PeriodicJob("push_blocked", timedelta(seconds=60), "Tell the provider about opt-outs"),
        PeriodicJob("sync_blocked", timedelta(days=1), "Compare the lists of blocked numbers"),
        PeriodicJob("imports", timedelta(seconds=10), "Work off uploaded diaries"),
        PeriodicJob("probe", timedelta(seconds=10), "Ask whether the provider is there"),
        PeriodicJob("folder", timedelta(seconds=30), "Pick up diaries from the watched folder"),
        PeriodicJob("tidy", timedelta(hours=6), "Apply reports that came early"),
        PeriodicJob("forget", timedelta(minutes=5), "Forget what is older than it may be kept"),
        PeriodicJob("jobs", timedelta(seconds=10), "Go on with long work in the background"),
        PeriodicJob("figures", timedelta(minutes=10), "Compute the figures of the last days"),
        PeriodicJob(
            "missed", timedelta(minutes=5), "Note who did not come, where a location wants that"
        ),
        PeriodicJob("promise", timedelta(minutes=5), "Count the texts that went out in time"),
        PeriodicJob("pairs", timedelta(minutes=10), "Look for people who are there twice"),
        PeriodicJob("recalls", timedelta(hours=12), "Find patients who are due for a visit"),
        PeriodicJob("trail", timedelta(seconds=10), "Seal the trail of who did what"),
        PeriodicJob(
            "catch_up", timedelta(seconds=60), "Find out after a restore what went out meanwhile"
        ),
        PeriodicJob(
            "backup",
            timedelta(hours=settings.BACKUP_EVERY_HOURS or 24),
            "Write a backup, where BACKUP_FOLDER is set",
        ),
        PeriodicJob("alert", timedelta(seconds=60), "Tell administrators what needs them"),
        PeriodicJob("sign_of_life", timedelta(seconds=60), "Call HEARTBEAT_URL while all is well"),
        PeriodicJob(HEARTBEAT, HEARTBEAT_EVERY, "Show that the bells ring"),
    )


def seed_periodic_tasks(**_kwargs: Any) -> None:
    """Add the tasks that are missing, let untouched ones follow the settings, keep what staff
    changed.

    A task is untouched while it runs as often as its own description says. Takes a lock, so that
    several programs may start at once.
    """
    with transaction.atomic():
        take(AdvisoryLock.PERIODIC_TASKS)
        have = {task.task: task for task in PeriodicTask.objects.select_related("interval")}
        changed = [_seed(job, have.get(f"reminders.tasks.{job.task}")) for job in periodic_jobs()]
        if any(changed):
            PeriodicTasks.update_changed()


def _seed(job: PeriodicJob, task: PeriodicTask | None) -> bool:
    seconds = max(1, round(job.every.total_seconds()))
    interval = IntervalSchedule.objects.filter(
        every=seconds, period=IntervalSchedule.SECONDS
    ).first()
    interval = interval or IntervalSchedule.objects.create(
        every=seconds, period=IntervalSchedule.SECONDS
    )
    if task is None:
        task = PeriodicTask(name=job.does, task=f"reminders.tasks.{job.task}")
    # Staff changed the interval: then the description says another one, and theirs is kept.
    elif task.description != _as_settings_say(task.interval) or task.interval == interval:
        return False
    task.interval, task.description = interval, _as_settings_say(interval)
    # A ring that nobody took for two rounds is dropped: after a stop they would all come at once.
    task.expire_seconds = max(2 * seconds, 10)
    task.save()
    return True


def _as_settings_say(interval: IntervalSchedule | None) -> str:
    """The description of a task that staff left alone."""
    return f"Every {interval.every} {interval.period}, as the settings say." if interval else ""


class RunOutcome(TimeBox):
    """What one run came to; the body sets `count`, and `error` in words without personal data."""

    def __init__(self, at_most: float | None) -> None:
        super().__init__(at_most)
        self.count = 0
        self.error = ""


def run(name: str, work: Callable[[RunOutcome], None], *, lane: Lane, at_most: float) -> None:
    """Run a task's work on a thread of `lane` if it is our turn, for `at_most` seconds.

    Whoever comes in between leaves word; see `turns`.
    """
    if is_stopping():
        return
    with lane.thread_for(name) as free:
        if not free:
            return
        with turn(name) as ours:
            if ours.mine:
                with recorded_run(name, at_most=at_most) as outcome:
                    work(outcome)
                ours.went_well, ours.cut_short = not outcome.error, outcome.cut_short


@contextmanager
def recorded_run(name: str, *, at_most: float | None = None) -> Iterator[RunOutcome]:
    """Run a task's work and note how it went; a provider that fails is noted, and the next run
    tries.

    `at_most`: the seconds after which the work may not go on, None for as long as it takes.
    """
    started = database_clock.now()
    outcome = RunOutcome(at_most)
    try:
        yield outcome
    except MessagesApiError as error:
        circuit_breaker.slow_down_if_asked([error], now=database_clock.now())
        outcome.error = f"{type(error).__name__}: {error}"
    # The name alone: the text of an error may hold a patient's data.
    except Exception as error:
        outcome.error = type(error).__name__
        raise
    finally:
        # Silent where there was nothing to do: every few seconds a line would bury the others.
        if outcome.count or outcome.error:
            logger.info("%s: %s", name, outcome.error or outcome.count)
        note(name, started=started, count=outcome.count, error=outcome.error)


def note(name: str, *, started: datetime, count: int = 0, error: str = "") -> None:
    """Write down that a task ran."""
    ended = database_clock.now()
    run = TaskRun(
        name=name,
        started_at=started,
        finished_at=ended,
        succeeded_at=None if error else ended,
        count=count,
        error=error[:300],
    )
    written = ["started_at", "finished_at", "count", "error"]
    # A failure keeps the last success: it is how staff see since when something is wrong.
    written += [] if error else ["succeeded_at"]
    # One statement, because workers note the same task at the same time.
    TaskRun.objects.bulk_create(
        [run], update_conflicts=True, unique_fields=["name"], update_fields=written
    )


def does_of(name: str) -> str:
    """What a task does, in words for staff."""
    return next((job.does for job in periodic_jobs() if job.task == name), name)


def last_success(name: str) -> datetime | None:
    """When a task last went well (UTC), None if it never did."""
    return TaskRun.objects.filter(pk=name).values_list("succeeded_at", flat=True).first()
