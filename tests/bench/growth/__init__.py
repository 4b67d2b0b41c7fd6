"""What a year of a clinic takes of disk: bytes a visit by table, HOT updates, WAL, a projection.

A year is lived through day by day, with the clock of our own code and of the sandbox set: each
morning the diary of the coming days is imported and texts are handed over, patients answer, reports
and replies are received, and at night is forgotten what is older than it may be kept. All of it is
the product's own code over the provider's wire, but for autovacuum: what it would have vacuumed by
its settings is vacuumed each night, because a year here takes minutes.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.bench.growth.sizes import Sizes, unused_indexes, updates, wal_position
from tests.bench.growth.year import Year
from tests.bench.scratch import scratch_database

A_YEAR = 500_000
"""Visits of the clinic that the figures are projected to."""
LIMIT_GB = 2.5


def add_arguments(parser: ArgumentParser) -> None:
    """How many visits the year has, how long it is, and how often the diary comes."""
    parser.add_argument("--visits", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--imports-a-day", type=int, default=1)


def run(*, visits: int, days: int = 365, imports_a_day: int = 1, **_options: Any) -> dict[str, Any]:
    """Live through the year; `ok` tells whether a year of 500,000 visits stays within the limit."""
    with scratch_database():
        year = Year(visits=visits, days=days, imports_a_day=imports_a_day, now=timezone.now())
        year.set_up()
        before, wal, began = Sizes.now(), wal_position(), time.perf_counter()
        peak = before
        for day in range(days):
            year.live(day)
            if day % 30 == 29:
                peak = max(peak, Sizes.now(), key=lambda sizes: sizes.total)
        after = Sizes.now()
        seconds, written = time.perf_counter() - began, wal_position() - wal
        grown = after.since(before)
        gigabytes = grown.total / visits * A_YEAR / 1e9
        return {
            "visits": visits,
            "days": days,
            "imports_a_day": imports_a_day,
            "texts": year.texts(),
            "bytes_a_visit": grown.by_table(visits),
            "bytes_a_visit_in_all": round(grown.total / visits),
            "most_bytes_a_visit_in_between": round(peak.since(before).total / visits),
            "wal_bytes_a_visit": round(written / visits),
            "updates": updates(),
            "unused_indexes": unused_indexes(),
            "year_of_500000_gb": round(gigabytes, 2),
            "wal_a_day_mb": round(written / visits * A_YEAR / 365 / 1e6),
            "limit_gb": LIMIT_GB,
            "seconds": round(seconds),
            "lived": str(timedelta(days=days)),
            "ok": gigabytes < LIMIT_GB,
        }
