"""A database that can't write any more: found out by reading, on a disk that is really full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core import mail
from django.db import connection
from pytest_django import Settings

from config.launcher.embedded.places import ServicePaths
from config.launcher.embedded.postgres import Postgres
from config.launcher.embedded.processes import unprivileged_identity
from reminders.domain.operations import alerts, database_room
from reminders.domain.operations.alerts import Known, alert_administrators, alert_unsaved
from reminders.domain.operations.health import status_report
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from tests.factories import NOON
from tests.programs import data_folder

pytestmark = pytest.mark.django_db


@pytest.fixture
def full() -> Iterator[psycopg.Connection]:
    """A connection to a server whose disk is full.

    A server of its own: one that the other tests share could not write its pages for them either.
    """
    with data_folder() as folder, small_disk(folder / "disk") as place:
        server = Postgres(
            ServicePaths(
                home=place, sockets=place / "run", identity=unprivileged_identity(), moved=False
            ),
            throwaway=True,
        )
        server.start()
        try:
            with psycopg.connect(server.url, autocommit=True) as here:
                fill_up(here)
                yield here
        finally:
            server.stop()


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of 160 MB that a database server has room in, and fills soon."""
    place.mkdir()
    size = ["-t", "tmpfs", "-o", "size=160m", "none", str(place)]
    if subprocess.run(["mount", *size], capture_output=True).returncode:
        pytest.skip("Only root may mount a small disk")
    try:
        identity = unprivileged_identity()
        if identity:
            os.chown(place, identity.uid, identity.gid)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill_up(here: psycopg.Connection) -> None:
    # Unlogged: the server gives up when its log has no room, and only the tables shall have none.
    here.execute("CREATE UNLOGGED TABLE ballast (page text)")
    here.execute("ALTER TABLE ballast ALTER page SET STORAGE PLAIN")
    with suppress(psycopg.errors.DiskFull):
        while True:
            here.execute("INSERT INTO ballast SELECT repeat('x', 7000) FROM generate_series(1, 50)")


def test_a_full_disk_is_noticed_without_a_write(full: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DiskFull) as noticed, full.transaction():
        database_room.spill(full.cursor())

    assert noticed.value.sqlstate == database_room.DISK_FULL


def test_a_disk_with_room_and_a_database_that_takes_writes_are_no_trouble() -> None:
    assert database_room.refusal(fresh=True) == ""


def test_a_database_that_is_read_only_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    assert database_room.refusal(fresh=True) == "read_only"


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """A site whose database refuses the file as the one above does, with an administrator."""
    note(HEARTBEAT, started=NOON)
    monkeypatch.setattr(
        database_room, "_SPILL", "DO $$BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END$$"
    )
    monkeypatch.setattr(database_room._Known, "until", 0.0)
    settings.ADMINS = [("Admin", "admin@clinic.example")]


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_room._Known, "until", 0.0)


@pytest.mark.usefixtures("no_room")
def test_a_full_disk_is_the_one_trouble_that_is_told() -> None:
    report = status_report(now=NOON)

    assert (report["healthy"], report["troubles"]) == (False, ["disk"])
    assert [banner.code for banner in alerts.banners(NOON)] == ["disk"]


@pytest.mark.usefixtures("no_room")
def test_the_e_mail_about_a_full_disk_needs_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered: Known = {}
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")  # whoever writes now fails
    monkeypatch.setattr(database_room, "is_read_only", lambda _cursor: False)

    for minutes in range(6):
        forget(monkeypatch)
        alert_unsaved(remembered, now=NOON + timedelta(minutes=minutes))
        assert alert_administrators(now=NOON + timedelta(minutes=minutes)) == 0

    (told,) = mail.outbox
    assert "no room left on its disk" in told.subject
    assert "free room on that disk" in told.body
