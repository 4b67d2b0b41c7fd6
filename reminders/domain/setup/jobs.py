"""Long work in the background, such as planning everything again after a rule changed.

A job is a row: worked off in steps, each its own transaction that also keeps how far it got. When a
worker dies another goes on from there; a page that watches reads the same row. Small ones are
worked off by whoever caused them, right after the commit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary.reread_wall_times import recompute_starts
from reminders.domain.planning.plan import PlanResult, plan_future
from reminders.models import Appointment, Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
REPLAN = "replan"
CLOCKS = "clocks"
CLOCKS_AND_PLAN = "clocks_and_plan"
SMALL = 2_000
"""Up to so many appointments are planned before the page answers."""
WORKERS = 2
"""So many steps of larger work are under way at a time."""

FAULT = (
    "A fault in the program ({}) stopped it; what was done by then stays. The planning that "
    "runs every few "
    "hours goes on with the rest. Please tell your administrator."
)


def start_replan(
    *, now: datetime, location_ids: list[int] | None = None, user_id: int | None = None
) -> Job:
    """Have the whole future (of these locations) planned again in the background."""
    return start(REPLAN, now=now, location_ids=location_ids, user_id=user_id)


def start(
    kind: str,
    *,
    now: datetime,
    location_ids: list[int] | None,
    user_id: int | None = None,
    **params: Any,
) -> Job:
    """Write down work on every coming appointment (of these locations), and ring for a worker.

    `kind` is a key of WORK: CLOCKS reads the wall times again, CLOCKS_AND_PLAN plans all of them
    too. Work on few appointments is done right after the commit, before this transaction's caller
    goes on.
    """
    future = Appointment.objects.filter(starts_at__gt=now)
    if location_ids is not None:
        future = future.filter(location_id__in=location_ids)
    job = Job.objects.create(
        kind=kind,
        params={"location_ids": location_ids} | params,
        total=future.count(),
        created_at=now,
        created_by_id=user_id,
    )
    if job.total <= SMALL:
        # After the commit, because a step is a transaction of its own and takes locks that the
        # saving holds.
        transaction.on_commit(lambda: work_now(job.pk, now=now))
    else:
        enqueue_after_commit("jobs")
    return job


def work_now(job_id: int, *, now: datetime) -> bool:
    """Work this job off here and now, unless a worker has it already; whether it was done here."""
    job = _claim(now=now, job_id=job_id)
    try:
        # The clock stands still for a small job: a page that waits has no later moment to go by.
        return job is not None and _work(job, clock=lambda: now, until=now + LEASE)
    except (OperationalError, InterfaceError) as error:
        # What caused it is saved, and a worker takes it over when our claim ends.
        logger.warning("Job %s is left to a worker: %s", job_id, type(error).__name__)
        return False


def work_off(*, clock: Callable[[], datetime], at_most: timedelta, go_on: GoOn = for_ever) -> int:
    """Work on waiting jobs until none is left or the time is up; return how many were finished."""
    until = clock() + at_most
    finished = 0
    # The time is asked before each claim: a job that is claimed and not begun waits for its lease.
    while clock() < until and (job := _claim(now=clock())):
        finished += _work(job, clock=clock, until=until, go_on=go_on)
        if not go_on():
            break
    return finished


def in_words(job: Job | None) -> str:
    """What a finished job came to, for staff; nothing where there was none to do."""
    if job is None:
        return ""
    written, taken = job.result.get("written", 0), job.result.get("taken_back", 0)
    held = job.result.get("to_withdraw", 0)
    parts = [f"{written:,} {_texts(written)} planned again"] if written else []
    parts += [f"{taken:,} taken back"] if taken else []
    if held:
        parts.append(
            f"{held:,} that the provider already had {'is' if held == 1 else 'are'} withdrawn"
        )
    return f"{', '.join(parts).capitalize()}." if parts else "No text had to change."


def _texts(count: int) -> str:
    return "text" if count == 1 else "texts"


def _claim(*, now: datetime, job_id: int | None = None) -> Job | None:
    open_jobs = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    if job_id is not None:
        open_jobs = open_jobs.filter(pk=job_id)
    free = open_jobs.filter(Q(claimed_until=None) | Q(claimed_until__lt=now)).order_by("created_at")
    with transaction.atomic():
        # Skipped where another worker claims it at this moment: the next one may be free.
        job = free.select_for_update(skip_locked=True).first()
        if job:
            # Running and claimed are two things: the job of a worker that died is running still,
            # and free again by the time.
            job.state, job.claimed_until = Job.State.RUNNING, now + LEASE
            job.save(update_fields=["state", "claimed_until"])
    return job


def _work(
    job: Job, *, clock: Callable[[], datetime], until: datetime, go_on: GoOn = for_ever
) -> bool:
    """Go on with a job until it is done, the time is up, or it proves impossible; whether it is
    done.

    Raises the database's OperationalError when that fails: then the job waits, and is taken up
    again.
    """
    try:
        return _go_on(job, clock=clock, until=until, go_on=go_on)
    # Not a fault of the job: the database was away or stopped it for another. The lease runs out.
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Without the error's own text, which may hold a patient's data.
        logger.error("Job %s (%s) stopped: %s", job.pk, job.kind, type(error).__name__)
        words = FAULT.format(type(error).__name__)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED, words=words, finished_at=clock(), claimed_until=None
    )
    return False


def _go_on(job: Job, *, clock: Callable[[], datetime], until: datetime, go_on: GoOn) -> bool:
    params: dict[str, Any] = job.params
    stopped = False
    result = {"written": 0, "taken_back": 0, "to_withdraw": 0} | job.result

    def keep(last_id: int, done: PlanResult) -> bool:
        nonlocal stopped
        result["written"] += done.written
        result["taken_back"] += done.taken_back
        result["to_withdraw"] += done.to_withdraw
        job.done += done.appointments
        # After the step's commit: one that was done and not kept is planned again, which changes
        # nothing.
        Job.objects.filter(pk=job.pk).update(
            cursor=last_id, done=job.done, result=result, claimed_until=clock() + LEASE
        )
        if done.to_withdraw:
            # At once and not at the end: a text that no longer holds may leave while the job goes
            # on.
            enqueue_after_commit("withdraw")
        stopped = stopped or clock() >= until or not go_on()
        return not stopped

    WORK[job.kind](
        now=clock(),
        after=job.cursor,
        location_ids=params.get("location_ids"),
        on_step=keep,
        hands=1 if job.total <= SMALL else WORKERS,
    )
    now = clock()
    # The claim is given back at once, so that the next round need not wait for the lease.
    if stopped or now >= until:
        Job.objects.filter(pk=job.pk).update(claimed_until=None)
        return False
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, done=job.done, finished_at=now, claimed_until=None, result=result
    )
    # What was planned may be due already, as after a rule that sends earlier.
    enqueue_after_commit("send")
    return True


WORK: dict[str, Callable[..., PlanResult]] = {
    REPLAN: plan_future,
    CLOCKS: recompute_starts,
    CLOCKS_AND_PLAN: partial(recompute_starts, plan_all=True),
}
"""What each kind of job does, in steps: all take what `planning.plan_future` takes."""
