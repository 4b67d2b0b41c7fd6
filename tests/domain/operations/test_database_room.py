"""A database that can't write any more: found out by reading, on a disk that is really full."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.core import mail
from django.db import connection
from pytest_django import Settings

from config.launcher.embedded.processes import unprivileged_identity
from reminders.domain.operations import alerts, database_room
from reminders.domain.operations.alerts import Known, alert_administrators, alert_unsaved
from reminders.domain.operations.health import status_report
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from tests.factories import NOON
from tests.programs import data_folder

pytestmark = pytest.mark.django_db

SMALL = "small_disk"


@pytest.fixture
def full(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection to a database whose disk is full."""
    with data_folder() as folder, small_disk(folder) as place:
        given = connection.get_connection_params()
        given.pop("cursor_factory", None)
        with psycopg.connect(**given, autocommit=True) as server:
            server.execute(f"CREATE TABLESPACE {SMALL} LOCATION '{place}'")
            server.execute(f"CREATE DATABASE {SMALL} TABLESPACE {SMALL} TEMPLATE template0")
            try:
                with psycopg.connect(**given | {"dbname": SMALL}, autocommit=True) as here:
                    fill_up(here)
                    yield here
            finally:
                server.execute(f"DROP DATABASE {SMALL} WITH (FORCE)")
                server.execute(f"DROP TABLESPACE {SMALL}")


class small_disk:  # noqa: N801  # used as a function
    """A file system of 24 MB that the database server may write to."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "disk"

    def __enter__(self) -> Path:
        self.place.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(self.place)], capture_output=True
        )
        if mounted.returncode:
            pytest.skip("Only root may mount a small disk")
        identity = unprivileged_identity()
        if identity:
            os.chown(self.place, identity.uid, identity.gid)
        self.place.chmod(0o700)
        return self.place

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", str(self.place)], check=True)


def fill_up(here: psycopg.Connection) -> None:
    here.execute("CREATE TABLE ballast (page text)")
    here.execute("ALTER TABLE ballast ALTER page SET STORAGE PLAIN")
    with suppress(psycopg.errors.DiskFull):
        while True:
            here.execute("INSERT INTO ballast SELECT repeat('x', 7000) FROM generate_series(1, 50)")


def test_a_full_disk_is_noticed_without_a_write(full: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.DiskFull) as noticed, full.transaction():
        database_room.spill(full.cursor())

    assert noticed.value.sqlstate == database_room.DISK_FULL


def test_a_disk_with_room_and_a_database_that_takes_writes_are_no_trouble() -> None:
    assert database_room.refusal(anew=True) == ""


def test_a_database_that_is_read_only_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    assert database_room.refusal(anew=True) == "read_only"


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
