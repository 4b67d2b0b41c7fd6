"""The phone page in Chromium: texts appear by themselves, answers go out, every size can be
read.
"""

from base64 import b64decode
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.sandbox.helpers import ANN, send, text
from tests.sandbox.test_phone import PICTURE

pytestmark = pytest.mark.browser
SIZES = {"desk": (1280, 900), "pocket": (390, 844)}


@pytest.fixture
def page(browser: Browser, sandbox) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{sandbox.url}/#{ANN}")
    yield page
    context.close()
    assert complaints == []


def test_a_new_text_appears_by_itself_and_is_never_markup(client, page):
    expect(page.locator("#bubbles")).to_contain_text("No texts yet")

    send(client, text(content="Hi <b>Ann</b>"))

    expect(page.locator(".bubble.in")).to_have_text("Hi <b>Ann</b>")
    expect(page.locator(".number .last")).to_have_text("Hi <b>Ann</b>")


def test_an_answer_by_keyboard_and_by_button_reaches_the_queue(client, page):
    page.fill("#text", "See you")
    page.keyboard.press("Enter")
    expect(page.locator(".bubble.out")).to_have_text(["See you"])
    page.get_by_role("button", name="Y", exact=True).click()
    expect(page.locator(".bubble.out")).to_have_text(["See you", "Y"])

    assert [one["content"] for one in client.get("/v1/replies").json()["replies"]] == [
        "See you",
        "Y",
    ]


def test_a_picture_is_chosen_shown_and_sent(client, page):
    page.fill("#text", "my card")
    content = b64decode(PICTURE.split(",")[1])
    picture = {"name": "card.png", "mimeType": "image/png", "buffer": content}
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Send a picture").click()
    chosen.value.set_files(picture)

    shown = page.locator(".bubble.picture img")
    expect(shown).to_have_count(1)
    expect(page.locator(".bubble.picture")).to_contain_text("my card")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    (reply,) = client.get("/v1/replies").json()["replies"]
    assert (reply["content"], len(reply["media"])) == ("my card", 1)


def test_the_next_text_is_delivered_by_a_button(client, page):
    send(client, text(scheduled="2026-03-03T12:00:00Z"))
    expect(page.locator("#upcoming-words")).to_contain_text("1 text scheduled, next")

    page.get_by_role("button", name="Deliver next now").click()

    expect(page.locator(".bubble.in")).to_have_text("Hi Ann")
    expect(page.locator("#upcoming")).to_be_hidden()


def test_after_stop_the_phone_offers_start(page):
    page.get_by_role("button", name="STOP").click()

    expect(page.locator(".bubble.system")).to_contain_text("You have opted out")
    page.get_by_role("button", name="START").click()
    expect(page.locator("#blocked")).to_be_hidden()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_size_and_scheme_fits_and_is_accessible(browser, sandbox, client, size, scheme):
    width, height = SIZES[size]
    send(
        client,
        text(),
        text(destination_number="+447700900990"),
        text(scheduled="2026-03-03T12:00:00Z"),
    )
    sandbox.reply(ANN, "Y")
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    for address in ("/", f"/#{ANN}"):
        page.goto(sandbox.url + address)
        expect(page.locator(".number, .bubble.in").first).to_be_attached()
        page.wait_for_timeout(400)
        found = [violation["id"] for violation in Axe().run(page).response["violations"]]
        assert (address, page.evaluate("document.documentElement.scrollWidth"), found) == (
            address,
            width,
            [],
        )
    context.close()
