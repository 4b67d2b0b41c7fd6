"""Rules in plain words, as a manager would say them: "The day before at 17:00, on working days
only".

Pure functions of a rule's columns. When a rule sends is decided by `timing`; this only says it.
"""

from __future__ import annotations

from collections.abc import Iterator

from reminders.models import ReminderRule

Quiet, Late = ReminderRule.Quiet, ReminderRule.Late
_DAYS = {0: "On the same day", 1: "The day before", 2: "Two days before", 3: "Three days before"}
_QUIET = {
    Quiet.LATER: "outside texting hours: when they begin again",
    Quiet.EARLIER: "outside texting hours: before they end",
    Quiet.SKIP: "outside texting hours: not at all",
}
MINUTES_IN_AN_HOUR, MINUTES_IN_A_DAY = 60, 24 * 60


def duration(minutes: int) -> str:
    """A number of minutes as people say it: "an hour", "90 minutes", "2 days"."""
    for size, one, many in (
        (MINUTES_IN_A_DAY, "a day", "days"),
        (MINUTES_IN_AN_HOUR, "an hour", "hours"),
    ):
        if minutes and minutes % size == 0:
            return one if minutes == size else f"{minutes // size} {many}"
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def when(rule: ReminderRule) -> str:
    """When the rule sends: "Two days before at 17:00, on working days only"."""
    if rule.minutes_before is not None:
        words = f"{duration(rule.minutes_before).capitalize()} before the start"
    else:
        days = rule.days_before or 0
        words = _DAYS.get(days, f"{days} days before")
        words += f" at {rule.at_time:%H:%M}" if rule.at_time else " at the appointment's own time"
    return f"{words}, on working days only" if rule.weekdays_only else words


def whom(rule: ReminderRule) -> str:
    """For whom it is: "for every appointment", "for Dental check at Harbour Clinic, unless
    confirmed".
    """
    words = f"for {rule.service}" if rule.service else "for every appointment"
    words += f" at {rule.location}" if rule.location else ""
    return f"{words}, unless already confirmed" if rule.not_if_confirmed else words


def sentence(rule: ReminderRule) -> str:
    """The rule in one sentence: "The day before at 17:00, for every appointment."."""
    return f"{when(rule)}, {whom(rule)}."


def small_print(rule: ReminderRule) -> list[str]:
    """What happens when the time is odd or late, a phrase each."""
    return [phrase[:1].upper() + phrase[1:] + "." for phrase in _small_print(rule)]


def _small_print(rule: ReminderRule) -> Iterator[str]:
    if rule.weekdays_only:
        yield "if that day is not a working day, on the last working day before"
    yield _QUIET[Quiet(rule.quiet)]
    if rule.late == Late.AT_ONCE:
        yield f"booked too late for it: at once, while {duration(rule.min_notice_minutes)} remain"
    else:
        yield "booked too late for it: not at all"
    yield f"never later than {duration(rule.cutoff_minutes)} before the start"
