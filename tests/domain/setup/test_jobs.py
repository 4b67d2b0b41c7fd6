"""Work in the background that can't be done: it ends with words for staff, and holds up nothing
else.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from django.db import OperationalError

from reminders.domain.common.audit import SYSTEM
from reminders.domain.planning.plan import PlanResult, plan_future, plan_steps
from reminders.domain.setup import jobs
from reminders.domain.setup.rules import save_rule
from reminders.models import Job, Reminder, ReminderRule
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

A_MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(minutes=2)


def broken(**_: Any) -> PlanResult:
    raise ZeroDivisionError


def without_database(**_: Any) -> PlanResult:
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
        "A fault in the program (ZeroDivisionError) stopped it; what was done by then stays. The "
        "planning "
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


def far_ahead(count: int) -> list[int]:
    """Appointments next week, which the rule wants to text."""
    make.make_confirmation_rule()
    place = make.make_location()
    return [make.make_appointment(day=date(2026, 3, 10), location=place).pk for _ in range(count)]


def test_large_work_is_done_by_several_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SMALL", 0)
    monkeypatch.setitem(jobs.WORK, jobs.REPLAN, partial(plan_future, step=2))
    ids = far_ahead(7)
    job = jobs.start_replan(now=NOON)

    assert jobs.work_off(clock=lambda: NOON, at_most=A_MINUTE) == 1

    job.refresh_from_db()
    assert (job.state, job.done, job.cursor, job.result["written"]) == ("done", 7, ids[-1], 7)
    assert set(Reminder.objects.values_list("appointment_id", flat=True)) == set(ids)


def test_what_several_hands_have_done_by_the_end_of_their_time_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "SMALL", 0)
    monkeypatch.setitem(jobs.WORK, jobs.REPLAN, partial(plan_future, step=2))
    far_ahead(9)
    job = jobs.start_replan(now=NOON)
    ticks = count()

    def clock() -> datetime:
        """Three seconds pass from one look at it to the next."""
        return NOON + timedelta(seconds=3 * next(ticks))

    assert jobs.work_off(clock=clock, at_most=timedelta(seconds=10)) == 0
    job.refresh_from_db()
    planned = Reminder.objects.count()
    assert (job.state, job.done, job.result["written"]) == ("running", planned, planned)
    assert 0 < planned < 9

    assert jobs.work_off(clock=lambda: LATER, at_most=A_MINUTE) == 1
    job.refresh_from_db()
    assert (job.done, job.result["written"], Reminder.objects.count()) == (9, 9, 9)


def test_an_error_of_one_hand_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "SMALL", 0)

    def break_at_the_second(**given: Any) -> PlanResult:
        def plan(ids: Sequence[int]) -> PlanResult:
            if ids == [2]:
                raise ZeroDivisionError
            return PlanResult(appointments=1)

        return plan_steps(
            [[1], [2], [3], [4]], plan, on_step=given["on_step"], hands=given["hands"]
        )

    monkeypatch.setitem(jobs.WORK, jobs.REPLAN, break_at_the_second)
    far_ahead(4)
    job = jobs.start_replan(now=NOON)

    jobs.work_off(clock=lambda: NOON, at_most=A_MINUTE)

    job.refresh_from_db()
    assert (job.state, job.done, job.cursor) == ("failed", 1, 1)


def test_a_rule_is_saved_although_its_planning_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(jobs.WORK, jobs.REPLAN, broken)
    rule = make.make_confirmation_rule()
    make.make_appointment()
    rule.days_before = 2

    saved = save_rule(rule, by=SYSTEM, now=NOON)

    assert saved.job
    assert (saved.job.state, ReminderRule.objects.get().days_before) == ("failed", 2)
