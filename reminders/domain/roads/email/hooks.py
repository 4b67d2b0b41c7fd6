"""What a mail service pushes, read by anymail: each kind of news once, whatever the service calls
it.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from reminders.domain.common import database_clock
from reminders.domain.roads.email.news import keep_news
from reminders.domain.roads.email.services import is_gone, is_used
from reminders.models import EmailNews

Kind = EmailNews.Kind
# That a service saw its picture loaded, or a link followed, is not taken: programs do both.
KINDS = {
    "delivered": Kind.ARRIVED,
    "bounced": Kind.BOUNCED,
    "rejected": Kind.REFUSED,
    "failed": Kind.REFUSED,
    "complained": Kind.COMPLAINED,
    "unsubscribed": Kind.COMPLAINED,
}
PASSWORD = "WEBHOOK_SECRET"  # noqa: S105  # the name of a setting
CAMELS = {"sendgrid": "SendGrid", "sparkpost": "SparkPost"}


def receive(request: HttpRequest) -> HttpResponse | None:
    """The answer to a push of the service, whose signature or password anymail checks; None where
    there is no service.
    """
    # Some services sign nothing: without a password a stranger's news would be taken for theirs.
    if not is_used() or settings.PATIENTS_MAIL is None or not settings.ANYMAIL.get(PASSWORD):
        return None
    from anymail.signals import tracking  # not there without a service

    service = settings.PATIENTS_MAIL.service
    views = import_module(f"anymail.webhooks.{service}")
    name = CAMELS.get(service, service.capitalize())
    view = getattr(views, f"{name}TrackingWebhookView").as_view()
    tracking.connect(take, dispatch_uid="reminders.email")
    response: HttpResponse = view(request)
    return response


def take(event: Any, **_more: object) -> None:  # Any: anymail's event
    """Keep one piece of news that is of use."""
    kind = KINDS.get(event.event_type)
    if kind is Kind.BOUNCED and not is_gone(event):
        kind = Kind.REFUSED
    message_id = _uuid(event)
    if kind is None or message_id is None:
        return
    now = database_clock.now()
    at: datetime = event.timestamp or now
    keep_news(message_id, kind, at=at, now=now)


def _uuid(event: Any) -> uuid.UUID | None:
    written = (event.metadata or {}).get("message", "")
    if not written:
        # Some tell no metadata with a bounce; our own Message-ID has it, too.
        written = str(event.message_id or "").strip("<>").partition("@")[0]
    try:
        return uuid.UUID(str(written))
    except ValueError:
        return None
