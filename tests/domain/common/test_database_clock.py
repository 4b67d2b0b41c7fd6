"""Clocks that differ: what is due goes by the database's, and a big difference is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.worker.request import Request as CelerysRequest
from django.db import connection
from django.utils import timezone

from config.celery import app
from config.ringing.expiry import ExpiringRequest
from reminders.domain.common import database_clock
from reminders.domain.operations.health import status_report
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from reminders.models import TaskRun

pytestmark = pytest.mark.django_db

CLOSE = timedelta(seconds=2)


@pytest.fixture(autouse=True)
def measured_anew() -> Iterator[None]:
    """Nothing known of the clocks before and after."""
    yield
    database_clock._Measured.correction = timedelta()


def set_database_clock(off: timedelta) -> None:
    """Until the test ends, the database's clock is off by this much: an own function hides its."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS"
            f" $$SELECT pg_catalog.clock_timestamp() + interval '{off.total_seconds()} seconds'$$"
        )
        cursor.execute("SET LOCAL search_path = public, pg_catalog")


@pytest.mark.parametrize("seconds", [45, -45, 90, 600, -7_200])
def test_time_is_the_databases_however_far_off_the_machine_is(seconds: int) -> None:
    set_database_clock(timedelta(seconds=seconds))

    database_clock.measure()

    assert abs(database_clock.now() - timezone.now() - timedelta(seconds=seconds)) < CLOSE
    assert abs(app.now() - database_clock.now()) < CLOSE


def test_a_difference_of_less_than_a_second_is_none() -> None:
    set_database_clock(timedelta(seconds=0.4))

    assert database_clock.measure() == timedelta()


def test_a_ring_notes_the_databases_time() -> None:
    set_database_clock(timedelta(minutes=-10))
    database_clock.measure()

    note(HEARTBEAT, started=database_clock.now())

    (row,) = TaskRun.objects.all()
    assert row.succeeded_at is not None
    assert abs(row.succeeded_at - (timezone.now() - timedelta(minutes=10))) < CLOSE


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (100, None),
        (-100, None),
        (-240, "4 minutes ahead"),
        (240, "4 minutes behind"),
        (90_000, "1,500 minutes behind"),
    ],
)
def test_only_more_than_two_minutes_are_told(seconds: int, told: str | None) -> None:
    set_database_clock(timedelta(seconds=seconds))

    database_clock.compare("worker")

    report = status_report(now=database_clock.now())
    assert ("clock" in report["troubles"]) == (told is not None)
    assert report["details"].get("clock", "").endswith(told or "")


@pytest.mark.parametrize(
    ("expired_for", "worker_is_ahead", "taken"),
    [
        (timedelta(seconds=45), timedelta(), True),
        (timedelta(seconds=119), timedelta(), True),
        (timedelta(seconds=125), timedelta(), False),
        (timedelta(minutes=10), timedelta(minutes=10), True),
        (timedelta(minutes=-10), timedelta(minutes=-15), False),
    ],
)
def test_no_ring_is_discarded_for_a_clock_that_is_wrong(
    expired_for: timedelta, worker_is_ahead: timedelta, taken: bool
) -> None:
    app.loader.import_default_modules()
    database_clock._Measured.correction = -worker_is_ahead
    stamped = (timezone.now() - expired_for).isoformat()

    found = request_that_expires(stamped)

    assert isinstance(found, ExpiringRequest)
    assert (found.maybe_expire() is None) == taken


def test_a_ring_without_an_end_is_always_taken() -> None:
    assert request_that_expires(None).maybe_expire() is None


def request_that_expires(at: str | None) -> CelerysRequest:
    """A ring as a worker gets it from the broker."""
    from celery.app.task import Task
    from celery.utils.imports import symbol_by_name
    from kombu import Connection, Message

    task: Task = app.tasks["reminders.tasks.send"]
    headers: Any = {"id": "1", "task": task.name, "expires": at}
    with Connection("memory://") as broker:
        message = Message(
            body="[[], {}, {}]",
            channel=broker.channel(),
            content_type="application/json",
            content_encoding="utf-8",
            delivery_info={},
            headers=headers,
        )
        made: CelerysRequest = symbol_by_name(task.Request)(message, app=app, task=task)
    return made
