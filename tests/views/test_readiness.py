"""/healthz and /readyz: what monitoring hears of each part."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from reminders.domain.rings import HEARTBEAT, note

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
