"""Set-up and administration, wide and narrow, light and dark: nothing cut off, all accessible."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, Job, ReminderRule, Wording
from tests.browser.scenes.days import Diary
from tests.factories import make_contact, make_location, make_message, make_reminder_rule

SIZES = {"desk": {"width": 1280, "height": 900}, "pocket": {"width": 390, "height": 844}}
SHOTS = os.environ.get("SHOTS_TO", "")
PAGES = {
    "set-up": "/set-up/",
    "locations": "/set-up/locations/",
    "location": "/set-up/locations/{place}/",
    "practitioners": "/set-up/practitioners/",
    "service": "/set-up/services/new/",
    "ready-lines": "/set-up/ready-lines/",
    "rules": "/set-up/rules/",
    "rule": "/set-up/rules/{rule}/",
    "wordings": "/set-up/wordings/",
    "wordings-ar": "/set-up/wordings/?language=ar",
    "wording": "/set-up/wordings/edit/?purpose=confirmation&language=en&channel=sms",
    "retention": "/set-up/retention/",
    "trail": "/set-up/trail/",
    "people": "/set-up/people/",
    "connection": "/set-up/connection/",
}
ADMIN = {
    "admin": "/admin/",
    "admin-locations": "/admin/reminders/location/",
    "admin-location": "/admin/reminders/location/{place}/change/",
    "admin-rule": "/admin/reminders/reminderrule/{rule}/change/",
    "admin-messages": "/admin/reminders/message/",
    "admin-role": "/admin/auth/group/add/",
    "admin-appointment": "/admin/reminders/appointment/{appointment}/change/",
}


@pytest.fixture
def names() -> dict[str, int]:
    """A site that is set up, with a week of appointments; the ids that addresses need."""
    diary = Diary()
    long = make_location(name="Royal Harbour Dental Surgery and Orthodontic Centre, North Wing")
    make_reminder_rule(name="Ask the long way round", location=long, active=False, position=3)
    Wording.objects.create(
        purpose="reminder", language="en", text="{first_name}, “soon” at {location}: {date} {time}"
    )
    Wording.objects.create(
        purpose="declined", language="en", text="Noted, thank you.", active=False
    )
    Job.objects.create(
        kind="replan", total=50_000, done=12_500, created_at=diary.now, state="running"
    )
    for number in range(12):
        diary.day += timedelta(days=number % 3 == 0)
        diary.book()
    contact = make_contact(
        first_name="Wilhelmina Featherstonehaugh", last_name="Cholmondeley-Worthington"
    )
    appointment = diary.book(contact=contact)
    plan_appointments(list(Appointment.objects.values_list("pk", flat=True)), now=diary.now)
    return {
        "rule": ReminderRule.objects.order_by("pk")[0].pk,
        "place": long.pk,
        "appointment": appointment.pk,
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_set_up_page_fits_and_is_accessible(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], list[str]],
    names: dict[str, int],
    size: str,
    scheme: str,
) -> None:
    found = {}
    for name, path in PAGES.items():
        page = look(open_page, path.format(**names), name, size, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[name] = (wide, accessible(page))

    assert found == dict.fromkeys(PAGES, (0, []))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_administration_loads_without_errors_and_is_accessible(
    open_page: Callable[..., Page],
    accessible: Callable[..., list[str]],
    names: dict[str, int],
    size: str,
    scheme: str,
) -> None:
    found = {}
    for name, path in ADMIN.items():
        page = look(open_page, path.format(**names), name, size, scheme)
        assert page.get_by_role("main").or_(page.locator("#content")).first.is_visible(), name
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[name] = (wide, accessible(page, ours=False))

    assert found == dict.fromkeys(ADMIN, (0, []))


def look(open_page: Callable[..., Page], path: str, name: str, size: str, scheme: str) -> Page:
    """Open a page, wait for its previews, and keep a picture where somebody asks for one."""
    page = open_page(path, role="administrator", viewport=SIZES[size], color_scheme=scheme)
    page.wait_for_load_state("networkidle") if name in (
        "rule",
        "wording",
    ) else page.wait_for_timeout(250)
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{size}-{scheme}.png", full_page=True)
    return page


def test_country_and_time_zone_move_each_other(open_page: Callable[..., Page]) -> None:
    page = open_page("/set-up/locations/new/")
    country, zone = page.get_by_label("Country"), page.get_by_label("Time zone")

    country.select_option("AU")
    expect(zone).to_have_value("Australia/Adelaide")
    zone.select_option("America/New_York")

    expect(country).to_have_value("US")
    country.select_option("US")
    expect(zone).to_have_value("America/New_York")


def test_periods_are_counted_as_they_are_typed_and_then_saved(open_page: Callable[..., Page]):
    at = timezone.now() - timedelta(days=40)
    make_message(state="delivered", created_at=at, scheduled_at=at, expires_at=at, send_after=at)
    page = open_page("/set-up/retention/", role="administrator")
    expect(page.locator("#tonight")).to_contain_text("Nothing is older")

    days = page.get_by_label("Days for texts and replies")
    days.fill("30")
    days.press("Tab")
    expect(page.locator("#tonight")).to_contain_text("1 text")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("It holds from tonight on.")).to_be_visible()
    expect(page.get_by_label("Days for texts and replies")).to_have_value("30")
