"""Plan: work out the reminders that should be there, and write the difference.

Set-based and idempotent: the same appointments planned twice change nothing the second time. Runs
in the transaction that changed the appointments, whoever changed them, and nightly over the whole
future. What is already handed over and no longer holds is marked to be withdrawn; speaking to the
provider about it is `cancelling`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import takewhile
from threading import Event
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from reminders.domain.clock import rule_schedule
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.parallel import map_ordered
from reminders.domain.planning.plan_bulk import as_array, expand_to_all, read_representatives
from reminders.domain.planning.rule_book import ActiveRule, RuleSet
from reminders.domain.planning.withdrawal import release_reminders_of, withdraw_messages
from reminders.models import Appointment, Contact, Reminder

STEP = 5_000
MANY = 500
"""From so many appointments on, those that differ only in whom they are for are planned as one."""
EXPECTED = frozenset(str(status) for status in Appointment.EXPECTED)


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


@dataclass(frozen=True, slots=True)
class PlannableAppointment:
    """What planning reads of one appointment."""

    id: int
    version: int
    status: str
    starts_at: datetime
    local_date: date
    changed_at: datetime
    location_id: int
    service_id: int | None
    no_more_texts: bool
    phone: str
    channel: str
    opted_out: bool
    wrong_number: bool = False


@dataclass(frozen=True, slots=True)
class DesiredReminder:
    """One reminder that should be there; `reason` says why nothing will be sent."""

    appointment_id: int
    rule_id: int
    version: int
    due_at: datetime
    cutoff_at: datetime
    reason: str
    location_id: int
    starts_at: datetime
    local_date: date
    phone: str


OnStep = Callable[[int, PlanResult], bool]


def plan_appointments(
    ids: Sequence[int], *, now: datetime, book: RuleSet | None = None
) -> PlanResult:
    """Plan these appointments; call it in the transaction that changed them.

    The appointments are locked in the order of their ids, so two plannings of the same ones take
    turns.
    """
    ordered = sorted(set(ids))
    if not ordered:
        return PlanResult()
    book = book or RuleSet.held()
    outcome = PlanResult()
    for start in range(0, len(ordered), 4 * STEP):
        outcome += _plan_step(ordered[start : start + 4 * STEP], book=book, now=now)
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
    return _plan_step(ids, book=RuleSet.held(), now=now)


def desired_reminders(
    subjects: Iterable[PlannableAppointment], *, book: RuleSet, now: datetime
) -> Iterator[DesiredReminder]:
    """The reminders that should be there for these appointments. Nothing is wanted once a visit has
    begun.
    """
    for subject in subjects:
        if subject.status not in EXPECTED or subject.starts_at <= now:
            continue
        for rule in book.rules_for(subject.location_id, subject.service_id):
            yield _apply(rule, subject, book=book)


def _apply(rule: ActiveRule, subject: PlannableAppointment, *, book: RuleSet) -> DesiredReminder:
    plan = rule_schedule.plan(
        rule.schedule,
        book.hours[subject.location_id],
        starts_at=subject.starts_at,
        known_since=max(subject.changed_at, rule.changed_at),
    )
    reason = _why_not(rule, subject) or (str(plan.skipped) if plan.skipped else "")
    return DesiredReminder(
        subject.id,
        rule.id,
        subject.version,
        plan.due_at,
        plan.cutoff_at,
        reason,
        subject.location_id,
        subject.starts_at,
        subject.local_date,
        subject.phone,
    )


def _why_not(rule: ActiveRule, subject: PlannableAppointment) -> str:
    if subject.channel == Contact.Channel.NONE:
        return Reminder.Reason.NO_CHANNEL
    if not subject.phone:
        return Reminder.Reason.NO_PHONE
    if subject.wrong_number:
        return Reminder.Reason.WRONG_NUMBER
    if subject.opted_out:
        return Reminder.Reason.OPTED_OUT
    if subject.no_more_texts:
        return Reminder.Reason.NO_MORE
    if rule.not_if_confirmed and subject.status == Appointment.Status.CONFIRMED:
        return Reminder.Reason.CONFIRMED
    return Reminder.Reason.NONE


def _plan_step(ids: Sequence[int], *, book: RuleSet, now: datetime) -> PlanResult:
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_STAGE)
        array = as_array(ids)
        if len(ids) < MANY:
            _stage_each(cursor, desired_reminders(read_plannable(ids), book=book, now=now))
        else:
            kinds = [
                PlannableAppointment(*row) for row in read_representatives(cursor, array, book=book)
            ]
            wanted = desired_reminders(kinds, book=book, now=now)
            expand_to_all(
                cursor,
                ((w.appointment_id, w.rule_id, w.due_at, w.cutoff_at, w.reason) for w in wanted),
            )
        difference = _write_difference(cursor, ids=array, now=now)
    return replace(difference, appointments=len(ids))


def _stage_each(cursor: Any, wanted: Iterable[DesiredReminder]) -> None:
    rows = list(wanted)
    with cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for row in rows:
            copy.write_row(
                (
                    row.appointment_id,
                    row.rule_id,
                    row.version,
                    row.due_at,
                    row.cutoff_at,
                    row.reason,
                    row.location_id,
                    row.starts_at,
                    row.local_date,
                    row.phone,
                )
            )


def _write_difference(cursor: Any, *, ids: str, now: datetime) -> PlanResult:
    """Bring the reminders of these appointments in line with the staged ones. The order matters.

    A reminder that a sender claims at this moment is either still planned, and taken back by the
    first statement, or handed over by the time the third one looks: it is never missed in between.
    """
    given: dict[str, Any] = {"ids": ids, "now": now}
    cursor.execute(_TAKE_BACK, given)
    taken_back = cursor.rowcount
    cursor.execute(_CORRECT, given)
    corrected = cursor.rowcount
    cursor.execute(_ADD, given)
    written = corrected + cursor.rowcount
    cursor.execute(_MARK_STALE, given)
    stale = [row[0] for row in cursor.fetchall()]
    if stale:
        withdraw_messages(stale, now=now)
        cursor.execute(_MOVE_WITHDRAWING, given)
        enqueue_after_commit("withdraw")
    if written and _any_due(cursor, now=now):
        enqueue_after_commit("send")
    return PlanResult(written=written, taken_back=taken_back, to_withdraw=len(stale))


def _any_due(cursor: Any, *, now: datetime) -> bool:
    cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM wanted_reminder WHERE reason = '' AND due_at <= %s)",
        [now + settings.SEND_EVERY],
    )
    return bool(cursor.fetchone()[0])


def read_plannable(ids: Sequence[int], *, lock: bool = True) -> list[PlannableAppointment]:
    """What planning reads of these appointments, in the order of their ids; locked unless only to
    look.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ + (_LOCK if lock else ""), [list(ids)])
        return [PlannableAppointment(*row) for row in cursor.fetchall()]


def steps_of_coming(
    *, since: datetime, after: int, step: int, location_ids: Sequence[int] | None
) -> Iterator[list[int]]:
    """The ids of the appointments that begin later than `since`, in their order, `step` at a time."""
    while True:
        future = Appointment.objects.filter(starts_at__gt=since, pk__gt=after)
        if location_ids is not None:
            future = future.filter(location_id__in=location_ids)
        ids = list(future.order_by("pk").values_list("pk", flat=True)[:step])
        if not ids:
            return
        yield ids
        after = ids[-1]


_READ = """
SELECT a.id, a.version, a.status, a.starts_at, a.local_date, a.changed_at, a.location_id, a.service_id,
       a.no_more_texts, c.phone, c.channel,
       c.phone <> '' AND EXISTS (
           SELECT 1 FROM reminders_suppression s WHERE s.phone = c.phone AND s.lifted_at IS NULL),
       c.wrong_number <> '' AND c.wrong_number = c.phone
FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
WHERE a.id = ANY(%s) ORDER BY a.id
"""
_LOCK = "FOR NO KEY UPDATE OF a"

_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS wanted_reminder (
    appointment_id bigint, rule_id bigint, version int, due_at timestamptz, cutoff_at timestamptz,
    reason text, location_id bigint, starts_at timestamptz, local_date date, phone text)
ON COMMIT DELETE ROWS;
TRUNCATE wanted_reminder
"""
_COPY = "COPY wanted_reminder FROM STDIN (FORMAT BINARY)"
_TYPES = [
    "int8",
    "int8",
    "int4",
    "timestamptz",
    "timestamptz",
    "text",
    "int8",
    "timestamptz",
    "date",
    "text",
]

_TAKE_BACK = """
UPDATE reminders_reminder r SET state = 'withdrawn', updated_at = %(now)s,
       reason = CASE WHEN r.version < a.version OR a.status NOT IN ('booked', 'confirmed') THEN 'superseded'
                     ELSE 'rule_off' END
FROM reminders_appointment a
WHERE r.appointment_id = ANY(%(ids)s) AND a.id = r.appointment_id AND r.state IN ('planned', 'skipped')
  AND (a.starts_at > %(now)s OR r.state = 'planned')
  AND NOT EXISTS (
      SELECT 1 FROM wanted_reminder w
      WHERE (w.appointment_id, w.rule_id, w.version) = (r.appointment_id, r.rule_id, r.version))
"""

# A later version of the appointment that tells the same phone the same time and place is not told
# again, unless it is another person's by now: siblings share a phone. A text keeps the person of
# its first visit.
_TELLS_NEWS = """
(w.version = 1 OR NOT EXISTS (
    SELECT 1 FROM reminders_reminder told
    WHERE told.appointment_id = w.appointment_id AND told.rule_id = w.rule_id AND told.version < w.version
      AND told.state = 'sent' AND told.starts_at = w.starts_at AND told.location_id = w.location_id
      AND told.phone = w.phone AND NOT EXISTS (
        SELECT 1 FROM reminders_message m JOIN reminders_appointment whose ON whose.id = m.appointment_id
        WHERE m.id = told.message_id AND m.appointment_id = told.appointment_id
          AND m.contact_id <> whose.contact_id)))
"""

# Those that are there already, without touching the ones that stay: planning anew is mostly this.
_CORRECT = f"""
UPDATE reminders_reminder r
SET state = CASE WHEN w.reason = '' THEN 'planned' ELSE 'skipped' END, reason = w.reason, due_at = w.due_at,
    cutoff_at = w.cutoff_at, starts_at = w.starts_at, local_date = w.local_date, location_id = w.location_id,
    phone = w.phone, message_id = NULL, updated_at = %(now)s
FROM wanted_reminder w
WHERE (r.appointment_id, r.rule_id, r.version) = (w.appointment_id, w.rule_id, w.version)
  AND r.appointment_id = ANY(%(ids)s) AND r.state IN ('planned', 'skipped', 'withdrawn')
  AND NOT r.forced AND r.reason NOT IN ('held', 'capped', 'shared_number', 'wording')
  AND (r.state, r.reason, r.due_at, r.cutoff_at, r.starts_at, r.phone)
      IS DISTINCT FROM (CASE WHEN w.reason = '' THEN 'planned' ELSE 'skipped' END, w.reason, w.due_at,
                        w.cutoff_at, w.starts_at, w.phone)
  AND {_TELLS_NEWS}
"""  # noqa: S608 -- put together from constants

# Nobody adds the same one meanwhile, because the appointments are locked. An ON CONFLICT besides
# would write each row in two steps, which takes a third longer.
_ADD = f"""
INSERT INTO reminders_reminder (appointment_id, rule_id, version, state, reason, due_at, cutoff_at,
                                location_id, starts_at, local_date, phone, forced, updated_at)
SELECT w.appointment_id, w.rule_id, w.version,
       CASE WHEN w.reason = '' THEN 'planned' ELSE 'skipped' END, w.reason, w.due_at, w.cutoff_at,
       w.location_id, w.starts_at, w.local_date, w.phone, false, %(now)s
FROM wanted_reminder w
WHERE NOT EXISTS (
    SELECT 1 FROM reminders_reminder r
    WHERE (r.appointment_id, r.rule_id, r.version) = (w.appointment_id, w.rule_id, w.version))
  AND {_TELLS_NEWS}
"""  # noqa: S608 -- put together from constants

# Handed over, not yet on its way, and: of an older version, no longer wanted, or wanted at another
# time. One whose time has come is on its way, whether or not its report is here: a new rule is too
# late for it.
_MARK_STALE = """
SELECT DISTINCT m.id
FROM reminders_reminder r
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_message m ON m.id = r.message_id
LEFT JOIN wanted_reminder w
    ON (w.appointment_id, w.rule_id, w.version) = (r.appointment_id, r.rule_id, r.version)
WHERE r.appointment_id = ANY(%(ids)s) AND r.state IN ('sending', 'sent') AND m.cancel_requested_at IS NULL
  AND m.state IN ('queued', 'submitting', 'unknown', 'accepted', 'held')
  AND (r.version < a.version
       OR a.status NOT IN ('booked', 'confirmed')
       OR (a.starts_at > %(now)s AND NOT r.forced
           AND (m.scheduled_at > %(now)s OR m.state <> 'accepted')
           AND (w.rule_id IS NULL OR w.reason <> '' OR w.due_at <> r.due_at)))
"""

# In two steps, for the reason that `withdrawing` has.
_MOVE_WITHDRAWING = """
WITH planned AS MATERIALIZED (
    SELECT r.id, r.state, r.due_at AS was_due_at, r.cutoff_at AS was_cutoff_at, w.due_at, w.cutoff_at
    FROM wanted_reminder w JOIN reminders_reminder r
        ON (w.appointment_id, w.rule_id, w.version) = (r.appointment_id, r.rule_id, r.version)
    WHERE r.appointment_id = ANY(%(ids)s)
), moved AS MATERIALIZED (
    SELECT * FROM planned
    WHERE state = 'withdrawing' AND (was_due_at, was_cutoff_at) <> (due_at, cutoff_at)
)
UPDATE reminders_reminder r SET due_at = m.due_at, cutoff_at = m.cutoff_at
FROM moved m WHERE r.id = m.id AND r.state = m.state
"""


def release_reminders(message_ids: Sequence[Any], *, now: datetime) -> list[int]:
    """Free the reminders of messages that are withdrawn for sure; plan their appointments again.

    Returns the appointments' ids. Call it in the transaction that settles the withdrawal, and that
    took `lock_appointments_of` these messages before it touched them.
    """
    affected = Reminder.objects.filter(message_id__in=message_ids, state=Reminder.State.WITHDRAWING)
    ids = list(affected.values_list("appointment_id", flat=True).distinct())
    release_reminders_of(message_ids, now=now)
    plan_appointments(ids, now=now)
    return ids
