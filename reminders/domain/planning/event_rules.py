"""Which texts should be there about what happened: a visit booked, moved, cancelled, missed, over.

Pure: what happened is read by `changes_of`, and reminders are written as all others. Where a text
before the visit would tell the same at the same time, one of the two gives way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from reminders.domain.clock import event_schedule
from reminders.domain.clock.rule_schedule import Plan, Quiet
from reminders.domain.planning.desired import (
    EXPECTED,
    DesiredReminder,
    PlannableAppointment,
    apply_rule,
    rules_before,
    why_not,
)
from reminders.domain.planning.rule_book import ActiveRule, RuleSet
from reminders.models import Appointment, Reminder, ReminderRule, VisitChange

Kind, Knew, Reason = ReminderRule.Kind, VisitChange.Knew, Reminder.Reason
Telling, Status = VisitChange.Telling, Appointment.Status
NOT_BY_RULE: dict[str, str] = {
    Telling.HAND: Reason.BY_HAND,
    Telling.NOBODY: Reason.NOBODY,
}
Key = tuple[int, int]
_NOTED = "SELECT * FROM reminders_visitchange WHERE appointment_id = ANY(%s)"


@dataclass
class EventTexts:
    """The texts that should be there, and those before the visit (appointment and rule) that give
    way to one of them.
    """

    wanted: list[DesiredReminder] = field(default_factory=list)
    giving_way: list[Key] = field(default_factory=list)


def changes_of(ids: Iterable[int]) -> dict[int, VisitChange]:
    """What is noted of these appointments, by their ids."""
    # As one array: an import asks for 20,000 at once, and of hardly any something is noted.
    noted = VisitChange.objects.raw(_NOTED, [list(ids)])
    return {change.appointment_id: change for change in noted}


def event_texts(
    subjects: Iterable[PlannableAppointment],
    changes: Mapping[int, VisitChange],
    *,
    book: RuleSet,
) -> EventTexts:
    """The texts about what happened that should be there for these appointments."""
    found = EventTexts()
    for subject in subjects:
        change = changes.get(subject.id)
        for wanted, kind, settle in _of(subject, change, book=book):
            same = _same_text(subject, wanted, until=wanted.due_at + settle, book=book)
            if same and kind == Kind.BOOKED:
                wanted = replace(wanted, reason=Reason.TOLD)
            elif kind == Kind.MOVED:
                found.giving_way += [(subject.id, rule_id) for rule_id in same]
            found.wanted.append(wanted)
    return found


def what_happened(subject: PlannableAppointment, change: VisitChange | None) -> str:
    """What the patient has to be told of a visit: a kind of rule, or blank for nothing."""
    if change is None:
        return ""
    if subject.status == Status.NO_SHOW:
        return Kind.MISSED
    if change.knew == Knew.COMING and subject.status == Status.CANCELLED:
        return Kind.CANCELLED
    if subject.status not in EXPECTED:
        return ""
    stands = (subject.starts_at, subject.location_id)
    if change.knew != Knew.COMING:
        return Kind.BOOKED
    return "" if stands == (change.knew_starts_at, change.knew_location_id) else Kind.MOVED


def _of(
    subject: PlannableAppointment, change: VisitChange | None, *, book: RuleSet
) -> Iterator[tuple[DesiredReminder, str, timedelta]]:
    rules = book.events_for(
        subject.location_id,
        subject.service_id,
        practitioner_id=subject.practitioner_id,
        new_patient=subject.new_patient,
    )
    happened = what_happened(subject, change)
    for rule in rules:
        wanted = None
        if rule.kind == Kind.AFTER:
            wanted = _after(rule, subject, book=book)
        elif change is not None and _is_for(rule, happened, change, rules):
            wanted = _told(rule, subject, change, happened, book=book)
        if wanted is not None:
            yield wanted, rule.kind, rule.timing.settle


def _is_for(
    rule: ActiveRule, happened: str, change: VisitChange, rules: Iterable[ActiveRule]
) -> bool:
    # Told as cancelled, it takes place after all: without a rule for bookings, that of moves says
    # when.
    again = happened == Kind.BOOKED and change.knew == Knew.OFF
    if again and not any(other.kind == Kind.BOOKED for other in rules):
        happened = Kind.MOVED
    return rule.kind == happened and change.at >= rule.changed_at


def _told(
    rule: ActiveRule,
    subject: PlannableAppointment,
    change: VisitChange,
    happened: str,
    *,
    book: RuleSet,
) -> DesiredReminder | None:
    """The text about a change; None where there is nothing to tell any more."""
    off = happened == Kind.CANCELLED
    starts_at = change.knew_starts_at if off and change.knew_starts_at else subject.starts_at
    place = change.knew_location_id if off and change.knew_location_id else subject.location_id
    missed = happened == Kind.MISSED
    if missed and change.at > starts_at + event_schedule.MARKED_WITHIN:
        return None
    if not missed and change.at >= starts_at:
        return None
    plan = _planned(rule, change, starts_at, happened, book=book, place=place)
    # A later version, such as one for a corrected number, tells it only while it is of use.
    if subject.version > change.version and subject.changed_at >= plan.cutoff_at:
        return None
    told = _reminder(rule, subject, plan)
    return replace(
        told,
        reason=NOT_BY_RULE.get(change.telling) or told.reason,
        told_since=change.version,
        starts_at=starts_at,
        location_id=place,
    )


def _planned(
    rule: ActiveRule,
    change: VisitChange,
    starts_at: datetime,
    happened: str,
    *,
    book: RuleSet,
    place: int,
) -> Plan:
    # What they still reckon with: who sets out for the old time has to hear of it before.
    old = change.knew_starts_at if happened in (Kind.MOVED, Kind.CANCELLED) else None
    ahead = old if old and old > change.at else None
    if happened == Kind.MISSED:
        until = None
    else:
        until = min(starts_at - rule.schedule.cutoff, ahead or starts_at)
    return event_schedule.of_change(
        rule.timing,
        Quiet(rule.schedule.quiet),
        book.hours[place],
        at=change.at,
        until=until,
        sooner=ahead,
        stays_news=happened in (Kind.MOVED, Kind.CANCELLED),
    )


def _after(
    rule: ActiveRule, subject: PlannableAppointment, *, book: RuleSet
) -> DesiredReminder | None:
    """The text after a visit, unless it did not take place or the rule came later."""
    if subject.status not in Appointment.TOOK_PLACE or subject.starts_at < rule.changed_at:
        return None
    plan = event_schedule.after_visit(
        rule.timing,
        Quiet(rule.schedule.quiet),
        book.hours[subject.location_id],
        starts_at=subject.starts_at,
    )
    return None if subject.changed_at >= plan.cutoff_at else _reminder(rule, subject, plan)


def _reminder(rule: ActiveRule, subject: PlannableAppointment, plan: Plan) -> DesiredReminder:
    return DesiredReminder(
        appointment_id=subject.id,
        rule_id=rule.id,
        version=subject.version,
        due_at=plan.due_at,
        cutoff_at=plan.cutoff_at,
        reason=why_not(rule, subject) or str(plan.skipped or ""),
        location_id=subject.location_id,
        starts_at=subject.starts_at,
        local_date=subject.local_date,
        phone=subject.phone,
    )


def _same_text(
    subject: PlannableAppointment, wanted: DesiredReminder, *, until: datetime, book: RuleSet
) -> list[int]:
    """The rules before the visit whose text would leave just then, and say the same."""
    if wanted.reason or subject.status not in EXPECTED:
        return []
    texts = (apply_rule(rule, subject, book=book) for rule in rules_before(subject, book=book))
    return [text.rule_id for text in texts if not text.reason and text.due_at <= until]
