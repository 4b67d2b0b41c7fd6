"""Rules in plain words, as a manager would say them: "The day before at 17:00, on working days
only".

Pure functions of a rule's columns. When a rule sends is decided by `timing`; this only says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reminders.models import ReminderRule, Road

Quiet, Late, Kind = ReminderRule.Quiet, ReminderRule.Late, ReminderRule.Kind
_DAYS = {0: "On the same day", 1: "The day before", 2: "Two days before", 3: "Three days before"}
_QUIET = {
    Quiet.LATER: "outside texting hours: when they begin again",
    Quiet.EARLIER: "outside texting hours: before they end",
    Quiet.SKIP: "outside texting hours: not at all",
}
_AFTER = {
    Kind.BOOKED: "after a visit is booked",
    Kind.MOVED: "after a visit is moved",
    Kind.CANCELLED: "after we cancel a visit",
    Kind.MISSED: "after a visit is marked as missed",
    Kind.AFTER: "after a visit began",
}
_AT_ONCE = {
    Kind.BOOKED: "As soon as a visit is booked",
    Kind.MOVED: "As soon as a visit is moved",
    Kind.CANCELLED: "As soon as we cancel a visit",
    Kind.MISSED: "As soon as a visit is marked as missed",
    Kind.AFTER: "When a visit begins",
}
ROADS = {Road.SMS: "SMS", Road.WHATSAPP: "WhatsApp", Road.EMAIL: "e-mail"}
REACHED = {Road.WHATSAPP: "delivered", Road.EMAIL: "opened"}
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
    if rule.is_event:
        return _when_it_happens(rule)
    if rule.minutes_before is not None:
        words = f"{duration(rule.minutes_before).capitalize()} before the start"
    else:
        days = rule.days_before or 0
        words = _DAYS.get(days, f"{days} days before")
        words += f" at {rule.at_time:%H:%M}" if rule.at_time else " at the appointment's own time"
    return f"{words}, on working days only" if rule.weekdays_only else words


def _when_it_happens(rule: ReminderRule) -> str:
    wait = wait_of(rule)
    if not wait:
        return _AT_ONCE[Kind(rule.kind)]
    return f"{duration(wait).capitalize()} {_AFTER[Kind(rule.kind)]}"


def wait_of(rule: ReminderRule) -> int:
    """How many minutes after what happened an event's rule sends."""
    settles = 0 if rule.kind == Kind.AFTER else rule.settle_minutes
    return max(rule.minutes_after or 0, settles)


def whom(rule: ReminderRule) -> str:
    """For whom it is: "for every appointment", "for Dental check at Harbour Clinic, unless
    confirmed".
    """
    words = f"for {rule.service}" if rule.service else "for every appointment"
    words += f" with {rule.practitioner}" if rule.practitioner else ""
    words += f" at {rule.location}" if rule.location else ""
    words += " of new patients" if rule.patients == ReminderRule.Patients.NEW else ""
    if months := rule.missed_within_months:
        span = "month" if months == 1 else f"{months} months"
        words += f" of patients who missed a visit in the {span} before"
    return f"{words}, unless already confirmed" if rule.not_if_confirmed else words


def sentence(rule: ReminderRule) -> str:
    """The rule in one sentence: "The day before at 17:00, for every appointment."."""
    return f"{when(rule)}, {whom(rule)}."


def small_print(rule: ReminderRule) -> list[str]:
    """What happens when the time is odd or late, a phrase each."""
    return _sentences(_small_print(rule))


def roads(rule: ReminderRule) -> list[str]:
    """By which roads it goes before SMS, a sentence each; none where it has SMS alone."""
    return _sentences(_roads(rule))


def _sentences(phrases: Iterable[str]) -> list[str]:
    return [phrase[:1].upper() + phrase[1:] + "." for phrase in phrases]


def _small_print(rule: ReminderRule) -> Iterator[str]:
    if rule.is_event:
        yield from _small_print_of_event(rule)
        return
    if rule.weekdays_only:
        yield "if that day is not a working day, on the last working day before"
    yield _QUIET[Quiet(rule.quiet)]
    if rule.late == Late.AT_ONCE:
        yield f"booked too late for it: at once, while {duration(rule.min_notice_minutes)} remain"
    else:
        yield "booked too late for it: not at all"
    yield f"never later than {duration(rule.cutoff_minutes)} before the start"


def _roads(rule: ReminderRule) -> Iterator[str]:
    if steps := rule.steps:
        words = f"by {ROADS[steps[0].road]} to those who agreed"
        for number, step in enumerate(steps, start=1):
            following = steps[number].road if number < len(steps) else Road.SMS
            within = f"not {REACHED[step.road]} within {duration(step.minutes)}"
            words += f"; by {ROADS[following]} if it is {within}"
        yield words
    if len(steps) > 1:
        yield "what somebody did not agree to is left out, and the next is tried at once"
    if rule.email_copy:
        yield "a copy by e-mail to those who agreed, beside the text"


def _small_print_of_event(rule: ReminderRule) -> Iterator[str]:
    kind = Kind(rule.kind)
    if kind in ReminderRule.CHANGES and rule.settle_minutes:
        within = duration(rule.settle_minutes)
        yield f"corrected within {within}: told once, as it stands then; taken back: not at all"
    yield _QUIET[Quiet.SKIP if rule.quiet == Quiet.SKIP else Quiet.LATER]
    if kind in (Kind.MOVED, Kind.CANCELLED):
        yield "the time that the patient knows is within the hour: at once, but never at night"
        yield "it can't be told before that time: a card in the inbox asks you to call"
    if kind is Kind.MOVED:
        yield "a text that asks or reminds at about that time does not go besides"
    if kind is Kind.CANCELLED:
        yield "the patient had said no: not at all"
    if kind is Kind.BOOKED:
        yield "from a diary file: only visits on days that an earlier file of the diary covered"
        yield "a confirmation that goes at about that time goes instead"
    if kind is Kind.MISSED:
        yield "only visits that are marked within a day"
    if kind is Kind.AFTER:
        yield "only visits that took place, from when the rule was switched on"
    if rule.cutoff_minutes:
        yield f"never later than {duration(rule.cutoff_minutes)} before the start"
