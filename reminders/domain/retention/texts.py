"""Forget the words and numbers of texts, replies and cards; the rows stay for the figures.

What is forgotten has neither words nor number: by that it is known, and found by no search.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from reminders.domain.retention.holds import Held
from reminders.domain.retention.portions import Forgotten, Portion, Rows, claim
from reminders.models import (
    DeliveryReport,
    EmailNews,
    EmailText,
    InboxItem,
    Message,
    Reminder,
    Reply,
    VisitLink,
    WhatsAppReport,
    WhatsAppText,
)

CLOSED = "forgotten"
"""How a card ended that nobody settled while its reply was kept."""


def due_texts(cutoff: datetime, held: Held) -> Rows:
    """Texts of which nothing is to come any more, neither the visit nor the provider's news."""
    # By its end, too: a carrier that never reports must not keep the words for ever.
    ended = Q(state__in=Message.FINAL) | Q(expires_at__lt=cutoff)
    rows = (
        Message.objects.filter(ended, created_at__lt=cutoff)
        .exclude(phone="")
        # Until the visit it may be answered, and a reply is read beside it.
        .exclude(appointment__starts_at__gte=cutoff)
        .order_by("created_at")
    )
    if held.ids:
        carries = Reminder.objects.filter(message=OuterRef("pk"), appointment__contact__in=held.ids)
        rows = rows.exclude(phone__in=held.phones).exclude(contact__in=held.ids)
        rows = rows.filter(~Exists(carries))
    return rows


def forget_texts(portion: Portion) -> Forgotten:
    """One portion of `due_texts`, with the reports about them."""
    ids = claim(due_texts(portion.cutoff, portion.held), limit=portion.limit)
    blank_texts(ids)
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def blank_texts(ids: Collection[uuid.UUID]) -> None:
    """Forget what these texts said, to which number, and what the provider reported of them."""
    # Each message before the reminders that it carries, as everybody locks them.
    Message.objects.filter(pk__in=ids).update(text="", phone="", words="")
    Reminder.objects.filter(message_id__in=ids).exclude(phone="").update(phone="")
    DeliveryReport.objects.filter(message_id__in=ids).delete()
    WhatsAppReport.objects.filter(message_uuid__in=ids).delete()
    WhatsAppText.objects.filter(message_id__in=ids).delete()
    EmailNews.objects.filter(message_uuid__in=ids).delete()
    EmailText.objects.filter(message_id__in=ids).delete()
    # Whose number is forgotten can't be shown anything: the page ends with its text.
    VisitLink.objects.filter(message_id__in=ids).delete()


def due_replies(cutoff: datetime, held: Held) -> Rows:
    """Replies that came before the cutoff, and have been acted on."""
    rows = Reply.objects.filter(
        ~Q(phone="") | ~Q(text=""), received_at__lt=cutoff, applied_at__isnull=False
    ).order_by("received_at")
    if held.ids:
        rows = rows.exclude(phone__in=held.phones).exclude(contact__in=held.ids)
    return rows


def forget_replies(portion: Portion) -> Forgotten:
    """One portion of `due_replies`; a card that still waits for one of them ends."""
    ids = claim(due_replies(portion.cutoff, portion.held), limit=portion.limit)
    blank_replies(ids)
    InboxItem.objects.filter(reply_id__in=ids, done_at=None).update(
        done_at=portion.now, outcome=CLOSED
    )
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def blank_replies(ids: Collection[int]) -> None:
    """Forget what these replies said, from which number, and how they were read."""
    Reply.objects.filter(pk__in=ids).update(text="", phone="", problem="", reading={}, raw=None)
    InboxItem.objects.filter(reply_id__in=ids).exclude(phone="").update(phone="")


def due_cards(cutoff: datetime, held: Held) -> Rows:
    """Cards that are settled and still name a number."""
    rows = InboxItem.objects.filter(opened_at__lt=cutoff, done_at__isnull=False).exclude(phone="")
    rows = rows.order_by("opened_at")
    if held.ids:
        rows = rows.exclude(phone__in=held.phones).exclude(contact__in=held.ids)
    return rows


def forget_cards(portion: Portion) -> Forgotten:
    """One portion of `due_cards`: their numbers."""
    ids = claim(due_cards(portion.cutoff, portion.held), limit=portion.limit)
    InboxItem.objects.filter(pk__in=ids).update(phone="")
    return Forgotten(len(ids), over=len(ids) < portion.limit)
