"""E-mail as people meet it: switched on, a mail in the sandbox's mailbox, its button, and what
staff see of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from config.roads import PatientsMail
from reminders.domain.roads.email.news import apply_news
from reminders.models import Contact, EmailRoad, ReminderRule
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.browser.conftest import PATIENCE
from tests.domain.roads.mailserver import MailServer
from tests.domain.roads.practice import EMAIL, Practice

SHOTS = os.environ.get("SHOTS_TO", "")
CAUGHT = "reminders.domain.roads.email.in_browser.EmailBackend"


def shoot(page: Page, name: str) -> None:
    """A picture at both widths, in both themes, where somebody wants to look."""
    if not SHOTS:
        return
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            path = str(Path(SHOTS) / f"{name}-{width}-{scheme}.png")
            page.screenshot(path=path, full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 800})


def test_it_is_switched_on_and_a_patient_answers_by_a_mails_button(
    open_page: Callable[..., Page],
    sandbox: Sandbox,
    api: MessagesApi,
    settings: Settings,
    live_server: LiveServer,
    accessible: Callable[..., list[str]],
) -> None:
    settings.PATIENTS_MAIL = PatientsMail(CAUGHT, {"url": sandbox.url})
    settings.PUBLIC_URL = live_server.url
    ReminderRule.objects.all().delete()
    practice = Practice(sandbox, api, EMAIL, server=MailServer(), now=timezone.now())
    EmailRoad.objects.update(on=False)

    # The manager switches it on, and sends a test.
    page = open_page("/set-up/e-mail/")
    expect(page.get_by_text("1 with e-mail before SMS, 0 with a copy")).to_be_visible()
    assert accessible(page) == []
    page.get_by_label("Write to patients by e-mail where a rule says so").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_label("Send a test to").fill("me@clinic.example")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("The mail server took it.")).to_be_visible()
    shoot(page, "setup")

    # A patient's mail is caught beside the phone; its button leads to the page.
    visit = practice.visit()
    practice.until(minutes=61)
    mailbox = page.context.new_page()
    mailbox.set_default_timeout(PATIENCE)
    mailbox.goto(f"{sandbox.url}/mail")
    assert accessible(mailbox) == []
    shoot(mailbox, "mailbox")
    mailbox.get_by_role("link", name="Your appointment").click()
    framed = mailbox.frame_locator("iframe")
    expect(framed.get_by_text("Are you coming?")).to_be_visible()
    assert accessible(mailbox) == []
    shoot(mailbox, "mail")
    with mailbox.expect_popup() as opened:
        framed.get_by_role("link", name="I can't come").click()
    patient = opened.value
    patient.set_default_timeout(PATIENCE)
    patient.get_by_role("button", name="I can't come").click()
    expect(patient.get_by_text("You can't come. Thank you for telling us.")).to_be_visible()

    # Staff see by which road, and that it was opened.
    visit.refresh_from_db()
    assert visit.status == "declined"
    apply_news(now=timezone.now(), go_on=lambda: True)
    page.goto(f"{live_server.url}{visit.contact.get_absolute_url()}")
    expect(page.get_by_text(f"E-mail to {visit.contact.email}")).to_be_visible()
    assert accessible(page) == []
    shoot(page, "conversation")

    # The patient's page, and the way out of it.
    Contact.objects.filter(pk=visit.contact_id).update(email_state="bounced")
    page.goto(f"{live_server.url}/contacts/{visit.contact_id}/edit/")
    expect(page.get_by_text("Mail to this address came back")).to_be_visible()
    shoot(page, "contact")
    page.goto(f"{live_server.url}/set-up/rules/{practice.rule.pk}/")
    expect(page.get_by_label("By e-mail")).to_be_visible()
    shoot(page, "rule")
    mailbox.go_back()
    mailbox.go_forward()
    with mailbox.expect_popup() as opened:
        mailbox.frame_locator("iframe").get_by_role("link", name="Stop e-mails").click()
    leaving = opened.value
    leaving.set_default_timeout(PATIENCE)
    assert accessible(leaving) == []
    shoot(leaving, "stop")
    leaving.get_by_role("button", name="Stop all e-mails").click()
    expect(leaving.get_by_text("You get no more e-mails from us.")).to_be_visible()
    assert make.Message.objects.get(road="email").state == "delivered"
