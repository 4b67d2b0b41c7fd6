"""Faults of services and settings are on the pages and in the figures as soon as they are noted.

How long real programs take to note them is measured in `programs/test_seen_in_time.py`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from reminders import tasks
from reminders.domain.common import database_clock
from reminders.domain.operations import database_room, disk_room
from reminders.domain.operations.alerts import banners
from reminders.domain.operations.metrics import exposition
from reminders.domain.sending.calls import counted
from reminders.domain.sending.client import messages_api
from reminders.models import CallHealth, TaskRun
from reminders.provider import Exchange, MessagesApiError
from reminders.sandbox import Sandbox
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Nothing remembered from another test."""
    exposition._Known.until = database_room._Known.until = 0.0
    counted._Seen.sums.clear()
    counted._Seen.lately.clear()
    monkeypatch.setattr(disk_room, "disks", lambda: iter(()))
    yield
    exposition._Known.until = database_room._Known.until = 0.0
    messages_api.cache_clear()


def disk_full(patch: pytest.MonkeyPatch, **_: object) -> None:
    patch.setattr(database_room, "_has_room", lambda: False)


def read_only(patch: pytest.MonkeyPatch, **_: object) -> None:
    patch.setattr(database_room, "is_read_only", lambda _cursor: True)


def disk_nearly_full(patch: pytest.MonkeyPatch, **_: object) -> None:
    patch.setattr(disk_room, "disks", lambda: iter([disk_room.Disk(Path("/srv"), 1, True)]))
    tasks.alert()


def folder_unreadable(settings: Settings, tmp_path: Path, **_: object) -> None:
    # As root every folder can be read; a file in its place can't be.
    settings.IMPORT_FOLDER = tmp_path / "diary"
    settings.IMPORT_FOLDER.touch()
    tasks.folder()


def clock_ten_minutes_off(patch: pytest.MonkeyPatch, **_: object) -> None:
    patch.setattr(database_clock, "measure", lambda: timedelta(minutes=10))
    patch.setattr(database_clock, "release_connection", lambda: None)
    database_clock.compare("worker")


def provider_clock_ten_minutes_off(**_: object) -> None:
    date = database_clock.now() - timedelta(minutes=10)
    counted.note(Exchange("replies", "ok", 0.0, date))
    counted.write_down(now=database_clock.now())


def wrong_key(sandbox: Sandbox, **_: object) -> None:
    sandbox.order_fault("401", "*", times=None)
    for _round in range(2):
        with pytest.raises(MessagesApiError):
            messages_api().replies()
    counted.write_down(now=database_clock.now())


def provider_503(sandbox: Sandbox, **_: object) -> None:
    sandbox.order_fault("503", "*", times=None)
    for _round in range(3):
        with pytest.raises(MessagesApiError):
            messages_api().replies()
    counted.write_down(now=database_clock.now())
    CallHealth.objects.update(failing_since=database_clock.now() - timedelta(seconds=10))


def withdrawals_fail(**_: object) -> None:
    at = database_clock.now() - timedelta(seconds=61)
    make.make_message(state="accepted", provider_id="m-1", cancel_requested_at=at)


def refused_push(settings: Settings, **_: object) -> None:
    body = (
        '{"reply_id": "r1", "message_id": "m1", "content": "Y", "source_number": "+447700900001"}'
    )
    Client().post("/webhooks/messages/of-somebody-else/", body, content_type="application/json")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (disk_full, "disk"),
        (read_only, "read_only"),
        (disk_nearly_full, "room"),
        (folder_unreadable, "folder"),
        (clock_ten_minutes_off, "clock"),
        (provider_clock_ten_minutes_off, "clock"),
        (wrong_key, "credentials"),
        (provider_503, "down"),
        (withdrawals_fail, "withdraw"),
        (refused_push, "pushes"),
    ],
)
def test_pages_and_figures_tell_at_once(
    happens: Callable, code: str, monkeypatch: pytest.MonkeyPatch, settings: Settings,
    sandbox: Sandbox, tmp_path: Path,
) -> None:  # fmt: skip
    sandbox.set_clock(None)
    happens(patch=monkeypatch, settings=settings, sandbox=sandbox, tmp_path=tmp_path)
    TaskRun.objects.exclude(name="folder").delete()
    now = database_clock.now()

    shown = [banner.code for banner in banners(now)]
    told = exposition.exposition(now=now, broker=True).decode()

    assert code in shown
    assert f'reminders_trouble{{code="{code}"}} 1.0' in told
