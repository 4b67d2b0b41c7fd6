"""Which rules apply to an appointment, and what of them the timing needs.

The rules of a location, service, practitioner or for new patients replace the general ones of the
same kind there: the most specific set wins (new patients, then service, then practitioner, then
location, then everywhere). Editing rules is `rule_changes`; writing the reminders is `planning`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from django.db import OperationalError

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays
from reminders.domain.clock.event_schedule import Timing
from reminders.domain.clock.rule_schedule import Late, Quiet, Schedule, SendingHours
from reminders.domain.common.locks import AdvisoryLock, giving_up_soon, take
from reminders.domain.planning.closed_days import read_closed_days
from reminders.models import Location, ReminderRule

MONTH = timedelta(days=30)
NO_WAIT = Timing(settle=timedelta(0), after=timedelta(0))
_Rank: TypeAlias = tuple[bool, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class ActiveRule:
    """An active rule, ready to be applied."""

    id: int
    kind: str
    location_id: int | None
    service_id: int | None
    schedule: Schedule
    not_if_confirmed: bool
    changed_at: datetime
    timing: Timing = NO_WAIT
    practitioner_id: int | None = None
    patients: str = ""

    missed_within: timedelta | None = None
    """Only for who missed a visit so shortly before; such a rule replaces none."""

    @property
    def is_event(self) -> bool:
        """Whether it tells of something that happened; else of a visit to come."""
        return self.kind in ReminderRule.EVENTS


def schedule_of(rule: ReminderRule) -> Schedule:
    """The part of a rule that `clock.rule_schedule` goes by."""
    return Schedule(
        days_before=rule.days_before,
        at_time=rule.at_time,
        # Of an event's rule only the policies count, but a schedule counts from something.
        minutes_before=0 if rule.is_event else rule.minutes_before,
        weekdays_only=rule.weekdays_only,
        quiet=Quiet(rule.quiet),
        late=Late(rule.late),
        min_notice=timedelta(minutes=rule.min_notice_minutes),
        cutoff=timedelta(minutes=rule.cutoff_minutes),
    )


def timing_of(rule: ReminderRule) -> Timing:
    """How long a rule for something that happened waits before it tells."""
    return Timing(
        settle=timedelta(minutes=rule.settle_minutes),
        after=timedelta(minutes=rule.minutes_after or 0),
    )


def hours_of(location: Location, closed: ClosedDays = NEVER_CLOSED) -> SendingHours:
    """When texts may leave for a location, on its own clock."""
    return SendingHours(
        zone=ZoneInfo(location.zone),
        opens=location.opens,
        closes=location.closes,
        open_days=frozenset(location.open_days),
        closed=closed,
    )


def active_rule(rule: ReminderRule) -> ActiveRule:
    """A rule as `planning` applies it."""
    return ActiveRule(
        id=rule.pk or 0,
        kind=rule.kind,
        location_id=rule.location_id,
        service_id=rule.service_id,
        schedule=schedule_of(rule),
        not_if_confirmed=rule.not_if_confirmed,
        changed_at=rule.changed_at,
        timing=timing_of(rule),
        practitioner_id=rule.practitioner_id,
        patients=rule.patients,
        missed_within=MONTH * rule.missed_within_months if rule.missed_within_months else None,
    )


class BusyError(RuntimeError):
    """Rules can't be changed at this moment; its text is for staff."""


def lock_rules() -> None:
    """Wait until no planning goes by the old rules or hours, and let none begin until this
    transaction ends.

    Take it before writing and lock no appointments in the same transaction: plannings lock those
    first. Raises BusyError when a planning, such as that of a large import, does not end within a
    few seconds.
    """
    try:
        with giving_up_soon():
            take(AdvisoryLock.RULES)
    except OperationalError as error:
        raise BusyError(
            "A diary is being imported just now. Please save again in a minute."
        ) from error


@dataclass
class RuleSet:
    """All active rules and every location's hours, read once for a whole set of appointments."""

    rules: tuple[ActiveRule, ...]
    hours: dict[int, SendingHours]
    _chosen: dict[_Circle, tuple[ActiveRule, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> RuleSet:
        """Read the active rules and the locations' hours and closed days."""
        rules = ReminderRule.objects.filter(active=True).order_by("position", "pk")
        closed = read_closed_days()
        return cls(
            rules=tuple(active_rule(rule) for rule in rules),
            hours={
                location.pk: hours_of(location, closed.get(location.pk, NEVER_CLOSED))
                for location in Location.objects.all()
            },
        )

    @classmethod
    def held(cls) -> RuleSet:
        """Read the rules and hours, and keep them from changing until this transaction ends."""
        take(AdvisoryLock.RULES, shared=True)
        return cls.load()

    @property
    def asks_who_missed(self) -> bool:
        """Whether any rule goes by missed visits: else nobody looks for them."""
        return any(rule.missed_within for rule in self.rules)

    def with_rule(self, rule: ReminderRule) -> RuleSet:
        """The same rules as they would be with this one saved; one that was never saved has the id
        0.
        """
        # At the end, not in its place: only the order of shown rules differs, never which ones
        # apply.
        others = tuple(one for one in self.rules if one.id != (rule.pk or 0))
        return RuleSet(
            rules=(*others, active_rule(rule)) if rule.active else others, hours=self.hours
        )

    @property
    def before(self) -> tuple[ActiveRule, ...]:
        """The rules for texts before a visit."""
        return tuple(rule for rule in self.rules if not rule.is_event)

    @property
    def events(self) -> tuple[ActiveRule, ...]:
        """The rules for texts about something that happened."""
        return tuple(rule for rule in self.rules if rule.is_event)

    def rules_for(
        self,
        location_id: int,
        service_id: int | None,
        *,
        practitioner_id: int | None = None,
        new_patient: bool = False,
    ) -> tuple[ActiveRule, ...]:
        """The rules before a visit that apply to an appointment of this kind, in order."""
        circle = _Circle(location_id, service_id, practitioner_id, new_patient)
        if circle not in self._chosen:
            self._chosen[circle] = tuple(_most_specific(self.before, circle))
        return self._chosen[circle]

    def events_for(
        self,
        location_id: int,
        service_id: int | None,
        *,
        practitioner_id: int | None = None,
        new_patient: bool = False,
    ) -> list[ActiveRule]:
        """As `rules_for`, of the rules for something that happened."""
        circle = _Circle(location_id, service_id, practitioner_id, new_patient)
        return _most_specific(self.events, circle)

    def with_closed_days(self, location_id: int, closed: ClosedDays) -> RuleSet:
        """The same rules as they would be with a location shut on these days and no others."""
        there = replace(self.hours[location_id], closed=closed)
        return RuleSet(rules=self.rules, hours=self.hours | {location_id: there})


class _Circle(NamedTuple):
    """What rules are chosen by: where, what for, with whom, and what is known of the patient."""

    location_id: int
    service_id: int | None
    practitioner_id: int | None
    new_patient: bool

    def holds(self, rule: ActiveRule) -> bool:
        return (
            rule.location_id in (None, self.location_id)
            and rule.service_id in (None, self.service_id)
            and rule.practitioner_id in (None, self.practitioner_id)
            and (rule.patients != ReminderRule.Patients.NEW or self.new_patient)
        )


def _most_specific(rules: Iterable[ActiveRule], circle: _Circle) -> list[ActiveRule]:
    """Of each kind, the rules of the most specific set that fits; the order is kept."""
    fitting = [rule for rule in rules if circle.holds(rule)]
    best: dict[str, _Rank] = {}
    replacing = [rule for rule in fitting if rule.missed_within is None]
    for rule in replacing:
        # By kind: a location's own confirmation leaves the general reminder in force there.
        best[rule.kind] = max(best.get(rule.kind, _rank(rule)), _rank(rule))
    # An extra text is sent beside the others, wherever it stands.
    return [rule for rule in fitting if rule.missed_within or _rank(rule) == best[rule.kind]]


def _rank(rule: ActiveRule) -> _Rank:
    # Who it is weighs most. A service weighs more than a location: what is done decides how to
    # prepare, wherever it is.
    return (
        rule.patients != ReminderRule.Patients.ALL,
        rule.service_id is not None,
        rule.practitioner_id is not None,
        rule.location_id is not None,
    )
