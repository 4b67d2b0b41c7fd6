"""The appointments that a card may be about, and whether a card may still change them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from reminders.models import Appointment, InboxItem

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
    given: dict[str, Any] = {  # Any: the driver adapts ids and times
        "phone": card.phone,
        "since": now - TEXTS_LATELY,
        "now": now,
        "message": card.message_id,  # a second number of the family may have answered it
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, given)
        told = {row[0]: (row[1], row[2]) for row in cursor.fetchall()}
    found = Appointment.objects.filter(pk__in=told)
    rows = found.select_related("contact", "location", "practitioner", "service")
    listed = [Candidate(row, *told[row.pk]) for row in rows]
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
        return "This visit is over. Nothing was changed. Choose “Neither” or “Done”."
    return ""


def _by_relevance(candidate: Candidate, *, now: datetime) -> tuple[bool, bool, float]:
    told, starts_at = candidate.told_at, candidate.appointment.starts_at
    return (starts_at <= now, told is None, -(told or starts_at).timestamp())


_CANDIDATES = """
SELECT DISTINCT ON (appointment_id) appointment_id, told_at, text FROM (
    SELECT r.appointment_id, m.scheduled_at AS told_at, m.text
    FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.phone = %(phone)s AND m.created_at > %(since)s AND m.scheduled_at <= %(now)s
      AND m.state <> 'cancelled'
    UNION ALL
    SELECT m.appointment_id, m.scheduled_at, m.text
    FROM reminders_message m
    WHERE m.phone = %(phone)s AND m.created_at > %(since)s AND m.scheduled_at <= %(now)s
      AND m.state <> 'cancelled' AND m.kind <> 'answer' AND m.appointment_id IS NOT NULL
    UNION ALL
    SELECT a.id, NULL, ''
    FROM reminders_contact c JOIN reminders_appointment a ON a.contact_id = c.id
    WHERE c.phone = %(phone)s AND a.starts_at > %(now)s
    UNION ALL
    SELECT r.appointment_id, m.scheduled_at, m.text
    FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.id = %(message)s
) found ORDER BY appointment_id, told_at DESC NULLS LAST
"""
