"""When a rule sends for an appointment, until when it may, or why it does not send at all.

Pure functions of the rule, the location's hours, the appointment's start and the moment it became
known: there is no "now" here, so planning again gives the same answer. Which rules apply is up to
`planning`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from reminders.domain.clock.sending_hours import (
    SendingHours,
    is_open_day,
    is_quiet,
    last_open_day,
    next_open,
    previous_open,
)
from reminders.domain.clock.wall_time import (
    FLAG_WORDS,
    SECOND,
    WallTime,
    day_bounds,
    local,
    local_date,
    read_wall_time,
    tzdata_version,
    zone,
)

__all__ = [
    "FLAG_WORDS",
    "SKIP_WORDS",
    "Late",
    "Plan",
    "Quiet",
    "Schedule",
    "SendingHours",
    "Skip",
    "WallTime",
    "day_bounds",
    "is_open_day",
    "is_quiet",
    "local",
    "local_date",
    "next_open",
    "plan",
    "previous_open",
    "read_wall_time",
    "tzdata_version",
    "zone",
]


class Quiet(StrEnum):
    """What becomes of a message that is due outside of the sending hours."""

    LATER = "later"
    EARLIER = "earlier"
    SKIP = "skip"


class Late(StrEnum):
    """What becomes of a message whose time had passed when the appointment became known."""

    AT_ONCE = "at_once"
    SKIP = "skip"


class Skip(StrEnum):
    """Why a rule sends nothing for an appointment."""

    QUIET_HOURS = "quiet_hours"
    BOOKED_LATE = "booked_late"
    SHORT_NOTICE = "short_notice"
    CLOSED_TOO_LONG = "closed_too_long"
    AFTER_CUTOFF = "after_cutoff"


SKIP_WORDS: dict[Skip, str] = {
    Skip.QUIET_HOURS: "Due outside of the sending hours, and the rule says not to send then.",
    Skip.BOOKED_LATE: (
        "Booked or moved after this message was due, and the rule says not to send late."
    ),
    Skip.SHORT_NOTICE: (
        "Booked or moved too shortly before the start for this message to be of use."
    ),
    Skip.CLOSED_TOO_LONG: (
        "Booked or moved outside of the sending hours, which begin again too late."
    ),
    Skip.AFTER_CUTOFF: (
        "The rule's time is too close to the start or after it: give it an earlier one."
    ),
}


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule sends. Exactly one of `days_before` and `minutes_before` is set.

    `days_before` counts calendar days in the location's zone (0 is the same day), at `at_time` by
    its wall clock or, without one, at the appointment's own time of day. `minutes_before` is
    elapsed time. `weekdays_only` moves a day on which the location is shut back to the last open
    one, same wall time. At least `min_notice` must remain for a late message; nothing goes later
    than `cutoff` before the start.
    """

    days_before: int | None
    at_time: time | None
    minutes_before: int | None
    weekdays_only: bool
    quiet: Quiet
    late: Late
    min_notice: timedelta
    cutoff: timedelta
    later_needs: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        if (self.days_before is None) == (self.minutes_before is None):
            raise ValueError(
                "A rule counts either days or minutes before the appointment: give exactly one."
            )
        if (self.days_before or 0) < 0 or (self.minutes_before or 0) < 0:
            raise ValueError("A rule sends before the appointment: days and minutes are 0 or more.")
        if min(self.min_notice, self.cutoff, self.later_needs) < timedelta(0):
            raise ValueError("Notice, cut-off and what `later` needs are 0 or more.")


@dataclass(frozen=True, slots=True)
class Plan:
    """Outcome of a rule for one appointment version; whole seconds in UTC.

    When `skipped` is set nothing is sent, and `due_at` tells when the message was meant to go.
    """

    due_at: datetime
    cutoff_at: datetime
    skipped: Skip | None


def plan(
    schedule: Schedule, hours: SendingHours, *, starts_at: datetime, known_since: datetime
) -> Plan:
    """When the rule sends for an appointment that starts at `starts_at` and is known since
    `known_since`.

    A due time is never after the cut-off, never in quiet hours, and never before `known_since`:

    - On time: the rule's own moment. In quiet hours, `later` takes the next opening if
      `later_needs` remains then and, for a rule on open days only, staff are there that day;
      otherwise it acts as `earlier`, which takes the last closing time before: the reminder for
      07:00 goes at 20:00 the evening before.
    - Late, because that moment had passed by `known_since`: at `known_since`, or from quiet hours
      at the next opening, as long as `min_notice` remains and the cut-off is not passed. A rule on
      open days only waits for the next open day where that is in time; where it is not, it goes on
      any day: a text on a Sunday is better than none.

    Both are aware. Raises ValueError when `starts_at` is naive, TypeError when only `known_since`
    is.
    """
    start = _utc(starts_at)
    punctual = _punctual(schedule, hours, start)
    # Not late where it is skipped anyway: the reason that the rule gives is the truer one.
    if punctual.skipped is not None or known_since <= punctual.due_at:
        return punctual
    return _late(schedule, hours, start, known_since, punctual)


# Appointments share few starting times, and locations their hours: most plans are looked up here.
@lru_cache(maxsize=65_536)
def _punctual(schedule: Schedule, hours: SendingHours, start: datetime) -> Plan:
    cutoff_at = _whole(start - schedule.cutoff)
    ideal = _ideal(schedule, hours, start)
    # Texting hours first, the cut-off then: an opening after it is too late, not quiet.
    due_at = _within_hours(schedule, hours, ideal, start)
    if due_at is None:
        return Plan(ideal, cutoff_at, Skip.QUIET_HOURS)
    if due_at > cutoff_at:
        return Plan(ideal, cutoff_at, Skip.AFTER_CUTOFF)
    return Plan(due_at, cutoff_at, None)


def _utc(starts_at: datetime) -> datetime:
    """In UTC before anything else: within one zone Python compares and subtracts wall times, not
    instants.
    """
    if starts_at.tzinfo is None:
        raise ValueError("An appointment starts at an aware datetime.")
    return _whole(starts_at.astimezone(UTC))


def _ideal(schedule: Schedule, hours: SendingHours, start: datetime) -> datetime:
    if schedule.minutes_before is not None:
        due = start - timedelta(minutes=schedule.minutes_before)
        if not schedule.weekdays_only:
            return due
        # By the day over there: elapsed minutes are counted in UTC, working days by the calendar.
        wall = due.astimezone(hours.zone)
        if is_open_day(wall.date(), hours):
            return due
        return _at_wall(last_open_day(wall.date(), hours), wall.time(), hours)
    wall = start.astimezone(hours.zone)
    # Days are subtracted from the date: 24 hours less is another time of day when clocks change.
    day = wall.date() - timedelta(days=schedule.days_before or 0)
    if schedule.weekdays_only:
        day = last_open_day(day, hours)
    return _at_wall(day, schedule.at_time or wall.time(), hours)


def _at_wall(day: date, wall: time, hours: SendingHours) -> datetime:
    """As `read_wall_time` reads it; fold 0 also where the appointment itself is in a repeated
    hour.
    """
    first = wall.replace(fold=0) if wall.fold else wall
    return _whole(datetime.combine(day, first, hours.zone).astimezone(UTC))


def _within_hours(
    schedule: Schedule, hours: SendingHours, ideal: datetime, start: datetime
) -> datetime | None:
    if not is_quiet(ideal, hours):
        return ideal
    if schedule.quiet is Quiet.SKIP:
        return None
    if schedule.quiet is Quiet.LATER:
        later = next_open(ideal, hours)
        staffed = not schedule.weekdays_only or is_open_day(local_date(later, hours.zone), hours)
        # Room for both: the rule's cut-off, and the hours that a text sent later has to have left.
        if staffed and later <= start - max(schedule.later_needs, schedule.cutoff):
            return later
    return previous_open(ideal, hours, open_days_only=schedule.weekdays_only)


def _late(
    schedule: Schedule, hours: SendingHours, start: datetime, known_since: datetime, punctual: Plan
) -> Plan:
    latest = min(punctual.cutoff_at, start - schedule.min_notice)
    # Up: rounded down, the due time would lie before the change that it follows from.
    moment = _whole_up(known_since)
    due_at = next_open(moment, hours)
    if (
        schedule.weekdays_only
        and (staffed := next_open(moment, hours, open_days_only=True)) <= latest
    ):
        due_at = staffed
    skipped: Skip | None = None
    if schedule.late is Late.SKIP:
        skipped = Skip.BOOKED_LATE
    elif moment > latest:
        skipped = Skip.SHORT_NOTICE
    # Only where waiting would be needed; a rule that never sends at night still sends late by day.
    elif is_quiet(moment, hours) and schedule.quiet is Quiet.SKIP:
        skipped = Skip.QUIET_HOURS
    elif due_at > latest:
        skipped = Skip.CLOSED_TOO_LONG
    return Plan(due_at if skipped is None else punctual.due_at, punctual.cutoff_at, skipped)


def _whole_up(at: datetime) -> datetime:
    # Whole seconds, as everywhere in plans: two of the same must compare alike.
    at = at.astimezone(UTC)
    return _whole(at + SECOND) if at.microsecond else at


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0) if at.microsecond else at
