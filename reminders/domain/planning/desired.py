"""Which reminders should be there: rules applied to what planning reads of an appointment.

Pure: the database is read and written by `plan`. Nothing is wanted once a visit has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from reminders.domain.clock import rule_schedule
from reminders.domain.planning.reach import unreachable
from reminders.domain.planning.rule_book import ActiveRule, RuleSet
from reminders.models import Appointment, Reminder

EXPECTED = frozenset(str(status) for status in Appointment.EXPECTED)


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
    practitioner_id: int | None = None
    new_patient: bool = False
    last_missed: datetime | None = None
    """When the visit before it began that its patient missed; read only where a rule asks."""


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
    told_since: int = 0
    """Of a change: the version that it made. What was told of earlier ones does not count."""


def desired_reminders(
    subjects: Iterable[PlannableAppointment], *, book: RuleSet, now: datetime
) -> Iterator[DesiredReminder]:
    """The reminders before their visits that should be there, of every rule that applies."""
    for subject in subjects:
        # Nothing is wanted: what is planned still is taken back by the difference, what was sent
        # stays.
        if subject.status not in EXPECTED or subject.starts_at <= now:
            continue
        for rule in rules_before(subject, book=book):
            yield apply_rule(rule, subject, book=book)


def _is_for(rule: ActiveRule, subject: PlannableAppointment) -> bool:
    if rule.missed_within is None:
        return True
    # By the visit's start and not by now: planning again must give the same answer.
    missed = subject.last_missed
    return missed is not None and missed >= subject.starts_at - rule.missed_within


def rules_before(subject: PlannableAppointment, *, book: RuleSet) -> tuple[ActiveRule, ...]:
    """The rules for texts before its visit that apply to this appointment."""
    rules = book.rules_for(
        subject.location_id,
        subject.service_id,
        practitioner_id=subject.practitioner_id,
        new_patient=subject.new_patient,
    )
    return tuple(rule for rule in rules if _is_for(rule, subject))


def apply_rule(
    rule: ActiveRule, subject: PlannableAppointment, *, book: RuleSet
) -> DesiredReminder:
    """The reminder of one rule before its visit for one appointment."""
    plan = rule_schedule.plan(
        rule.schedule,
        book.hours[subject.location_id],
        starts_at=subject.starts_at,
        # Whichever is later: a rule made today is late for a visit booked long ago, and no text may
        # go for a time that had passed before anybody wanted it.
        known_since=max(subject.changed_at, rule.changed_at),
    )
    return DesiredReminder(
        appointment_id=subject.id,
        rule_id=rule.id,
        version=subject.version,
        due_at=plan.due_at,
        cutoff_at=plan.cutoff_at,
        reason=why_not(rule, subject) or (str(plan.skipped) if plan.skipped else ""),
        location_id=subject.location_id,
        starts_at=subject.starts_at,
        local_date=subject.local_date,
        phone=subject.phone,
    )


def why_not(rule: ActiveRule, subject: PlannableAppointment) -> str:
    """Why this patient gets no text of this rule; blank where they get it."""
    reason = unreachable(
        channel=subject.channel,
        phone=subject.phone,
        wrong_number=subject.wrong_number,
        opted_out=subject.opted_out,
    )
    if reason:
        return reason
    if subject.no_more_texts:
        return Reminder.Reason.NO_MORE
    if rule.not_if_confirmed and subject.status == Appointment.Status.CONFIRMED:
        return Reminder.Reason.CONFIRMED
    return Reminder.Reason.NONE
