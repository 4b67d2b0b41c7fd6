"""What one did, and what others did: undo in the row, a flash, and a few words read aloud."""

import re

import pytest
from playwright.sync_api import Page, expect

from reminders.models import Appointment
from tests.browser.day.scene import look_again, row, somebody_confirms, tomorrow, wait_until

HEAR = """() => {
  window.heard = [];
  const said = document.querySelector('#said');
  new MutationObserver(() => {
    if (said.textContent) window.heard.push(said.textContent);
  }).observe(said, { childList: true });
}"""


def heard(page: Page, count: int = 1) -> list[str]:
    """What was read aloud by now; waits for so many, and a moment for more."""
    wait_until(page, f"window.heard.length >= {count}")
    page.wait_for_timeout(400)
    found: list[str] = page.evaluate("window.heard")
    return found


def test_undo_stands_in_the_row_and_what_happened_is_said_once(open_page):
    diary = tomorrow()
    ann, ben = diary.book(name="Ann Lee"), diary.book(name="Ben Young")
    page = open_page(f"/?date={diary.day}", role="receptionist")
    page.evaluate(HEAR)

    row(page, ann).get_by_role("button", name="Confirm").click()
    undo = row(page, ann).locator(".cell-state").get_by_role("button", name="Undo")
    expect(row(page, ann).locator(".cell-state")).to_have_text(re.compile(r"Confirmed\s*· Undo"))
    assert heard(page) == ["Ann Lee is confirmed."]
    expect(page.locator(".toast-note")).to_have_count(0)
    expect(row(page, ben).get_by_role("button", name="Undo")).to_have_count(0)
    look_again(page)
    undo.click()

    expect(row(page, ann).get_by_role("button", name="Confirm")).to_be_visible()
    expect(undo).to_have_count(0)
    assert heard(page, 2) == ["Ann Lee is confirmed.", "Taken back."]
    assert Appointment.objects.get(pk=ann.pk).status == "booked"


def test_undo_goes_once_somebody_else_changed_the_row(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist")

    row(page, ann).get_by_role("button", name="Decline").click()
    expect(row(page, ann).get_by_role("button", name="Undo")).to_be_visible()
    somebody_confirms(ann)
    look_again(page)

    expect(row(page, ann)).to_contain_text("Confirmed")
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_row_that_leaves_its_filter_leaves_a_note_with_undo(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    diary.book(name="Ben Young")
    page = open_page(f"/?date={diary.day}&state=nothing", role="receptionist")

    row(page, ann).get_by_role("button", name="Confirm").click()
    expect(row(page, ann)).to_have_count(0)
    expect(page.locator(".toast-note")).to_contain_text("Ann Lee is confirmed.")
    page.locator(".toast-note").get_by_role("button", name="Undo").click()

    expect(row(page, ann)).to_be_visible()


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_what_others_changed_flashes_and_is_told(open_page, motion):
    diary = tomorrow()
    ann, ben = diary.book(name="Ann Lee"), diary.book(name="Ben Young")
    page = open_page(f"/?date={diary.day}", reduced_motion=motion)
    page.evaluate(HEAR)
    plain = row(page, ben).evaluate("row => getComputedStyle(row).backgroundColor")

    somebody_confirms(ben)
    look_again(page)
    expect(row(page, ben)).to_have_class(re.compile(r"\bchanged\b"))
    shown = row(page, ben).evaluate(
        "row => [getComputedStyle(row).animationName, getComputedStyle(row).backgroundColor]"
    )
    expect(row(page, ann)).not_to_have_class(re.compile(r"\bchanged\b"))

    assert heard(page) == ["Ben Young: Confirmed"]
    if motion == "reduce":
        assert (shown[0], shown[1] != plain) == ("none", True)
    else:
        assert shown[0] == "changed"
    expect(row(page, ben)).not_to_have_class(re.compile(r"\bchanged\b"))


def test_many_changes_are_counted_and_not_read_out(open_page):
    diary = tomorrow()
    visits = [diary.book() for _ in range(6)]
    page = open_page(f"/?date={diary.day}")
    page.evaluate(HEAR)

    somebody_confirms(*visits)
    look_again(page)

    assert heard(page) == ["6 appointments have changed."]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_note_is_as_light_as_the_page(open_page, accessible, theme):
    diary = tomorrow()
    diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}&state=nothing", color_scheme=theme)

    page.get_by_role("button", name="Confirm").click()
    note = page.locator(".toast-note")
    expect(note).to_be_visible()

    colours = page.evaluate(
        "[getComputedStyle(document.querySelector('.toast-note')).backgroundColor,"
        " getComputedStyle(document.querySelector('.filter-all')).backgroundColor]"
    )
    assert colours[0] == colours[1]
    assert accessible(page) == []
