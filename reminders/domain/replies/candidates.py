"""The appointments that a card may be about, and whether a card may still change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from reminders.models import Appointment, InboxItem, Message, Reminder
from reminders.models.care.reached import reached_on

Status = Appointment.Status
TEXTS_LATELY = timedelta(days=31)
COMING = frozenset({Status.BOOKED, Status.CONFIRMED, Status.DECLINED})
"""Only of these, and before they begin, may a card change the status."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An appointment that a reply may be about, and the last text about it to that number."""

    appointment: Appointment
    told_at: datetime | None
    text: str

    def acts(self, now: datetime) -> bool:
        """Whether it may be confirmed or declined: it is still to come."""
        return why_not_coming(self.appointment, now=now) == ""


def candidates(card: InboxItem, *, now: datetime) -> list[Candidate]:
    """The appointments the reply may be about: all that the number was texted about in the last
    month.

    Appointments of people on that number which are still to come count too; the one texted last is
    first.
    """
    if not card.phone:
        return []
    told = _told_last(card, now=now)
    coming = Appointment.objects.filter(contact__in=reached_on([card.phone]), starts_at__gt=now)
    # Each through an index of its own: one condition over both would read every patient.
    keys = Appointment.objects.filter(pk__in=told).order_by().values("pk")
    found = Appointment.objects.filter(pk__in=keys.union(coming.order_by().values("pk")))
    rows = found.select_related("contact", "location", "practitioner", "service")
    listed = [Candidate(row, *told.get(row.pk, (None, ""))) for row in rows]
    return sorted(listed, key=lambda item: _by_relevance(item, now=now))


def why_not_coming(appointment: Appointment, *, now: datetime) -> str:
    """Why a card may not confirm or decline this visit, for staff; empty where it may."""
    if appointment.status == Status.CANCELLED:
        return (
            "This visit was cancelled. Nothing was changed. To bring it back, open the appointment."
        )
    if appointment.status not in COMING:
        words = appointment.get_status_display().lower()
        return f"This visit is noted as “{words}” already. Nothing was changed."
    if appointment.starts_at <= now:
        return "This visit is over. Nothing was changed. Close the card, or answer by text."
    return ""


def _by_relevance(candidate: Candidate, *, now: datetime) -> tuple[bool, bool, float]:
    told, starts_at = candidate.told_at, candidate.appointment.starts_at
    return (starts_at <= now, told is None, -(told or starts_at).timestamp())


def _told_last(card: InboxItem, *, now: datetime) -> dict[int, tuple[datetime, str]]:
    """By appointment when the number was told of it last, and by which text."""
    reached = Message.objects.filter(
        phone=card.phone, created_at__gt=now - TEXTS_LATELY, scheduled_at__lte=now
    ).exclude(state=Message.State.CANCELLED)
    texts = Q(message__in=reached)
    if card.message_id:
        # Without one the condition would read “no message”: every text that is still to go out.
        texts |= Q(message=card.message_id)
    reminders = Reminder.objects.filter(texts)
    reminded = reminders.values_list("appointment_id", "message__scheduled_at", "message__text")
    others = reached.exclude(kind=Message.Kind.ANSWER).exclude(appointment=None)
    told = reminded.union(
        others.values_list("appointment_id", "scheduled_at", "text"), all=True
    ).order_by("message__scheduled_at")
    return {pk: (told_at, text) for pk, told_at, text in told}
