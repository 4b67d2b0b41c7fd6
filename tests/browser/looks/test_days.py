"""Fields for days in a browser: typed, and picked from the calendar beside them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scenes.days import Diary


def test_a_day_that_is_typed_opens_its_sheet(open_page: Callable[..., Page]) -> None:
    diary = Diary()
    page = open_page("/", role="receptionist")
    field = page.get_by_label("Date", exact=True)

    field.fill(f"{diary.day:%-d %B %Y}")
    field.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(f"{diary.day:%A, %-d %B %Y}")
    expect(page.get_by_label("Date", exact=True)).to_have_value(f"{diary.day:%d/%m/%Y}")


def test_the_calendar_writes_the_day_as_the_location_does(open_page: Callable[..., Page]) -> None:
    diary = Diary()
    page = open_page(f"/?date={diary.day}", role="receptionist")
    calendar = page.locator(".day-field > input[type=date]")
    page.get_by_role("button", name="Calendar").click()
    expect(calendar).to_have_value(diary.day.isoformat())
    page.keyboard.press("Escape")

    calendar.evaluate(
        "(field) => { field.value = '2030-05-06';"
        " field.dispatchEvent(new Event('change', {bubbles: true})); }"
    )

    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 6 May 2030")
    expect(page.get_by_label("Date", exact=True)).to_have_value("06/05/2030")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_fields_fit_and_are_accessible(
    open_page: Callable[..., Page], accessible: Callable[..., list[str]], width: int
) -> None:
    Diary()
    for path in ("/appointments/new/", "/not-sent/", "/appointments/"):
        page = open_page(path, role="receptionist", viewport={"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert (path, wide, accessible(page)) == (path, 0, [])
