"""A day whose clock is in the morning, and what tests look for on it."""

from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Locator, Page

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status
from reminders.models import Appointment
from tests.browser.scenes import days
from tests.browser.scenes.days import Diary


def this_morning(monkeypatch: pytest.MonkeyPatch) -> Diary:
    """Today, where it is about ten o'clock now."""
    monkeypatch.setattr(days, "ZONE", days.where_it_is_morning())
    return Diary()


def tomorrow() -> Diary:
    return Diary(day=(datetime.now(UTC) + timedelta(days=1)).date())


def at(diary: Diary, **away: float) -> time:
    """The wall clock's time so far from now."""
    then = diary.now.astimezone(diary.place.tz) + timedelta(**away)
    return then.time().replace(second=0, microsecond=0)


def row(page: Page, appointment: Appointment) -> Locator:
    return page.locator(f"#row-{appointment.pk}")


def somebody_confirms(*appointments: Appointment) -> None:
    ids = [each.pk for each in appointments]
    set_status(ids, Appointment.Status.CONFIRMED, by=SYSTEM, now=datetime.now(UTC))


def look_again(page: Page) -> None:
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")


def wait_until(page: Page, true: str) -> None:
    """Until an expression is true; asked from outside, since the pages allow no `eval`."""
    for _ in range(200):
        if page.evaluate(true):
            return
        page.wait_for_timeout(50)
    raise AssertionError(true)
