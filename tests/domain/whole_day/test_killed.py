"""A worker that is killed in the middle of a day's move: the next one goes on, and nobody is told
twice.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.whole_day import carry_out
from reminders.domain.whole_day.choosing import prepare
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import Appointment, BulkChange, Message
from tests import factories as make
from tests.programs import ROOT, bare_environment_in, data_folder

VISITS = 12
PROGRAM = """
import sys, django
django.setup()
from django.utils import timezone
from reminders.domain.whole_day import carry_out
carry_out.STEP = 3
[pk] = sys.argv[1:]
real = carry_out._write
count = 0
def told(*given, **more):
    global count
    count += 1
    found = real(*given, **more)
    print(count, flush=True)
    if count == 3:
        sys.stdin.readline()
    return found
carry_out._write = told
while carry_out.step(int(pk), now=timezone.now()):
    pass
"""


@pytest.mark.django_db(transaction=True)
def test_killed_within_a_step_it_leaves_whole_steps_and_the_next_finishes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    place = make.make_location(zone="UTC", opens="00:00", closes="00:00")
    day = (now + timedelta(days=3)).date()
    visits = [make.make_appointment(location=place, day=day) for _ in range(VISITS)]
    change = prepare(visits, by=SYSTEM, now=now)
    wish = Wish(Kind.MOVE, minutes=120)
    BulkChange.objects.filter(pk=change.pk).update(
        kind=wish.kind, params=wish.params, state="running", begun_at=now, send_at=now
    )
    with data_folder() as folder:
        environment = bare_environment_in(folder) | {
            "DATABASE_URL": database_url,
            "DEBUG": "on",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        with subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(change.pk)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as worker:
            assert worker.stdout is not None
            assert [worker.stdout.readline() for _ in range(3)] == ["1\n", "2\n", "3\n"]
            worker.kill()
    assert change.rows.filter(state="done").count() == Message.objects.count() == 6

    monkeypatch.setattr(carry_out, "STEP", 3)
    carry_out.work_off(clock=lambda: now, until=now + timedelta(seconds=30))

    change.refresh_from_db()
    assert change.state == "done"
    assert {row.version for row in Appointment.objects.all()} == {2}
    told = Message.objects.values_list("phone", flat=True)
    assert sorted(told) == sorted(visit.contact.phone for visit in visits)
