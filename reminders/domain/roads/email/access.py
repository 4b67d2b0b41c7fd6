"""Whether this site writes by e-mail, from whom, and the brake of this road."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from reminders.domain.links.addresses import site
from reminders.models import EmailRoad

SLOW_DOWN = timedelta(seconds=30)
REFUSED = timedelta(minutes=5)


def is_there() -> bool:
    """Whether mail to patients could go at all: by a server, and with a page behind its buttons."""
    return settings.PATIENTS_MAIL is not None and site() != ""


def is_on() -> bool:
    """Whether it goes."""
    return is_there() and EmailRoad.objects.filter(pk=1, on=True).exists()


def road() -> EmailRoad:
    """The one row of this road."""
    EmailRoad.objects.bulk_create([EmailRoad(pk=1)], ignore_conflicts=True)
    return EmailRoad.objects.get(pk=1)


def sender() -> str:
    """The address from which mail comes."""
    chosen = EmailRoad.objects.filter(pk=1).values_list("sender", flat=True).first()
    return chosen or settings.DEFAULT_FROM_EMAIL


def is_held(*, now: datetime) -> bool:
    """Whether nothing is to be handed over for a while."""
    return EmailRoad.objects.filter(pk=1, held_until__gt=now).exists()


def hold(words: str, *, wait: timedelta = SLOW_DOWN, now: datetime) -> None:
    """Leave the mail server alone for a while; staff read why."""
    road()
    EmailRoad.objects.filter(pk=1).update(held_until=now + wait, trouble=words[:300])


def answered(*, now: datetime) -> None:
    """A mail was taken: whatever was wrong is over."""
    EmailRoad.objects.filter(pk=1).update(held_until=None, trouble="", answered_at=now)
