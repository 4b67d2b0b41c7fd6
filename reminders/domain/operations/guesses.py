"""How often something is tried, and by whom: the counts of failed sign-ins, by another name.

A count never holds a sign-in back, nor a failed sign-in a count.
"""

from __future__ import annotations

from datetime import datetime

from reminders.domain.operations.sign_ins import Count, count_all, key_of, network_of
from reminders.models import SignInCount


def may_guess(what: str, who: str, *, most: int, now: datetime) -> bool:
    """Whether fewer than `most` were counted within a quarter of an hour. `who` is an address or a
    digest.
    """
    held = SignInCount.objects.filter(key=_key(what, who), failures__gte=most, until__gt=now)
    return not held.exists()


def note_guess(what: str, who: str, *, now: datetime) -> None:
    """Count one."""
    count_all([Count(_key(what, who), limit=2**30)], now=now)


def _key(what: str, who: str) -> str:
    network = network_of(who)
    return key_of(name=f"{what}\n{who if network == 'unknown' else network}")
