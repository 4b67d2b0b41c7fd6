"""Kept promises by day: what counts, and what anybody may read of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from reminders.domain.common import database_clock
from reminders.domain.operations.promise import Day, days, handed_over, keep_days, whole
from reminders.models import PromiseDay, Reminder
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def sent(due: datetime, *, late: timedelta) -> None:
    make.make_message(
        state="delivered", provider_id=f"m-{due}-{late}", scheduled_at=due, accepted_at=due + late
    )


@pytest.mark.parametrize(
    ("late", "kept"),
    [
        (-DAY, 1),
        (timedelta(), 1),
        (60 * SECOND, 1),
        (61 * SECOND, 0),
        (5 * HOUR, 0),
    ],
)
def test_in_time_is_within_a_minute(late: timedelta, kept: int) -> None:
    sent(NOON - 2 * HOUR, late=late)

    assert handed_over(NOON - 3 * HOUR, NOON) == (1, kept)
    assert handed_over(NOON - HOUR, NOON) == (0, 0)


def test_a_text_that_never_went_was_due_all_the_same() -> None:
    appointment = make.make_appointment(day=NOON.date())
    Reminder.objects.create(
        appointment=appointment, rule=make.make_confirmation_rule(), version=1, state="expired",
        reason="cutoff", due_at=NOON - HOUR, cutoff_at=NOON, location=appointment.location,
        starts_at=appointment.starts_at, local_date=appointment.local_date, updated_at=NOON,
    )  # fmt: skip

    assert handed_over(NOON - 2 * HOUR, NOON) == (1, 0)


def test_days_are_counted_again_while_they_last_and_kept_afterwards(settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    # 11:30 UTC on the first is half past midnight there, a day later.
    midnight = datetime(2026, 3, 1, 11, 0, tzinfo=UTC)
    sent(midnight - HOUR, late=timedelta())
    sent(midnight + HOUR, late=90 * SECOND)
    now = midnight + 2 * HOUR

    assert keep_days(now=now) == keep_days(now=now) == 2
    today, yesterday, *others = days(now=now)

    assert (today, yesterday) == (
        Day(datetime(2026, 3, 2).date(), 1, 0),
        Day(datetime(2026, 3, 1).date(), 1, 1),
    )
    assert len(others) == 28
    assert whole([today, yesterday]).percent == "50.0 %"
    assert PromiseDay.objects.count() == 2


@pytest.mark.parametrize(
    ("due", "kept", "words"),
    [(0, 0, "none due"), (3, 3, "100 %"), (10_000, 9_999, "99.9 %"), (3, 2, "66.6 %"),
     (1, 0, "0.0 %")],
)  # fmt: skip
def test_a_share_is_never_rounded_up(due: int, kept: int, words: str) -> None:
    assert Day(NOON.date(), due, kept).percent == words


def test_the_page_is_there_only_where_a_setting_says_so(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_clock, "now", lambda: NOON)
    PromiseDay.objects.create(day=NOON.date(), due=1204, kept=1203, computed_at=NOON)

    assert client.get("/promise/").status_code == 404
    settings.PROMISE_PAGE = True
    page = client.get("/promise/")

    assert page.status_code == 200
    text = " ".join(page.content.decode().split())
    assert "<b>99.9 %</b>" in text
    assert "1,204 texts of the last 30 days" in text


def test_an_empty_site_says_so(client: Client, settings: Settings) -> None:
    settings.PROMISE_PAGE = True

    assert "No text was due" in client.get("/promise/").content.decode()
