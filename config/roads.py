"""Settings of the ways by which texts go beside SMS; one that is not set does not show."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, NamedTuple

from config.environment import Environment
from config.safety.production import is_plain_http

REGIONS = ("eu", "us", "br")
SMTP = "django.core.mail.backends.smtp.EmailBackend"


class WhatsApp(NamedTuple):
    """An app of the provider's Conversation API. `url` is one address for all of it, blank for the
    provider's own of the region.
    """

    project: str
    app: str
    key: str
    secret: str
    webhook_secret: str
    region: str = "eu"
    url: str = ""


def whatsapp(env: Environment) -> WhatsApp | None:
    """WHATSAPP_...; None where none of them is given."""
    region, url = env.choice("WHATSAPP_REGION", REGIONS, "eu"), env.web_address("WHATSAPP_URL")
    given = {
        "WHATSAPP_PROJECT_ID": env.text("WHATSAPP_PROJECT_ID"),
        "WHATSAPP_APP_ID": env.text("WHATSAPP_APP_ID"),
        "WHATSAPP_KEY_ID": env.text("WHATSAPP_KEY_ID"),
        "WHATSAPP_KEY_SECRET": env.secret("WHATSAPP_KEY_SECRET"),
        "WHATSAPP_WEBHOOK_SECRET": env.secret("WHATSAPP_WEBHOOK_SECRET"),
    }
    if not any(given.values()):
        return None
    missing = [name for name, value in given.items() if not value]
    if missing:
        env.refuse(f"For WhatsApp, these are required too: {', '.join(missing)}.")
    if is_plain_http(url):
        env.refuse("WHATSAPP_URL has to begin with https: numbers and texts of patients go there.")
    project, app, key, secret, webhook_secret = given.values()
    return WhatsApp(project, app, key, secret, webhook_secret, region, url)


class PatientsMail(NamedTuple):
    """How mail to patients leaves: Django's backend with its options. `service` is the name of a
    service that tells by webhooks what became of it, blank for a mail server.
    """

    backend: str
    options: Mapping[str, Any]  # Any: as each backend takes them
    service: str = ""


SERVICES = {
    "brevo": "BREVO_API_KEY",
    "mailgun": "MAILGUN_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}
"""Services by their names at anymail, each with its setting of the key."""


def patients_mail(
    env: Environment, *, server: bool, sandbox: str
) -> tuple[PatientsMail | None, dict[str, Any]]:
    """How mail to patients leaves, and anymail's settings. EMAIL_SERVICE..., else EMAIL_URL.

    `sandbox` is the address of one beside us: then no mail goes to anybody, it is shown there.
    """
    named = env.choice("EMAIL_SERVICE", ("none", *SERVICES), "none")
    service = "" if named == "none" else named
    key, pushes = env.secret("EMAIL_SERVICE_KEY"), env.secret("EMAIL_SERVICE_WEBHOOK")
    url, signing = env.web_address("EMAIL_SERVICE_URL"), env.secret("EMAIL_SERVICE_SIGNING_KEY")
    if service and not key:
        env.refuse("EMAIL_SERVICE takes EMAIL_SERVICE_KEY as well.")
    if service and find_spec("anymail") is None:
        env.refuse("EMAIL_SERVICE takes a package more: pip install django-anymail.")
    if service == "mailgun" and pushes and not signing:
        env.refuse(
            "Mailgun signs what it pushes: EMAIL_SERVICE_WEBHOOK takes EMAIL_SERVICE_SIGNING_KEY as"
            " well, its HTTP webhook signing key."
        )
    if sandbox:
        caught = "reminders.domain.roads.email.in_browser.EmailBackend"
        return PatientsMail(caught, {"url": sandbox}), {}
    if service:
        held = {SERVICES[service]: key, f"{service.upper()}_API_URL": url, "WEBHOOK_SECRET": pushes}
        if service == "mailgun":
            held["MAILGUN_WEBHOOK_SIGNING_KEY"] = signing
        backend = f"anymail.backends.{service}.EmailBackend"
        known = {name: value for name, value in held.items() if value}
        return PatientsMail(backend, {}, service), known | {"REQUESTS_TIMEOUT": 10}
    return PatientsMail(SMTP, {}) if server else None, {}
