"""The handbook from a page's `?`, by search as one types, and by the keyboard."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.scenes.days import ordinary_day


def test_the_question_mark_opens_the_section_and_a_search_finds_another(
    open_page: Callable[..., Page],
) -> None:
    ordinary_day()
    page = open_page("/inbox/", role="receptionist")

    page.locator(".side-foot").get_by_role("link", name="Help with this page").click()
    expect(page).to_have_url(re.compile("/help/receptionist/#a-reply-that-needs-a-person$"))
    heading = page.get_by_role("heading", name="A reply that needs a person")
    expect(heading).to_be_in_viewport()

    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", name="Handbook")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("opt out")
    page.get_by_role("link", name="No more texts").click()
    expect(page).to_have_url(re.compile("/help/receptionist/#no-more-texts$"))
