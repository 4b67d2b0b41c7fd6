"""The one client of the Conversation API in this process, made from the settings."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from reminders.provider.conversation import ConversationApi, Hosts


def is_on() -> bool:
    """Whether WhatsApp is set up here at all."""
    return settings.WHATSAPP is not None


def conversation_api() -> ConversationApi:
    """The client for the app that the settings name; only where WhatsApp is on."""
    return _client(settings.WHATSAPP)


@cache
def _client(app: tuple[str, ...]) -> ConversationApi:
    project, name, key, secret, _, region, url = app
    return ConversationApi(
        hosts=Hosts.all_at(url) if url else Hosts.of_region(region),
        project=project,
        app=name,
        key=key,
        secret=secret,
        timeout=settings.MESSAGES_API_TIMEOUT,
    )
