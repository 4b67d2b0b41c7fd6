"""Plan: work out the reminders that should be there, and write the difference.

Set-based and idempotent: the same appointments planned twice change nothing the second time. Runs
in the transaction that changed the appointments, whoever changed them, and nightly over the whole
future. What is already handed over and no longer holds is marked to be withdrawn; speaking to the
provider about it is `sending.withdraw_at_provider`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from threading import Event
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from reminders.domain.common.connections import map_ordered
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.planning import plan_bulk, statements
from reminders.domain.planning.desired import desired_reminders
from reminders.domain.planning.kept_opt_outs import recall_of
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import read_plannable, stage, stage_events
from reminders.domain.planning.withdrawal import release_reminders_of, withdraw_messages
from reminders.models import Appointment, Reminder
from reminders.models.in_sql.states import Given, withdrawable_at

# As much as is planned in one transaction: a larger one would hold its appointments for too long
# against a click.
STEP = 5_000
MANY = 500
"""From so many appointments on, those that differ only in whom they are for are planned as one."""


@dataclass(frozen=True, slots=True)
class PlanResult:
    """What planning changed: reminders written or moved, taken back, and messages to withdraw."""

    appointments: int = 0
    written: int = 0
    taken_back: int = 0
    to_withdraw: int = 0

    def __add__(self, other: PlanResult) -> PlanResult:
        return PlanResult(
            self.appointments + other.appointments,
            self.written + other.written,
            self.taken_back + other.taken_back,
            self.to_withdraw + other.to_withdraw,
        )


OnStep = Callable[[int, PlanResult], bool]


def plan_appointments(
    ids: Sequence[int], *, now: datetime, book: RuleSet | None = None, fresh: bool = False
) -> PlanResult:
    """Plan these appointments; call it in the transaction that changed them, or made them if they
    are `fresh`.

    The appointments are locked in the order of their ids, so two plannings of the same ones take
    turns.
    """
    # In the order of ids, as every lock of appointments is taken.
    ordered = sorted(set(ids))
    if not ordered:
        return PlanResult()
    # An opt-out whose number was forgotten holds as soon as somebody comes with the number.
    recall_of(ordered)
    # Before the appointments: whoever changes a rule waits for us, and must not hold what we want.
    book = book or RuleSet.held()
    outcome = PlanResult()
    for start in range(0, len(ordered), 4 * STEP):
        outcome += _plan_step(ordered[start : start + 4 * STEP], book=book, now=now, fresh=fresh)
    return outcome


def plan_future(
    *,
    now: datetime,
    after: int = 0,
    step: int = STEP,
    location_ids: Sequence[int] | None = None,
    on_step: OnStep | None = None,
    hands: int = 1,
) -> PlanResult:
    """Plan every appointment that has not begun, in steps as `plan_steps` does.

    Each step goes by the rules that are in force by then.
    """
    steps = steps_of_coming(since=now, after=after, step=step, location_ids=location_ids)
    return plan_steps(
        steps, partial(_plan_by_rules_in_force, now=now), on_step=on_step, hands=hands
    )


def plan_steps(
    steps: Iterable[Sequence[int]],
    plan: Callable[[Sequence[int]], PlanResult],
    *,
    on_step: OnStep | None,
    hands: int,
) -> PlanResult:
    """Plan appointments by the ids of each step, in a transaction of its own, `hands` steps at a
    time.

    `on_step` hears the last appointment's id and the step's outcome, in the order of the steps, and
    answers whether to begin further ones. A job that keeps both can go on after a crash: what it
    had not kept is planned once more, which changes nothing.
    """
    outcome, enough = PlanResult(), Event()
    for ids, done in map_ordered(
        plan, takewhile(lambda _ids: not enough.is_set(), steps), hands=hands
    ):
        outcome += done
        if on_step and not on_step(ids[-1], done):
            enough.set()
    return outcome


@transaction.atomic
def _plan_by_rules_in_force(ids: Sequence[int], *, now: datetime) -> PlanResult:
    recall_of(ids)
    return _plan_step(ids, book=RuleSet.held(), now=now)


def _plan_step(
    ids: Sequence[int], *, book: RuleSet, now: datetime, fresh: bool = False
) -> PlanResult:
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        array = plan_bulk.as_array(ids)
        # Also empties it: a transaction may plan several times, and the last one's rows are still
        # there.
        cursor.execute(statements.CREATE_WANTED)
        # Both ways give the same, which a test holds.
        if len(ids) < MANY:
            subjects = read_plannable(ids, book=book, lock=True)
            stage(cursor, desired_reminders(subjects, book=book, now=now))
            stage_events(cursor, ids, book=book)
            difference = _write_difference(cursor, ids=array, now=now)
        else:
            difference = _plan_kinds(cursor, array, book=book, now=now, fresh=fresh)
    return replace(difference, appointments=len(ids))


def _plan_kinds(
    cursor: Any, ids: str, *, book: RuleSet, now: datetime, fresh: bool
) -> PlanResult:  # Any: Django's cursor
    kinds = plan_bulk.read_representatives(cursor, ids, book=book, fresh=fresh)
    plan_bulk.give_representatives(cursor, desired_reminders(kinds, book=book, now=now))
    if plan_bulk.find_events(cursor, book=book):
        plan_bulk.expand_to_all(cursor)
        plan_bulk.stage_events_of_kinds(cursor, book=book)
    elif fresh:
        written, due = plan_bulk.write_fresh(cursor, now=now, until=now + settings.SEND_EVERY)
        if due:
            enqueue_after_commit("send")
        return PlanResult(written=written)
    else:
        plan_bulk.expand_to_all(cursor)
    return _write_difference(cursor, ids=ids, now=now)


def _write_difference(cursor: Any, *, ids: str, now: datetime) -> PlanResult:
    """Bring the reminders of these appointments in line with the staged ones. The order matters.

    A reminder that a sender claims at this moment is either still planned, and taken back by the
    first statement, or handed over by the time the third one looks: it is never missed in between.
    """
    given: Given = withdrawable_at(now) | {"ids": ids, "now": now}
    cursor.execute(statements.TAKE_BACK, given)
    taken_back = cursor.rowcount
    cursor.execute(statements.CORRECT, given)
    corrected = cursor.rowcount
    cursor.execute(statements.ADD, given)
    written = corrected + cursor.rowcount
    # After the writing: what a claim took between our reading and now is handed over, and found
    # here.
    cursor.execute(statements.FIND_STALE, given)
    stale = [message_id for (message_id,) in cursor.fetchall()]
    if stale:
        withdraw_messages(stale, now=now)
        enqueue_after_commit("withdraw")
    # Also where nothing is asked back just now: a second change while the first text is on its way
    # back would else bring the next one at the time of the first change.
    if _any_withdrawing(cursor, ids):
        cursor.execute(statements.MOVE_WITHDRAWING, given)
    # Only for what is due before the next round: an import would else wake a worker for each step.
    if written and _any_due(cursor, now=now):
        enqueue_after_commit("send")
    return PlanResult(written=written, taken_back=taken_back, to_withdraw=len(stale))


def _any_withdrawing(cursor: Any, ids: str) -> bool:
    cursor.execute(statements.ANY_WITHDRAWING, {"ids": ids})
    return bool(cursor.fetchone()[0])


def _any_due(cursor: Any, *, now: datetime) -> bool:
    cursor.execute(statements.ANY_DUE, {"until": now + settings.SEND_EVERY})
    return bool(cursor.fetchone()[0])


def steps_of_coming(
    *, since: datetime, after: int, step: int, location_ids: Sequence[int] | None
) -> Iterator[list[int]]:
    """The ids of the appointments that begin later than `since`, in order, `step` at a time."""
    while True:
        future = Appointment.objects.filter(starts_at__gt=since, pk__gt=after)
        if location_ids is not None:
            future = future.filter(location_id__in=location_ids)
        # Read again for each step: a job may last an hour, and what is booked meanwhile belongs to
        # it.
        ids = list(future.order_by("pk").values_list("pk", flat=True)[:step])
        if not ids:
            return
        yield ids
        after = ids[-1]


def release_reminders(message_ids: Sequence[Any], *, now: datetime) -> list[int]:
    """Free the reminders of messages that are withdrawn for sure; plan their appointments again.

    Returns the appointments' ids. Call it in the transaction that settles the withdrawal, and that
    took `lock_appointments_of` these messages before it touched them.
    """
    affected = Reminder.objects.filter(message_id__in=message_ids, state=Reminder.State.WITHDRAWING)
    # Before the release, which is what changes the state that they are found by.
    ids = list(affected.values_list("appointment_id", flat=True).distinct())
    release_reminders_of(message_ids, now=now)
    plan_appointments(ids, now=now)
    return ids
