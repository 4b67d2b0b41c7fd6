"""E-mail on the pages: its own, the rule's form, the patient's, stopping it, and what a service
pushes.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.roads import SMTP, PatientsMail
from reminders.domain.links.addresses import digest_of, new_token
from reminders.models import AuditEntry, Contact, EmailNews, EmailRoad, EmailText, ReminderRule
from tests import factories as make
from tests.domain.roads.mailserver import MailServer, part
from tests.views.reading import as_read
from tests.views.setup.test_rules import DAY_BEFORE

ANN = "ann@home.example"
SITE = "https://reminders.example"


@pytest.fixture
def staff(db: None) -> Client:
    """A manager, signed in."""
    client = Client()
    client.force_login(make.make_user(group="manager"))
    return client


@pytest.fixture
def there(settings: Settings) -> Settings:
    """A site that could write by e-mail."""
    settings.PUBLIC_URL = SITE
    settings.PATIENTS_MAIL = PatientsMail(SMTP, {})
    return settings


def test_without_a_mail_server_it_shows_nowhere(staff: Client, settings: Settings) -> None:
    settings.PATIENTS_MAIL = None

    assert "No mail server is set up here" in as_read(staff.get("/set-up/e-mail/"))
    assert "E-mail" not in as_read(staff.get("/set-up/"))
    assert "By e-mail" not in as_read(staff.get("/set-up/rules/new/"))
    assert "E-mail" not in as_read(staff.get("/contacts/new/"))


def test_without_an_address_of_the_site_it_says_what_is_missing(
    staff: Client, there: Settings
) -> None:
    there.PUBLIC_URL, there.SANDBOX_PUSHES_TO = "", ""

    assert "PUBLIC_URL has to begin with https" in as_read(staff.get("/set-up/e-mail/"))


def test_it_is_switched_on_and_the_diary_may_stand_for_consent(
    staff: Client, there: Settings
) -> None:
    make.make_contact(email=ANN, email_as_given=ANN)
    make.make_contact(
        email="b@home.example", email_as_given="b@home.example", email_state="stopped"
    )

    answer = staff.post(
        "/set-up/e-mail/",
        {"on": "on", "diary_agrees": "on", "sender": "Visits@Clinic.example"},
        follow=True,
    )

    assert "1 more patients agreed" in as_read(answer)
    road = EmailRoad.objects.get()
    assert (road.on, road.diary_agrees, road.sender) == (True, True, "visits@clinic.example")
    assert list(Contact.objects.filter(email_agreed_at__isnull=False).values_list("email")) == [
        (ANN,)
    ]
    assert AuditEntry.objects.filter(kind="email_set_up").count() == 1


def test_a_sender_that_is_no_address_is_refused(staff: Client, there: Settings) -> None:
    answer = staff.post("/set-up/e-mail/", {"sender": "the clinic"})

    assert answer.status_code == 422
    assert "This is no e-mail address" in as_read(answer)


def test_a_test_arrives_from_the_address_that_was_chosen(
    staff: Client, there: Settings, mail_server: MailServer
) -> None:
    EmailRoad.objects.create(pk=1, sender="visits@clinic.example")

    answer = staff.post("/set-up/e-mail/test/", {"to": "me@clinic.example"}, follow=True)

    assert "The mail server took it" in as_read(answer)
    assert mail_server.mails[0]["From"] == "visits@clinic.example"
    assert "This is a test" in part(mail_server.mails[0], "plain")
    refused = staff.post("/set-up/e-mail/test/", {"to": "nobody@clinic.example"}, follow=True)
    assert "It was not taken" in as_read(refused)


@pytest.mark.parametrize(
    ("value", "roads", "copy", "words"),
    [
        (
            "60",
            [["email", 60]],
            False,
            "By e-mail to those who agreed; by SMS if it is not opened within an hour.",
        ),
        ("0", [], True, "A copy by e-mail to those who agreed, beside the text."),
    ],
)
def test_a_rule_by_e_mail(
    staff: Client, there: Settings, value: str, roads: list[object], copy: bool, words: str
) -> None:
    make.make_location()

    staff.post("/set-up/rules/new/", DAY_BEFORE | {"email_minutes": value})

    rule = ReminderRule.objects.get(name="Ask them")
    assert (rule.roads, rule.email_copy) == (roads, copy)
    assert words in as_read(staff.get("/set-up/rules/"))


def test_the_preview_says_for_how_many_that_is(staff: Client, there: Settings) -> None:
    now = timezone.now()
    EmailRoad.objects.create(pk=1, on=True)
    rule = make.make_confirmation_rule()
    place = make.make_location()
    for address in (ANN, ""):
        contact = make.make_contact(email=address, email_agreed_at=now if address else None)
        day = (now + timedelta(days=3)).date()
        make.make_appointment(contact=contact, location=place, day=day)

    shown = as_read(
        staff.post(
            "/set-up/rules/preview/",
            DAY_BEFORE | {"email_minutes": "60", "rule": str(rule.pk)},
        )
    )

    assert "<strong>1</strong> of 2 coming visits by e-mail first" in shown


def test_a_patients_page_has_the_address_and_the_consent(staff: Client, there: Settings) -> None:
    contact = make.make_contact(email_as_given="a@home.example; b@home.example")
    page = f"/contacts/{contact.pk}/edit/"
    assert "The diary says “a@home.example; b@home.example”" in as_read(staff.get(page))
    given = {"first_name": "Ann", "channel": "sms", "email": "Ann@Home.example", "by_email": "on"}

    staff.post(page, given)

    contact.refresh_from_db()
    assert (contact.email, contact.is_mailed) == (ANN, True)
    assert staff.post(page, given | {"email": "ann"}).status_code == 422
    Contact.objects.update(email_state="bounced")
    assert "Mail to this address came back" in as_read(staff.get(page))


# Stopping it


@pytest.fixture
def token(db: None) -> str:
    """The secret of a mail that somebody got."""
    made = new_token()
    contact = make.make_contact(email=ANN, email_agreed_at=timezone.now(), language="es")
    message = make.make_message(contact=contact, phone=contact.phone, road="email")
    EmailText.objects.create(
        message=message,
        address=ANN,
        language="es",
        unsubscribe=digest_of(made),
        wait_minutes=60,
        next_road_at=timezone.now(),
        sms_until=timezone.now(),
    )
    return made


def test_looking_stops_nothing_and_one_click_does(token: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    for method in (browser.get, browser.head):
        shown = method(f"/u/{token}")
        assert shown.status_code == 200
    assert Contact.objects.get().is_mailed
    assert 'lang="es"' in browser.get(f"/u/{token}").content.decode()

    # As RFC 8058 has it: no cookie, no token, this body.
    done = browser.post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})

    assert done.status_code == 200
    assert "Ya no recibirá correos nuestros" in as_read(done)
    contact = Contact.objects.get()
    assert (contact.email_state, contact.is_mailed) == ("stopped", False)
    assert (done["Referrer-Policy"], done["Cache-Control"]) == ("no-referrer", "no-store")
    assert not done.cookies


def test_made_up_addresses_all_look_the_same_and_are_slowed_down(db: None) -> None:
    answers = [Client().post(f"/u/{new_token()}").status_code for _ in range(32)]

    assert (answers[0], answers[-1]) == (404, 429)


# What a service pushes


@pytest.fixture
def service(there: Settings) -> Settings:
    """A service that tells what became of mails."""
    there.PATIENTS_MAIL = PatientsMail("anymail.backends.postmark.EmailBackend", {}, "postmark")
    there.ANYMAIL = {"WEBHOOK_SECRET": "us:open", "POSTMARK_SERVER_TOKEN": "x"}
    return there


def push(event: dict[str, Any], *, login: str = "us:open") -> int:
    """Postmark tells of a mail."""
    basic = base64.b64encode(login.encode()).decode()
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/email/",
        json.dumps(event),
        content_type="application/json",
        headers={"Authorization": f"Basic {basic}"},
    )
    return answer.status_code


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"RecordType": "Delivery", "DeliveredAt": "2026-03-02T12:00:00Z"}, "arrived"),
        ({"RecordType": "Bounce", "Type": "HardBounce", "ID": 1}, "bounced"),
        ({"RecordType": "Bounce", "Type": "Blocked", "ID": 1}, "refused"),
        ({"RecordType": "SpamComplaint", "ID": 1}, "complained"),
    ],
)
def test_what_it_tells_is_kept_once(
    service: Settings, token: str, said: dict[str, Any], kind: str
) -> None:
    message = EmailText.objects.get().pk
    event = said | {"MessageID": "theirs", "Metadata": {"message": str(message)}, "Email": ANN}

    assert [push(event), push(event)] == [200, 200]

    assert list(EmailNews.objects.values_list("kind", "message_uuid")) == [(kind, message)]


def test_a_stranger_or_nonsense_is_refused(service: Settings, token: str) -> None:
    event = {"RecordType": "Delivery", "MessageID": str(EmailText.objects.get().pk)}

    assert push(event, login="us:wrong") in (400, 401, 403)
    assert EmailNews.objects.count() == 0


def test_without_a_service_nobody_is_there(there: Settings, db: None) -> None:
    assert push({"RecordType": "Delivery"}) == 404
