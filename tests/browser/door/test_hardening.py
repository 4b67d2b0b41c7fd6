"""Having pushes signed, choosing how long a sign-in lasts, and unlocking a shared desk."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.common.audit import SYSTEM
from reminders.domain.signing_in import desks
from reminders.models import StaffSession
from tests.browser.door.test_signing_in import PASSWORD
from tests.factories import make_user


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pushes_are_signed_by_one_button(open_page, accessible, sandbox, settings, width, theme):
    settings.PUBLIC_URL = "https://reminders.example"
    page = open_page(
        "/set-up/connection/",
        role="administrator",
        viewport={"width": width, "height": 900},
        color_scheme=theme,
    )

    page.get_by_role("button", name="Have pushes signed").click()

    expect(page.locator("#signed")).to_contain_text("Pushes are signed from now on")
    expect(page.locator("#signed")).to_contain_text("pushed by the account's webhook")
    assert accessible(page) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_sign_in_is_made_shorter(open_page, accessible, width, theme):
    page = open_page(
        "/set-up/people/",
        role="administrator",
        viewport={"width": width, "height": 900},
        color_scheme=theme,
    )

    page.get_by_label("Minutes without a click").fill("99")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This site allows at most 30.")).to_be_visible()
    assert accessible(page) == []

    page.get_by_label("Minutes without a click").fill("10")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It holds from now on")).to_be_visible()
    expect(page.get_by_label("Minutes without a click")).to_have_value(re.compile("10"))


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_shared_desk_is_unlocked_over_the_page(open_page, accessible, live_server, width, theme):
    desks.set_pin(make_user("ann", group="receptionist", first_name="Ann"), "271828")
    size = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = open_page("/sign-in/", role="", **size)
    token = desks.trust("Front desk", by=SYSTEM, now=timezone.now())
    page.context.add_cookies([{"name": "desk", "value": token, "url": live_server.url}])
    page.locator("#id_username").fill("ann")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/contacts/new/")
    page.get_by_label("First name").fill("Zoe")

    StaffSession.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    page.evaluate("document.body.dispatchEvent(new Event('signed-out'))")

    dialog = page.locator("#sign-in")
    expect(dialog.get_by_label("PIN")).to_be_visible()
    expect(page.locator("#id_first_name")).to_be_hidden()
    assert accessible(page, within="#sign-in") == []
    dialog.get_by_label("PIN").fill("000111")
    dialog.get_by_role("button", name="Unlock").click()
    expect(dialog.get_by_text("Tries left: 4.")).to_be_visible()
    page.wait_for_timeout(700)
    dialog.get_by_label("PIN").fill("271828")
    dialog.get_by_role("button", name="Unlock").click()
    expect(page.get_by_label("First name")).to_have_value("Zoe")
    expect(dialog).to_be_hidden()

    StaffSession.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    page.goto(f"{live_server.url}/calls/")
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    assert accessible(page) == []
