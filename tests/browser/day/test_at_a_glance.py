"""New cards announced to those who ask, the site installed, and the keys that there are."""

import json
import urllib.request

from playwright.sync_api import Page, Request, expect

from tests.browser.day.scene import tomorrow, wait_until
from tests.factories import make_user

# The desktop's notes cannot be read from a page, and a headless browser shows none.
DESKTOP = """
window.announced = [];
window.Notification = class extends EventTarget {
  static permission = 'default';
  static requestPermission() {
    Notification.permission = 'granted';
    return Promise.resolve('granted');
  }
  constructor(title, options) {
    super();
    window.announced.push([title, options.body]);
  }
};
document.hasFocus = () => false;
"""


def with_desktop(page: Page, path: str) -> None:
    page.add_init_script(DESKTOP)
    page.goto(page.url.removesuffix("/healthz") + path)


def look_at_the_inbox(page: Page) -> None:
    with page.expect_response(lambda response: "/pulse/" in response.url):
        page.evaluate("htmx.trigger('#banners', 'look-again')")


def test_a_new_card_is_announced_to_those_who_asked_for_it(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page("/healthz", role="receptionist")
    with_desktop(page, f"/?date={diary.day}")

    page.get_by_role("button", name="Robin Reed").click()
    page.get_by_role("button", name="Announce new cards").click()
    expect(page.locator(".toast-note")).to_contain_text("are announced on this device")
    diary.answer(ann, "Is there a car park?", card="unclear")
    look_at_the_inbox(page)

    wait_until(page, "window.announced.length === 1")
    assert page.evaluate("window.announced") == [
        ["A new card in the inbox", "1 card waits for you."]
    ]
    assert page.title().startswith("(1) ")
    look_at_the_inbox(page)
    assert len(page.evaluate("window.announced")) == 1


def test_nothing_is_announced_unasked_and_the_choice_can_be_taken_back(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page("/healthz", user=make_user(group="receptionist", first_name="Robin"))
    with_desktop(page, f"/?date={diary.day}")
    diary.answer(ann, "Is there a car park?", card="unclear")
    look_at_the_inbox(page)
    expect(page.locator("[data-inbox-count]").first).to_contain_text("1")
    assert page.evaluate("window.announced") == []

    page.get_by_role("button", name="Robin").click()
    switch = page.get_by_role("button", name="Announce new cards")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    page.get_by_role("button", name="Robin").click()
    expect(switch).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(700)
    switch.click()
    diary.answer(ann, "And a lift?", card="unclear")
    look_at_the_inbox(page)

    expect(page.locator("[data-inbox-count]").first).to_contain_text("2")
    assert page.evaluate("window.announced") == []


def test_a_hidden_page_asks_for_the_count_only_where_cards_are_announced(open_page):
    diary = tomorrow()
    page = open_page("/healthz", role="receptionist")
    with_desktop(page, f"/?date={diary.day}")
    asked: list[str] = []

    def note(request: Request) -> None:
        # A typeface or a picture that is still on its way is no question about cards.
        if request.resource_type in ("xhr", "fetch"):
            asked.append(request.url.rsplit("/", 2)[1].split("?")[0])

    page.on("request", note)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")

    page.evaluate("htmx.trigger('#banners', 'look-again'); htmx.trigger('#live', 'look-again')")
    page.wait_for_timeout(400)
    before = list(asked)
    page.evaluate("document.documentElement.toggleAttribute('data-tells-of-cards', true)")
    page.evaluate("htmx.trigger('#banners', 'look-again'); htmx.trigger('#live', 'look-again')")
    page.wait_for_timeout(400)

    assert (before, asked) == ([], ["pulse"])


def test_the_site_can_be_installed_and_keeps_no_service_worker(open_page):
    tomorrow()
    page = open_page("/", role="receptionist")
    address = page.evaluate("document.querySelector('link[rel=manifest]').href")

    with urllib.request.urlopen(address) as answer:  # noqa: S310  # our own server's address
        told = json.load(answer)
    icons = {
        icon["sizes"]: page.request.get(page.url.rstrip("/") + icon["src"]).status
        for icon in told["icons"]
    }

    assert (told["start_url"], told["display"]) == ("/", "standalone")
    assert icons == {"any": 200, "192x192": 200, "512x512": 200}
    assert page.evaluate("navigator.serviceWorker.getRegistrations()") == []


def test_the_keyboard_map_names_the_keys_of_the_day(open_page):
    diary = tomorrow()
    diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist")

    page.keyboard.press("?")

    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_contain_text("Now, on the day sheet")
    expect(keys).to_contain_text("Print the whole day")
