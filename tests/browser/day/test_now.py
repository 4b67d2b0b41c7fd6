"""Now on the day sheet, what is earlier, ways into a long day, and the whole day on paper."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Page, expect

from reminders.models import Appointment
from tests.browser.day.scene import at, look_again, this_morning, tomorrow, wait_until
from tests.browser.scenes.days import Diary
from tests.factories import make_contact

RECORD_PRINTING = "window.print = () => { window.printed = (window.printed || 0) + 1; };"


def order(page: Page) -> list[str]:
    """What stands in the list, from top to bottom."""
    found = page.locator("#rows > tr").evaluate_all(
        "rows => rows.map(row => (row.querySelector('.who, .is-earlier a, a') || row)"
        ".innerText.trim().replace(/\\s+/g, ' '))"
    )
    return [re.sub(r"\d\d:\d\d", "HH:MM", words) for words in found]


def a_morning(monkeypatch) -> Diary:
    diary = this_morning(monkeypatch)
    diary.book(at=at(diary, hours=-3), name="Early Bird", status="arrived")
    diary.book(at=at(diary, hours=-1), name="Ann Lee")
    diary.book(at=at(diary, minutes=-10), name="Ben Young")
    diary.book(at=at(diary, hours=2), name="Cy Poe")
    return diary


def test_what_is_earlier_is_folded_and_a_line_says_now(open_page, monkeypatch):
    a_morning(monkeypatch)
    page = open_page("/", role="receptionist")
    earlier = "2 earlier, 1 not marked as arrived"
    folded = order(page)

    page.get_by_role("link", name=earlier).click()
    expect(page.locator("#rows .who")).to_have_count(4)
    unfolded = order(page)
    look_again(page)
    page.get_by_role("link", name="Fold what is earlier").click()

    expect(page.locator("#rows .who")).to_have_count(2)
    assert folded == [earlier, "Ben Young", "now HH:MM", "Cy Poe"]
    assert unfolded == [
        "Early Bird",
        "Ann Lee",
        "Ben Young",
        "Fold what is earlier",
        "Cy Poe",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1024, 1440])
def test_what_is_earlier_and_now_are_accessible(open_page, accessible, monkeypatch, width, theme):
    a_morning(monkeypatch)
    page = open_page("/", viewport={"width": width, "height": 800}, color_scheme=theme)
    found = accessible(page)
    page.get_by_role("link", name="2 earlier").click()
    expect(page.locator("#rows .who")).to_have_count(4)

    assert found + accessible(page) == []


def test_a_count_shows_all_of_its_state_also_what_is_earlier(open_page, monkeypatch):
    a_morning(monkeypatch)
    page = open_page("/", role="receptionist")

    page.get_by_role("link", name="1 Arrived").click()

    expect(page.locator("#rows .who")).to_have_text(["Early Bird"])


def test_the_line_of_now_moves_by_itself(open_page, monkeypatch):
    diary = a_morning(monkeypatch)
    page = open_page("/", role="receptionist")
    clock = page.locator("#rows time[data-clock]")
    expect(clock).to_have_text(re.compile(r"^\d\d:\d\d$"))
    shown = clock.inner_text()

    page.clock.install()
    page.clock.fast_forward("03:00")
    page.evaluate("document.dispatchEvent(new Event('htmx:afterSwap'))")

    hour, minute = map(int, shown.split(":"))
    later = datetime(2030, 1, 1, hour, minute, tzinfo=UTC) + timedelta(minutes=3)
    expect(clock).to_have_text(re.compile(f"{later:%H:%M}|{later + timedelta(minutes=1):%H:%M}"))
    assert diary.count == 4


def test_one_key_leads_back_to_now(open_page, monkeypatch):
    diary = a_morning(monkeypatch)
    for _ in range(30):
        diary.book(at=at(diary, hours=2), name="Some Body")
    page = open_page("/", role="receptionist")
    page.mouse.wheel(0, 5000)
    line = page.locator("#rows .is-now")
    expect(line).not_to_be_in_viewport()

    page.keyboard.press("n")

    expect(line).to_be_in_viewport()


def a_long_day(count: int = 160) -> Diary:
    """Twenty patients an hour from eight on."""
    diary = tomorrow()
    contacts = [
        make_contact(first_name="Pat", last_name=f"{'ÉKZ'[n % 3]}ver{n}") for n in range(count)
    ]
    for n, contact in enumerate(contacts):
        diary.book(at=time(8 + n // 20, n % 20), contact=contact)
    return diary


def test_a_long_day_is_entered_by_the_hour(open_page, accessible):
    diary = a_long_day()
    page = open_page(f"/?date={diary.day}", role="receptionist")
    assert accessible(page) == []

    page.get_by_role("navigation", name="Go to").get_by_role("link", name="13:00").click()

    first = Appointment.objects.filter(local_time=time(13)).get()
    expect(page.locator(f"#row-{first.pk}")).to_be_in_viewport()
    expect(page.locator("#rows .who")).to_have_count(50)


def test_a_long_day_is_entered_by_a_letter_without_its_accent(open_page):
    diary = a_long_day()
    page = open_page(f"/?date={diary.day}", role="receptionist")
    letters = page.get_by_role("navigation", name="Patients by letter")
    expect(letters.get_by_role("link")).to_have_text(["E", "K", "Z"])

    letters.get_by_role("link", name="E").click()
    expect(page.locator("#rows .who").first).to_have_text("Pat Éver0")
    expect(page.locator("#rows .who")).to_have_count(50)
    look_again(page)
    page.get_by_role("link", name="Next").click()

    expect(page.locator("#rows .who")).to_have_count(4)


def test_printing_prints_the_whole_day(open_page):
    diary = a_long_day()
    page = open_page("/healthz", role="receptionist")
    page.add_init_script(RECORD_PRINTING)
    page.goto(page.url.removesuffix("/healthz") + f"/?date={diary.day}&page=2")

    page.get_by_role("link", name="Print").click()
    expect(page.locator("#rows .who")).to_have_count(160)
    wait_until(page, "window.printed === 1")
    page.get_by_role("link", name="Back to the live day sheet").click()
    expect(page.locator("#rows .who")).to_have_count(50)
    page.keyboard.press("Control+p")

    expect(page.locator("#rows .who")).to_have_count(160)


def test_paper_shows_what_is_earlier_as_well(open_page, monkeypatch):
    a_morning(monkeypatch)
    page = open_page("/?print=1", role="receptionist")
    page.emulate_media(media="print")

    expect(page.locator("#rows .who")).to_have_count(4)
    expect(page.get_by_role("link", name="Back to the live day sheet")).not_to_be_visible()
