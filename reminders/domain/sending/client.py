"""The one client of the Messages API in this process, made from the settings.

Kept open, so that a run does not pay for a new TLS connection; it is safe to use from many
threads.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings

from reminders.domain.sending.calls import counted
from reminders.provider import MessagesApi

CONNECTIONS = 16


@cache
def messages_api() -> MessagesApi:
    """The client for the account that the settings name."""
    return MessagesApi(
        base_url=settings.MESSAGES_API_URL,
        key=settings.MESSAGES_API_KEY,
        secret=settings.MESSAGES_API_SECRET,
        auth="hmac" if settings.MESSAGES_API_AUTH == "hmac" else "basic",
        account=settings.MESSAGES_API_ACCOUNT or None,
        timeout=settings.MESSAGES_API_TIMEOUT,
        max_connections=CONNECTIONS,
        observe=counted.note,
    )
