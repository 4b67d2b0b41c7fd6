"""A whole afternoon is moved on a phone: boxes, a look, one click, and everything taken back."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.models import Appointment
from tests import factories as make

PHONE = {"viewport": {"width": 390, "height": 844}}
WIDE = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}
PICTURES = os.environ.get("SEVERAL_PICTURES", "")


def seen(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_an_afternoon_is_moved_and_taken_back(
    open_page: Callable[..., Page], accessible: Callable[..., list[str]]
) -> None:
    place = make.make_location(zone="UTC", opens="00:00", closes="00:00", name="Harbour Dental")
    doctor = make.make_practitioner(name="Dr Grey")
    make.make_confirmation_rule()
    day = (timezone.now() + timedelta(days=3)).date()
    for index in range(12):
        at = (timezone.now().replace(hour=9 + index // 2, minute=30 * (index % 2))).time()
        contact = make.make_contact(
            first_name=f"Charlotte{index}", phone="" if index == 3 else make.phone()
        )
        make.make_appointment(
            location=place,
            practitioner=doctor,
            day=day,
            at=at.replace(second=0, microsecond=0),
            contact=contact,
        )
    for look, options in (("phone", PHONE), ("wide", WIDE)):
        page = open_page(f"/?date={day}", **options)
        page.get_by_role("link", name="Several").click()
        page.get_by_label("Dr Grey").check()
        expect(page.get_by_role("button", name="Go on with 12")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        seen(page, f"{look}-choose")
        assert accessible(page) == []
        page.get_by_role("button", name="Go on with 12").click()
        page.get_by_role("link", name="Move", exact=True).click()
        page.get_by_label("Hours").fill("2")
        page.get_by_role("button", name="Look what would happen").click()
        expect(page.get_by_role("heading", name="What would happen")).to_be_visible()
        seen(page, f"{look}-look")
        assert accessible(page) == []
        page.get_by_role("button", name="Move 12 and text").click()
        expect(page.get_by_text("12 visits done")).to_be_visible()
        seen(page, f"{look}-done")
        assert accessible(page) == []
        page.get_by_role("button", name="Undo everything").click()
        expect(page.get_by_text("Taken back: no text was sent")).to_be_visible()
        assert {row.version for row in Appointment.objects.all()} & {2, 4} == set()
