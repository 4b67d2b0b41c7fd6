"""Appointments as deciding needs them, put together from what texts told of them and what holds
now.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Min

from reminders.domain.replies.auto_reply import AnswerContext, Visit
from reminders.domain.replies.matching.told import Told
from reminders.domain.replies.outcomes import RepliedAppointment
from reminders.models import Appointment, Reminder


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
            or phone not in (visit.phone, visit.second_phone)
            or visit.contact_id != told.contact_id,
            given_away=visit.given_away,
            first_name=visit.first_name,
            name=visit.name,
            minutes=visit.minutes or Appointment.USUAL_MINUTES,
        )


def moved_since(unsure: Sequence[tuple[int, datetime]]) -> set[tuple[int, datetime]]:
    """Of pairs of an appointment and when a text about it was written: those told of another start
    or place.

    Changed since then, and no reminder written before told what holds now.
    """
    if not unsure:
        return set()
    ids = {appointment_id for appointment_id, _ in unsure}
    changed = dict(Appointment.objects.filter(pk__in=ids).values_list("pk", "changed_at"))
    told_so = Reminder.objects.filter(
        appointment_id__in=ids,
        starts_at=F("appointment__starts_at"),
        location_id=F("appointment__location_id"),
        message__isnull=False,
    )
    first = told_so.values_list("appointment_id").annotate(Min("message__created_at"))
    told_first = dict(first.order_by())
    return {
        (pk, since)
        for pk, since in unsure
        if pk in changed
        and changed[pk] > since
        and not (pk in told_first and told_first[pk] <= since)
    }
