"""The page behind a link on a patient's phone: without scripts, in the dark, from the right."""

from __future__ import annotations

from datetime import date

import pytest

from reminders.models import Appointment
from tests import factories as make
from tests.views.patient.page import texted, visit_soon

PHONES = [("en", 390, "light"), ("ar", 320, "dark")]


def family(language: str):
    """A family's text about two visits, one of which is off, with everything that a page may
    show.
    """
    place = make.make_location(
        name="Harbour Dental",
        address="1 Quay Street, Portsmouth",
        map_link="https://maps.example/harbour",
        sooner_offers="auto",
    )
    service = make.make_service(instructions="Please bring your insurance card.")
    number = make.phone()
    people = [
        make.make_contact(first_name=name, phone=number, birth_date=date(1980, 12, 24))
        for name in ("Ann", "Ben")
    ]
    ann = visit_soon(contact=people[0], location=place, service=service)
    ben = visit_soon(contact=people[1], location=place, service=service, status="declined")
    return texted(ann, ben, language=language)


@pytest.mark.parametrize(("language", "width", "scheme"), PHONES)
def test_it_is_accessible_and_needs_no_sideways_look(
    open_page, accessible, language, width, scheme
):
    phone = family(language)

    page = open_page(
        phone.path, role="", viewport={"width": width, "height": 800}, color_scheme=scheme
    )
    for summary in page.locator("summary").all():
        summary.click()

    assert accessible(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_a_patient_proves_who_they_are_and_says_no(open_page):
    phone = family("en")
    page = open_page(
        phone.path, role="", viewport={"width": 390, "height": 800}, java_script_enabled=False
    )

    page.get_by_text("Show more").click()
    page.get_by_label("Birth date, or the last four digits").fill("24/12/1980")
    page.get_by_role("button", name="Show", exact=True).click()
    assert page.get_by_text("Ann").is_visible()
    page.get_by_role("button", name="I can't come").first.click()

    assert page.get_by_text("You can't come.").first.is_visible()
    assert [one.status for one in Appointment.objects.all()] == ["declined", "declined"]
    assert phone.link.opened_at is not None
