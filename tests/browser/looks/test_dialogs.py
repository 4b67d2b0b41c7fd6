"""Dialogs: Esc closes them, and the focus is again where it was."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.scenes.days import Diary


@pytest.mark.parametrize("how", ["Escape", "Close"])
def test_after_a_dialog_from_a_rows_menu_the_focus_is_on_the_menus_button(
    open_page: Callable[..., Page], how: str
) -> None:
    diary = Diary()
    diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist")
    more = page.get_by_role("button", name="More for Ann Lee")
    more.click()
    page.get_by_role("button", name="Write a text").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    if how == "Escape":
        page.keyboard.press("Escape")
    else:
        dialog.get_by_role("button", name=how).first.click()

    expect(dialog).to_be_hidden()
    expect(more).to_be_focused()


def test_the_key_map_closes_with_escape_and_gives_the_focus_back(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/", role="receptionist")
    user = page.get_by_role("button", name="Robin Reed")
    user.click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(user).to_be_focused()
