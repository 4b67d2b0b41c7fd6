"""By which roads the texts of a rule would go, of the coming visits that it is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.roads.email import access
from reminders.domain.setup.rule_preview import concerned
from reminders.domain.setup.rule_text import ROADS
from reminders.domain.setup.whatsapp_templates import rows_of_rules
from reminders.models import Appointment, ReminderRule, Road
from reminders.models.care.represented import REPRESENTED
from reminders.models.roads.columns import Step

NO_PAGE = (ReminderRule.Kind.MISSED, ReminderRule.Kind.AFTER)
"""Nothing is left to be shown about such visits, so nothing is written by e-mail."""


class ByRoad(NamedTuple):
    """How many visits' texts would go by a road, in words of staff; `why_none` says what stands in
    the way of all of them.
    """

    words: str
    visits: int
    total: int
    why_none: str = ""


def by_roads(rule: ReminderRule, *, now: datetime, scope: Scope) -> list[ByRoad]:
    """The roads besides SMS of this rule, in order; none where it has SMS alone."""
    rows = Appointment.objects.filter(concerned(rule, None), scope.at_locations())
    rows = rows.filter(starts_at__gt=now, status__in=Appointment.EXPECTED)
    return list(_by_roads(rule, rows))


def _by_roads(rule: ReminderRule, rows: QuerySet[Appointment]) -> Iterator[ByRoad]:
    earlier: list[Step] = []
    for step in rule.steps:
        words = f"by {ROADS[step.road]} first"
        if earlier:
            names = " or ".join(ROADS[one.road] for one in earlier)
            words = f"by {ROADS[step.road]} where {names} does not reach them"
        yield _by_road(rule, rows, step, words)
        earlier.append(step)
    if rule.email_copy:
        yield _by_road(rule, rows, Step(Road.EMAIL, 0), "with a copy by e-mail")


def _by_road(rule: ReminderRule, rows: QuerySet[Appointment], step: Step, words: str) -> ByRoad:
    why_none = _why_none(rule, step)
    if step.road == Road.WHATSAPP and not why_none:
        forms = rows_of_rules([rule])
        approved = sum(form.is_good for form in forms)
        if not approved:
            why_none = "WhatsApp has approved none of its words for this wait yet"
        elif approved < len(forms):
            words += f" ({approved} of {len(forms)} forms of its words are approved)"
    agreed = 0 if why_none else rows.filter(_texted(MAY[step.road])).count()
    return ByRoad(words, agreed, rows.count(), why_none)


def _why_none(rule: ReminderRule, step: Step) -> str:
    if step.road == Road.WHATSAPP and settings.WHATSAPP is None:
        return "WhatsApp is not set up"
    if step.road == Road.EMAIL and not access.is_on():
        return "e-mail is switched off under Set-up"
    if step.road == Road.EMAIL and rule.kind in NO_PAGE:
        return "there is no page to write about once a visit is over"
    least = max(rule.min_notice_minutes, rule.cutoff_minutes)
    if rule.minutes_before is not None and rule.minutes_before - step.minutes < least:
        return "after that wait an SMS would come too late"
    return ""


def _texted(condition: Callable[[str], Q]) -> Q:
    """This condition on whoever is texted about a visit, given where their columns are."""
    return (~REPRESENTED & condition("contact")) | (REPRESENTED & condition("contact__responsible"))


def _on_whatsapp(whose: str) -> Q:
    return Q(**{f"{whose}__whatsapp_agreed_at__isnull": False})


def _mailed(whose: str) -> Q:
    agreed = {f"{whose}__email_agreed_at__isnull": False, f"{whose}__email_state": ""}
    return Q(**agreed) & ~Q(**{f"{whose}__email": ""})


MAY = {Road.WHATSAPP: _on_whatsapp, Road.EMAIL: _mailed}
