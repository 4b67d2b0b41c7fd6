"""Whether anybody is there to read what a patient writes, and when somebody will be. Pure."""

from __future__ import annotations

from datetime import datetime

from reminders.domain.clock.sending_hours import SendingHours, is_open_day, is_quiet, next_open


def is_closed(at: datetime, hours: SendingHours) -> bool:
    """Whether a location is closed at an aware instant: by its hours or its working days."""
    return is_quiet(at, hours) or not is_open_day(at.astimezone(hours.zone).date(), hours)


def opens_next(at: datetime, hours: SendingHours) -> datetime:
    """The first instant from `at` on, in UTC, at which a location is open."""
    return next_open(at, hours, open_days_only=True)
