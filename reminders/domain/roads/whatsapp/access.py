"""The token for the provider: kept in the database for all workers, renewed by one of them.

The others go on with the former one meanwhile. The row also holds the brake of this road.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from reminders.models import WhatsAppAccess
from reminders.provider import (
    CredentialsRefused,
    MessagesApiError,
    NotReceived,
    SlowDown,
)
from reminders.provider.conversation import ConversationApi

RENEW_BEFORE = timedelta(minutes=5)
LEASE = timedelta(seconds=60)
SLOW_DOWN = timedelta(seconds=30)
REFUSED = timedelta(minutes=1)
NOT_THERE = timedelta(seconds=15)
LONGEST_HOLD = timedelta(minutes=10)


def token(api: ConversationApi, *, now: datetime) -> str:
    """A token that holds. Raises MessagesApiError where there is none to be had."""
    row = _row()
    ends = row.expires_at or now
    if row.token and ends > now + RENEW_BEFORE:
        return row.token
    free = Q(renewing_until=None) | Q(renewing_until__lt=now)
    # The conditional update is the claim: of all workers exactly one changes the row.
    ours = WhatsAppAccess.objects.filter(free, pk=1).update(renewing_until=now + LEASE)
    try:
        if ours:
            return _renew(api, now=now)
    except MessagesApiError:
        if ends <= now:
            raise
    if ends > now:
        return row.token
    raise NotReceived("The access to WhatsApp is just being renewed")


def _renew(api: ConversationApi, *, now: datetime) -> str:
    try:
        fresh = api.new_token()
    except MessagesApiError:
        WhatsAppAccess.objects.filter(pk=1).update(renewing_until=None)
        raise
    WhatsAppAccess.objects.filter(pk=1).update(
        token=fresh.value, expires_at=now + timedelta(seconds=fresh.seconds), renewing_until=None
    )
    return fresh.value


def is_held(*, now: datetime) -> bool:
    """Whether nothing is to be handed over for a while."""
    return WhatsAppAccess.objects.filter(pk=1, held_until__gt=now).exists()


def failed(error: MessagesApiError, *, used: str, now: datetime) -> None:
    """A call failed as a whole: hold this road for as long as the kind of failure asks for.

    A token that was refused is renewed before the next call.
    """
    wait, words = NOT_THERE, "WhatsApp can't be reached"
    if isinstance(error, SlowDown):
        wait = timedelta(seconds=error.retry_after) if error.retry_after else SLOW_DOWN
        words = "WhatsApp asked to slow down"
    elif isinstance(error, CredentialsRefused):
        wait, words = REFUSED, "WhatsApp refuses the credentials"
        WhatsAppAccess.objects.filter(pk=1, token=used).update(expires_at=now)
    _row()
    WhatsAppAccess.objects.filter(pk=1).update(
        held_until=now + min(wait, LONGEST_HOLD), trouble=words
    )


def answered(*, now: datetime) -> None:
    """A text was taken: whatever was wrong is over."""
    WhatsAppAccess.objects.filter(pk=1).update(held_until=None, trouble="", answered_at=now)


def _row() -> WhatsAppAccess:
    WhatsAppAccess.objects.bulk_create([WhatsAppAccess(pk=1)], ignore_conflicts=True)
    return WhatsAppAccess.objects.get(pk=1)
