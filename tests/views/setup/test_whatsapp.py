"""WhatsApp on the pages: its own, the rule's form, the patient's, and the address it pushes to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reminders.domain.roads.whatsapp.templates import list_again_if_due
from reminders.models import (
    AuditEntry,
    ReminderRule,
    Reply,
    WhatsAppAccess,
    WhatsAppReport,
    WhatsAppTemplate,
    WhatsAppText,
    Wording,
)
from reminders.provider.conversation import ConversationApi
from reminders.sandbox import Sandbox
from reminders.sandbox.conversation_api.callbacks import SECRET, signed
from tests import factories as make
from tests.views.reading import as_read
from tests.views.setup.test_rules import DAY_BEFORE

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(make.make_user(group="manager"))
    return client


@pytest.fixture
def rule() -> ReminderRule:
    make.make_location(name="Harbour Dental")
    return make.make_confirmation_rule(roads=[["whatsapp", 15]])


def page(staff: Client) -> str:
    return as_read(staff.get("/set-up/whatsapp/"))


def test_without_its_settings_it_shows_nowhere(staff: Client, rule: ReminderRule) -> None:
    assert "WhatsApp is not set up here" in page(staff)
    assert "WhatsApp" not in as_read(staff.get("/set-up/"))
    assert "WhatsApp" not in as_read(staff.get(f"/set-up/rules/{rule.pk}/"))
    assert "WhatsApp" not in as_read(staff.get("/contacts/new/"))


def test_without_a_rule_the_page_says_where_to_begin(
    staff: Client, whatsapp_on: ConversationApi
) -> None:
    assert "No rule goes by WhatsApp" in page(staff)


def test_words_are_handed_in_and_approved(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi
) -> None:
    assert "Not registered" in page(staff)

    answer = staff.post("/set-up/whatsapp/register/", follow=True)

    assert "Handed in: 4." in as_read(answer)
    shown = page(staff)
    assert "4 of 4 approved" in shown
    assert "Hi {{1}}, your appointment at {{2}} is on {{3}} at {{4}}." in shown
    assert "{{1}} is {first_name}" in shown
    assert "I will come" in shown
    listed = WhatsAppTemplate.objects.values_list("state", "ttl_seconds")
    assert set(listed) == {("APPROVED", 900)}


def test_a_changed_wording_differs_until_it_is_approved(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi
) -> None:
    staff.post("/set-up/whatsapp/register/")
    Wording.objects.create(
        rule=rule, purpose="confirmation", language="en", text="Dear {first_name}, see you {date}!"
    )

    assert "The wording differs from what is registered" in page(staff)


def test_a_shorter_wait_wants_templates_that_let_go_sooner(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi
) -> None:
    staff.post("/set-up/whatsapp/register/")
    ReminderRule.objects.update(roads=[["whatsapp", 5]])

    assert "WhatsApp would try for longer than the rule waits" in page(staff)
    staff.post("/set-up/whatsapp/register/")
    assert "4 of 4 approved" in page(staff)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("REJECTED", "Refused by WhatsApp"),
        ("PAUSED", "Stopped by WhatsApp"),
        ("DISABLED", "Stopped by WhatsApp"),
        ("IN_PROGRESS", "In review"),
        ("SOMETHING_NEW", "In review"),
    ],
)
def test_every_state_has_its_words(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi, state: str, words: str
) -> None:
    staff.post("/set-up/whatsapp/register/")
    WhatsAppTemplate.objects.update(state=state)

    assert words in page(staff)


@pytest.mark.parametrize("fault", ["401", "503", "hang", "unreadable_202"])
def test_an_outage_is_said_in_words(
    staff: Client,
    rule: ReminderRule,
    whatsapp_on: ConversationApi,
    sandbox: Sandbox,
    fault: str,
) -> None:
    sandbox.order_fault(fault, "whatsapp_templates", times=None, seconds=0)

    answer = staff.post("/set-up/whatsapp/ask/", follow=True)

    assert "WhatsApp could not be asked just now" in as_read(answer)


def test_an_outage_is_told_of_everywhere_until_it_is_over(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi, sandbox: Sandbox
) -> None:
    told = "Nothing goes out by WhatsApp."
    assert told not in as_read(staff.get("/pulse/"))
    sandbox.order_fault("401", "whatsapp_token", times=None)
    list_again_if_due(whatsapp_on, now=timezone.now())
    assert told in as_read(staff.get("/pulse/"))

    sandbox.clear_faults()
    staff.post("/set-up/whatsapp/ask/")

    assert told not in as_read(staff.get("/pulse/"))


def test_all_programs_share_one_token(
    staff: Client, rule: ReminderRule, whatsapp_on: ConversationApi, sandbox: Sandbox
) -> None:
    for _ in range(3):
        staff.post("/set-up/whatsapp/ask/")

    assert len(sandbox.whatsapp.tokens) == 1
    assert WhatsAppAccess.objects.get().token in sandbox.whatsapp.tokens


def test_a_rule_is_saved_with_its_wait_and_says_so(
    staff: Client, whatsapp_on: ConversationApi
) -> None:
    make.make_location()

    staff.post("/set-up/rules/new/", DAY_BEFORE | {"whatsapp_minutes": "15"})

    assert ReminderRule.objects.get(name="Ask them").roads == [["whatsapp", 15]]
    words = "By WhatsApp to those who agreed; by SMS if it is not delivered within 15 minutes."
    assert words in as_read(staff.get("/set-up/rules/"))


def test_a_form_without_the_road_keeps_what_is_there(staff: Client, rule: ReminderRule) -> None:
    seen = staff.get(f"/set-up/rules/{rule.pk}/").context["seen"]

    staff.post(f"/set-up/rules/{rule.pk}/", DAY_BEFORE | {"seen": seen, "name": "Other"})

    rule.refresh_from_db()
    assert (rule.name, rule.roads) == ("Other", [["whatsapp", 15]])


@pytest.mark.parametrize("value", ["0", "-5", "7", "x", "9" * 400])
def test_an_odd_wait_is_refused(staff: Client, whatsapp_on: ConversationApi, value: str) -> None:
    make.make_location()

    answer = staff.post("/set-up/rules/new/", DAY_BEFORE | {"whatsapp_minutes": value})

    assert answer.status_code == 422


def test_consent_is_given_and_taken_on_the_patients_page(
    staff: Client, whatsapp_on: ConversationApi
) -> None:
    contact = make.make_contact()
    path = f"/contacts/{contact.pk}/edit/"

    def save(**values: str) -> datetime | None:
        seen = staff.get(path).context["seen"]
        plain = {"first_name": "Ann", "last_name": "Lee", "phone": contact.phone, "channel": "sms"}
        assert staff.post(path, plain | values | {"seen": seen}).status_code == 302
        contact.refresh_from_db()
        return contact.whatsapp_agreed_at

    given = save(whatsapp="on")
    assert given is not None
    assert save(whatsapp="on", notes="x") == given
    assert save() is None
    changes = AuditEntry.objects.filter(contact=contact).order_by("pk")
    assert ["whatsapp_agreed_at" in one.details for one in changes] == [True, False, True]


# The address that it pushes to


def push(body: dict[str, Any] | bytes, *, secret: str = SECRET) -> int:
    """The status of the answer to a push, signed as of now."""
    now = timezone.now().timestamp()
    one = signed(body if isinstance(body, dict) else {}, at=now, secret=secret)
    content = one.body if isinstance(body, dict) else body
    headers = {name: value for name, value in one.headers.items() if name != "Content-Type"}
    answer = Client().post(
        "/webhooks/whatsapp/", content, content_type="application/json", headers=headers
    )
    return answer.status_code


def report(message_id: str = "01KMSG", status: str = "DELIVERED") -> dict[str, Any]:
    return {"message_delivery_report": {"message_id": message_id, "status": status}}


def test_what_is_pushed_is_stored_once(db: None, whatsapp_on: ConversationApi) -> None:
    said = {"id": "01KIN", "contact_message": {"text_message": {"text": "Yes"}}}
    said |= {"channel_identity": {"channel": "WHATSAPP", "identity": "447700900123"}}

    for body in (report(), report(), {"message": said}, {"message": said}, {"new": 1}):
        assert push(body) == 200

    assert WhatsAppReport.objects.count() == 1
    assert list(Reply.objects.values_list("source", "phone", "text")) == [
        ("whatsapp", "+447700900123", "Yes")
    ]


def test_what_is_not_signed_or_not_readable_is_refused(whatsapp_on: ConversationApi) -> None:
    assert push(report(), secret="another") == 401
    assert push(b"tampered") == 401
    assert push({"message_delivery_report": []}) == 400
    assert Client().get("/webhooks/whatsapp/").status_code == 405
    assert WhatsAppReport.objects.count() == 0


def test_where_it_is_off_there_is_no_such_address() -> None:
    assert push(report()) == 404


def test_an_opt_out_there_ends_the_consent_and_no_more(whatsapp_on: ConversationApi) -> None:
    contact = make.make_contact(whatsapp_agreed_at=timezone.now())
    notice = {"identity": contact.phone[1:], "channel": "WHATSAPP", "status": "OPT_OUT_SUCCEEDED"}

    assert push({"opt_out_notification": notice}) == 200

    contact.refresh_from_db()
    assert contact.whatsapp_agreed_at is None
    assert AuditEntry.objects.get().kind == "whatsapp_ended"


# What became of texts


def test_the_conversation_tells_the_road_and_when_it_was_read(
    staff: Client, whatsapp_on: ConversationApi
) -> None:
    contact = make.make_contact()
    first = make.make_message(
        contact=contact, phone=contact.phone, road="whatsapp", state="delivered"
    )
    at = make.NOON + timedelta(minutes=3)
    WhatsAppText.objects.create(
        message=first, wait_minutes=15, next_road_at=at, sms_until=at, read_at=at
    )

    shown = as_read(staff.get(f"/contacts/{contact.pk}/"))

    assert "WhatsApp" in shown
    assert "read" in shown


def test_the_statistics_compare_the_roads(
    staff: Client, whatsapp_on: ConversationApi, settings: Settings
) -> None:
    place, now = make.make_location(), timezone.now()
    for road, state in (("sms", "delivered"), ("sms", "failed"), ("whatsapp", "delivered")):
        make.make_message(
            location=place,
            road=road,
            state=state,
            accepted_at=now,
            scheduled_at=now - timedelta(minutes=9),
        )
    text = make.Message.objects.get(road="whatsapp")
    Reply.objects.create(
        provider_id="r", message=text, received_at=now, stored_at=now, source="whatsapp"
    )

    found = staff.get("/statistics/").context["roads"]

    assert [
        (one.name, one.texts, one.reached, one.answered, one.charged_words) for one in found
    ] == [
        ("SMS", 2, (1, 2), (0, 1), "2 parts"),
        ("WhatsApp", 1, (1, 1), (1, 1), "1 delivered text"),
    ]
    assert found[1].median == timedelta(minutes=9)
