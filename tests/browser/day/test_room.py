"""The day sheet at every width: no word broken, the buttons side by side, low rows."""

import pytest
from playwright.sync_api import Page

from reminders.models import ReminderRule
from tests.browser.day.scene import tomorrow
from tests.browser.scenes.days import ordinary_day
from tests.factories import make_confirmation_rule

BROKEN = """() => {
  const broken = [];
  const texts = document.createTreeWalker(document.querySelector('#rows'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (node.parentElement.closest('.visually-hidden, .dropdown-menu')) continue;
    for (const found of node.data.matchAll(/[^\\s-]+-?/g)) {
      const range = document.createRange();
      range.setStart(node, found.index);
      range.setEnd(node, found.index + found[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) broken.push(found[0]);
    }
  }
  return broken;
}"""
HEIGHTS = "rows => rows.map(row => Math.round(row.getBoundingClientRect().height))"
LITTLE = 0.001
"""Of layout shift: less than anybody sees; 0.1 is what browsers' makers call good."""
WIDTHS = (768, 900, 1024, 1200, 1280, 1440, 1920)


def heights(page: Page) -> list[int]:
    found: list[int] = page.locator(".day-row").evaluate_all(HEIGHTS)
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_is_broken_and_no_row_is_high(open_page, width):
    diary = ordinary_day()
    page = open_page(f"/?date={diary.day}&earlier=1", viewport={"width": width, "height": 900})

    assert page.evaluate(BROKEN) == []
    assert max(heights(page)) <= 140
    assert sorted(heights(page))[9] <= 80
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [768, 1024, 1280, 1440, 1920])
def test_confirm_and_decline_stand_side_by_side_in_a_row_of_two_lines(open_page, width):
    diary = tomorrow()
    diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", viewport={"width": width, "height": 900})

    boxes = [
        page.get_by_role("button", name=f"{words} Ann Lee").bounding_box()
        for words in ("Confirm", "Decline")
    ]

    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] < boxes[1]["x"]
    assert heights(page)[0] <= 62


def test_a_phone_of_320_pixels_scrolls_nothing_sideways(open_page):
    ordinary_day()
    make_confirmation_rule()
    rule = ReminderRule.objects.order_by("pk").first()
    page = open_page("/", viewport={"width": 320, "height": 640})
    root = page.url.rstrip("/")

    wide = {}
    for path in ("/", "/?earlier=1", "/statistics/", "/set-up/rules/", f"/set-up/rules/{rule.pk}/"):
        page.goto(root + path)
        page.wait_for_load_state("networkidle")
        wide[path] = page.evaluate("document.documentElement.scrollWidth")
    assert wide == dict.fromkeys(wide, 320)


def test_nothing_moves_while_the_page_is_made(open_page):
    diary = ordinary_day()
    page = open_page("/healthz")
    # Once before: the first time of all the font may come after the words.
    for _ in range(2):
        page.goto("/".join(page.url.split("/")[:3]) + f"/?date={diary.day}&earlier=1")
        page.wait_for_load_state("networkidle")

    moved = page.evaluate(
        """() => new Promise((done) => {
          let sum = 0;
          new PerformanceObserver((list) => list.getEntries().forEach((one) => {
            sum += one.value;
          })).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 300);
        })"""
    )

    assert moved < LITTLE
