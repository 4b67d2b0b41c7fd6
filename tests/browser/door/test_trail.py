"""The trail in a browser: a print is noted whoever asks for it, and the page is for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.trail.check import check_all
from reminders.domain.trail.seal import seal_waiting
from reminders.models import TrailEntry
from tests.factories import make_contact, make_location, make_user
from tests.programs import wait_until

SHOTS = os.environ.get("SHOTS_TO", "")


def a_day() -> None:
    """What stands in it after some work, the longest names among it."""
    place = make_location()
    now = timezone.now()
    ann = make_user("ann", group="receptionist", first_name="Ann", last_name="Lee")
    long = make_user(
        "w", group="manager", first_name="Wilhelmina", last_name="Featherstonehaugh-Cholmondeley"
    )
    people = [make_contact(first_name=name, last_name="Reed") for name in ("Bo", "Cy", "Di")]
    told = [
        (ann, "sign_in", None, {"by": ["password", "totp"]}),
        (ann, "search", None, {"page": "contacts", "found": 3, "digest": "5d41402abc4b2a76"}),
        *((ann, "look", one.pk, {"page": "conversation"}) for one in people),
        (long, "print", people[0].pk, {"page": "conversation"}),
        (long, "download", None, {"file": "unsent", "first": "2026-11-01", "last": "2026-11-30"}),
        (None, "refused", None, {"why": "password, a pause began", "name": "0123456789abcdef"}),
        (long, "rights", None, {"user": ann.pk, "added": [2], "of": "roles"}),
        (long, "export", people[1].pk, {"as": "html"}),
    ]
    for number, (user, kind, contact, details) in enumerate(told):
        TrailEntry.objects.create(
            at=now - timedelta(minutes=40 * (len(told) - number)),
            kind=kind,
            source="person",
            user=user,
            address="2001:db8:85a3:8d3:1319:8a2e:370:7348" if user == long else "192.0.2.17",
            contact_id=contact,
            details=details,
        )
    assert place
    seal_waiting(now=now)
    check_all(now=now)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844), (320, 640)])
def test_the_page_fits_its_window_and_is_accessible(
    width: int,
    height: int,
    scheme: str,
    open_page: Callable[..., Page],
    accessible: Callable[..., list[str]],
) -> None:
    a_day()
    size = {"width": width, "height": height}
    page = open_page("/set-up/trail/", role="administrator", viewport=size, color_scheme=scheme)

    expect(page.get_by_role("heading", name="Who did what")).to_be_visible()
    expect(page.get_by_text("The chain is whole")).to_be_visible()
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"trail-{width}-{scheme}.png", full_page=width > 400)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessible(page) == []


def test_printing_a_page_is_noted(open_page: Callable[..., Page]) -> None:
    contact = make_contact()
    page = open_page(f"/contacts/{contact.pk}/")

    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    def noted() -> bool:
        return TrailEntry.objects.filter(kind="print", contact_id=contact.pk).exists()

    assert wait_until(noted, seconds=20)


def test_a_check_is_followed_on_the_open_page(open_page: Callable[..., Page]) -> None:
    a_day()
    page = open_page("/set-up/trail/", role="administrator")
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Being checked now")).to_be_visible()

    check_all(now=timezone.now())

    expect(page.get_by_text("Being checked now")).to_be_hidden()
