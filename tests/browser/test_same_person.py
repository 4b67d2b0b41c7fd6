"""Two entries that may be one person, in Chromium: proposed, compared, said to be two,
taken back.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from reminders.domain.diary.likely_pairs import look_for_pairs
from reminders.models import Contact
from tests import factories as make

LOOKS: dict[str, dict[str, Any]] = {
    "wide and light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "narrow and dark": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
PLAIN: dict[str, str] = {"last_name": "Lee"}
LONG: dict[str, str] = {
    "last_name": "Wolfeschlegelsteinhausenbergerdorff" * 4,
    "diary": "thefrontdeskofthemill" * 2,
    "notes": "A long note about everything that happened. " * 40,
    "preferred_name": "Wolfi" * 20,
}
LIST = "/data-quality/?flaw=twice&who=all"


def twice(**values: str) -> tuple[Contact, Contact]:
    """Somebody with two entries on one phone, each with visits to come."""
    place, phone = make.make_location(), make.phone()
    people = [
        make.make_contact(**(values | {"first_name": name, "phone": phone}))
        for name in ("Sara", "Sarah")
    ]
    for contact in people:
        for ahead in range(1, 8):
            day = (timezone.now() + timedelta(days=ahead)).date()
            make.make_appointment(location=place, contact=contact, day=day)
    look_for_pairs()
    return people[0], people[1]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("values", [PLAIN, LONG], ids=["plain", "far too long"])
def test_the_list_and_both_entries_fit_and_are_accessible(open_page, accessible, values, look):
    one, other = twice(**values)
    troubles = []
    for address in (
        LIST,
        f"/contacts/{one.pk}/",
        f"/contacts/{one.pk}/same/",
        f"/contacts/{one.pk}/merge/?other={other.pk}",
        "/data-quality/?flaw=shared&who=all",
    ):
        page = open_page(address, **LOOKS[look])
        troubles += [f"{address}: {trouble}" for trouble in accessible(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            troubles.append(f"{address}: wider than the screen")
        page.context.close()

    assert troubles == []


def test_on_a_phone_each_detail_says_whose_it_is(open_page):
    one, other = twice(**PLAIN)
    page = open_page(f"/contacts/{one.pk}/merge/?other={other.pk}", **LOOKS["narrow and dark"])

    expect(page.get_by_text("Becomes part of it: Sarah Lee").first).to_be_visible()
    label = "getComputedStyle(document.querySelector('.merge-table td'), '::before').content"
    assert page.evaluate(label) == '"Kept"'


def test_two_people_are_told_apart_and_it_is_taken_back(open_page):
    twice(**PLAIN)
    page = open_page(LIST)

    page.get_by_role("link", name="Look at both Sara Lee and Sarah Lee").click()
    page.get_by_role("button", name="They are two people").click()
    expect(page.get_by_text("Remembered: Sara Lee and Sarah Lee are two people.")).to_be_visible()
    expect(page.get_by_text("Nobody seems to be there twice")).to_be_visible()
    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_role("link", name="Look at both Sara Lee and Sarah Lee")).to_be_visible()
