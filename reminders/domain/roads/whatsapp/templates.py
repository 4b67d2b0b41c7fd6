"""Which templates WhatsApp has approved, listed every ten minutes; and handing one in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reminders.domain.roads.whatsapp import access
from reminders.models import WhatsAppAccess, WhatsAppTemplate
from reminders.provider import MessagesApiError
from reminders.provider.conversation import ConversationApi, NewTemplate

EVERY = timedelta(minutes=10)
WRITTEN = ["state", "reason", "body", "buttons", "ttl_seconds", "seen_at"]


def list_again_if_due(api: ConversationApi, *, now: datetime) -> None:
    """List them where that was some time ago; one that fails is for the next round."""
    WhatsAppAccess.objects.bulk_create([WhatsAppAccess(pk=1)], ignore_conflicts=True)
    due = Q(templates_at=None) | Q(templates_at__lte=now - EVERY)
    # Claimed before it is asked: a provider that fails is not asked in every round.
    if WhatsAppAccess.objects.filter(due, pk=1).update(templates_at=now):
        try:
            list_templates(api, now=now)
        except MessagesApiError as error:
            access.failed(error, used="", now=now)


def list_templates(api: ConversationApi, *, now: datetime) -> int:
    """Take over what the provider lists; return how many. Raises MessagesApiError."""
    listed = api.templates(token=access.token(api, now=now))
    rows = {
        (one.name, one.language): WhatsAppTemplate(
            name=one.name,
            language=one.language,
            state=one.state,
            reason=one.reason,
            body=one.body,
            buttons=list(one.buttons),
            ttl_seconds=one.ttl_seconds,
            seen_at=now,
        )
        for one in listed
    }
    with transaction.atomic():
        WhatsAppTemplate.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["name", "language"],
            update_fields=WRITTEN,
        )
        WhatsAppTemplate.objects.filter(seen_at__lt=now).delete()
        WhatsAppAccess.objects.filter(pk=1).update(templates_at=now)
        # It answers: whatever was wrong is over, also on a day without a text.
        access.answered(now=now)
    return len(rows)


def hand_in(api: ConversationApi, template: NewTemplate, *, now: datetime) -> None:
    """Ask WhatsApp to approve a template. Raises MessagesApiError."""
    api.register(template, token=access.token(api, now=now))
