"""The figures in the text format that Prometheus and its kin read, remembered for some seconds."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from reminders.domain.operations.metrics.figures import Figure, calls, figures
from reminders.domain.sending.calls.counted import BUCKETS
from reminders.models import CallCount

PREFIX = "reminders_"
KNOWN_FOR = 5.0
"""Seconds: several scrapers, and whoever asks too often, cost one look."""


class _Known:
    """The last text of this process, and until when it holds (seconds of the monotonic clock)."""

    lock = threading.Lock()
    text = b""
    until = 0.0


class _Given(Collector):
    """What was found out already, for the library to write."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = list(found)

    def collect(self) -> Iterable[Metric]:
        """All of it."""
        return self._found


def exposition(*, now: datetime, broker: bool) -> bytes:
    """Everything as text. Raises the database's errors when it can't be asked."""
    with _Known.lock:
        if time.monotonic() >= _Known.until:
            _Known.text = _written([*map(_gauge, figures(now=now)), *_of_calls(calls())])
            _Known.until = time.monotonic() + KNOWN_FOR
        known = _Known.text
    return known + up(database=True, broker=broker)


def forget() -> None:
    """Look again at the next question."""
    with _Known.lock:
        _Known.until = 0.0


def up(*, database: bool, broker: bool) -> bytes:
    """What can be said of services even while the database is away; never remembered."""
    shown = ((database, "database_up"), (broker, "broker_up"))
    return _written(
        _gauge(Figure(name, "1 where it answers", [({}, float(answers))]))
        for answers, name in shown
    )


def _written(found: Iterable[Metric]) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Given(found))
    return generate_latest(registry)


def _gauge(figure: Figure) -> Metric:
    names = list(figure.values[0][0]) if figure.values else []
    family = GaugeMetricFamily(PREFIX + figure.name, figure.help, labels=names)
    for labels, value in figure.values:
        family.add_metric(list(labels.values()), value)
    return family


def _of_calls(rows: list[CallCount]) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        PREFIX + "provider_calls", "Calls to the provider, by outcome", labels=["call", "outcome"]
    )
    for pair in sorted({(row.call, row.outcome) for row in rows}):
        ended.add_metric(pair, sum(row.count for row in rows if (row.call, row.outcome) == pair))
    yield ended
    took = HistogramMetricFamily(
        PREFIX + "provider_call_seconds", "How long calls to the provider took", labels=["call"]
    )
    for call in sorted({row.call for row in rows}):
        mine = [row for row in rows if row.call == call]
        took.add_metric([call], list(_buckets(mine)), sum(row.seconds for row in mine))
    yield took


def _buckets(rows: list[CallCount]) -> Iterator[tuple[str, float]]:
    for most in BUCKETS:
        # Each holds those below it, too: so the format has it.
        name = "+Inf" if math.isinf(most) else str(most)
        yield name, sum(row.count for row in rows if row.within <= most)
