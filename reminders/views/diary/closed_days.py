"""Ask before a visit is booked on a day on which its location is closed: some are, on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reminders.domain.setup.closed_days.calendar import closed_on
from reminders.models import Appointment, Location
from reminders.views.shared.forms import AppointmentForm
from reminders.views.shared.pages import StaffRequest


@dataclass(frozen=True)
class ClosedDayQuestion:
    """Which day it is, why the location is closed on it, and the answer that books all the same."""

    place: Location
    day: date
    name: str

    @property
    def answer(self) -> str:
        """Of this location and day only: after another choice it is asked again."""
        return f"{self.place.pk}:{self.day.isoformat()}"


def ask_about_closed_day(
    request: StaffRequest, form: AppointmentForm, before: Appointment | None = None
) -> ClosedDayQuestion | None:
    """The question, where there is one to ask: not of a visit that stays on its day."""
    place, day = form.cleaned_data["location"], form.cleaned_data["date"]
    if before and (before.location_id, before.local_date) == (place.pk, day):
        return None
    question = ClosedDayQuestion(place, day, closed_on(place.pk, day))
    answered = request.POST.get("although_closed") == question.answer
    return question if question.name and not answered else None
