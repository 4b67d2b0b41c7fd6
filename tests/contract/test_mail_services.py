"""What each mail service pushes about a mail, in the shape that it documents: what is kept of it.

A mailbox that is gone for good ends mail to that address. One that is full, or a server that was
away, only ends this mail: the text goes by SMS, and the next mail is tried.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.roads import PatientsMail
from reminders.domain.roads.email.news import apply_news
from reminders.models import Contact, EmailNews, EmailText
from tests import factories as make

ANN = "ann@home.example"
THEIRS = "4f6c1f0e-7d1c-4f2e-9d51-1a7a6c0f1e11"
"""A service's own id, which looks like one of ours."""
SIGNING = "key-of-webhooks"
AT = 1772453000

Told = Callable[[str], Any]


def mailgun(event: str, **more: Any) -> Told:
    """https://documentation.mailgun.com, Webhooks."""

    def told(message: str) -> Any:
        stamp, token = str(AT), "a" * 50
        signature = hmac.new(SIGNING.encode(), f"{stamp}{token}".encode(), hashlib.sha256)
        return {
            "signature": {"timestamp": stamp, "token": token, "signature": signature.hexdigest()},
            "event-data": {
                "event": event,
                "timestamp": AT + 0.5,
                "recipient": ANN,
                "message": {"headers": {"message-id": "20260302.1@mg.example", "to": ANN}},
                "user-variables": {"message": message},
                **more,
            },
        }

    return told


def sendgrid(event: str, **more: Any) -> Told:
    """https://www.twilio.com/docs/sendgrid, Event Webhook: several at once."""

    def told(message: str) -> Any:
        common = {"email": ANN, "timestamp": AT, "sg_event_id": "e", "sg_message_id": "m.recv"}
        return [common | {"event": event, "message": message, "smtp-id": "<x@geopod>"} | more]

    return told


def sparkpost(kind: str, **more: Any) -> Told:
    """https://developers.sparkpost.com, Events: several at once, and empty ones."""

    def told(message: str) -> Any:
        event = {
            "type": kind,
            "timestamp": str(AT),
            "event_id": "92356927693813856",
            "raw_rcpt_to": ANN,
            "rcpt_to": ANN,
            "transmission_id": "65832150921904138",
            "rcpt_meta": {"message": message},
        }
        return [{"msys": {}}, {"msys": {"message_event": event | more}}]

    return told


def brevo(event: str, **more: Any) -> Told:
    """https://developers.brevo.com, Transactional webhooks."""

    def told(message: str) -> Any:
        return {
            "event": event,
            "email": ANN,
            "id": 26224,
            "date": "2026-03-02 12:03:20",
            "message-id": "<202603021203.26224@smtp-relay.example>",
            "ts_epoch": AT * 1000,
            "X-Mailin-custom": json.dumps({"message": message}),
            **more,
        }

    return told


def resend(kind: str, **more: Any) -> Told:
    """https://resend.com/docs, Event types."""

    def told(message: str) -> Any:
        headers = [{"name": "X-Metadata", "value": json.dumps({"message": message})}]
        data = {"email_id": THEIRS, "to": [ANN], "from": "c@clinic.example", "headers": headers}
        return {"type": kind, "created_at": "2026-03-02T12:03:20.000Z", "data": data | more}

    return told


def postmark(record: str, **more: Any) -> Told:
    """https://postmarkapp.com/developer/webhooks."""

    def told(message: str) -> Any:
        common = {"RecordType": record, "MessageID": THEIRS, "Email": ANN, "ID": 42}
        return common | {"Metadata": {"message": message}} | more

    return told


FULL = (
    "The recipient's email provider sent a bounce message because the recipient's inbox was full."
)
GONE = "The recipient's email provider sent a hard bounce message, but didn't specify the reason."
CASES: list[tuple[str, Told, list[str]]] = [
    ("mailgun", mailgun("delivered", **{"delivery-status": {"code": 250}}), ["arrived"]),
    ("mailgun", mailgun("failed", severity="permanent", reason="bounce"), ["bounced"]),
    ("mailgun", mailgun("failed", severity="permanent", reason="suppress-bounce"), ["bounced"]),
    ("mailgun", mailgun("failed", severity="permanent", reason="old"), ["refused"]),
    ("mailgun", mailgun("failed", severity="temporary", reason="generic"), []),
    ("mailgun", mailgun("rejected", reject={"reason": "Sandbox"}), ["refused"]),
    ("mailgun", mailgun("complained"), ["complained"]),
    ("mailgun", mailgun("opened", ip="192.0.2.1"), []),
    ("sendgrid", sendgrid("delivered", response="250 OK"), ["arrived"]),
    ("sendgrid", sendgrid("bounce", type="bounce", status="5.1.1", reason="550"), ["bounced"]),
    ("sendgrid", sendgrid("bounce", type="blocked", reason="421 try later"), ["refused"]),
    ("sendgrid", sendgrid("dropped", reason="Bounced Address"), ["refused"]),
    ("sendgrid", sendgrid("spamreport"), ["complained"]),
    ("sendgrid", sendgrid("deferred", attempt="5"), []),
    ("sparkpost", sparkpost("delivery"), ["arrived"]),
    ("sparkpost", sparkpost("bounce", bounce_class="10", raw_reason="550"), ["bounced"]),
    ("sparkpost", sparkpost("out_of_band", bounce_class="30"), ["bounced"]),
    ("sparkpost", sparkpost("bounce", bounce_class="22", raw_reason="552 full"), ["refused"]),
    ("sparkpost", sparkpost("bounce", bounce_class="51"), ["refused"]),
    ("sparkpost", sparkpost("bounce", bounce_class="60"), []),
    ("sparkpost", sparkpost("spam_complaint"), ["complained"]),
    ("brevo", brevo("delivered"), ["arrived"]),
    ("brevo", brevo("hard_bounce", reason="550 no such user"), ["bounced"]),
    ("brevo", brevo("invalid_email"), ["bounced"]),
    ("brevo", brevo("soft_bounce", reason="mailbox full"), ["refused"]),
    ("brevo", brevo("blocked"), ["refused"]),
    ("brevo", brevo("spam"), ["complained"]),
    ("brevo", brevo("unique_opened"), []),
    ("resend", resend("email.delivered"), ["arrived"]),
    ("resend", resend("email.bounced", bounce={"type": "Permanent", "message": GONE}), ["bounced"]),
    ("resend", resend("email.bounced", bounce={"type": "Transient", "message": FULL}), ["refused"]),
    ("resend", resend("email.bounced", bounce={"message": FULL}), ["refused"]),
    ("resend", resend("email.complained"), ["complained"]),
    ("resend", resend("email.delivered", headers=[]), []),
    ("postmark", postmark("Delivery", DeliveredAt="2026-03-02T12:03:20Z"), ["arrived"]),
    ("postmark", postmark("Bounce", Type="HardBounce"), ["bounced"]),
    ("postmark", postmark("Bounce", Type="SoftBounce"), ["refused"]),
    ("postmark", postmark("Bounce", Type="VirusNotification"), ["refused"]),
    ("postmark", postmark("Bounce", Type="DnsError"), []),
    ("postmark", postmark("Delivery", Metadata={}), []),
]


@pytest.fixture
def mail(db: None) -> EmailText:
    """A mail that is out."""
    contact = make.make_contact(email=ANN, email_agreed_at=timezone.now())
    message = make.make_message(
        contact=contact, phone=contact.phone, road="email", state="submitted"
    )
    return EmailText.objects.create(
        message=message,
        address=ANN,
        unsubscribe="0" * 64,
        wait_minutes=60,
        next_road_at=timezone.now(),
        sms_until=timezone.now(),
    )


def use(settings: Settings, service: str, **more: str) -> None:
    """Have mail leave by this service."""
    settings.PATIENTS_MAIL = PatientsMail(f"anymail.backends.{service}.EmailBackend", {}, service)
    settings.ANYMAIL = {"WEBHOOK_SECRET": "us:open", "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING} | more


def push(told: Any) -> int:
    """The service calls."""
    answer = Client(enforce_csrf_checks=True).post(
        "/webhooks/email/",
        json.dumps(told),
        content_type="application/json",
        headers={"Authorization": f"Basic {base64.b64encode(b'us:open').decode()}"},
    )
    return answer.status_code


@pytest.mark.filterwarnings("ignore:django-anymail has dropped official support for SendGrid")
@pytest.mark.parametrize(
    ("service", "told", "kinds"),
    [pytest.param(*case, id=f"{case[0]}-{number}") for number, case in enumerate(CASES)],
)
def test_what_a_service_tells_is_kept_as_what_it_means(
    mail: EmailText, settings: Settings, service: str, told: Told, kinds: list[str]
) -> None:
    use(settings, service)
    event = told(str(mail.pk))

    assert [push(event), push(event)] == [200, 200]
    apply_news(now=timezone.now(), go_on=lambda: True)

    assert list(EmailNews.objects.values_list("kind", flat=True)) == kinds
    state = Contact.objects.get().email_state
    assert (state == "bounced") == (kinds == ["bounced"]), state


def test_mailgun_signs_with_a_key_of_its_own(mail: EmailText, settings: Settings) -> None:
    use(settings, "mailgun", MAILGUN_WEBHOOK_SIGNING_KEY="another")

    assert push(mailgun("delivered")(str(mail.pk))) == 401
    assert not EmailNews.objects.exists()
