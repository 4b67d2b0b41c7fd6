"""A signed-in page on a live server, and the accessibility check that every page must pass."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.factories import make_user

PATIENCE = 20_000
"""Milliseconds to wait for what must appear: only a machine with much else to do needs so long."""

expect.set_options(timeout=PATIENCE)

# Playwright's own loop makes Django believe that it runs in asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture
def open_page(browser: Browser, live_server) -> Iterator[Callable[..., Page]]:
    """Open a page as a new user of a role; errors in scripts and refused content fail the test."""
    contexts, found = [], []
    expected: tuple[str, ...] = ("Failed to load resource", "Response Status Error Code 401")

    def note(message) -> None:
        refused = "Content Security Policy" in message.text
        if message.type == "error" and (refused or not message.text.startswith(expected)):
            found.append(message.text)

    def open_it(
        path: str = "/",
        *,
        role: str = "manager",
        user=None,
        troubles: tuple[str, ...] = (),
        **options,
    ) -> Page:
        nonlocal expected
        expected += troubles  # those that a test brings about itself
        context = browser.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        contexts.append(context)
        if role:
            client = Client()
            client.force_login(user or make_user(group=role, first_name="Robin", last_name="Reed"))
            value = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("console", note)
        page.goto(live_server.url + path)
        # Problems are looked up once the page is there, and push it down the first time.
        if page.locator("#banners").count():
            page.locator("#banners > input:not([value=''])").wait_for(state="attached")
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert found == []


def tags_for(*, ours: bool) -> list[str]:
    """What axe-core shall look for: good practice only on pages of our own making."""
    levels = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    return [*levels, "best-practice"] if ours else levels


@pytest.fixture
def accessible() -> Callable[..., list[str]]:
    """What axe-core finds against WCAG 2.2 A and AA on a page; an empty list is what we want.

    And against good practice, unless a page is not of our own making. `within` looks at one part
    only: an open menu covers what is under it, and axe takes what is half covered for too small.
    """

    def check(page: Page, *, ours: bool = True, within: str | None = None) -> list[str]:
        rules = {"type": "tag", "values": tags_for(ours=ours)}
        found = Axe().run(page, context=within, options={"runOnly": rules})
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:300]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]

    return check
