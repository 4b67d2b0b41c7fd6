"""When signing in has to pause: failures are counted by name, by address, and by both together.

Counting by both alone lets one address try a common password with every name, and many addresses
try every password with one name. Who is paused is known before any password is hashed, from one
statement.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from reminders.models import SignInCount

WINDOW = timedelta(minutes=15)
"""Failures count for so long from the first of them; a pause lasts as long from the one that began
it.
"""
OF_BOTH, OF_ADDRESS, OF_NAME = 10, 30, 100
"""A whole clinic may sit behind one address, and anybody can type a colleague's name, hence the
order.
"""
SWEPT = 20
_V6_SITE = 64
_ANY = "0" * 32


@dataclass(frozen=True, slots=True)
class Count:
    """One thing that is counted, by its key in the table, and how many failures it may have."""

    key: str
    limit: int


def is_paused(name: str, address: str, *, now: datetime) -> bool:
    """Whether signing in under this name from this address has to wait."""
    full = Q()
    for one in _counts(name, address):
        # Each key with its own limit, in one statement: who tries passwords must not cost us three.
        full |= Q(key=one.key, failures__gte=one.limit)
    return SignInCount.objects.filter(full, until__gt=now).exists()


def note_failure(name: str, address: str, *, now: datetime) -> bool:
    """Count a failed sign-in; return whether it was one too many, so that a pause begins."""
    return count_all(_counts(name, address), now=now)


def count_all(wanted: Iterable[Count], *, now: datetime) -> bool:
    """Count one more of each; return whether one of them is full."""
    counts = sorted(wanted, key=lambda one: one.key)  # one order: no deadlock
    given: dict[str, Any] = {  # Any: one type for each parameter
        "keys": [one.key for one in counts],
        "limits": [one.limit for one in counts],
        "now": now,
        "until": now + WINDOW,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        full = any(row[0] for row in cursor.fetchall())
        # Each failure sweeps a few that ran out: nobody's guesses fill the table, and no task
        # has to
        # run for it. Those that another failure counts at this moment are passed by.
        over = SignInCount.objects.filter(until__lte=now).order_by("until")
        swept = over.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEPT]
        SignInCount.objects.filter(pk__in=list(swept)).delete()
    return full


def forget_failures(name: str, address: str) -> None:
    """After the right password nothing counts against the name; the address's failures stay.

    Else somebody with an account could go on guessing those of others.
    """
    keys = [key_of(name=name), key_of(name=name, address=address)]
    SignInCount.objects.filter(key__in=keys).delete()


def end_pause(*, name: str = "", address: str = "") -> int:
    """Let a name (from anywhere), an address (under any name) or the two together try again at
    once.

    Returns how many counts ended.
    """
    if name and address:
        found = Q(key=key_of(name=name, address=address))
    else:
        found = (
            Q(key__startswith=_half(name)) if name else Q(key__endswith=_half(network_of(address)))
        )
    return SignInCount.objects.filter(found).delete()[0] if name or address else 0


def network_of(written: str) -> str:
    """What is counted as one address: IPv4 by itself, IPv6 by the network of one site, else
    "unknown".
    """
    try:
        address = ip_address(written.strip())
    except ValueError:
        return "unknown"
    return str(address if isinstance(address, IPv4Address) else _site(address))


def _site(address: IPv6Address) -> IPv4Address | IPv6Network:
    # The same visitor over a socket of either kind: else each address had two counts.
    if address.ipv4_mapped:
        return address.ipv4_mapped
    # A household has 2^64 addresses: counted one by one nobody would ever be paused.
    return IPv6Network((int(address), _V6_SITE), strict=False)


def _counts(name: str, address: str) -> list[Count]:
    return [
        Count(key_of(name=name, address=address), OF_BOTH),
        Count(key_of(address=address), OF_ADDRESS),
        Count(key_of(name=name), OF_NAME),
    ]


def key_of(*, name: str | None = None, address: str | None = None) -> str:
    """The name's half, then the address's; zeros where any counts."""
    who = _ANY if name is None else _half(name)
    return who + (_ANY if address is None else _half(network_of(address)))


def _half(words: str) -> str:
    """A digest that only this installation can make; names that nobody tells apart have the
    same.
    """
    # Cut, so that a megabyte for a name costs no more than a name.
    plain = words.strip().casefold()[:300].encode("utf-8", "replace")
    return hmac.digest(settings.SECRET_KEY.encode(), b"sign-in\n" + plain, "sha256").hex()[
        : len(_ANY)
    ]


_LIMIT = "(%(limits)s::int[])[array_position(%(keys)s::text[], c.key::text)]"
_COUNT = f"""
INSERT INTO reminders_signincount AS c (key, failures, until)
SELECT key, 1, %(until)s FROM unnest(%(keys)s::text[]) AS key
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN c.until <= %(now)s THEN 1 ELSE c.failures + 1 END,
    until = CASE
        WHEN c.until <= %(now)s OR c.failures + 1 = {_LIMIT} THEN %(until)s
        ELSE c.until
    END
RETURNING c.failures >= {_LIMIT}
"""  # noqa: S608  # put together from the constant above
