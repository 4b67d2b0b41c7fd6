"""The page after a restore, and the banner while texts are held."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.operations.health import status_report
from reminders.domain.sending.after_restore.hold import is_held
from reminders.models import RestoreHold

pytestmark = pytest.mark.django_db
ADDRESS = "/set-up/after-restore/"


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    """An administrator who sees every location."""
    return sign_in("administrator")


def hold(*, caught_up: timedelta | None = None, **values: object) -> RestoreHold:
    """A backup of yesterday that was restored an hour ago."""
    restored_at: datetime = timezone.now() - timedelta(hours=1)
    return RestoreHold.objects.create(
        backup_at=restored_at - timedelta(days=1),
        restored_at=restored_at,
        caught_up_at=restored_at + caught_up if caught_up is not None else None,
        **values,
    )


def page(client: Client) -> str:
    return client.get(ADDRESS).content.decode()


def test_without_a_restore_there_is_nothing_to_do(client: Client) -> None:
    assert "No backup was restored here" in page(client)
    assert "After a restore" not in client.get("/set-up/").content.decode()


def test_everybody_reads_that_no_texts_go_out(sign_in: Callable[..., Client]) -> None:
    hold()

    banners = sign_in("receptionist").get("/pulse/").content.decode()
    report = status_report(now=timezone.now())

    assert "no texts go out until an administrator says so" in banners
    assert (report["healthy"], report["troubles"][0]) == (False, "held")
    assert not {"due", "replies", "poll"} & set(report["troubles"])


def test_it_asks_first_and_goes_on_only_then(client: Client) -> None:
    row = hold()
    assert "Let texts go again" not in page(client)

    client.post(f"{ADDRESS}go-on/")
    client.post(f"{ADDRESS}ask/")

    row.refresh_from_db()
    assert (is_held(), row.asked_at is not None) == (True, True)


def test_a_look_before_the_report_has_settled_is_not_enough(client: Client) -> None:
    hold(caught_up=timedelta(seconds=30))

    client.post(f"{ADDRESS}go-on/")

    assert is_held()
    assert "catch up once more after" in page(client)


def test_somebody_says_go_on_and_is_named(client: Client) -> None:
    hold(caught_up=timedelta(minutes=5), found={"adopted": 1_000})
    before = page(client)

    client.post(f"{ADDRESS}go-on/")

    assert "1,000" in before
    assert "Let texts go again" in before
    assert not is_held()
    row = RestoreHold.objects.get()
    assert row.went_on_by is not None
    assert row.went_on_by.get_username() in page(client)
