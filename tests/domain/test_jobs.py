"""Work in the background that can't be done: it ends with words for staff, and holds up nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from reminders.domain import jobs
from reminders.domain.history import SYSTEM
from reminders.domain.planning import Planned
from reminders.domain.rule_changes import save_rule
from reminders.models import Job, ReminderRule
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

A_MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(minutes=2)


def broken(**_: Any) -> Planned:
    raise ZeroDivisionError


def without_database(**_: Any) -> Planned:
    raise OperationalError("the server closed the connection")


def waiting(kind: str) -> Job:
    return Job.objects.create(kind=kind, params={"location_ids": None}, created_at=NOON)


def states() -> dict[str, str]:
    return dict(Job.objects.values_list("kind", "state"))


def test_a_job_with_a_fault_ends_and_the_next_one_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.WORK, "broken", broken)
    waiting("broken")
    waiting(jobs.REPLAN)

    finished = jobs.work_off(clock=lambda: NOON, at_most=A_MINUTE)

    assert (finished, states()) == (1, {"broken": "failed", jobs.REPLAN: "done"})
    job = Job.objects.get(kind="broken")
    assert job.words == (
        "A fault in the program (ZeroDivisionError) stopped it; what was done by then stays. The planning "
        "that runs every few hours goes on with the rest. Please tell your administrator."
    )
    assert (job.finished_at, job.claimed_until) == (NOON, None)
    assert jobs.work_off(clock=lambda: LATER, at_most=A_MINUTE) == 0


def test_work_that_this_version_does_not_know_ends_too() -> None:
    waiting("of a later version")

    jobs.work_off(clock=lambda: NOON, at_most=A_MINUTE)

    assert states() == {"of a later version": "failed"}


def test_without_the_database_a_job_is_left_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    job = waiting(jobs.REPLAN)
    with monkeypatch.context() as patch:
        patch.setitem(jobs.WORK, jobs.REPLAN, without_database)
        with pytest.raises(OperationalError):
            jobs.work_off(clock=lambda: NOON, at_most=A_MINUTE)
        assert jobs.work_now(job.pk, now=NOON + timedelta(seconds=61)) is False
    assert states() == {jobs.REPLAN: "running"}

    jobs.work_off(clock=lambda: NOON + timedelta(minutes=3), at_most=A_MINUTE)

    assert states() == {jobs.REPLAN: "done"}


def test_a_rule_is_saved_although_its_planning_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.WORK, jobs.REPLAN, broken)
    rule = make.make_confirmation_rule()
    make.make_appointment()
    rule.days_before = 2

    saved = save_rule(rule, by=SYSTEM, now=NOON)

    assert saved.job
    assert (saved.job.state, ReminderRule.objects.get().days_before) == ("failed", 2)
