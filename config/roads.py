"""Settings of the ways by which texts go beside SMS; one that is not set does not show."""

from __future__ import annotations

from typing import NamedTuple

from config.environment import Environment
from config.safety.production import is_plain_http

REGIONS = ("eu", "us", "br")


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
