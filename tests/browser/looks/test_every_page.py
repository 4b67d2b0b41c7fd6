"""Every page there is, the administration's too, at every width, in both themes, with the colours
of the device, and at twice the size: nothing that axe-core finds, and nothing that sticks out.

`make test-looks`: it takes minutes. What is new in the table of addresses is looked at by itself.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import Error, Page, Response

from tests.browser.conftest import tags_for
from tests.browser.scenes import work
from tests.factories import make_location, make_user
from tests.views.access_table import TABLE
from tests.views.access_things import things

pytestmark = pytest.mark.looks

HEIGHT = 800
WIDTHS = (320, 390, 768, 1024, 1280, 1920)
ZOOMED_TWICE = 640
"""What a window of 1280 has room for at 200 percent."""
LOOKS: list[tuple[dict[str, Any], tuple[int, ...]]] = [
    ({"color_scheme": "light"}, (*WIDTHS, ZOOMED_TWICE)),
    ({"color_scheme": "dark"}, WIDTHS),
    ({"color_scheme": "light", "forced_colors": "active"}, (1280,)),
    ({"color_scheme": "dark", "forced_colors": "active"}, (390,)),
]
AXE = Axe().axe_script
LOOK_OVER = """async (tags) => {
  const found = await axe.run(document,
    {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]});
  return found.violations.flatMap((one) => one.nodes.map((node) =>
    `${one.id}: ${node.html.slice(0, 120)} ${node.failureSummary.slice(0, 200)}`));
}"""
HANDBOOK = ("/help/", "/help/receptionist/", "/help/imports/", "/help/configuration/")
"""Of its chapters some of each kind: tables, pictures, examples."""
NO_PAGE = ("Download is starting", "ERR_ABORTED", "ERR_CONNECTION_REFUSED")
INTERRUPTED = "interrupted by another navigation"
SHARES = 4
"""The pages are dealt out to so many tests, which run side by side."""


def paths(there: dict[str, Any]) -> list[str]:
    """Every address of ours that shows a page, with something in it, and the administration's."""
    return sorted({*_ours(there), *HANDBOOK, *_of_the_administration()})


def _ours(there: dict[str, Any]) -> Iterator[str]:
    for row in TABLE:
        if row.method == "GET":
            names = [there[row.names]] if row.names else []
            query = f"?{row.query.format(**there)}" if row.query else ""
            try:
                yield reverse(row.url, args=names) + query
            except NoReverseMatch:
                yield reverse(row.url, args=[*names, "1"]) + query


def _of_the_administration() -> Iterator[str]:
    yield reverse("admin:index")
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        one: Model | None = model._default_manager.order_by("pk").first()
        if one is not None:
            yield reverse(f"{name}_change", args=[one.pk])
            yield reverse(f"{name}_history", args=[one.pk])
        if not hasattr(page, "has_add_permission") or page.__class__.__dict__.get("add_view"):
            continue
        yield reverse(f"{name}_add")


def a_furnished_site() -> tuple[User, dict[str, Any]]:
    """A clinic with work to do, and one of everything that an address can name."""
    work.ordinary()
    user = make_user(
        group="administrator",
        first_name="Robin",
        last_name="Reed",
        is_staff=True,
        is_superuser=True,
    )
    return user, things(make_location(name="Harbour Dental North"), user=user)


def visit(page: Page, address: str) -> Response | None:
    """Go there; None: it was no page of the site."""
    try:
        return page.goto(address, wait_until="load")
    except Error as error:
        # By what the browser shows in place of the address before, which led to no page.
        if INTERRUPTED in error.message:
            return visit(page, address)
        # A file to save, or the sandbox's phone, which is another program's.
        if any(words in error.message for words in NO_PAGE):
            return None
        raise


def is_a_page(response: Response | None) -> bool:
    """Whether something to look at came: no file, no part of a page, no refusal."""
    if response is None or response.status != 200:
        return False
    return response.headers.get("content-type", "").startswith("text/html")


@pytest.mark.parametrize("share", range(SHARES))
def test_it_is_accessible_and_fits_whatever_the_window(
    share: int, open_page: Callable[..., Page]
) -> None:
    user, there = a_furnished_site()
    page = open_page("/healthz", user=user)
    root = page.url.removesuffix("/healthz")
    wrong: dict[str, str] = {}
    looked_at = 0
    for path in paths(there)[share::SHARES]:
        for media, widths in LOOKS:
            page.emulate_media(**{"reduced_motion": "reduce", "forced_colors": "none"} | media)
            response = visit(page, root + path)
            if not is_a_page(response) or not page.title():
                break
            looked_at += 1
            page.evaluate(AXE)
            for width in widths:
                for trouble in troubles(page, width, path):
                    wrong.setdefault(trouble, f"{path} at {width} {media}")
    assert looked_at > 40
    found = "\n".join(f"{where}: {trouble}" for trouble, where in wrong.items())
    assert not wrong, found


def troubles(page: Page, width: int, path: str) -> Iterator[str]:
    """What is wrong with the open page at this width."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.wait_for_timeout(30)
    beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if beyond > 0:
        yield f"{beyond} pixels stick out"
    yield from page.evaluate(LOOK_OVER, tags_for(ours=not path.startswith("/admin/")))
