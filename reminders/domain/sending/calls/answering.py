"""Whether the provider answers, whoever asked it last; and the probe that asks where nobody does.

The circuit breaker knows only of texts that could not be handed over. In a quiet night, and where
replies are pushed, a key that was withdrawn would else be found out by the first text of the day.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.db.models import Max, Q
from django.db.models.functions import Greatest

from reminders.domain.sending import circuit_breaker
from reminders.domain.sending.calls import counted
from reminders.models import CallHealth, ProviderState
from reminders.provider import MessagesApi, NotFound

ENOUGH = 2
"""So many failures in a row are no weather any more, """
LASTS = timedelta(seconds=10)
"""if they last so long: two calls of one moment may meet the same hiccup."""
LATELY = timedelta(minutes=10)
"""Longer ago, a failure says nothing about now."""
ASKED_LATELY = timedelta(seconds=15)
AT_LEAST, AT_MOST = 20.0, 60.0
"""Seconds between two probes while all is well, and at most while it is not."""

Code = Literal["credentials", "down"]
HOW = {
    "unreached": "it can't be reached",
    "no_answer": "it takes calls and does not answer",
    "error": "it answers with errors",
}


@dataclass(frozen=True, slots=True)
class Failing:
    """What is wrong with the provider, by its code in the table of alerts, and how."""

    code: Code
    words: str
    since: datetime


def failing(*, now: datetime) -> Failing | None:
    """How the provider fails at the moment, None while it answers."""
    rows = list(CallHealth.objects.all())
    answered = max((row.ok_at for row in rows if row.ok_at), default=None)
    lately = [row for row in rows if row.failed_at and row.failed_at > now - LATELY]
    # An answer to anything since then shows that it is there.
    lost = [row for row in lately if answered is None or _failed_at(row) > answered]
    refused = [row for row in lost if row.how == "credentials"]
    if sum(row.failures for row in refused) >= ENOUGH:
        return Failing("credentials", "", _since(refused))
    others = [row for row in lost if row.how in HOW]
    if _last(others, now=now):
        return Failing("down", _how(others), _since(others))
    # It may give replies and still take no texts.
    sends = [row for row in lately if row.call == "send" and row.how in HOW]
    if _last(sends, now=now):
        return Failing("down", f"texts: {_how(sends)}", _since(sends))
    return None


def answered_at() -> datetime | None:
    """When the provider last answered anything (UTC)."""
    found: datetime | None = CallHealth.objects.aggregate(at=Max("ok_at"))["at"]
    return found


def _last(rows: Sequence[CallHealth], *, now: datetime) -> bool:
    """Whether these failures are many and last."""
    return sum(row.failures for row in rows) >= ENOUGH and now - _since(rows) >= LASTS


def _failed_at(row: CallHealth) -> datetime:
    return row.failed_at or datetime.min.replace(tzinfo=UTC)


def _since(rows: Sequence[CallHealth]) -> datetime:
    return min(row.failing_since for row in rows if row.failing_since)


def _how(rows: Sequence[CallHealth]) -> str:
    latest = max(rows, key=_failed_at)
    return f"{HOW[latest.how]}, since {_since(rows):%H:%M} UTC"


def probe(api: MessagesApi, *, clock: Callable[[], datetime]) -> int:
    """Ask the provider something harmless if nobody has asked it anything for a while.

    Returns how many times it was asked. Raises MessagesApiError; what comes of it is written down.
    """
    now = clock()
    if not _is_due(now=now):
        return 0
    try:
        # An id that nobody has: “not found” is the answer of a provider that is well.
        api.status(str(uuid.uuid4()))
    except NotFound:
        circuit_breaker.provider_answered(now=clock(), asked_at=now)
    finally:
        counted.write_down(now=clock())
    return 1


def _is_due(*, now: datetime) -> bool:
    """Whether it is time, and ours to do: of several workers one asks."""
    asked = CallHealth.objects.aggregate(
        at=Max(Greatest("ok_at", "failed_at")), ok_at=Max("ok_at"), failed_at=Max("failed_at")
    )
    lost = asked["failed_at"] and (not asked["ok_at"] or asked["failed_at"] > asked["ok_at"])
    # After a failure the next round asks at once, whether it was a hiccup.
    if asked["at"] and asked["at"] > now - ASKED_LATELY and not (lost and not failing(now=now)):
        return False
    ProviderState.objects.bulk_create([ProviderState(pk=1)], ignore_conflicts=True)
    due = ProviderState.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), pk=1)
    return bool(due.update(probe_at=now + timedelta(seconds=_wait(now=now))))


def _wait(*, now: datetime) -> float:
    """Seconds until the next probe: longer the longer the provider fails, and never in step."""
    found = failing(now=now)
    lasts = (now - found.since).total_seconds() / 2 if found else 0.0
    return min(max(AT_LEAST, lasts), AT_MOST) * random.uniform(1.0, 1.3)  # noqa: S311  # no secret
