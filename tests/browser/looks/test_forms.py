"""Booking, finding, editing and being signed out in the middle of it, in a real browser."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from reminders.models import Appointment, Contact, StaffSession
from tests.browser.scenes.days import Diary, ordinary_day
from tests.factories import make_contact, make_user


def test_a_patient_is_found_and_booked(open_page):
    Diary()
    make_contact(first_name="Zuzanna", last_name="Kowalska")
    page = open_page("/appointments/new/", role="receptionist")

    page.get_by_role("searchbox", name="Find a patient").press_sequentially("kowal")
    page.get_by_label("Zuzanna Kowalska").check()
    page.get_by_label("Time").fill("10:30")
    page.get_by_role("button", name="Book").click()

    expect(page.locator("h1")).to_have_text("Zuzanna Kowalska, 10:30")
    assert Appointment.objects.get().contact.last_name == "Kowalska"


def test_a_new_patient_is_booked_at_once(open_page):
    Diary()
    page = open_page("/appointments/new/")

    page.get_by_label("A new patient").check()
    page.get_by_label("First name").fill("Mia")
    page.get_by_label("Mobile number").fill("07700 900 321")
    page.get_by_label("Time").fill("10:30")
    page.get_by_role("button", name="Book").click()

    expect(page.locator("h1")).to_have_text("Mia, 10:30")
    assert Contact.objects.get().phone == "+447700900321"


def test_search_follows_the_typing_and_stays_out_of_the_address(open_page):
    Diary()
    make_contact(first_name="Zuzanna", last_name="Kowalska", phone="+447700900321")
    make_contact(first_name="Ann", last_name="Lee")
    page = open_page("/contacts/")

    page.keyboard.press("/")
    page.keyboard.type("900321")

    expect(page.locator("#results .who")).to_have_text(["Zuzanna Kowalska"])
    expect(page).to_have_url(re.compile("/contacts/$"))


def test_two_people_edit_the_same_appointment(open_page):
    diary = Diary(day=(datetime.now(UTC) + timedelta(days=2)).date())
    ann = diary.book(name="Ann Lee")
    address = f"/appointments/{ann.pk}/edit/"
    first, second = (
        open_page(address),
        open_page(address, user=make_user(group="manager", first_name="Kim")),
    )

    second.get_by_label("Time").fill("14:00")
    second.get_by_role("button", name="Save").click()
    second.wait_for_url(f"**/appointments/{ann.pk}/")
    first.get_by_label("Notes").fill("Needs the ramp")
    first.get_by_role("button", name="Save").click()

    expect(first.get_by_role("alert")).to_contain_text("Kim")
    expect(first.get_by_role("alert")).to_contain_text("Time: 08:00 → 14:00")
    expect(first.get_by_label("Notes")).to_have_value("Needs the ramp")


def test_a_session_that_ends_while_typing_loses_nothing(open_page):
    diary = Diary(day=(datetime.now(UTC) + timedelta(days=2)).date())
    ann = diary.book(name="Ann Lee")
    user = make_user("robin", group="receptionist")
    page = open_page(f"/appointments/{ann.pk}/edit/", user=user)
    page.get_by_label("Notes").fill("Needs the ramp")
    page.wait_for_load_state("networkidle")  # the page's own looks notice the end, too

    StaffSession.objects.all().delete()
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Username").fill("robin")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_text("What you had typed here is back.")).to_be_visible()
    expect(page.get_by_label("Notes")).to_have_value("Needs the ramp")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(f"**/appointments/{ann.pk}/")
    ann.refresh_from_db()
    assert ann.notes == "Needs the ramp"


def test_signing_in_again_on_the_spot(open_page):
    diary = Diary(day=(datetime.now(UTC) + timedelta(days=1)).date())
    ann = diary.book(name="Ann Lee")
    user = make_user("robin", group="receptionist")
    page = open_page(f"/?date={diary.day}", user=user)
    page.wait_for_load_state("networkidle")  # the page's first look at the banners is no click

    StaffSession.objects.all().delete()
    page.get_by_role("button", name="Confirm Ann Lee").click()
    page.get_by_label("Username").fill("robin")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Signed in again.")).to_be_visible()
    page.get_by_role("button", name="Confirm Ann Lee").click()

    expect(page.locator(f"#row-{ann.pk}")).to_contain_text("Confirmed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lists_and_forms_are_accessible_and_fit_a_phone(open_page, accessible, theme):
    ordinary_day()
    one = f"/appointments/{Appointment.objects.order_by('pk')[5].pk}/"
    paths = (
        "/appointments/",
        "/contacts/",
        "/appointments/new/",
        "/contacts/new/",
        "/password/",
        one,
        f"{one}edit/",
    )
    page = open_page(color_scheme=theme)
    found = {}
    for path in paths:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("/".join(page.url.split("/")[:3]) + path)
        wide = accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        found[path] = (
            wide,
            accessible(page),
            page.evaluate("document.documentElement.scrollWidth"),
        )

    assert found == dict.fromkeys(paths, ([], [], 390))


def test_the_colours_are_remembered(open_page):
    Diary()
    page = open_page("/")
    page.get_by_role("button", name="Robin Reed").click()
    page.get_by_role("button", name="Dark").click()
    page.reload()

    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_a_restored_draft_of_a_new_patient_shows_its_fields(open_page):
    Diary()
    page = open_page("/appointments/new/")
    page.get_by_label("A new patient").check()
    page.get_by_label("First name").fill("Mia")

    page.reload()

    expect(page.get_by_text("What you had typed here is back.")).to_be_visible()
    expect(page.get_by_label("First name")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("Mia")


def test_a_known_person_is_asked_about_and_booked_by_one_button(open_page):
    Diary()
    known = make_contact(first_name="Zoe", last_name="Kowalska", phone="+447700900321")
    page = open_page("/appointments/new/")
    page.get_by_label("A new patient").check()
    page.get_by_label("First name").fill("Zoe")
    page.get_by_label("Mobile number").fill("07700 900 321")
    page.get_by_label("Time").fill("10:30")
    page.get_by_role("button", name="Book", exact=True).click()

    page.get_by_role("button", name="Yes, book for Zoe Kowalska").click()

    expect(page.locator("h1")).to_have_text("Zoe Kowalska, 10:30")
    assert [one.contact for one in Appointment.objects.all()] == [known]


def test_cancelling_asks_whether_to_tell_the_patient_and_tells(open_page):
    diary = Diary(day=(datetime.now(UTC) + timedelta(days=2)).date())
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/appointments/{ann.pk}/")

    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Cancel the appointment …").click()
    expect(page.get_by_role("button", name="Keep the appointment")).to_be_visible()
    page.get_by_label("The text that tells the patient").fill("We are closed that day.")
    page.get_by_role("button", name="Cancel it and tell the patient").click()

    expect(page.get_by_text("The appointment of Ann Lee is cancelled.")).to_be_visible()
    expect(page.get_by_text("We are closed that day.")).to_be_visible()
    assert Appointment.objects.get().status == "cancelled"
