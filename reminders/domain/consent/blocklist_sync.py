"""Keep our opt-outs and the provider's list of blocked numbers in step, in both directions.

Where the two differ the more careful side wins. A pause is ours alone: the provider hears nothing
of it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import Q, QuerySet

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_coming_on
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.consent.suppressions import OptOut, is_textable, opt_in_all, opt_out_all
from reminders.domain.diary.contacts import plan_numbers
from reminders.domain.planning.kept_opt_outs import kept_among
from reminders.models import Suppression
from reminders.provider import MessagesApi, NotFound, Refused

logger = logging.getLogger(__name__)

Reason = Suppression.Reason
AT_A_TIME = 200
BLOCKED_AT_ONCE = 10
NEWS_TRAVELS = timedelta(hours=1)
BLOCKED_THERE = "Blocked at the provider"
UNBLOCKED_THERE = "Unblocked at the provider"


@dataclass(frozen=True, slots=True)
class Synced:
    """What a comparison changed: numbers pushed there, newly blocked here, and freed here."""

    pushed: int = 0
    blocked_here: int = 0
    freed_here: int = 0


def push_suppressions(api: MessagesApi, *, now: datetime, go_on: GoOn = for_ever) -> int:
    """Tell the provider of every opt-out and opt-in that it does not know yet; return how many.

    A number that the provider refuses to list counts as told: our own check holds its texts back.
    Raises MessagesApiError when the provider can't be asked; what was told by then is remembered.
    """
    told = 0
    while rows := _untold():
        _tell(api, rows, now=now, go_on=go_on)
        told += len(rows)
        if not go_on():
            break
    return told


def sync_blocked_numbers(api: MessagesApi, *, now: datetime) -> Synced:
    """Push our changes, then take over what the provider did by itself. Raises MessagesApiError."""
    # First: what we have not told yet would else look like a change that the provider made.
    pushed = push_suppressions(api, now=now)
    release_connection()
    listed = {number for number in api.blocked_numbers() if is_textable(number)}
    # Opted out here as well, under a digest: taken over, the number would be known again.
    listed -= kept_among(listed)
    with transaction.atomic():
        # Only what the provider was told of can be missing from its list.
        held = _for_provider().filter(lifted_at=None).exclude(synced_at=None)
        ours = dict(held.values_list("phone", "reason"))
        missing = ours.keys() - listed
        freed = [
            (phone, UNBLOCKED_THERE)
            for phone in missing
            if ours[phone] == Suppression.Reason.PROVIDER
        ]
        # Before the opt-outs, in the one order; both are planned below.
        lock_coming_on({phone for phone, _ in freed} | listed - ours.keys(), now=now)
        freed_phones = opt_in_all(freed, by=SYSTEM, now=now, synced_at=now)
        kept = missing - {phone for phone, _ in freed}
        # The patient said STOP to us: that the provider forgot it lifts nothing. It is told once
        # more.
        Suppression.objects.filter(phone__in=kept, lifted_at=None).update(synced_at=None)
        blocked_phones = _take_over(listed - ours.keys(), now=now)
        plan_numbers({*freed_phones, *blocked_phones}, now=now)
    if kept:
        pushed += push_suppressions(api, now=now)
    return Synced(pushed, len(blocked_phones), len(freed_phones))


def _take_over(numbers: Collection[str], *, now: datetime) -> list[str]:
    """Opt out what the provider blocks, except numbers of which it may not have had our latest
    word.
    """
    lately = Q(synced_at=None) | Q(lifted_at__gt=now - NEWS_TRAVELS)
    told_lately = set(
        Suppression.objects.filter(lately, phone__in=list(numbers)).values_list("phone", flat=True)
    )
    fresh = sorted(set(numbers) - told_lately)
    wanted = [OptOut(phone, Suppression.Reason.PROVIDER, BLOCKED_THERE) for phone in fresh]
    return opt_out_all(wanted, by=SYSTEM, now=now, synced_at=now)


def _for_provider() -> QuerySet[Suppression]:
    """What the provider is to know. A pause is ours alone: nothing is sent until it ends, any
    minute.
    """
    return Suppression.objects.exclude(reason=Reason.PAUSED)


def _untold() -> list[Suppression]:
    """Changes to push, at most one per number: the one that holds now."""
    return list(_for_provider().filter(synced_at=None).order_by("pk")[:AT_A_TIME])


def _tell(api: MessagesApi, rows: Sequence[Suppression], *, now: datetime, go_on: GoOn) -> None:
    phones = {row.phone for row in rows}
    blocked = set(
        _for_provider().filter(phone__in=phones, lifted_at=None).values_list("phone", flat=True)
    )
    release_connection()
    # Blocks before unblocks: with no more time, a text too few is the lesser harm.
    for portion in takewhile(lambda _: go_on(), _portions(sorted(blocked))):
        _block(api, portion)
        _told([row for row in rows if row.phone in portion], now=now)
        release_connection()
    for phone in takewhile(lambda _: go_on(), sorted(phones - blocked)):
        _unblock(api, phone)
        _told([row for row in rows if row.phone == phone], now=now)
        release_connection()


def _told(rows: Sequence[Suppression], *, now: datetime) -> None:
    """Remember that the provider knows, unless the number was lifted meanwhile: then it is told
    again.
    """
    for row in rows:
        same = Suppression.objects.filter(pk=row.pk, lifted_at=row.lifted_at)
        if not same.update(synced_at=now):
            Suppression.objects.filter(pk=row.pk).update(synced_at=None)


def _block(api: MessagesApi, phones: list[str]) -> None:
    try:
        api.block(phones)
    except Refused:
        # One faulty number refuses all ten of its request: each by itself finds it.
        if len(phones) > 1:
            for phone in phones:
                _block(api, [phone])
        else:
            logger.warning(
                "The provider refuses to block a number; our own check holds its texts back"
            )


def _unblock(api: MessagesApi, phone: str) -> None:
    try:
        api.unblock(phone)
    except NotFound:
        return
    except Refused:
        logger.warning("The provider refuses to unblock a number; texts to it may be rejected")


def _portions(phones: list[str]) -> list[list[str]]:
    return [phones[at : at + BLOCKED_AT_ONCE] for at in range(0, len(phones), BLOCKED_AT_ONCE)]
