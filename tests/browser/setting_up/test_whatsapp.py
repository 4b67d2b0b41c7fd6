"""WhatsApp as people meet it: words handed in on its page, a text with buttons on the phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from reminders.domain.roads.whatsapp.access import token
from reminders.models import ReminderRule
from reminders.provider.conversation import ConversationApi, WhatsAppMessage
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.browser.conftest import PATIENCE
from tests.browser.setting_up.test_email import shoot

PHONE = "+447700900123"


def test_words_are_handed_in_and_a_patient_taps_a_button(
    open_page: Callable[..., Page],
    sandbox: Sandbox,
    whatsapp_on: ConversationApi,
    accessible: Callable[..., list[str]],
) -> None:
    make.make_location(name="Harbour Dental")
    ReminderRule.objects.all().delete()
    make.make_confirmation_rule(roads=[["whatsapp", 15]])
    page = open_page("/set-up/whatsapp/")
    expect(page.get_by_text("Not registered").first).to_be_visible()
    shoot(page, "missing")
    assert accessible(page) == []

    page.get_by_role("button", name="Hand in all 4").click()

    expect(page.get_by_text("4 of 4 approved")).to_be_visible()
    expect(page.get_by_role("button", name="Hand in all")).to_have_count(0)
    shoot(page, "approved")

    name = next(name for name, _ in sandbox.whatsapp.templates if name.startswith("confirmation_r"))
    template = next(one for key, one in sandbox.whatsapp.templates.items() if key[0] == name)
    values = [f"word {at}" for at in range(1, template.body.count("{{") + 1)]
    wire = WhatsAppMessage(PHONE, "r", "", name, "en_GB", values, ["v1:x:yes", "v1:x:no"])
    whatsapp_on.send(wire, token=token(whatsapp_on, now=make.NOON))
    phone = page.context.new_page()
    phone.set_default_timeout(PATIENCE)
    phone.goto(f"{sandbox.url}/#{PHONE}")
    phone.get_by_role("button", name="I will come").click()

    expect(phone.get_by_text("I will come", exact=True)).to_have_count(2)
    expect(phone.get_by_text("Read", exact=False).first).to_be_attached()
    shoot(phone, "phone")
    assert accessible(phone) == []
