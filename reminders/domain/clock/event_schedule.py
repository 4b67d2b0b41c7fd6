"""When a text about something that happened leaves: a visit booked, moved, cancelled, missed, over.

Pure functions, as `rule_schedule`: there is no "now" here, so planning again gives the same answer.
What happened, and to whom it is told, is `planning`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from reminders.domain.clock.rule_schedule import Plan, Quiet, Skip
from reminders.domain.clock.sending_hours import DAY, SendingHours, next_open
from reminders.domain.clock.wall_time import SECOND

ON_THE_WAY = timedelta(hours=1)
"""From so long before the time that the patient knows, they may be leaving home: no waiting."""
MARKED_WITHIN = DAY
"""A visit that is marked as missed later than this after its start is put in order, not missed."""
OF_USE = DAY
"""So long after its time a text about a booking, a missed visit or one that is over may leave."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a rule waits: at least `settle` for corrections, and `after` what happened."""

    settle: timedelta
    after: timedelta

    @property
    def wait(self) -> timedelta:
        """How long it waits in all."""
        return max(self.settle, self.after)


def of_change(
    timing: Timing,
    quiet: Quiet,
    hours: SendingHours,
    *,
    at: datetime,
    until: datetime | None = None,
    sooner: datetime | None = None,
    stays_news: bool = False,
) -> Plan:
    """When to tell of a change made `at`, and until when; all aware.

    From `until` on telling is of no more use; nor is it a day after its time, unless it
    `stays_news`. `sooner` is a time that the patient still reckons with: within an hour of it
    nothing is waited for. Never in quiet hours: where they last too long, the text is skipped, and
    due as it was meant.
    """
    made = _up(at)
    meant = made + timing.wait
    if sooner is not None:
        meant = max(made, min(meant, _whole(sooner) - ON_THE_WAY))
    due_at = next_open(meant, hours)
    cutoff_at = _whole(until) if until else due_at + OF_USE
    if not stays_news:
        cutoff_at = min(cutoff_at, due_at + OF_USE)
    skipped: Skip | None = None
    if meant >= cutoff_at:
        skipped = Skip.SHORT_NOTICE
    elif quiet is Quiet.SKIP and due_at > meant:
        skipped = Skip.QUIET_HOURS
    elif due_at >= cutoff_at:
        skipped = Skip.CLOSED_TOO_LONG
    return Plan(meant if skipped else due_at, cutoff_at, skipped)


def after_visit(timing: Timing, quiet: Quiet, hours: SendingHours, *, starts_at: datetime) -> Plan:
    """When to text after a visit that took place; `after` counts from its start."""
    return of_change(Timing(timedelta(0), timing.after), quiet, hours, at=starts_at, until=None)


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _up(at: datetime) -> datetime:
    # Up, as late texts are: rounded down, a text would be due before its cause.
    return _whole(at + SECOND) if at.microsecond else at
