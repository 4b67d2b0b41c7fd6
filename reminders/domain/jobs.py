"""Long work in the background, such as planning everything anew after a rule changed.

A job is a row: worked off in steps, each its own transaction that also keeps how far it got. When a worker
dies another goes on from there; a page that watches reads the same row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from reminders.domain.doorbell import ring
from reminders.domain.planning import Planned, plan_future
from reminders.models import Appointment, Job

HOLD = timedelta(seconds=60)
REPLAN = "replan"


def start_replan(*, now: datetime, location_ids: list[int] | None = None, user_id: int | None = None) -> Job:
    """Have the whole future (of these locations) planned again in the background."""
    future = Appointment.objects.filter(starts_at__gt=now)
    if location_ids is not None:
        future = future.filter(location_id__in=location_ids)
    job = Job.objects.create(
        kind=REPLAN,
        params={"location_ids": location_ids},
        total=future.count(),
        created_at=now,
        created_by_id=user_id,
    )
    ring("jobs")
    return job


def work_off(*, clock: Callable[[], datetime], at_most: timedelta) -> int:
    """Work on waiting jobs until none is left or the time is up; return how many were finished."""
    until = clock() + at_most
    finished = 0
    while clock() < until:
        job = _claim(now=clock())
        if job is None:
            break
        finished += _replan(job, clock=clock, until=until)
    return finished


def _claim(*, now: datetime) -> Job | None:
    open_jobs = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    free = open_jobs.filter(Q(claimed_until=None) | Q(claimed_until__lt=now)).order_by("created_at")
    with transaction.atomic():
        job = free.select_for_update(skip_locked=True).first()
        if job:
            job.state, job.claimed_until = Job.State.RUNNING, now + HOLD
            job.save(update_fields=["state", "claimed_until"])
    return job


def _replan(job: Job, *, clock: Callable[[], datetime], until: datetime) -> bool:
    """Go on with a job until it is done or the time is up; whether it is done."""
    params: dict[str, Any] = job.params
    result = {"written": 0, "taken_back": 0, "to_withdraw": 0} | job.result

    def keep(last_id: int, done: Planned) -> bool:
        for name in result:
            result[name] += getattr(done, name)
        job.done += done.appointments
        Job.objects.filter(pk=job.pk).update(
            cursor=last_id, done=job.done, result=result, claimed_until=clock() + HOLD
        )
        if done.to_withdraw:
            ring("withdraw")
        return clock() < until

    plan_future(now=clock(), after=job.cursor, location_ids=params.get("location_ids"), on_step=keep)
    now = clock()
    if now >= until:
        Job.objects.filter(pk=job.pk).update(claimed_until=None)
        return False
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, done=job.done, finished_at=now, claimed_until=None, result=result
    )
    ring("send")
    return True
