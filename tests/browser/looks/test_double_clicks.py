"""Double clicks: the second one belongs to what the first one hit, and notes lie over nothing that
acts.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from reminders.models import Appointment, CallAttempt, InboxItem
from tests.browser.scenes import work
from tests.browser.scenes.days import Diary

WIDE = {"viewport": {"width": 1280, "height": 800}}
NARROW = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
GAP = 250
"""Milliseconds between the clicks: a slow hand, and a server that has answered in between."""

UNDER = """() => {
  const own = document.querySelector('#toasts');
  const found = [];
  own.querySelectorAll('.toast-note').forEach((note) => {
    const box = note.getBoundingClientRect();
    for (let x = box.left + 2; x < box.right; x += 12)
    for (let y = box.top + 2; y < box.bottom; y += 6) {
      document.elementsFromPoint(x, y).forEach((one) => {
        const act = one.closest('a, button, input, select, textarea');
        if (act && !own.contains(act)) found.push(act.textContent.trim().slice(0, 40));
      });
    }
  });
  return [...new Set(found)];
}"""


SLIDE_A_BUTTON_UNDER = """(own) => {
  const box = own.getBoundingClientRect();
  const middle = [box.left + box.width / 2, box.top + box.height / 2];
  const under = () => document.elementsFromPoint(...middle);
  for (let y = 0; y < document.body.scrollHeight; y += 8) {
    window.scrollTo(0, y);
    if (under().some((one) => one.closest('.do-declined, .do-confirmed'))) return;
  }
}"""


def click_twice(page: Page, button: Locator, *, gap: int = GAP, count: int = 2) -> None:
    """As a hand does it: at one place, whatever is there by the second time."""
    expect(button).to_be_enabled()
    box = button.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.wait_for_timeout(gap)
    page.mouse.move(x, y)
    page.mouse.down(click_count=count)
    page.mouse.up(click_count=count)


def posts_of(page: Page) -> list[str]:
    posts: list[str] = []
    page.on(
        "request", lambda request: posts.append(request.url) if request.method == "POST" else None
    )
    return posts


def full_list(count: int = 25) -> Diary:
    diary = work.tomorrow()
    for index in range(count):
        diary.book(name=f"Patient {index}")
    return diary


def settled(page: Page) -> dict[str, int]:
    page.wait_for_timeout(1500)
    found: dict[str, int] = {}
    for status in Appointment.objects.values_list("status", flat=True):
        found[status] = found.get(status, 0) + 1
    return found


@pytest.mark.parametrize("gap", [20, GAP])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("path", ["/?date={day}", "/calls/"])
def test_a_double_click_on_undo_touches_nobody_else(open_page, path, size, gap):
    diary = full_list()
    page = open_page(path.format(day=diary.day), role="receptionist", **size)
    posts = posts_of(page)

    page.get_by_role("button", name="Confirm").nth(1).click()
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    # In its row the undo moves with what is around it; a note stands still.
    if page.locator(".toast-note").count():
        page.evaluate(SLIDE_A_BUTTON_UNDER, undo.element_handle())
    click_twice(page, undo, gap=gap)

    assert settled(page) == {"booked": 25}
    assert len(posts) == 2


def test_notes_on_a_wide_screen_lie_over_no_action(open_page):
    diary = full_list()
    # Rows that leave the filter: of those that stay the undo stands in the row.
    page = open_page(f"/?date={diary.day}&state=nothing", **WIDE)

    for index in range(3):
        page.get_by_role("button", name="Confirm").nth(index).click()
        expect(page.locator(".toast-note")).to_have_count(index + 1)

    assert page.evaluate(UNDER) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_notes_on_a_narrow_screen_fill_a_strip_and_the_page_ends_above_it(open_page):
    diary = full_list()
    page = open_page(f"/?date={diary.day}&state=nothing", **NARROW)

    page.get_by_role("button", name="Confirm").nth(1).click()
    expect(page.locator(".toast-note")).to_be_visible()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")

    strip = page.locator("#toasts").bounding_box()
    bar = page.locator(".bottombar").bounding_box()
    last = page.locator(".day-row").last.bounding_box()
    assert strip is not None
    assert bar is not None
    assert last is not None
    assert (strip["x"], strip["width"]) == (0, 390)
    assert abs(strip["y"] + strip["height"] - bar["y"]) < 1
    assert last["y"] + last["height"] <= strip["y"]
    assert page.evaluate(UNDER) == []


@pytest.mark.parametrize("gap", [20, GAP, 500])
def test_a_row_that_slides_under_the_pointer_takes_no_second_click(open_page, gap):
    full_list(6)
    page = open_page("/calls/", role="receptionist")

    click_twice(page, page.locator(".do-declined").first, gap=gap)

    assert settled(page) == {"booked": 5, "declined": 1}
    assert CallAttempt.objects.count() == 1


@pytest.mark.parametrize("gap", [20, 900])
def test_the_next_card_takes_no_second_click(open_page, gap):
    diary = work.tomorrow()
    for name in ("Ann Lee", "Ben Kim", "Cy Poe"):
        one = diary.book(name=name)
        diary.ask(one)
        diary.answer(one, "Tuesday is fine I guess", card="unclear")
    # So that one card's button stands where the other's stood.
    Appointment.objects.update(service=None, practitioner=None)
    page = open_page(f"/inbox/{InboxItem.objects.order_by('pk')[0].pk}/")

    click_twice(page, page.get_by_role("button", name="Close, change nothing"), gap=gap)
    page.wait_for_timeout(1500)

    assert InboxItem.objects.filter(done_at=None).count() == 2


def test_two_clicks_with_a_pause_are_two(open_page):
    full_list(6)
    page = open_page("/calls/", role="receptionist")

    click_twice(page, page.locator(".do-declined").first, gap=1_600, count=1)

    assert settled(page) == {"booked": 4, "declined": 2}


def test_a_label_still_ticks_its_box(open_page):
    diary = work.tomorrow()
    page = open_page(f"/?date={diary.day}")
    page.wait_for_load_state()

    page.keyboard.press("?")
    page.locator("label[for=shortcuts-on]").click()

    assert not page.locator("#shortcuts-on").is_checked()
