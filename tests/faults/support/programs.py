"""The product as it runs: workers, beats and a broker as processes of their own, on the test's
database.

What dies here dies by `kill -9`; the sandbox runs in the test's process, so that its ledger
survives.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from config.launcher.embedded import processes
from config.launcher.embedded.broker import Broker
from reminders.domain.operations.periodic_tasks import seed_periodic_tasks
from reminders.models import Message, Reminder, TaskRun
from reminders.sandbox import Sandbox
from tests.faults.support.invariants import violations
from tests.faults.support.world import World
from tests.programs import ROOT, data_folder, wait_until

CALL_TAKES_AT_MOST = 1.0
"""Seconds: `MESSAGES_API_TIMEOUT`. A claim is held for ten times as long and half a minute more."""
HELD_FOR = timedelta(seconds=10 * CALL_TAKES_AT_MOST + 30)
RECONCILE_AFTER = 3
CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "config"]


class Site:
    """Programs of one site, started and killed by hand."""

    def __init__(self, folder: Path, environment: dict[str, str], broker: Broker | None) -> None:
        self.folder, self.environment, self.broker = folder, environment, broker
        self.log = folder / "programs.log"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.beats: list[subprocess.Popen[bytes]] = []

    def web(self, port: int, **environment: str) -> subprocess.Popen[bytes]:
        """Start the web site."""
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "config.launcher.serve", "--port", str(port)]
            found = processes.start(
                command, output=log, environment=self.environment | environment, folder=ROOT
            )
        self.workers.append(found)
        return found

    def worker(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        command = ["worker", "--without-gossip", "--without-mingle", *arguments]
        self.workers.append(self._start(command, environment))
        return self.workers[-1]

    def beat(self) -> subprocess.Popen[bytes]:
        """Start a beat."""
        self.beats.append(self._start(["beat", "--pidfile="], {}))
        return self.beats[-1]

    def _start(self, arguments: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return processes.start(
                [*CELERY, *arguments],
                output=log,
                environment=self.environment | environment,
                folder=ROOT,
            )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """`kill -9`, with what it started itself."""
        processes.kill_group(process)
        process.wait()

    def stop(self) -> None:
        """End everything."""
        for process in (*self.workers, *self.beats):
            if process.poll() is None:
                self.kill(process)

    def said(self) -> str:
        """The end of the log, for a test that failed."""
        return self.log.read_text(errors="replace")[-20000:] if self.log.exists() else ""


@contextmanager
def site(database_url: str, sandbox: Sandbox, *, broker_url: str | None = None) -> Iterator[Site]:
    """A site whose bells ring every second or two; with a broker of its own where none is given."""
    quick_bells()
    with data_folder() as folder:
        broker = None
        if broker_url is None:
            broker = Broker(folder)
            broker.start()
            broker_url = f"redis+socket://{broker.socket}"
        running = Site(
            folder, environment_of(database_url, broker_url, sandbox.url, folder), broker
        )
        try:
            yield running
        finally:
            running.stop()
            if broker:
                broker.stop()


def environment_of(
    database_url: str, broker_url: str, api_url: str, folder: Path
) -> dict[str, str]:
    """What the programs see: nothing of this machine's own settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "MESSAGES_API_URL": api_url,
        "MESSAGES_API_KEY": "sandbox-key",
        "MESSAGES_API_SECRET": "sandbox-secret",
        "MESSAGES_API_TIMEOUT": str(CALL_TAKES_AT_MOST),
        "RECONCILE_AFTER": str(RECONCILE_AFTER),
        "SEND_EVERY": "1",
        "POLL_EVERY": "1",
        "SECRET_KEY": "a key for tests, long enough to be taken for one of those that are in "
        "earnest",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "MESSAGES_PER_HOUR": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
    }


def quick_bells() -> None:
    """Every ring each second, those that cost more every two; no diaries are read."""
    seed_periodic_tasks()
    diaries = ["reminders.tasks.imports", "reminders.tasks.folder"]
    PeriodicTask.objects.filter(task__in=diaries).update(enabled=False)
    for seconds, names in ((1, ("send", "reports", "replies", "heartbeat")), (2, ())):
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=seconds, period=IntervalSchedule.SECONDS
        )
        tasks = PeriodicTask.objects.filter(task__startswith="reminders.tasks.")
        if names:
            tasks = tasks.filter(task__in=[f"reminders.tasks.{name}" for name in names])
        else:
            tasks = tasks.exclude(interval__every=1)
        tasks.update(interval=interval, expire_seconds=10, last_run_at=None)
    PeriodicTasks.update_changed()


def wait_for(condition: Callable[[], bool], *, seconds: float, site: Site) -> None:
    """Fail with the programs' own words if it does not come true."""
    assert wait_until(condition, seconds=seconds), site.said()


def rung(name: str) -> datetime | None:
    """When a ring last went well."""
    return TaskRun.objects.filter(pk=name).values_list("succeeded_at", flat=True).first()


def wait_for_rings(*names: str, site: Site, seconds: float = 60) -> None:
    """Wait until each of these has gone well from now on."""
    now = timezone.now()
    wait_for(lambda: all((rung(name) or now) > now for name in names), seconds=seconds, site=site)


def accepted() -> int:
    """How many texts the database says the provider has."""
    return Message.objects.filter(accepted_at__isnull=False).count()


def queued_and_due() -> QuerySet[Message]:
    """Texts that a ring should have taken by now."""
    return Message.objects.filter(_queued_and_due())


def _queued_and_due() -> Q:
    # An automatic answer may wait for minutes, as a number gets one in ten: that is no fault.
    return Q(state="queued") & ~Q(kind="answer", send_after__gt=timezone.now())


def unsettled() -> dict[str, int]:
    """What the rings have yet to do; a text lost twice may wait in plain sight."""
    ahead = timezone.now() + timedelta(hours=23, minutes=50)
    planned = Reminder.objects.filter(state="planned", due_at__lte=ahead).count()
    # In one statement: between two, a text might go from what is counted later to what was
    # counted.
    of_messages = Message.objects.aggregate(
        open=Count("pk", filter=_queued_and_due() | Q(state="submitting")),
        unknown=Count("pk", filter=Q(state="unknown", resent=False)),
        withdraw=Count("pk", filter=Q(cancel_requested_at__isnull=False, cancel_settled_at=None)),
    )
    found = {"planned": planned, **of_messages}
    return {name: number for name, number in found.items() if number}


def settle(site: Site, *, seconds: float) -> float:
    """Wait until nothing is left to do; how long that took."""
    began = time.monotonic()
    while left := unsettled():
        assert time.monotonic() - began < seconds, (
            f"not settled in {seconds} s: {left}\n{site.said()}"
        )
        time.sleep(0.25)
    return time.monotonic() - began


def found(clinic: World, *, notice: timedelta = timedelta()) -> list[str]:
    """The invariants, by the machine's clock."""
    return violations(clinic.ledger(), now=timezone.now(), replies=clinic.replies, notice=notice)


def taken(clinic: World) -> int:
    """How many texts the provider took so far."""
    return len(clinic.sandbox.account.order)


def accepted_twice(clinic: World) -> list[str]:
    """Messages that the provider took more than once."""
    times = Counter(entry["metadata"]["message"] for entry in clinic.ledger())
    return [message for message, count in times.items() if count > 1]
