"""What is told to programs elsewhere, and that none of it can do harm."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core import mail
from pytest_django import Settings

from config.environment import Environment
from config.watching import Outside, outside
from reminders.domain.operations.alerts import alert_administrators
from reminders.domain.operations.outside import ping
from reminders.domain.operations.periodic_tasks import HEARTBEAT, note
from reminders.models import TaskRun
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECRET = "a secret of the receiver"


class Receiver(HTTPServer):
    """Keeps what it is sent, and answers as it is told."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[str, dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, told, self.rfile.read(length)))
        self.send_response(self.server.status)
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # the library's name

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    settings.OUTSIDE = Outside(f"{url}/alive", f"{url}/alert", SECRET)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def ringing() -> None:
    for name in (HEARTBEAT, "replies"):
        note(name, started=NOON)
    TaskRun.objects.update(succeeded_at=NOON)


def test_the_sign_of_life_comes_while_all_is_well_and_not_otherwise(receiver: Receiver) -> None:
    assert ping(now=NOON) == 1
    TaskRun.objects.update(succeeded_at=NOON - timedelta(minutes=5))
    assert ping(now=NOON) == 0

    assert [path for path, _, _ in receiver.got] == ["/alive"]


@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_sign_of_life_that_fails_harms_nothing(receiver: Receiver, status: int) -> None:
    receiver.status = status

    assert ping(now=NOON) == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "http://[bad", "http://no.invalid/"])
def test_nobody_there_harms_nothing(settings: Settings, url: str) -> None:
    settings.OUTSIDE = Outside(url, "", "")

    assert ping(now=NOON) == 0


def test_an_alert_is_posted_once_signed_and_its_end_too(receiver: Receiver) -> None:
    TaskRun.objects.update(succeeded_at=NOON - timedelta(minutes=2))
    for minutes in (0, 4, 5):
        alert_administrators(now=NOON + timedelta(minutes=minutes))
    at = NOON + timedelta(minutes=6)
    TaskRun.objects.update(succeeded_at=at)
    alert_administrators(now=at)

    told = [json.loads(body) for _, _, body in receiver.got]
    assert [(one["event"], one["code"], one["level"]) for one in told] == [
        ("trouble.began", "beat", "danger"),
        ("trouble.over", "beat", "danger"),
    ]
    assert told[0]["title"] == "The application's background work has stopped."
    assert "should start the worker" in told[0]["words"]
    _, headers, body = receiver.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    seal = base64.b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{seal}"


def test_a_receiver_that_is_away_is_told_later_unless_a_mail_went(
    receiver: Receiver, settings: Settings
) -> None:
    TaskRun.objects.update(succeeded_at=NOON - timedelta(minutes=2))
    receiver.status = 503
    alert_administrators(now=NOON)
    assert alert_administrators(now=NOON + timedelta(minutes=4)) == 0
    receiver.status = 200

    assert alert_administrators(now=NOON + timedelta(minutes=5)) == 1

    settings.ADMINS = [("ann", "ann@clinic.example")]
    assert alert_administrators(now=NOON + timedelta(minutes=6)) == 0
    assert mail.outbox == []


def test_a_webhook_without_a_secret_is_refused() -> None:
    env = Environment({"ALERT_WEBHOOK_URL": "https://ops.example/hook"})
    outside(env)

    assert [problem.split()[0] for problem in env.problems] == ["ALERT_WEBHOOK_SECRET"]
