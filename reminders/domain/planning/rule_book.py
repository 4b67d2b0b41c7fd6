"""Which rules apply to an appointment, and what of them the timing needs.

A location's or service's own rules replace the general ones of the same kind there: the most
specific set wins (service at a location, then service, then location, then everywhere). Editing
rules is `rule_changes`; writing the reminders is `planning`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import OperationalError

from reminders.domain.clock.rule_schedule import Late, Quiet, Schedule, SendingHours
from reminders.domain.common.locks import AdvisoryLock, giving_up_soon, take
from reminders.models import Location, ReminderRule


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


def schedule_of(rule: ReminderRule) -> Schedule:
    """The part of a rule that `timing` reckons with."""
    return Schedule(
        days_before=rule.days_before,
        at_time=rule.at_time,
        minutes_before=rule.minutes_before,
        weekdays_only=rule.weekdays_only,
        quiet=Quiet(rule.quiet),
        late=Late(rule.late),
        min_notice=timedelta(minutes=rule.min_notice_minutes),
        cutoff=timedelta(minutes=rule.cutoff_minutes),
    )


def hours_of(location: Location) -> SendingHours:
    """When texts may leave for a location, on its own clock."""
    return SendingHours(
        zone=ZoneInfo(location.zone),
        opens=location.opens,
        closes=location.closes,
        open_days=frozenset(location.open_days),
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
    _chosen: dict[tuple[int, int | None], tuple[ActiveRule, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> RuleSet:
        """Read the active rules and the locations' hours."""
        rules = ReminderRule.objects.filter(active=True).order_by("position", "pk")
        return cls(
            rules=tuple(active_rule(rule) for rule in rules),
            hours={location.pk: hours_of(location) for location in Location.objects.all()},
        )

    @classmethod
    def held(cls) -> RuleSet:
        """Read the rules and hours, and keep them from changing until this transaction ends."""
        take(AdvisoryLock.RULES, shared=True)
        return cls.load()

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

    def rules_for(self, location_id: int, service_id: int | None) -> tuple[ActiveRule, ...]:
        """The rules that apply to an appointment at this location for this service, in order."""
        key = (location_id, service_id)
        if key not in self._chosen:
            self._chosen[key] = tuple(
                most_specific(self.rules, location_id=location_id, service_id=service_id)
            )
        return self._chosen[key]


def most_specific(
    rules: Iterable[ActiveRule], *, location_id: int, service_id: int | None
) -> list[ActiveRule]:
    """Of each kind, the rules of the most specific set that fits; the order is kept."""
    fitting = [
        rule
        for rule in rules
        if rule.location_id in (None, location_id) and rule.service_id in (None, service_id)
    ]
    best: dict[str, tuple[bool, bool]] = {}
    for rule in fitting:
        # By kind: a location's own confirmation leaves the general reminder in force there.
        best[rule.kind] = max(best.get(rule.kind, (False, False)), _rank(rule))
    return [rule for rule in fitting if _rank(rule) == best[rule.kind]]


def _rank(rule: ActiveRule) -> tuple[bool, bool]:
    # A service weighs more than a location: what is done decides how to prepare, wherever it is.
    return (rule.service_id is not None, rule.location_id is not None)
