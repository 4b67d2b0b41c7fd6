"""Adding to the trail: by many at once, never waiting, never soft where it must not be."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from reminders.domain.trail.check import check_all
from reminders.domain.trail.seal import lock_state, seal_waiting
from reminders.domain.trail.visitor import by_command, current, readable_address, visiting
from reminders.domain.trail.write import Kind, digest, look, note, search
from reminders.models import TrailEntry
from tests.domain.beside import Beside
from tests.factories import make_user
from tests.programs import ROOT, bare_environment_in, data_folder

EACH = 150
WRITER = f"""
import django
django.setup()
from reminders.domain.trail.write import look
for number in range({EACH}):
    look(number + 1, page="test")
"""
SEALER = """
import time, django
django.setup()
from django.utils import timezone
from reminders.domain.trail.seal import seal_waiting
print("ready", flush=True)
for _ in range(60):
    seal_waiting(now=timezone.now())
    time.sleep(0.05)
"""


def environment_in(folder: Path, database_url: str) -> dict[str, str]:
    settings = {"DATABASE_URL": database_url, "DEBUG": "on", "SECRET_KEY": "the same"}
    given = bare_environment_in(folder) | settings
    return given | {"DJANGO_SETTINGS_MODULE": "config.settings"}


def start(program: str, database_url: str, folder: Path) -> subprocess.Popen[str]:
    environment = environment_in(folder, database_url)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.deep
@pytest.mark.django_db(transaction=True)
def test_two_processes_write_while_two_others_seal_and_the_chain_is_whole(
    database_url: str, settings: Settings
) -> None:
    settings.SECRET_KEY = "the same"
    with data_folder() as folder:
        programs = [start(one, database_url, folder) for one in (WRITER, WRITER, SEALER, SEALER)]
        assert [one.wait(90) for one in programs] == [0, 0, 0, 0]

    seal_waiting(now=timezone.now())
    found = check_all(now=timezone.now())

    places = list(TrailEntry.objects.order_by("position").values_list("position", flat=True))
    assert places == list(range(1, 2 * EACH + 1))
    assert (found.whole, found.entries, found.waiting) == (True, 2 * EACH, 0)


@pytest.mark.django_db(transaction=True)
def test_a_page_waits_for_no_sealing_and_an_entry_that_comes_late_takes_the_next_place() -> None:
    now = timezone.now()
    with transaction.atomic():
        note(Kind.EXPORT, contact_id=1)
        other = Beside(lambda: (look(2, page="test"), seal_waiting(now=now)))
        other.start()
        other.join(20)
        sealed = list(TrailEntry.objects.filter(position=1).values_list("contact_id", flat=True))
    with transaction.atomic():
        lock_state()
        third = Beside(lambda: look(3, page="test"))
        third.start()
        third.join(5)
        waited = third.is_alive()
    seal_waiting(now=now)

    rows = TrailEntry.objects.order_by("position").values_list("position", "contact_id")
    assert (sealed, waited, other.error, third.error) == ([2], False, None, None)
    assert list(rows) == [(1, 2), (2, 1), (3, 3)]
    assert check_all(now=now).whole


@pytest.mark.django_db(transaction=True)
def test_only_looks_and_searches_do_not_wait_for_the_disk_and_nothing_else_gets_soft() -> None:
    def commits() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            return str(cursor.fetchone()[0])

    usual = commits()
    look(1, page="test")
    search("words", page="test", found=1)
    after_a_look = commits()
    with transaction.atomic():
        look(1, page="test")
        within = commits()

    assert (after_a_look, within) == (usual, usual)


@pytest.mark.django_db(transaction=True)
def test_a_look_takes_less_than_a_millisecond() -> None:
    look(1, page="test")
    took = []
    for number in range(200):
        began = time.perf_counter()
        look(number, page="test")
        took.append(time.perf_counter() - began)

    # The quickest tenth: others run on this machine as well.
    assert sorted(took)[20] < 0.001


@pytest.mark.django_db
def test_it_says_who_from_where() -> None:
    user = make_user()
    with visiting("192.0.2.1", user_id=lambda: user.pk):
        look(5, 6, page="test")
    with by_command():
        note(Kind.EXPORT, contact_id=7, details={"as": "json"})
        login = current().login
    note(Kind.RIGHTS)

    rows = TrailEntry.objects.exclude(kind__in=["user"]).filter(pk__gt=0).order_by("pk")
    found = [
        (one.kind, one.source, one.user_id, one.address, one.contact_id, one.details)
        for one in rows
        if "user" not in one.details
    ]
    assert found == [
        ("look", "person", user.pk, "192.0.2.1", 5, {"page": "test"}),
        ("look", "person", user.pk, "192.0.2.1", 6, {"page": "test"}),
        ("export", "command", None, "", 7, {"as": "json", "login": login}),
        ("rights", "system", None, "", None, {}),
    ]


@pytest.mark.django_db(transaction=True)
def test_djangos_own_commands_are_somebodys_too(database_url: str) -> None:
    with data_folder() as folder:
        program = "from reminders.domain.trail.write import *; note(Kind.PASSWORD)"
        environment = environment_in(folder, database_url)
        command = [sys.executable, "manage.py", "shell", "-c", program]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    entry = TrailEntry.objects.get(kind="password")
    assert (entry.source, sorted(entry.details)) == ("command", ["login"])


def test_an_address_is_one_or_unknown() -> None:
    told = {
        "192.0.2.1": "192.0.2.1",
        "::ffff:192.0.2.1": "192.0.2.1",
        "2001:DB8::1": "2001:db8::1",
        "fe80::1%eth0": "fe80::1",
        "192.0.2.1 user=1 why=x": "unknown",
        "1.2.3.4\n2026": "unknown",
        "": "unknown",
    }

    assert {one: readable_address(one) for one in told} == told


def test_a_digest_is_the_same_for_the_same_words_here_and_another_elsewhere(settings) -> None:
    here = digest("Ann  LEE")
    settings.SECRET_KEY = "another"

    assert (here == digest(" ann lee "), len(here)) == (False, 16)
    assert digest("Ann  LEE") == digest(" ann lee ")
