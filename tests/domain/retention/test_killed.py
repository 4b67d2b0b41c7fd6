"""A worker that is killed in the middle of the night's work: what it did counts, the next
goes on.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.domain.retention.run import forget_what_is_due
from reminders.models import ForgettingRun, Message
from tests import factories as make
from tests.programs import ROOT, bare_environment_in, data_folder

TEXTS = 60
PROGRAM = """
import sys, django
django.setup()
from django.utils import timezone
from reminders.domain.retention import run
run.FIRST = run.LEAST = run.MOST = 5
def told(step, rows, took):
    print(step, rows, flush=True)
    if rows:
        sys.stdin.readline()
run.forget_what_is_due(now=timezone.now(), pause=lambda _: None, on_step=told)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_between_two_portions_it_leaves_whole_ones_and_the_next_finishes(
    database_url: str,
) -> None:
    at = timezone.now() - timedelta(days=200)
    place = make.make_location()
    for _ in range(TEXTS):
        make.make_message(
            state="delivered",
            created_at=at,
            scheduled_at=at,
            expires_at=at,
            send_after=at,
            location=place,
        )
    with data_folder() as folder:
        settings = {"DATABASE_URL": database_url, "DEBUG": "on"}
        environment = bare_environment_in(folder) | settings
        environment |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as worker:
            said = [worker.stdout.readline().strip()]
            worker.stdin.write("\n")
            worker.stdin.flush()
            said.append(worker.stdout.readline().strip())
            worker.kill()

    assert said == ["texts 5", "texts 5"]
    gone = Message.objects.filter(text="", phone="").count()
    run = ForgettingRun.objects.get(step="texts")
    assert (gone, run.count, run.finished_at) == (10, 10, None)

    forget_what_is_due(now=timezone.now(), pause=lambda _: None)

    run.refresh_from_db()
    assert (Message.objects.exclude(text="").count(), run.count) == (0, TEXTS)
    assert run.finished_at
