"""When rules were switched on, as far as the history knows: dates to compare before and after."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from reminders.domain.common.access import Scope
from reminders.models import AuditEntry, ReminderRule

MOST = 40


class SwitchedOn(NamedTuple):
    """A rule that began to send: its name now, and the local day."""

    name: str
    day: date


def switched_on(scope: Scope, *, zone: ZoneInfo) -> list[SwitchedOn]:
    """The latest first; a rule that was switched on twice is there twice. Two statements."""
    rules = {
        rule.pk: rule.name
        for rule in ReminderRule.objects.filter(scope.at_locations()).only("pk", "name")
    }
    # New and on, or changed from off to on.
    began = Q(kind="rule_added", details__changes__active=[None, True]) | Q(
        kind="rule_changed", details__changes__active=[False, True]
    )
    # Of nobody: what an index of its own holds, beside years of visits.
    set_up = AuditEntry.objects.filter(appointment=None, contact=None)
    lines = set_up.filter(began, details__rule__in=list(rules)).order_by("-at", "-pk")
    return [
        SwitchedOn(rules[details["rule"]], at.astimezone(zone).date())
        for at, details in lines.values_list("at", "details")[:MOST]
    ]
