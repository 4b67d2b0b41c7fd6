"""The wording editor: placeholders at a click, and a preview that is always there."""

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.factories import make_location

EDIT = "/set-up/wordings/edit/?purpose={}&language={}&channel=sms"


def test_a_placeholder_goes_in_at_the_cursor_and_the_preview_follows(
    open_page: Callable[..., Page],
) -> None:
    make_location(name="Harbour Dental")
    page = open_page(EDIT.format("confirmation", "en"))
    box, bubble = page.get_by_label("The text"), page.locator("#preview .bubble").first
    box.fill("Dear , see you at ")
    box.evaluate("(box) => box.setSelectionRange(5, 5)")

    page.get_by_role("button", name="First name").click()
    expect(box).to_have_value("Dear {first_name}, see you at ")
    expect(bubble).to_have_text("Dear Ann, see you at")
    box.fill("Dear {first_name}, see you at {loca")

    expect(bubble).to_have_text("Dear Ann, see you at {loca")


def test_a_preview_that_cannot_be_fetched_says_so_and_comes_again(
    open_page: Callable[..., Page],
) -> None:
    make_location(name="Harbour Dental")
    page = open_page(EDIT.format("confirmation", "en"))
    expect(page.locator("#preview .bubble").first).to_be_visible()
    failed: list[str] = []

    def fail_once(route: Route) -> None:
        if failed:
            route.continue_()
        else:
            failed.append(route.request.url)
            route.fulfill(status=401, body="")

    page.route("**/wordings/preview/**", fail_once)
    page.get_by_label("The text").fill("{location}: hello {first_name}")

    expect(page.locator("#preview")).to_contain_text("It is tried again in a moment.")
    expect(page.locator("#preview .bubble").first).to_have_text("Harbour Dental: hello Ann")


def test_an_arabic_text_that_begins_with_a_latin_name_reads_from_the_right(
    open_page: Callable[..., Page],
) -> None:
    make_location(name="Harbour Dental", language="ar")
    page = open_page(EDIT.format("moved_since", "ar"))
    bubble = page.locator("#preview .bubble").first

    expect(bubble).to_contain_text("Ann")
    assert bubble.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
