"""The rings as workers run them: what they note, and when they leave the provider alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from reminders import tasks
from reminders.domain.operations.health import status_report
from reminders.models import ProviderState, TaskRun
from reminders.sandbox import Sandbox
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

ASKING = ["withdraw", "reconcile", "replies", "reports", "check", "push_blocked", "sync_blocked"]


def something_to_ask() -> None:
    """A text to be withdrawn and one of unknown outcome."""
    now = timezone.now()
    make.make_message(cancel_requested_at=now)
    make.make_message(state="unknown", unknown_since=now)


@pytest.mark.parametrize("name", ASKING)
def test_a_provider_that_wants_to_be_left_alone_is_left_alone_by_every_ring(
    sandbox: Sandbox, name: str
) -> None:
    something_to_ask()
    until = timezone.now() + timedelta(minutes=1)
    ProviderState.objects.create(brake="rate", until=until)
    sandbox.order_fault("slow", "*", seconds=0)

    getattr(tasks, name)()

    assert (sandbox.faults.shown()[0]["met"], TaskRun.objects.count()) == (0, 0)
    ProviderState.objects.update(until=timezone.now() - timedelta(seconds=1))
    getattr(tasks, name)()
    assert TaskRun.objects.filter(pk=name, error="").exists()


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("replies", "replies"),
        ("reports", "reports"),
        ("reconcile", "detail"),
        ("withdraw", "cancel"),
    ],
)
def test_a_request_to_slow_down_holds_for_all_whoever_was_asked(
    sandbox: Sandbox, name: str, endpoint: str
) -> None:
    something_to_ask()
    sandbox.order_fault("retry_after", endpoint=endpoint, seconds=90)

    getattr(tasks, name)()

    state = ProviderState.objects.get()
    assert state.brake == "rate"
    assert state.until is not None
    assert timedelta(seconds=80) < state.until - timezone.now() <= timedelta(seconds=90)


def test_sending_leaves_threads_for_replies_and_withdrawals(sandbox: Sandbox) -> None:
    make.make_message(state="queued", expires_at=timezone.now() + timedelta(hours=1))
    for _ in range(3):
        assert tasks.SENDERS.acquire(blocking=False)

    tasks.send()

    assert (len(sandbox.ledger()), TaskRun.objects.count()) == (0, 0)
    for _ in range(3):
        tasks.SENDERS.release()
    tasks.send()
    assert (len(sandbox.ledger()), TaskRun.objects.get().count) == (1, 1)


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        ("a-file/below", "Not a directory"),
        ("a-file", "Not a directory"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_folder_that_cannot_be_read_is_told_by_status_until_it_can(
    settings: Settings, tmp_path: Path, folder: str, words: str
) -> None:
    (tmp_path / "a-file").write_text("no folder")
    settings.IMPORT_FOLDER = tmp_path / folder

    tasks.folder()

    report = status_report(now=timezone.now())
    assert "folder" in report["troubles"]
    assert report["details"]["folder"].startswith(f"{words} (/")
    settings.IMPORT_FOLDER = tmp_path / "diaries"
    tasks.folder()
    assert "folder" not in status_report(now=timezone.now())["troubles"]


def test_withdrawals_that_fail_again_and_again_are_told_within_two_minutes(
    sandbox: Sandbox,
) -> None:
    began = timezone.now()
    make.make_message(state="accepted", provider_id="m-1", cancel_requested_at=began)
    sandbox.order_fault("error_500_before", endpoint="cancel", times=None)

    for _ in range(3):
        tasks.withdraw()

    assert "withdraw" not in status_report(now=began + timedelta(seconds=60))["troubles"]
    assert "withdraw" in status_report(now=began + timedelta(seconds=100))["troubles"]
