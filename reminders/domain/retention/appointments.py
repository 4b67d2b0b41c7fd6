"""Forget past appointments: the rows go, with reminders, calls and cards; the figures are counted
by then.

History of them stays as long as history is kept, without saying of whom or what.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from reminders.domain.retention.holds import Held
from reminders.domain.retention.portions import Forgotten, Portion, Rows, claim
from reminders.domain.retention.texts import blank_texts
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    FreeSlot,
    InboxItem,
    Message,
    Reminder,
    Reply,
    SlotOffer,
    SoonerWish,
    VisitChange,
)


def due_appointments(cutoff: datetime, held: Held) -> Rows:
    """Appointments that began before the cutoff."""
    rows = Appointment.objects.filter(starts_at__lt=cutoff).order_by("starts_at")
    return rows.exclude(contact__in=held.ids) if held.ids else rows


def forget_appointments(portion: Portion) -> Forgotten:
    """One portion of `due_appointments`."""
    # The whole row: whoever would begin to name it waits these few milliseconds, and then fails.
    ids = claim(due_appointments(portion.cutoff, portion.held), limit=portion.limit, no_key=False)
    remove_appointments(ids)
    return Forgotten(len(ids), over=len(ids) < portion.limit)


def remove_appointments(ids: Collection[int]) -> None:
    """Delete these appointments and all that hangs on them; their texts lose words and number."""
    own = Message.objects.filter(appointment_id__in=ids)
    carried = Reminder.objects.filter(appointment_id__in=ids, message__isnull=False)
    # While they still name the appointment: afterwards nothing tells which texts were about it.
    blank_texts({*own.values_list("pk", flat=True), *carried.values_list("message_id", flat=True)})
    own.update(appointment=None)
    # By sets and from the leaves on: the collector of `delete` would read every row first.
    AuditEntry.objects.filter(appointment_id__in=ids).update(
        appointment=None, contact=None, details={}
    )
    slots = FreeSlot.objects.filter(Q(appointment__in=ids) | Q(filled_by__in=ids))
    there = list(slots.values_list("pk", flat=True))
    about = Reply.appointments.through.objects.filter(appointment_id__in=ids)
    for rows in (
        about,
        SlotOffer.objects.filter(Q(slot__in=there) | Q(appointment__in=ids)),
        InboxItem.objects.filter(Q(slot__in=there) | Q(appointment__in=ids)),
        FreeSlot.objects.filter(pk__in=there),
        SoonerWish.objects.filter(appointment__in=ids),
        CallAttempt.objects.filter(appointment_id__in=ids),
        Reminder.objects.filter(appointment_id__in=ids),
        VisitChange.objects.filter(appointment_id__in=ids),
        Appointment.objects.filter(pk__in=ids),
    ):
        # Nothing cascades here: a table that is missing above fails by its foreign key, loudly.
        rows._raw_delete(rows.db)
