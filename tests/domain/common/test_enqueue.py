"""Ringing for a worker: after the commit, once, and never to the harm of what rang."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from redis import Redis

from config.launcher.embedded.broker import Broker
from config.ringing import queues
from reminders.domain.common import enqueue
from reminders.domain.common.enqueue import enqueue_after_commit, enqueue_debounced
from reminders.domain.sending.webhook_secrets import present
from tests.programs import data_folder, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


class Bells:
    """What workers would find: a broker of this test's own."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self._redis = Redis(unix_socket_path=str(broker.socket))

    @property
    def rung(self) -> list[str]:
        """The tasks in the order in which they were rung for, those of the urgent queue first."""
        found = [
            json.loads(each)["headers"]["task"]
            for queue in (queues.BACKGROUND, queues.URGENT)
            for each in self._redis.lrange(queue, 0, -1)
        ]
        return [name.removeprefix("reminders.tasks.") for name in reversed(found)]


@pytest.fixture
def bells(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bells]:
    """A broker, and a process that has not found it dead, whatever rang before this test."""
    assert wait_until(nobody_rings, seconds=5)
    monkeypatch.setattr(enqueue._Line, "dead_until", 0.0)
    with data_folder() as folder:
        broker = Broker(folder)
        broker.start()
        monkeypatch.setenv("CELERY_BROKER_WRITE_URL", f"redis+socket://{broker.socket}")
        yield Bells(broker)
        assert wait_until(nobody_rings, seconds=5)
        broker.stop()


def nobody_rings() -> bool:
    return not any(thread.name.startswith("ring ") for thread in threading.enumerate())


def test_a_change_rings_once_when_it_is_committed(bells: Bells) -> None:
    with transaction.atomic():
        enqueue_after_commit("send")
        with transaction.atomic():
            enqueue_after_commit("withdraw")
            enqueue_after_commit("send")
        before = bells.rung

    assert (before, bells.rung) == ([], ["send", "withdraw"])


def test_a_change_that_is_rolled_back_rings_for_nothing(bells: Bells) -> None:
    with transaction.atomic():
        enqueue_after_commit("send")
        transaction.set_rollback(True)

    assert bells.rung == []


def test_without_a_broker_the_second_change_does_not_even_try(
    bells: Bells, caplog: pytest.LogCaptureFixture
) -> None:
    bells.broker.stop()

    enqueue_after_commit("send")
    enqueue_after_commit("send")

    assert [
        record.getMessage() for record in caplog.records if record.name == enqueue.__name__
    ] == ["No worker could be woken for send: OperationalError"]


def test_a_hundred_pulls_apart_are_a_ring_now_and_one_later(
    bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "AT_MOST_EVERY", 0.3)
    for _ in range(100):
        enqueue_debounced("apply")

    assert wait_until(lambda: bells.rung == ["apply", "apply"], seconds=5), bells.rung
    time.sleep(0.5)
    assert bells.rung == ["apply", "apply"]


def test_a_pushed_reply_rings_and_a_report_does_not(bells: Bells) -> None:
    assert (
        pushed({"status": "delivered", "message_id": "M1", "delivery_report_id": "R1"})
        == HTTPStatus.OK
    )
    assert (
        pushed({"content": "Y", "source_number": "+447700900123", "reply_id": "Y1"})
        == HTTPStatus.OK
    )

    assert wait_until(lambda: bells.rung == ["apply"], seconds=5), bells.rung


def pushed(item: dict[str, str]) -> int:
    now = f"{datetime(2026, 3, 2, 12):%Y-%m-%dT%H:%M:%S.000Z}"
    body = {"date_received": now, "submitted_date": now, "message_id": "M1", **item}
    path = f"/webhooks/messages/{present(now=timezone.now())}/"
    return Client().post(path, json.dumps(body), content_type="application/json").status_code
