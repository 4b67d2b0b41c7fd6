"""The problems on top of each page: they push it down once, and not with every click."""

from contextlib import suppress

from playwright.sync_api import Error, Page, Route, expect


def top_of_the_heading(page: Page) -> float:
    box = page.get_by_role("heading", level=1).bounding_box()
    assert box is not None
    return box["y"]


def test_the_next_page_has_them_before_it_asks(open_page):
    """No worker runs in this test, which is a problem that everybody should know."""
    page = open_page("/", role="receptionist")
    expect(page.locator("#banners")).to_contain_text("background work has stopped")
    held: list[Route] = []
    page.route("**/pulse/**", lambda route: held.append(route))

    page.get_by_role("link", name="Call list").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call list")

    expect(page.locator("#banners")).to_contain_text("background work has stopped")
    before = top_of_the_heading(page)
    with page.expect_response(lambda answer: "/pulse/" in answer.url) as looked:
        for route in held:
            # One of the page before went away with it.
            with suppress(Error):
                route.continue_()
    assert looked.value.status == 204
    assert top_of_the_heading(page) == before
