"""Keep our opt-outs and the provider's list of blocked numbers in step, both ways.

Changes of ours are pushed soon, the whole list is compared daily. Where the two differ, the more careful
side wins: a number blocked on either side is texted only after it was lifted here, by the patient or staff.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reminders.domain.appointments import plan_number
from reminders.domain.connections import release_connection
from reminders.domain.consent import OptOut, opt_in_all, opt_out_all
from reminders.domain.history import SYSTEM
from reminders.models import Suppression
from reminders.models.fields import E164
from reminders.provider import MessagesApi, NotFound, Refused

logger = logging.getLogger(__name__)

NUMBER = re.compile(E164)
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


def push_suppressions(api: MessagesApi, *, now: datetime) -> int:
    """Tell the provider of every opt-out and opt-in that it does not know yet; return how many.

    A number that the provider refuses to list counts as told: our own check holds its texts back. Raises
    MessagesApiError when the provider can't be asked; what was told by then is remembered.
    """
    told = 0
    while rows := _untold():
        _tell(api, rows, now=now)
        told += len(rows)
    return told


def sync_blocked_numbers(api: MessagesApi, *, now: datetime) -> Synced:
    """Push our changes, then take over what the provider did by itself. Raises MessagesApiError."""
    pushed = push_suppressions(api, now=now)
    release_connection()
    listed = {number for number in api.blocked_numbers() if NUMBER.fullmatch(number)}
    with transaction.atomic():
        held = Suppression.objects.filter(lifted_at=None).exclude(synced_at=None)
        ours = dict(held.values_list("phone", "reason"))
        missing = ours.keys() - listed
        freed = [(phone, UNBLOCKED_THERE) for phone in missing if ours[phone] == Suppression.Reason.PROVIDER]
        freed_phones = opt_in_all(freed, by=SYSTEM, now=now, synced_at=now)
        kept = missing - {phone for phone, _ in freed}
        Suppression.objects.filter(phone__in=kept, lifted_at=None).update(synced_at=None)
        blocked_phones = _take_over(listed - ours.keys(), now=now)
        for phone in sorted({*freed_phones, *blocked_phones}):
            plan_number(phone, now=now)
    if kept:
        pushed += push_suppressions(api, now=now)
    return Synced(pushed, len(blocked_phones), len(freed_phones))


def _take_over(numbers: Collection[str], *, now: datetime) -> list[str]:
    """Opt out what the provider blocks, except numbers of which it may not have had our latest word."""
    lately = Q(synced_at=None) | Q(lifted_at__gt=now - NEWS_TRAVELS)
    told_lately = set(
        Suppression.objects.filter(lately, phone__in=list(numbers)).values_list("phone", flat=True)
    )
    fresh = sorted(set(numbers) - told_lately)
    wanted = [OptOut(phone, Suppression.Reason.PROVIDER, BLOCKED_THERE) for phone in fresh]
    return opt_out_all(wanted, by=SYSTEM, now=now, synced_at=now)


def _untold() -> list[Suppression]:
    """Changes to push, at most one per number: the one that holds now."""
    return list(Suppression.objects.filter(synced_at=None).order_by("pk")[:AT_A_TIME])


def _tell(api: MessagesApi, rows: Sequence[Suppression], *, now: datetime) -> None:
    phones = {row.phone for row in rows}
    blocked = set(
        Suppression.objects.filter(phone__in=phones, lifted_at=None).values_list("phone", flat=True)
    )
    release_connection()
    for portion in _portions(sorted(blocked)):
        _block(api, portion)
        _told([row for row in rows if row.phone in portion], now=now)
        release_connection()
    for phone in sorted(phones - blocked):
        _unblock(api, phone)
        _told([row for row in rows if row.phone == phone], now=now)
        release_connection()


def _told(rows: Sequence[Suppression], *, now: datetime) -> None:
    """Remember that the provider knows, unless the number was lifted meanwhile: then it is told again."""
    for row in rows:
        same = Suppression.objects.filter(pk=row.pk, lifted_at=row.lifted_at)
        if not same.update(synced_at=now):
            Suppression.objects.filter(pk=row.pk).update(synced_at=None)


def _block(api: MessagesApi, phones: list[str]) -> None:
    try:
        api.block(phones)
    except Refused:
        if len(phones) > 1:
            for phone in phones:
                _block(api, [phone])
        else:
            logger.warning("The provider refuses to block a number; our own check holds its texts back")


def _unblock(api: MessagesApi, phone: str) -> None:
    try:
        api.unblock(phone)
    except NotFound:
        return
    except Refused:
        logger.warning("The provider refuses to unblock a number; texts to it may be rejected")


def _portions(phones: list[str]) -> list[list[str]]:
    return [phones[at : at + BLOCKED_AT_ONCE] for at in range(0, len(phones), BLOCKED_AT_ONCE)]
