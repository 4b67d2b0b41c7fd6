"""With the colours of the device alone: what is pressed, chosen or focused can still be told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.scenes.days import Diary

PAGES = ("/", "/inbox/", "/calls/", "/set-up/", "/set-up/connection/", "/statistics/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_stays_accessible_and_its_marks_keep_an_edge(
    open_page: Callable[..., Page], accessible: Callable[..., list[str]], scheme: str
) -> None:
    diary = Diary()
    diary.book(name="Ann Lee")
    for path in PAGES:
        page = open_page(
            path.replace("/", f"/?date={diary.day}") if path == "/" else path,
            role="administrator",
            color_scheme=scheme,
            forced_colors="active",
        )
        assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        without_edge = page.evaluate(
            """[...document.querySelectorAll(".btn-primary, .state, .toast-note, .banner,"
              + " .sandbox-line, [aria-current=page].side-link")]
              .filter((one) => one.getClientRects().length)
              .filter((one) => getComputedStyle(one).borderTopWidth === "0px"
                && getComputedStyle(one).borderBottomWidth === "0px"
                && getComputedStyle(one).outlineStyle === "none")
              .map((one) => one.className)"""
        )
        assert (path, without_edge, accessible(page)) == (path, [], [])
