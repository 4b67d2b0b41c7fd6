"""Cards for staff: a patient has to hear of a moved or cancelled visit, and no text can say it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from reminders.domain.common.cards import NewCard, open_all
from reminders.models import Appointment, InboxItem, Reminder, ReminderRule, VisitChange

State, Reason = Reminder.State, Reminder.Reason
MUST_KNOW = (ReminderRule.Kind.MOVED, ReminderRule.Kind.CANCELLED)
STEP = 500
LOOK_BACK = timedelta(days=3)
NO_CARD = (Reason.BY_HAND, Reason.NOBODY, Reason.HELD, Reason.RULE_OFF)
"""What staff chose themselves; nobody has to tell them."""


def open_untold(appointment_ids: Sequence[int], *, now: datetime) -> None:
    """Open a card for each of these visits that has none of the kind yet."""
    there = InboxItem.objects.filter(
        kind=InboxItem.Kind.UNTOLD, appointment__in=appointment_ids, done_at=None
    ).values("appointment_id")
    visits = Appointment.objects.filter(pk__in=appointment_ids).exclude(pk__in=there)
    open_all(
        (
            NewCard(
                InboxItem.Kind.UNTOLD,
                appointment_id=visit.pk,
                contact_id=visit.contact_id,
                location_id=visit.location_id,
            )
            for visit in visits.only("contact_id", "location_id").order_by("starts_at", "pk")
        ),
        now=now,
    )


def open_cards_for_untold(*, now: datetime) -> int:
    """Open cards for visits of which a text about a move or cancellation was due and did not go.

    Once for each change: what is settled by staff is not opened again. Returns how many.
    """
    with transaction.atomic():
        rows = Reminder.objects.filter(
            due_at__range=(now - LOOK_BACK, now),
            state__in=[State.SKIPPED, State.EXPIRED, State.FAILED],
            rule__kind__in=MUST_KNOW,
            version=F("appointment__version"),
            appointment__starts_at__gt=now,
            appointment__change__carded=False,
        ).exclude(reason__in=NO_CARD)
        ids = list(rows.values_list("appointment_id", flat=True).distinct()[:STEP])
        if ids:
            open_untold(ids, now=now)
            VisitChange.objects.filter(appointment__in=ids).update(carded=True)
    return len(ids)
