"""Which reminders should be there: rules applied to what planning reads of an appointment.

Pure: the database is read and written by `plan`. Nothing is wanted once a visit has begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from reminders.domain.clock import rule_schedule
from reminders.domain.planning.rule_book import ActiveRule, RuleSet
from reminders.models import Appointment, Contact, Reminder

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


def desired_reminders(
    subjects: Iterable[PlannableAppointment], *, book: RuleSet, now: datetime
) -> Iterator[DesiredReminder]:
    """The reminders that should be there for these appointments, of every rule that applies."""
    for subject in subjects:
        # Nothing is wanted: what is planned still is taken back by the difference, what was sent
        # stays.
        if subject.status not in EXPECTED or subject.starts_at <= now:
            continue
        for rule in book.rules_for(subject.location_id, subject.service_id):
            yield _apply(rule, subject, book=book)


def _apply(rule: ActiveRule, subject: PlannableAppointment, *, book: RuleSet) -> DesiredReminder:
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
        reason=_why_not(rule, subject) or (str(plan.skipped) if plan.skipped else ""),
        location_id=subject.location_id,
        starts_at=subject.starts_at,
        local_date=subject.local_date,
        phone=subject.phone,
    )


def _why_not(rule: ActiveRule, subject: PlannableAppointment) -> str:
    # The order is that in which staff would ask: what the patient wants, then whether there is a
    # way.
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
