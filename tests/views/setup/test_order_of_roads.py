"""Several roads in a row, as a rule's page asks for them, says them and looks ahead."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from reminders.domain.setup.whatsapp_templates import TemplateRow, rows_of_rules
from reminders.models import EmailRoad, ReminderRule, WhatsAppTemplate
from reminders.provider.conversation import ConversationApi
from tests import factories as make
from tests.domain.roads.mailserver import MailServer

DAY_BEFORE = {
    "name": "Ask them",
    "kind": "confirmation",
    "counts": "days",
    "days_before": "1",
    "time_of_day": "own",
    "quiet": "later",
    "late": "at_once",
    "min_notice_minutes": "180",
    "cutoff_minutes": "120",
}
BOTH = {"whatsapp_minutes": "15", "email_minutes": "120"}


@pytest.fixture
def staff(db: None) -> Client:
    """A manager, signed in."""
    client = Client()
    client.force_login(make.make_user(group="manager"))
    return client


@pytest.fixture
def all_roads(
    mail_server: MailServer, whatsapp_on: ConversationApi, settings: Settings, db: None
) -> None:
    """WhatsApp and e-mail are set up and switched on."""
    EmailRoad.objects.create(pk=1, on=True)


def shown(staff: Client, **values: str) -> str:
    """What the preview of a rule says."""
    answer = staff.post("/set-up/rules/preview/", DAY_BEFORE | BOTH | values)
    return " ".join(unescape(answer.content.decode()).split())


def approve(rows: list[TemplateRow]) -> None:
    """WhatsApp has approved these."""
    WhatsAppTemplate.objects.bulk_create(
        WhatsAppTemplate(
            name=row.name,
            language=row.new.language,
            state="APPROVED",
            body=row.form.body,
            buttons=row.new.buttons,
            ttl_seconds=row.new.ttl_seconds,
            seen_at=timezone.now(),
        )
        for row in rows
    )


@pytest.mark.parametrize(
    ("first", "roads", "words"),
    [
        (
            "whatsapp",
            [["whatsapp", 15], ["email", 120]],
            "By WhatsApp to those who agreed; by e-mail if it is not delivered within 15 minutes; "
            "by SMS if it is not opened within 2 hours.",
        ),
        (
            "email",
            [["email", 120], ["whatsapp", 15]],
            "By e-mail to those who agreed; by WhatsApp if it is not opened within 2 hours; "
            "by SMS if it is not delivered within 15 minutes.",
        ),
    ],
)
def test_a_rule_is_saved_with_its_order_and_says_so(
    staff: Client, all_roads: None, first: str, roads: list[object], words: str
) -> None:
    make.make_location()

    staff.post("/set-up/rules/new/", DAY_BEFORE | BOTH | {"first_road": first})

    rule = ReminderRule.objects.get(name="Ask them")
    assert (rule.roads, rule.email_copy) == (roads, False)
    assert words in unescape(staff.get("/set-up/rules/").content.decode())
    page = staff.get(f"/set-up/rules/{rule.pk}/")
    assert page.context["form"]["first_road"].value() == first
    assert page.context["form"]["email_minutes"].value() == 120


def test_one_road_of_the_two_has_no_order(staff: Client, all_roads: None) -> None:
    make.make_location()

    staff.post(
        "/set-up/rules/new/",
        DAY_BEFORE | {"whatsapp_minutes": "15", "email_minutes": "0", "first_road": "email"},
    )

    rule = ReminderRule.objects.get(name="Ask them")
    assert (rule.roads, rule.email_copy) == ([["whatsapp", 15]], True)


def test_a_road_that_is_not_set_up_keeps_its_place(
    staff: Client, all_roads: None, settings: Settings
) -> None:
    rule = make.make_confirmation_rule(roads=[["email", 60], ["whatsapp", 15]])
    settings.WHATSAPP = None
    seen = staff.get(f"/set-up/rules/{rule.pk}/").context["seen"]

    staff.post(f"/set-up/rules/{rule.pk}/", DAY_BEFORE | {"seen": seen, "email_minutes": "240"})

    rule.refresh_from_db()
    assert rule.roads == [["email", 240], ["whatsapp", 15]]


def test_the_preview_counts_each_road_in_its_turn(staff: Client, all_roads: None) -> None:
    now = timezone.now()
    place = make.make_location()
    for number, agreed in enumerate([{"whatsapp": now, "email": now}, {"email": now}, {}]):
        contact = make.make_contact(
            email=f"p{number}@home.example",
            whatsapp_agreed_at=agreed.get("whatsapp"),
            email_agreed_at=agreed.get("email"),
        )
        day = (now + timedelta(days=3)).date()
        make.make_appointment(contact=contact, location=place, day=day)

    none = shown(staff, first_road="whatsapp")
    assert "<strong>0</strong> of 3 coming visits by WhatsApp first: WhatsApp has approved" in none
    approve(rows_of_rules([make.make_confirmation_rule(roads=[["whatsapp", 15]])]))

    words = shown(staff, first_road="whatsapp")

    assert "<strong>1</strong> of 3 coming visits by WhatsApp first: the patient agreed" in words
    assert "<strong>2</strong> of 3 coming visits by e-mail where WhatsApp does not reach" in words
    assert "<strong>2</strong> of 3 coming visits by e-mail first" in shown(
        staff, first_road="email"
    )


def test_the_preview_says_why_nothing_would_go_by_a_road(staff: Client, all_roads: None) -> None:
    make.make_location()
    soon = {"counts": "elapsed", "amount": "1", "unit": "hours", "kind": "reminder"}
    soon |= {"min_notice_minutes": "15", "cutoff_minutes": "10"}

    words = shown(staff, **soon)

    assert "after that wait an SMS would come too late" in words
    assert "by WhatsApp first: WhatsApp has approved none of its words for this wait" in words
    approve(rows_of_rules([make.make_confirmation_rule(roads=[["whatsapp", 15]])])[:1])
    assert "by WhatsApp first (1 of 4 forms of its words are approved)" in shown(staff)
    EmailRoad.objects.update(on=False)
    assert "e-mail is switched off under Set-up" in shown(staff)
