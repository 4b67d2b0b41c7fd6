"""Without a connection: one line that stays, and actions that say that they were not done."""

import re

from playwright.sync_api import Page, Route, expect

from reminders.models import Appointment
from tests.browser.day.scene import look_again, row, somebody_confirms, tomorrow

LOST = ("htmx:", "Response Status Error Code 503")
"""What htmx writes to the console when nothing comes through."""
SINCE = re.compile(r"^Not up to date since \d\d:\d\d\. There is no connection; we keep trying\.$")


def line(page: Page):
    return page.locator("#not-up-to-date")


def test_one_line_lasts_while_nothing_comes_through(open_page, accessible):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist", troubles=LOST)
    expect(line(page)).to_be_hidden()

    page.context.set_offline(True)
    for _ in range(3):
        look_again(page)
        page.wait_for_timeout(150)
    expect(line(page)).to_have_text(SINCE)
    expect(page.locator(".toast-note")).to_have_count(0)
    assert accessible(page) == []
    somebody_confirms(ann)
    page.context.set_offline(False)

    expect(row(page, ann)).to_contain_text("Confirmed")
    expect(line(page)).to_be_hidden()
    expect(page.locator("#said")).to_contain_text("Up to date again.")


def test_an_action_without_a_connection_says_that_it_was_not_done(open_page):
    diary = tomorrow()
    ann = diary.book(name="Ann Lee")
    page = open_page(f"/?date={diary.day}", role="receptionist", troubles=LOST)

    page.context.set_offline(True)
    row(page, ann).get_by_role("button", name="Confirm").click()

    expect(page.locator(".toast-note")).to_contain_text(
        "“Confirm Ann Lee” was not done: there is no connection."
    )
    page.context.set_offline(False)
    page.wait_for_timeout(800)
    row(page, ann).get_by_role("button", name="Confirm").click()
    expect(row(page, ann)).to_contain_text("Confirmed")
    assert Appointment.objects.get(pk=ann.pk).status == "confirmed"


def test_a_form_without_a_connection_keeps_what_was_typed(open_page):
    tomorrow()
    page = open_page("/contacts/new/", role="receptionist")
    page.get_by_label("Last name").fill("Kowalska")

    page.context.set_offline(True)
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.locator(".toast-note")).to_contain_text("was not done: there is no connection")
    expect(page.get_by_label("Last name")).to_have_value("Kowalska")


def test_trouble_on_our_side_is_one_line_as_well(open_page):
    diary = tomorrow()
    page = open_page(f"/?date={diary.day}", role="receptionist", troubles=LOST)
    fail = re.compile(r"/day/rows/")

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    page.route(fail, refuse)
    for _ in range(2):
        look_again(page)
        page.wait_for_timeout(150)
    expect(line(page)).to_contain_text("Something is wrong on our side; we keep trying.")
    expect(page.locator(".toast-note")).to_have_count(0)
    page.unroute(fail)
    look_again(page)

    expect(line(page)).to_be_hidden()


def test_an_answer_that_takes_long_is_told_until_it_comes(open_page):
    diary = tomorrow()
    page = open_page("/healthz", role="receptionist")
    page.clock.install()
    page.goto(page.url.removesuffix("/healthz") + f"/?date={diary.day}")
    held: list[Route] = []
    page.route(re.compile(r"/day/rows/"), lambda route: held.append(route))

    look_again(page)
    page.wait_for_timeout(300)
    page.clock.run_for(9_500)
    expect(line(page)).to_contain_text("The answer takes long; we keep trying.")
    for route in held:
        route.continue_()

    expect(line(page)).to_be_hidden()
