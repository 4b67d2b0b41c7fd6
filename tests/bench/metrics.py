"""What one scrape of `/metrics` costs with two years of a large clinic stored, and which figures
cost most.

Each round is a look that nothing remembers; a site answers from the last one for five seconds.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from statistics import median
from typing import Any

from django.utils import timezone

from reminders.domain.operations.health import take_pulse
from reminders.domain.operations.metrics import figures
from reminders.domain.operations.metrics.exposition import exposition, forget
from reminders.domain.operations.promise import keep_days
from tests.bench import pages
from tests.bench.scratch import scratch_database

LIMIT_MS = 50.0
ROUNDS = 30


def add_arguments(parser: ArgumentParser) -> None:
    """How many visits."""
    parser.add_argument("--appointments", type=int, default=1_000_000)


def run(*, appointments: int, **_options: Any) -> dict[str, Any]:
    """Measure in a scratch database; `ok` tells whether the limit holds."""
    with scratch_database():
        pages.make(appointments)
        found = measure()
    return {"appointments": appointments, "limit_ms": LIMIT_MS, **found,
            "ok": found["p50_ms"] <= LIMIT_MS}  # fmt: skip


def measure() -> dict[str, Any]:
    """Milliseconds of a whole scrape, and the least of each part of the figures."""
    now = timezone.now()
    keep_days(now=now)
    parts: dict[str, Callable[[], object]] = {
        "pulse": lambda: list(figures._of_pulse(take_pulse(now=now), now=now)),
        "texts": lambda: list(figures._of_texts(now=now)),
        "replies": lambda: list(figures._of_replies(now=now)),
        "work": lambda: list(figures._of_work(now=now)),
        "database": lambda: list(figures._of_database()),
    }
    took = sorted(_milliseconds(lambda: _scrape(now)) for _ in range(ROUNDS))
    return {
        "least_ms": round(took[0], 1),
        "p50_ms": round(median(took), 1),
        "p95_ms": round(took[int(ROUNDS * 0.95)], 1),
        "parts_least_ms": {
            name: round(min(_milliseconds(part) for _ in range(5)), 1)
            for name, part in parts.items()
        },
    }


def _scrape(now: datetime) -> bytes:
    forget()
    return exposition(now=now, broker=True)


def _milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)
