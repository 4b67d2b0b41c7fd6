"""A rule with two roads before SMS: the order is asked where there is one, and the page says it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from config.roads import PatientsMail
from reminders.domain.setup.whatsapp_templates import rows_of_rules
from reminders.models import EmailRoad, ReminderRule
from reminders.provider.conversation import ConversationApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.browser.setting_up.test_email import CAUGHT, shoot
from tests.views.setup.test_order_of_roads import approve


def test_the_order_is_asked_where_two_roads_are_chosen(
    open_page: Callable[..., Page],
    sandbox: Sandbox,
    whatsapp_on: ConversationApi,
    settings: Settings,
    accessible: Callable[..., list[str]],
) -> None:
    settings.PATIENTS_MAIL = PatientsMail(CAUGHT, {"url": sandbox.url})
    settings.PUBLIC_URL = "https://reminders.example"
    EmailRoad.objects.create(pk=1, on=True)
    ReminderRule.objects.all().delete()
    rule, place, now = make.make_confirmation_rule(), make.make_location(), timezone.now()
    for number in range(4):
        contact = make.make_contact(
            email=f"p{number}@home.example",
            email_agreed_at=now,
            whatsapp_agreed_at=now if number else None,
        )
        day = (now + timedelta(days=3)).date()
        make.make_appointment(contact=contact, location=place, day=day)

    page = open_page(f"/set-up/rules/{rule.pk}/")
    order = page.get_by_role("group", name="In which order")
    expect(order).to_be_hidden()
    page.get_by_label("By WhatsApp").select_option("15")
    expect(order).to_be_hidden()
    page.get_by_label("By e-mail").select_option("0")
    expect(order).to_be_hidden()
    page.get_by_label("By e-mail").select_option("120")
    expect(order).to_be_visible()
    none = "0 of 4 coming visits by WhatsApp first: WhatsApp has approved none of its words"
    expect(page.get_by_text(none)).to_be_visible()
    approve(rows_of_rules([make.make_confirmation_rule(active=False, roads=[["whatsapp", 15]])]))
    page.get_by_label("E-mail, then WhatsApp, then SMS").check()

    expect(page.get_by_text("4 of 4 coming visits by e-mail first")).to_be_visible()
    expect(page.get_by_text("3 of 4 coming visits by WhatsApp where e-mail")).to_be_visible()
    assert accessible(page) == []
    shoot(page, "order")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("by WhatsApp if it is not opened within 2 hours")).to_be_attached()
    rule.refresh_from_db()
    assert rule.roads == [["email", 120], ["whatsapp", 15]]
    shoot(page, "rules")
