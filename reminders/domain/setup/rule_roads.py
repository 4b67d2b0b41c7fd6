"""By which roads the texts of a rule would go, of the coming visits that it is for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from reminders.domain.common.access import Scope
from reminders.domain.roads.email import access
from reminders.domain.setup.rule_preview import concerned
from reminders.models import Appointment, ReminderRule
from reminders.models.care.represented import REPRESENTED


class ByRoad(NamedTuple):
    """How many visits' texts would go by a road first, in words of staff."""

    words: str
    visits: int
    total: int


def by_roads(rule: ReminderRule, *, now: datetime, scope: Scope) -> list[ByRoad]:
    """The roads besides SMS of this rule; none where it has SMS alone."""
    rows = Appointment.objects.filter(concerned(rule, None), scope.at_locations())
    rows = rows.filter(starts_at__gt=now, status__in=Appointment.EXPECTED)
    found: list[ByRoad] = []
    if settings.WHATSAPP is not None and rule.whatsapp_minutes:
        agreed = rows.filter(_texted(_on_whatsapp)).count()
        found.append(ByRoad("by WhatsApp first", agreed, rows.count()))
    if access.is_there() and rule.email_minutes is not None:
        words = "by e-mail first" if rule.email_minutes else "with a copy by e-mail"
        found.append(ByRoad(words, rows.filter(_texted(_mailed)).count(), rows.count()))
    return found


def _texted(condition: Callable[[str], Q]) -> Q:
    """This condition on whoever is texted about a visit, given where their columns are."""
    return (~REPRESENTED & condition("contact")) | (REPRESENTED & condition("contact__responsible"))


def _on_whatsapp(whose: str) -> Q:
    return Q(**{f"{whose}__whatsapp_agreed_at__isnull": False})


def _mailed(whose: str) -> Q:
    agreed = {f"{whose}__email_agreed_at__isnull": False, f"{whose}__email_state": ""}
    return Q(**agreed) & ~Q(**{f"{whose}__email": ""})
