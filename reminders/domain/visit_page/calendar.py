"""A visit as a file for the patient's calendar: when and where, and nothing of whom or why."""

from __future__ import annotations

from datetime import datetime

from reminders.domain.calendars.events import CalendarVisit, published
from reminders.domain.visit_page.show import State, state_of, visits_of
from reminders.domain.visit_page.words import words_in
from reminders.models import Appointment, VisitLink

OFF = (Appointment.Status.CANCELLED, Appointment.Status.DECLINED)


def calendar_of(link: VisitLink, number: int, *, now: datetime) -> bytes | None:
    """The file of the visit at this place of the text; None where there is none, or it is over."""
    row = dict(visits_of(link)).get(number)
    if row is None or state_of(row, now=now) is State.OVER:
        return None
    place = row.location
    language = link.language or place.language
    visit = CalendarVisit(
        uuid=row.uuid,
        version=row.version,
        changed_at=row.changed_at,
        starts_at=row.starts_at,
        minutes=row.duration or Appointment.USUAL_MINUTES,
        title=words_in(language)["summary"].format(place=place.name),
        place=place.name,
        address=place.address,
        note=row.service.instructions if row.service else "",
        is_off=row.status in OFF,
        # The patient's own calendar: a visit that is not called off takes place.
        is_sure=True,
    )
    return published(visit, now=now)
