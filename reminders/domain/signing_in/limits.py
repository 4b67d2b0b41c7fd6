"""For how long a sign-in lasts, as an administrator chose it; the environment says the most.

Whoever runs the machine decides what is safe at all, and whoever runs the clinic may be stricter
without them. A choice holds for those who are signed in, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from reminders.domain.common.audit import Actor, record
from reminders.models import SessionLimits, StaffSession
from reminders.sessions import limits

LEAST_MINUTES, LEAST_HOURS = 1, 1


@dataclass(frozen=True, slots=True)
class Choice:
    """What holds now, and the most that may be chosen: minutes without a click, hours in all."""

    minutes: int
    hours: int
    most_minutes: int
    most_hours: int


def choice() -> Choice:
    """What holds now."""
    idle, longest = limits()
    return Choice(
        minutes=_minutes(idle.total_seconds()),
        hours=_hours(longest.total_seconds()),
        most_minutes=_minutes(settings.SESSION_IDLE.total_seconds()),
        most_hours=_hours(settings.SESSION_LONGEST.total_seconds()),
    )


def choose(*, minutes: int, hours: int, by: Actor, now: datetime) -> bool:
    """Let sign-ins last so long from now on; whether that is new. Raises ValueError for more than
    the environment allows.
    """
    before = choice()
    within = LEAST_MINUTES <= minutes <= before.most_minutes
    if not within or not LEAST_HOURS <= hours <= before.most_hours:
        raise ValueError("The environment allows no sign-in as long as that")
    if (minutes, hours) == (before.minutes, before.hours):
        return False
    with transaction.atomic():
        chosen = {"idle_minutes": minutes, "longest_hours": hours}
        SessionLimits.objects.update_or_create(pk=1, defaults=chosen)
        idle, longest = limits()
        ends = Least(F("expire_date"), F("seen_at") + idle, F("started_at") + longest)
        # Those who are signed in, too: a browser that was left open is what this is about.
        StaffSession.objects.filter(expire_date__gt=now).update(expire_date=ends)
        details = {"minutes": [before.minutes, minutes], "hours": [before.hours, hours]}
        record("session_limits_changed", by=by, now=now, details=details)
    return True


def _minutes(seconds: float) -> int:
    return max(LEAST_MINUTES, int(seconds // 60))


def _hours(seconds: float) -> int:
    return max(LEAST_HOURS, int(seconds // 3600))
