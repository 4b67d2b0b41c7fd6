"""Appointments as deciding needs them, put together from what texts told of them and what holds
now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from reminders.domain.replies.auto_reply import AnswerContext, Visit
from reminders.domain.replies.match import Told
from reminders.domain.replies.outcomes import USUAL_MINUTES, RepliedAppointment


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a batch of replies knows of appointments: as they stand, and which were moved since
    told.
    """

    visits: dict[int, Visit]
    moved: set[tuple[int, datetime]]
    desk: AnswerContext

    def of(self, all_told: Iterable[Told], *, phone: str) -> list[RepliedAppointment]:
        """In the order of what was told."""
        found = (self._of(told, phone=phone) for told in all_told)
        return [subject for subject in found if subject]

    def _of(self, told: Told, *, phone: str) -> RepliedAppointment | None:
        visit = self.visits.get(told.appointment_id)
        place = self.desk.locations.get(visit.location_id) if visit else None
        if visit is None or place is None:
            return None
        now = (visit.starts_at, visit.location_id)
        elsewhere = told.starts_at is not None and (told.starts_at, told.location_id) != now
        return RepliedAppointment(
            id=visit.id,
            status=visit.status,
            starts_at=visit.starts_at,
            zone=place.zone,
            late_hours=place.late_decline_hours,
            moved=elsewhere or (visit.id, told.since) in self.moved,
            not_theirs=not told.theirs
            or (visit.phone, visit.contact_id) != (phone, told.contact_id),
            first_name=visit.first_name,
            name=visit.name,
            minutes=visit.minutes or USUAL_MINUTES,
        )


def moved_since(unsure: Sequence[tuple[int, datetime]]) -> set[tuple[int, datetime]]:
    """Of pairs of an appointment and when a text about it was written: those told of another start
    or place.

    Changed since then, and no reminder written before told what holds now.
    """
    if not unsure:
        return set()
    ids, since = zip(*unsure, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [list(ids), list(since)])
        return {(row[0], row[1]) for row in cursor.fetchall()}


_MOVED = """
SELECT a.id, v.since
FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (id, since)
JOIN reminders_appointment a ON a.id = v.id
WHERE a.changed_at > v.since AND NOT EXISTS (
    SELECT 1 FROM reminders_reminder r JOIN reminders_message m ON m.id = r.message_id
    WHERE r.appointment_id = a.id AND r.starts_at = a.starts_at AND r.location_id = a.location_id
      AND m.created_at <= v.since)
"""
