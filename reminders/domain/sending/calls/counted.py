"""Count each call to the provider in memory, and write the sums down every few seconds.

A call must not wait for the database, and thousands of them must not cost a statement each; web
site and workers are processes of their own, so the figures meet in the database.
"""

from __future__ import annotations

import logging
import math
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import Error
from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce

from reminders import tracing
from reminders.domain.common import database_clock, troubles
from reminders.domain.common.connections import release_connection
from reminders.models import CallCount, CallHealth
from reminders.provider import ANSWERED, Exchange

logger = logging.getLogger(__name__)

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, math.inf)
"""Seconds: how many calls took at most so long."""
WRITTEN_EVERY = 2.0


@dataclass
class _Sum:
    count: int = 0
    seconds: float = 0.0


@dataclass
class _Lately:
    """What calls of one kind came to since it was last written down."""

    ok_at: datetime | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    how: str = ""

    def add(self, outcome: str, *, at: datetime) -> None:
        if outcome in ANSWERED:
            self.ok_at, self.failing_since, self.failures, self.how = at, None, 0, ""
        # Asked to slow down: it answers, and the brake for that is pulled elsewhere.
        elif outcome != "slow_down":
            self.failed_at, self.how = at, outcome
            self.failing_since = self.failing_since or at
            self.failures += 1


class _Seen:
    """What this process has counted and not written down yet."""

    lock = threading.Lock()
    sums: ClassVar[dict[tuple[str, str, float], _Sum]] = defaultdict(_Sum)
    lately: ClassVar[dict[str, _Lately]] = defaultdict(_Lately)
    clock_off: ClassVar[timedelta | None] = None


def note(exchange: Exchange) -> None:
    """Count one call, and log it. Asks no database."""
    at = database_clock.now()
    logger.log(
        logging.DEBUG if exchange.outcome in ANSWERED else logging.INFO,
        "The provider was asked: %s, %s",
        exchange.call,
        exchange.outcome,
        extra={"seconds": round(exchange.seconds, 3)},
    )
    tracing.past(
        f"provider {exchange.call}",
        seconds=exchange.seconds,
        failed="" if exchange.outcome in ANSWERED else exchange.outcome,
        outcome=exchange.outcome,
    )
    within = next(most for most in BUCKETS if exchange.seconds <= most)
    with _Seen.lock:
        found = _Seen.sums[exchange.call, exchange.outcome, within]
        found.count += 1
        found.seconds += exchange.seconds
        _Seen.lately[exchange.call].add(exchange.outcome, at=at)
        if exchange.date is not None:
            # The answer was given about half a call ago.
            _Seen.clock_off = at - timedelta(seconds=exchange.seconds / 2) - exchange.date


def clock_off() -> timedelta | None:
    """How far the database's clock is ahead of the provider's, as the last answer to this process
    tells; None before the first.
    """
    return _Seen.clock_off


def write_down(*, now: datetime) -> int:
    """Write what was counted to the database; return how many kinds of call there were."""
    with _Seen.lock:
        sums, lately = dict(_Seen.sums), dict(_Seen.lately)
        _Seen.sums.clear()
        _Seen.lately.clear()
    for call, news in sorted(lately.items()):
        _write_health(call, news)
    _write_sums(sorted(sums.items()))
    _tell_of_the_clock(now=now)
    return len(lately)


def _write_health(call: str, news: _Lately) -> None:
    CallHealth.objects.bulk_create([CallHealth(call=call)], ignore_conflicts=True)
    row = CallHealth.objects.filter(pk=call)
    if news.ok_at is not None:
        row.update(ok_at=news.ok_at, failures=0, failing_since=None, how="")
    if news.failures:
        since = Value(news.failing_since, output_field=DateTimeField())
        row.update(
            failed_at=news.failed_at,
            failing_since=Coalesce(F("failing_since"), since),
            failures=F("failures") + news.failures,
            how=news.how,
        )


def _write_sums(sums: Iterable[tuple[tuple[str, str, float], _Sum]]) -> None:
    for (call, outcome, within), found in sums:
        key = {"call": call, "outcome": outcome, "within": within}
        CallCount.objects.bulk_create([CallCount(**key)], ignore_conflicts=True)
        # Added by the database: other processes count the same.
        CallCount.objects.filter(**key).update(
            count=F("count") + found.count, seconds=F("seconds") + found.seconds
        )


def _tell_of_the_clock(*, now: datetime) -> None:
    off = _Seen.clock_off
    if off is not None and abs(off) > database_clock.TOLERATED:
        words = f"the database: {database_clock.in_words(off)}, by the provider's clock"
        troubles.tell("clock", place="provider", words=words, now=now)
        _Seen.clock_off = None  # told once for each answer, so that it ends with its cause


def watch(stop: threading.Event | None = None) -> None:
    """Write down what this process counts, from a thread of its own, until `stop`."""
    threading.Thread(
        target=_watch, args=(stop or threading.Event(),), name="calls", daemon=True
    ).start()


def _watch(stop: threading.Event) -> None:
    while not stop.wait(WRITTEN_EVERY):
        try:
            write_down(now=database_clock.now())
        except Error as error:
            logger.warning("Calls could not be counted: %s", type(error).__name__)
        finally:
            release_connection()
