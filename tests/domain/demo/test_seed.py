"""The demo: enough of everything to look around, some of it about to happen, and only once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from reminders.domain.demo.seed import LOGINS, seed
from reminders.domain.pages.day_sheet import DayState, day_sheet
from reminders.models import Appointment, InboxItem, Location, Message, Reminder, Reply
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo() -> None:
    """A new site with its demo, seeded at noon in London."""
    make.make_confirmation_rule()
    make.make_reminder_rule()
    assert seed(now=NOON)


@pytest.mark.usefixtures("demo")
def test_three_sites_in_three_time_zones_with_some_hundred_appointments() -> None:
    assert dict(Location.objects.values_list("name", "zone")) == {
        "Harbour Dental": "Europe/London",
        "Midtown Physio": "America/New_York",
        "Bayside Clinic": "Australia/Sydney",
    }
    assert 300 <= Appointment.objects.count() <= 400


@pytest.mark.usefixtures("demo")
def test_some_texts_are_due_within_the_first_minute_and_none_was_due_before() -> None:
    planned = Reminder.objects.filter(state="planned", rule__kind="confirmation")

    assert planned.filter(due_at__gt=NOON, due_at__lte=NOON + timedelta(minutes=1)).count() >= 2
    assert Message.objects.exclude(state__in=["delivered", "failed"]).count() == 0


@pytest.mark.usefixtures("demo")
def test_todays_sheet_shows_every_state_that_a_morning_brings() -> None:
    everywhere = list(Location.objects.values_list("pk", flat=True))
    sheets = [
        day_sheet(day=NOON.date() + timedelta(days=n), location_ids=everywhere, now=NOON)
        for n in (0, 1)
    ]

    found = Counter(row.state for sheet in sheets for row in sheet.rows)

    assert {
        DayState.ARRIVED,
        DayState.CONFIRMED,
        DayState.DECLINED,
        DayState.ASKED,
        DayState.CHECK,
    } <= set(found)
    assert found[DayState.CONFIRMED] > found[DayState.DECLINED]


@pytest.mark.usefixtures("demo")
def test_what_patients_answered_was_acted_on() -> None:
    assert Reply.objects.filter(applied_at=None).count() == 0
    assert Reply.objects.filter(outcome="confirmed").count() > 20
    assert set(InboxItem.objects.values_list("kind", flat=True)) >= {"declined", "unclear"}


@pytest.mark.usefixtures("demo")
def test_every_login_has_its_password_and_its_role() -> None:
    for name, password in LOGINS:
        user = User.objects.get(username=name)
        assert user.check_password(password)
        assert list(user.groups.values_list("name", flat=True)) == [name]


@pytest.mark.usefixtures("demo")
def test_a_second_time_changes_nothing() -> None:
    assert seed(now=NOON + timedelta(days=1)) is False
    assert Location.objects.count() == 3


def test_a_site_without_rules_has_a_demo_without_texts() -> None:
    assert seed(now=NOON) is True
    assert (Message.objects.count(), Reminder.objects.count()) == (0, 0)
