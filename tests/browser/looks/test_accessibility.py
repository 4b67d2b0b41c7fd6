"""What every page owes everybody: both themes, keyboard alone, large type, calm, and paper."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from reminders.models import Import
from tests.browser.scenes import work
from tests.browser.scenes.days import Diary, an_upload, far_too_much, ordinary_day

THEMES = ("light", "dark")
PHONE = {"width": 390, "height": 844}
ZOOMED_TWICE = {"width": 640, "height": 450}
"""What a window of 1280 by 900 has room for at 200 percent."""
DAILY = (
    "/",
    "/appointments/",
    "/contacts/",
    "/calls/",
    "/inbox/",
    "/not-sent/",
    "/forecast/",
    "/statistics/",
)
ADMIN = (
    "/admin/",
    "/admin/reminders/location/",
    "/admin/reminders/message/",
    "/admin/reminders/cannedreply/add/",
)


def is_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scene", [Diary, ordinary_day, far_too_much])
def test_the_day_sheet_is_accessible_however_full(open_page, accessible, scene, theme):
    scene()
    page = open_page("/", color_scheme=theme)
    found = accessible(page)
    page.set_viewport_size(PHONE)

    assert found + accessible(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_what_opens_over_a_page_is_accessible(open_page, accessible, theme):
    ordinary_day()
    page = open_page("/", color_scheme=theme)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    found = accessible(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Robin Reed").click()
    found += accessible(page)
    page.keyboard.press("Escape")
    page.evaluate("document.body.dispatchEvent(new Event('signed-out'))")
    expect(page.get_by_role("dialog", name="You were signed out")).to_be_visible()
    found += accessible(page)
    page.reload()  # it does not go away by itself
    page.set_viewport_size(PHONE)
    page.get_by_role("button", name="Menu").click()
    expect(page.get_by_role("link", name="Statistics")).to_be_visible()
    page.wait_for_timeout(400)  # it slides in

    assert found + accessible(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_signing_in_and_its_refusal_are_accessible(open_page, accessible, theme):
    page = open_page("/sign-in/", role="", color_scheme=theme)
    found = accessible(page)
    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()

    assert found + accessible(page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_import_is_accessible(open_page, accessible, theme):
    an_upload()
    page = open_page("/import/", color_scheme=theme)
    found = accessible(page)
    preview = Import.objects.get(filename="diary-export.csv")
    for address in (f"/import/{preview.pk}/", f"/import/{preview.pk}/columns/"):
        page.goto(page.url.split("/import/")[0] + address)
        found += accessible(page)

    assert found == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_administration_is_accessible(open_page, accessible, theme):
    ordinary_day()
    found = {}
    for address in ADMIN:
        page = open_page(address, role="administrator", color_scheme=theme)
        found[address] = [trouble.split("Fix")[0] for trouble in accessible(page, ours=False)]

    assert found == {address: [] for address in ADMIN}


def test_the_keyboard_skips_the_menu_and_always_shows_where_it_is(open_page):
    ordinary_day()
    page = open_page("/", reduced_motion="reduce")  # a ring that fades away is not there

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Day before")).to_be_focused()

    unseen = []
    for _ in range(30):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => { const style = getComputedStyle(document.activeElement);
            const what = document.activeElement.outerHTML.slice(0, 80);
            return [what, style.outlineStyle, style.boxShadow]; }"""
        )
        if here[1:] == ["none", "none"]:
            unseen.append(here[0])
    assert unseen == []


def test_at_twice_the_size_nothing_is_cut_off(open_page):
    work.ordinary()
    page = open_page("/", viewport=ZOOMED_TWICE)
    root = page.url.rstrip("/")

    wide = []
    for address in DAILY:
        page.goto(root + address)
        if is_wider_than_its_window(page):
            wide.append(address)
    assert wide == []


def test_nothing_moves_for_those_who_asked_for_calm(open_page):
    diary = Diary()
    diary.book(name="Ann Lee")
    page = open_page("/", reduced_motion="reduce")

    diary.book(name="Ben Kim")
    page.evaluate("document.body.dispatchEvent(new Event('changed'))")
    arriving = page.locator(".arriving")
    expect(arriving).to_have_count(1)

    assert arriving.evaluate("row => getComputedStyle(row).animationName") == "none"


def test_a_name_from_right_to_left_leaves_what_stands_beside_it_alone(open_page):
    diary = Diary()
    diary.book(name="ليلى الحداد")
    page = open_page("/", viewport={"width": 1500, "height": 800})  # where they stand in a column
    name, number = page.locator("#rows .who bdi"), page.locator("#rows .tel")

    left = [found.evaluate("item => item.getBoundingClientRect().left") for found in (name, number)]
    read = name.evaluate("item => getComputedStyle(item).unicodeBidi")

    assert (left[0] == left[1], read) == (True, "isolate")


def test_on_paper_there_is_the_day_and_nothing_to_click(open_page):
    ordinary_day()
    page = open_page("/", color_scheme="dark")
    page.emulate_media(media="print")

    shown = {
        name: page.locator(selector).first.is_visible()
        for name, selector in {
            "date": "h1",
            "rows": "#rows .who",
            "states": "#rows .state",
            "menu": ".side",
            "actions": ".page-actions",
            "buttons": "#rows .row-do",
            "filters": "#filters",
        }.items()
    }
    sheets = page.pdf(format="A4").count(b"/Type /Page\n")

    assert shown == {
        "date": True,
        "rows": True,
        "states": True,
        "menu": False,
        "actions": False,
        "buttons": False,
        "filters": False,
    }
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert sheets <= 2


def test_dates_are_written_so_that_nobody_reads_another_day(open_page):
    Diary(day=datetime.now(UTC).date()).book(name="Ann Lee")
    page = open_page("/?date=2027-03-04")

    assert page.locator("h1").inner_text() == "Thursday, 4 March 2027"
    assert page.evaluate("document.documentElement.lang") == "en"
