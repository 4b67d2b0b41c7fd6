"""The demo: enough of everything to look around, some of it about to happen, and only once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from reminders.domain.demo.seed import LOGINS, NotForDemoError, seed
from reminders.domain.pages.day_sheet import DayState, day_sheet
from reminders.domain.pages.statistics import statistics
from reminders.domain.wording import Values, compile_wording
from reminders.models import (
    Appointment,
    InboxItem,
    Location,
    Message,
    Reminder,
    Reply,
    StaffProfile,
    Wording,
)
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
def test_three_sites_in_three_time_zones_with_weeks_of_appointments() -> None:
    assert dict(Location.objects.values_list("name", "zone")) == {
        "Harbour Dental": "Europe/London",
        "Midtown Physio": "America/New_York",
        "Bayside Clinic": "Australia/Sydney",
    }
    assert 1_000 <= Appointment.objects.count() <= 1_200


@pytest.mark.usefixtures("demo")
def test_its_reminder_leads_to_the_page_behind_a_link() -> None:
    template = compile_wording(Wording.objects.get().text)

    assert "link" in template.placeholders
    # Where no phone reaches the site, nothing is left of it.
    without = template.render(Values(first_name="Ann", location="Here", date="Monday", time="10"))
    assert without == "Hi Ann, see you at Here on Monday at 10."


@pytest.mark.usefixtures("demo")
def test_some_texts_are_due_within_the_first_minute_and_none_was_due_before() -> None:
    planned = Reminder.objects.filter(state="planned", rule__kind="confirmation")

    assert planned.filter(due_at__gt=NOON, due_at__lte=NOON + timedelta(minutes=1)).count() >= 2
    assert Message.objects.exclude(state__in=["delivered", "failed"]).count() == 0


@pytest.mark.usefixtures("demo")
def test_the_demo_opens_with_the_site_where_it_is_morning_and_asks_about_its_day() -> None:
    site = Location.objects.get(name="Harbour Dental")
    remembered = list(StaffProfile.objects.values_list("remembered__location", flat=True))
    due = Reminder.objects.filter(
        state="planned", rule__kind="confirmation", due_at__lte=NOON + timedelta(seconds=1)
    )

    assert remembered == [site.pk] * len(LOGINS)
    about_today = due.filter(local_date=NOON.date())
    assert list(about_today.values_list("location", flat=True)) == [site.pk] * 3


@pytest.mark.deep
@pytest.mark.parametrize("hour", [0, 5, 10, 14, 19, 23])
def test_whoever_is_asked_about_today_is_asked_about_nothing_else(hour: int) -> None:
    """An answer to the text on the phone changes the sheet that is open, at any hour."""
    now = NOON.replace(hour=hour, minute=55)
    make.make_confirmation_rule()
    seed(now=now)

    asked = Appointment.objects.filter(changed_at=now)
    phones = list(asked.values_list("contact__phone", flat=True))
    others = Appointment.objects.exclude(pk__in=asked).filter(
        contact__phone__in=phones, starts_at__range=(now, now + timedelta(days=2))
    )
    assert len(set(phones)) == 3
    assert not others.exists()


@pytest.mark.usefixtures("demo")
def test_the_weeks_behind_have_answers_so_that_the_statistics_make_sense() -> None:
    everywhere = list(Location.objects.values_list("pk", flat=True))
    today = NOON.date()

    found = statistics(location_ids=everywhere, since=today - timedelta(days=77), until=today)

    full_weeks = [figures for _, figures in found.weeks][:-1]
    assert all(week.appointments > 30 for week in full_weeks)
    assert found.total.confirmed > found.total.appointments / 2
    assert 0 < found.total.declined_late < found.total.declined < found.total.confirmed
    assert 0 < found.total.no_show < found.total.arrived
    assert 0 < found.total.failed < found.total.delivered


@pytest.mark.usefixtures("demo")
def test_todays_sheet_shows_every_state_that_a_morning_brings() -> None:
    everywhere = list(Location.objects.values_list("pk", flat=True))
    sheets = [
        day_sheet(days=dict.fromkeys(everywhere, NOON.date() + timedelta(days=n)), now=NOON)
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


def test_no_demo_where_texts_would_reach_people(settings: Settings) -> None:
    settings.PROVIDER_IS_HERE = False

    with pytest.raises(NotForDemoError):
        seed(now=NOON)
    with pytest.raises(CommandError, match="The demo is for the sandbox alone"):
        call_command("seed_demo")

    assert (User.objects.count(), Location.objects.count()) == (0, 0)


def test_no_demo_beside_somebody_who_has_begun_to_set_up() -> None:
    make.make_user("ann", group="administrator")

    assert seed(now=NOON) is False
