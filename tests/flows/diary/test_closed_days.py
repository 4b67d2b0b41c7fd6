"""A clinic closes for a day: its texts go out before, and who writes hears when somebody reads."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.test import TestCase

from reminders.domain.common.audit import SYSTEM
from reminders.domain.setup.closed_days.changing import Change, save_change, undo_change
from reminders.models import ClosedDay, ReminderRule
from tests.flows.conftest import Clinic

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)


def close(clinic: Clinic, first: date, last: date) -> int:
    """For a training; the line of history by which it is taken back."""
    row = ClosedDay(location=clinic.place, name="Training", first_day=first, last_day=last)
    with TestCase.captureOnCommitCallbacks(execute=True):
        changed = save_change(Change(clinic.place, new=[row]), by=SYSTEM, now=clinic.world.now)
    clinic.world.settle()
    return changed.line


def test_who_comes_after_a_closed_day_is_asked_before_it(clinic: Clinic) -> None:
    ReminderRule.objects.filter(kind="confirmation").update(weekdays_only=True)
    clinic.diary("1,Ann Lee,07700 900123,2026-03-05,15:00")
    # Wednesday at three: with the provider already, at Monday noon.
    line = close(clinic, WEDNESDAY, WEDNESDAY)

    clinic.wait_until(datetime(2026, 3, 3, 15, 30, tzinfo=UTC))
    asked = [(status, "Thu 5 March at 15:00" in words) for status, words in clinic.texts()]
    assert asked == [("delivered", True)]

    # Open again: who was asked is not asked once more.
    with TestCase.captureOnCommitCallbacks(execute=True):
        undo_change(line, by=SYSTEM, now=clinic.world.now)
    clinic.wait_until(datetime(2026, 3, 4, 16, tzinfo=UTC))
    assert [status for status, words in clinic.texts() if "Reply Y" in words] == ["delivered"]


def test_who_writes_on_a_closed_day_hears_when_somebody_reads(clinic: Clinic) -> None:
    clinic.diary("1,Ann Lee,07700 900123,2026-03-03,10:00")
    close(clinic, TUESDAY, WEDNESDAY)
    clinic.wait_until(datetime(2026, 3, 3, 9, 30, tzinfo=UTC))

    clinic.hear("Which floor are you on")

    # At half past nine, in the hours of any Tuesday: Thursday is the next working day.
    assert "Thu 5 March" in clinic.texts()[-1][1]
