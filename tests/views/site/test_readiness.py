"""/healthz and /readyz: what monitoring hears of each part."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.log.discretion import Discreet
from reminders.domain.operations import database_room
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from tests.programs import free_port

pytestmark = pytest.mark.django_db


def test_the_process_answers(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_what_fails_is_named(client: Client) -> None:
    answer = client.get("/readyz")

    told = answer.json()
    assert answer.status_code == 503
    assert (told["ready"], told["database"], told["migrations"]) == (False, "ok", "ok")
    assert told["beat"] == "no heartbeat yet: is beat running, and a worker?"


def test_a_heartbeat_shows_that_beat_and_worker_run(client: Client) -> None:
    note(HEARTBEAT, started=timezone.now())

    assert client.get("/readyz").json()["beat"] == "ok"


def test_a_missing_migration_is_told(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    told = client.get("/readyz").json()

    assert "missing" in told["migrations"]


def test_steps_that_a_development_version_did_not_make_are_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE name = '0052_words_of_mails'")

    assert "missing" in client.get("/readyz").json()["migrations"]


@pytest.mark.parametrize(
    "host", ["10.0.0.7", "10.0.0.7:8000", "[fd00::7]:8000", "a.name.of.the.balancer", "é", ""]
)
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_load_balancer_that_asks_by_address_is_answered(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture, path: str, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["reminders.example"]
    note(HEARTBEAT, started=timezone.now())

    answer = client.get(path, headers={"host": host})

    assert answer.status_code in ({200} if path == "/healthz" else {200, 503})
    assert [record for record in caplog.records if record.exc_info] == []


def test_other_pages_under_a_wrong_name_are_refused_in_one_line_of_the_log(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ALLOWED_HOSTS = ["reminders.example"]

    assert client.get("/sign-in/", headers={"host": "10.0.0.7"}).status_code == 400

    said = [Discreet("%(message)s").format(record) for record in caplog.records if record.exc_info]
    assert said == [
        "Invalid HTTP_HOST header: '10.0.0.7'. You may need to add '10.0.0.7' to ALLOWED_HOSTS."
    ]


def test_a_database_that_is_away_is_told_at_once_and_not_asked_again(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, database_at(deaf.getsockname()[1]):
        began = time.monotonic()
        hanging = client.get("/readyz")
        took = time.monotonic() - began
    with database_at(free_port()):
        refused = client.get("/readyz")

    assert took < 3
    assert hanging.json()["database"] in {
        "fails: no answer within 2 seconds",
        "fails: ConnectionTimeout",
    }
    assert refused.json()["database"] == "fails: OperationalError"
    for told in (hanging, refused):
        assert told.status_code == 503
        assert (
            told.json()["beat"]
            == told.json()["migrations"]
            == "not asked: the database does not answer"
        )


def test_a_full_disk_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_room._Known, "refusal", "disk")
    monkeypatch.setattr(database_room._Known, "until", time.monotonic() + 60)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["disk"]) == (503, "full: the database can't write")


@contextmanager
def database_at(port: int) -> Iterator[None]:
    """The database is said to listen there."""
    real = dict(connection.settings_dict)
    connection.settings_dict.update(HOST="127.0.0.1", PORT=str(port))
    try:
        yield
    finally:
        connection.settings_dict.update(real)
