"""The problems on top of each page: they push it down once, and not with every click."""

from playwright.sync_api import expect

# What stood there when the page was read, before anything could be asked for.
AT_FIRST = """
document.addEventListener('DOMContentLoaded', () => {
  window.bannersAtFirst = document.getElementById('banners').textContent;
});
"""
STOPPED = "background work has stopped"


def test_the_next_page_has_them_before_it_asks(open_page):
    """No worker runs in this test, which is a problem that everybody should know."""
    page = open_page("/", role="receptionist")
    expect(page.locator("#banners")).to_contain_text(STOPPED)
    page.add_init_script(AT_FIRST)

    page.get_by_role("link", name="Call list").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call list")

    assert STOPPED in page.evaluate("window.bannersAtFirst")
    expect(page.locator("#banners .banner").filter(has_text=STOPPED)).to_have_count(1)
