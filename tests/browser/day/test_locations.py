"""A day sheet of several locations: each in its own part, by its own clock and today."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from reminders.models import StaffProfile
from tests.browser.day.scene import look_again
from tests.browser.scenes.days import quiet_clockwork
from tests.factories import make_appointment, make_contact, make_location, make_user

EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""A day and an hour apart: never on the same date."""


def today(zone: str) -> date:
    return datetime.now(ZoneInfo(zone)).date()


def visit(place, day: date, name: str, at: time = time(23, 55)):
    first, _, last = name.partition(" ")
    contact = make_contact(first_name=first, last_name=last)
    return make_appointment(day=day, at=at, location=place, contact=contact)


def listed(page: Page) -> list[str]:
    """Headings and names, from top to bottom."""
    return page.locator("#rows h2, #rows .who").all_inner_texts()


def test_each_location_shows_its_own_today_by_its_own_clock(open_page, accessible):
    quiet_clockwork()
    ahead, behind = (
        make_location(name="Aurora", zone=EAST),
        make_location(name="Boreas", zone=WEST),
    )
    visit(behind, today(WEST), "Ben Young")
    visit(ahead, today(EAST), "Ann Lee")
    visit(ahead, today(WEST), "Not Today")
    page = open_page("/", role="manager")

    found = [listed(page)]
    look_again(page)
    page.wait_for_timeout(500)
    found.append(listed(page))

    assert found == [["Aurora", "Ann Lee", "Boreas", "Ben Young"]] * 2
    expect(page.locator("h1")).to_have_text("Today")
    expect(page.locator(f"#place-{ahead.pk}")).to_contain_text(f"{today(EAST):%A %-d %B}")
    expect(page.locator(f"#place-{behind.pk}")).to_contain_text(f"{today(WEST):%A %-d %B}")
    expect(page.locator(f"#place-{behind.pk}")).to_contain_text("Pago Pago time")
    expect(page.locator(f"#now-{ahead.pk} time")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    assert accessible(page) == []


def test_no_day_is_left_out_where_today_is_two_dates(open_page):
    quiet_clockwork()
    ahead = make_location(name="Aurora", zone=EAST)
    make_location(name="Boreas", zone=WEST)
    visit(ahead, today(EAST) - timedelta(days=1), "Ann Lee")
    page = open_page("/", role="manager")

    page.get_by_role("link", name="Day before").click()

    expect(page.locator("#rows .who")).to_have_text(["Ann Lee"])


def test_locations_of_one_clock_are_grouped_without_words_about_it(open_page):
    quiet_clockwork()
    north, south = make_location(name="North"), make_location(name="South")
    day = date(2030, 5, 6)
    visit(south, day, "Ben Young", time(8))
    visit(north, day, "Ann Lee", time(9))
    visit(south, day, "Cy Poe", time(10))
    page = open_page(f"/?date={day}", role="manager")

    assert listed(page) == ["North", "Ann Lee", "South", "Ben Young", "Cy Poe"]
    expect(page.locator(f"#place-{north.pk}")).to_have_text("North")


def test_the_pages_open_at_the_location_where_one_works_until_one_chooses(open_page):
    quiet_clockwork()
    north, south = make_location(name="North"), make_location(name="South")
    day = date(2030, 5, 6)
    visit(north, day, "Ann Lee", time(9))
    visit(south, day, "Ben Young", time(8))
    user = make_user(group="manager", locations=(south,))
    StaffProfile.objects.filter(user=user).update(all_locations=True)
    page = open_page(f"/?date={day}", user=user)
    expect(page.locator("#rows .who")).to_have_text(["Ben Young"])

    page.get_by_role("button", name="Location: South").click()
    page.get_by_role("button", name="All locations").click()

    expect(page.locator("#rows .who")).to_have_text(["Ann Lee", "Ben Young"])
    page.reload()
    expect(page.locator("#rows .who")).to_have_text(["Ann Lee", "Ben Young"])
