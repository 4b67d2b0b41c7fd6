"""Beat as a process: what a stop does to it while it starts, and in the middle of a statement."""

import os
import signal
import threading
from typing import Any

import pytest
from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.celery import app
from config.ringing import queues
from reminders.management.commands.up import WORKERS
from tests.programs import run

pytestmark = pytest.mark.programs

NAME = "saved on the way out"


def stop_this_process() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class StoppedWhileItLoads(DatabaseScheduler):
    """A schedule whose process is told to stop in the middle of loading it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        stop_this_process()
        super().__init__(*args, **kwargs)


class StoppedInAStatement(DatabaseScheduler):
    """A schedule whose process is told to stop while it waits for the database, with something to
    save.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        self.reserve(self.schedule[NAME])
        threading.Timer(0.3, stop_this_process).start()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(40)")
        return 0.0


def beat(scheduler: type[DatabaseScheduler], environment: dict[str, str]) -> tuple[int, str]:
    """Run it to its end; its status and what it complained of."""
    name = f"{__name__}:{scheduler.__name__}"
    ended = run(
        ["-m", "celery", "--quiet", "--app", "config", "beat", "--pidfile=", "--scheduler", name],
        environment,
    )
    return ended.returncode, ended.stderr


def test_stopped_while_it_starts_it_ends_without_a_word(bare_environment: dict[str, str]) -> None:
    assert beat(StoppedWhileItLoads, bare_environment) == (-signal.SIGTERM, "")


@pytest.mark.django_db(transaction=True)
def test_stopped_in_a_statement_it_saves_its_schedule(
    bare_environment: dict[str, str], database_url: str
) -> None:
    often = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name=NAME, task="reminders.tasks.send", interval=often)

    here = {"DATABASE_URL": database_url, "DEBUG": "on"}
    assert beat(StoppedInAStatement, bare_environment | here) == (0, "")
    assert PeriodicTask.objects.get(name=NAME).total_run_count == 1


def test_every_ring_goes_to_a_queue_that_a_plain_worker_and_the_workers_of_up_take() -> None:
    app.loader.import_default_modules()
    rings = [name for name in app.tasks if name.startswith("reminders.")]

    routed = {name: app.amqp.router.route({}, name)["queue"].name for name in rings}

    urgent = {name for name, queue in routed.items() if queue == queues.URGENT}
    assert set(app.amqp.queues.consume_from) == set(WORKERS.values()) == set(routed.values())
    assert urgent == {
        f"reminders.tasks.{name}" for name in ("heartbeat", "send", "apply", "expire")
    }
