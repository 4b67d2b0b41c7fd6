"""A worker that traces: what a collector gets of it, and a collector that is away."""

from datetime import timedelta

import pytest

from tests.collector import Collector, collecting
from tests.faults.programs.test_stopping import ENDS_WITHIN, stop
from tests.faults.support.programs import Site, settle, taken, wait_for
from tests.faults.support.world import World
from tests.programs import free_port

pytestmark = pytest.mark.faults

START = 60.0


def test_a_call_to_the_provider_is_in_the_trace_of_its_task(clinic: World, running: Site) -> None:
    with collecting() as collector:
        running.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        running.environment["OTEL_BSP_SCHEDULE_DELAY"] = "200"
        running.worker()
        running.beat()
        clinic.book(20, starts_in=timedelta(hours=20))
        wait_for(lambda: bool(_sent_by_a_task(collector)), seconds=START, site=running)

        told = b"".join(collector.bodies)
    assert taken(clinic) == 20
    assert not [entry for entry in clinic.ledger() if entry["destination"][1:].encode() in told]


def _sent_by_a_task(collector: Collector) -> list[bytes]:
    spans = collector.spans()
    tasks = {span.span_id for span in spans if span.name == "reminders.tasks.send"}
    sent = [span for span in spans if span.name == "provider send"]
    return [span.trace_id for span in sent if span.parent_span_id in tasks]


def test_a_collector_that_is_away_holds_nobody_up(clinic: World, running: Site) -> None:
    running.environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{free_port()}"
    worker = running.worker()
    running.beat()
    clinic.book(20, starts_in=timedelta(hours=20))
    settle(running, seconds=START)

    assert taken(clinic) == 20
    assert stop(worker) < ENDS_WITHIN, running.said()
