"""The first hour in Chromium: from the link on the console to the list of steps; how empty pages
look.
"""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.common.access import seed_roles
from reminders.domain.setup.beginning.first_login import make_token
from reminders.models import Location
from tests.factories import make_user

LOOKS = {
    "wide and light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
    "wide and dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow and light": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light"},
}
PAGES = (
    "/",
    "/appointments/new/",
    "/calls/",
    "/inbox/",
    "/import/",
    "/set-up/",
    "/set-up/first-steps/",
)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("role", ["administrator", "receptionist"])
def test_empty_pages_are_accessible_and_fit(open_page, accessible, role, look):
    seed_roles()
    user = make_user(group=role, first_name="Robin", last_name="Reed")
    make_user("boss", group="administrator", first_name="Ada", last_name="Boss")
    troubles = []
    for address in PAGES:
        if role == "receptionist" and address in ("/import/", "/set-up/"):
            continue
        page = open_page(address, user=user, **LOOKS[look])
        troubles += [f"{address}: {trouble}" for trouble in accessible(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            troubles.append(f"{address}: wider than the screen")
        page.context.close()

    assert troubles == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_of_the_first_login_is_accessible_and_fits(open_page, accessible, look):
    seed_roles()
    page = open_page(f"/first-login/{make_token(now=timezone.now())}/", role="", **LOOKS[look])

    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.goto(page.url.rsplit("/", 2)[0] + "/used/")
    assert accessible(page) == []


def test_from_the_link_to_the_first_location(open_page):
    seed_roles()
    page = open_page(f"/first-login/{make_token(now=timezone.now())}/", role="")

    page.get_by_label("First name").fill("Ann")
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_label("Password confirmation").fill("correct horse battery")
    page.get_by_role("button", name="Make the login").click()
    expect(page.get_by_text("1 of 4 done")).to_be_visible()
    page.get_by_role("link", name="Add the first location").click()
    page.locator("#id_name").fill("Harbour Dental")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("2 of 4 done")).to_be_visible()
    expect(page.get_by_role("link", name="Import a diary")).to_be_visible()
    assert Location.objects.get().name == "Harbour Dental"
