"""A newcomer's first minute: from the printed address to a day sheet that an answer has changed."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.programs import Up, bare_environment_in, data_folder

QUICK, MINUTE = 30_000, 90
"""Milliseconds from the answer to the change of the open day sheet, seconds for all of it: three
seconds and half a minute where no other browser shares the cores.
"""


@pytest.fixture
def demo() -> Iterator[Up]:
    """The whole product with its demo, as `make run` starts it."""
    with data_folder() as folder:
        running = Up(folder, bare_environment_in(folder), "--demo")
        try:
            running.wait_until_welcome()
            yield running
        finally:
            running.stop()


def test_three_clicks_and_an_answer_changes_the_open_day_sheet(browser: Browser, demo: Up) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    sheet: Page = context.new_page()
    began = time.monotonic()
    sheet.goto(demo.url)
    sheet.get_by_label("Username").fill("receptionist")
    sheet.get_by_label("Password", exact=True).fill("demo")
    sheet.get_by_role("button", name="Sign in").click()
    expect(sheet.locator(".sandbox-line")).to_contain_text("Sandbox: no real texts go out")
    expect(sheet.locator(".day-relative")).to_contain_text("Today · ")
    expect(sheet.locator(".day-relative")).not_to_contain_text("All locations")
    # The text may take until the next round of sending, while one looks around.
    address = f"{demo.url}/sandbox-phone/"
    while "#" not in context.request.get(address, max_redirects=0).headers["location"]:
        assert time.monotonic() - began < MINUTE
        time.sleep(0.5)
    with context.expect_page() as opened:
        sheet.get_by_role("link", name="Open the phone").click()
    phone = opened.value
    confirmed = sheet.locator("[data-row]", has_text="Confirmed")
    before = confirmed.count()

    phone.get_by_role("button", name="Y", exact=True).click()

    # The demo's other patients answer, too, now and then.
    expect(confirmed.nth(before)).to_be_visible(timeout=QUICK)
    assert time.monotonic() - began < MINUTE
    context.close()
