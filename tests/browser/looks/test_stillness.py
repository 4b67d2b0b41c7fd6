"""Every page stands still while it is made, on a desk and on a phone: nothing moves away from under
a finger.

`make test-looks`. Measured as browsers measure it, by the share of the window that shifts and how
far; .1 counts as good in the trade.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize

from tests.browser.looks.test_every_page import (
    SHARES,
    a_furnished_site,
    is_a_page,
    paths,
    visit,
)

pytestmark = pytest.mark.looks

WINDOWS = (ViewportSize(width=1280, height=800), ViewportSize(width=390, height=800))
LITTLE = 0.02
SETTLED_MS = 150
WATCH = """
  window.shifts = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.shifts.push(
    [one.value, one.sources.map((source) => source.node?.outerHTML?.slice(0, 90) ?? "gone")]
  ))).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("share", range(SHARES))
def test_nothing_moves_while_a_page_is_made(share: int, open_page: Callable[..., Page]) -> None:
    user, there = a_furnished_site()
    page = open_page("/healthz", user=user)
    root = page.url.removesuffix("/healthz")
    page.add_init_script(WATCH)
    # A problem that begins just then is told above the page, and may push it down.
    page.route("**/pulse/**", lambda route: route.fulfill(status=204))
    # Once before: the first time of all the font may come after the words.
    page.goto(f"{root}/")
    moved: list[str] = []
    looked_at = 0
    for path in paths(there)[share::SHARES]:
        for window in WINDOWS:
            page.set_viewport_size(window)
            if not is_a_page(visit(page, root + path)):
                break
            page.wait_for_timeout(SETTLED_MS)
            shifts = page.evaluate("window.shifts")
            looked_at += 1
            much = sum(value for value, _ in shifts)
            if much > LITTLE:
                moved.append(f"{path} at {window['width']}: {much:.3f}, {shifts}")

    assert looked_at > 20
    assert not moved, "\n".join(moved)
