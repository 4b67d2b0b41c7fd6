"""Change the closed days of a location: the rows, a line of history, and the planning that follows.

A row is never deleted, so that every change can be taken back by its line of history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.locks import lock_audit_entry
from reminders.domain.planning.rule_book import lock_rules
from reminders.domain.setup import jobs
from reminders.models import ClosedDay, Job, Location

KIND = "closed_days_changed"
LONGEST = 366
LONGEST_EVERY_YEAR = 62
"""Days. Longer, and what comes back every year is a mistake or a season."""
MOST = 1_000
"""So many a location may have."""


class ClosedDayError(ValueError):
    """A closed day that can't be; its text says why, for staff."""


@dataclass(frozen=True)
class Change:
    """New days, and days that are there and count from now on, or count no more."""

    place: Location
    new: list[ClosedDay] = field(default_factory=list)
    back: list[ClosedDay] = field(default_factory=list)
    gone: list[ClosedDay] = field(default_factory=list)

    @property
    def closes(self) -> list[ClosedDay]:
        """The days that are closed by it; a new one may be a holiday on which they work."""
        new = [row for row in self.new if row.removed_at is None]
        return sorted([*new, *self.back], key=lambda row: row.first_day)

    @property
    def is_empty(self) -> bool:
        """Whether it changes nothing."""
        return not (self.new or self.back or self.gone)


@dataclass(frozen=True, slots=True)
class Changed:
    """The job that plans anew, and the line of history by which it is taken back."""

    job: Job
    line: int


def check(first: date, last: date, *, every_year: bool) -> None:
    """Refuse a span that runs backwards or is too long. Raises ClosedDayError."""
    days = (last - first).days + 1
    if days < 1:
        raise ClosedDayError("The last day lies before the first.")
    if every_year and days > LONGEST_EVERY_YEAR:
        raise ClosedDayError(
            f"At most {LONGEST_EVERY_YEAR} days in a row can be closed every year. Leave “every "
            "year” out, or enter it in parts."
        )
    if days > LONGEST:
        raise ClosedDayError("At most a year in a row. Is the year right?")


def is_there(row: ClosedDay) -> bool:
    """Whether the location is closed on the very same days already."""
    same = ClosedDay.objects.filter(
        location_id=row.location_id,
        first_day=row.first_day,
        last_day=row.last_day,
        every_year=row.every_year,
        removed_at=None,
    )
    return same.exists()


def save_change(change: Change, *, by: Actor, now: datetime) -> Changed:
    """Write it and have the location's coming visits planned anew.

    Raises BusyError while a large import is being planned, ClosedDayError for too many days.
    """
    with transaction.atomic():
        # Before the rows: a planning under way reads them, and would plan by half of the change.
        lock_rules()
        there = ClosedDay.objects.filter(location=change.place).count()
        if there + len(change.new) > MOST:
            raise ClosedDayError(f"A location can have at most {MOST:,} closed days.")
        ClosedDay.objects.bulk_create(change.new)
        _count(change.back, since=None)
        _count(change.gone, since=now)
        line = record(
            KIND,
            by=by,
            now=now,
            details={
                "location": change.place.pk,
                "names": [row.name for row in (*change.closes, *change.gone)][:20],
                "closed": [row.pk for row in change.closes],
                "open": [row.pk for row in change.gone],
            },
        )
        job = jobs.start(jobs.REPLAN, now=now, location_ids=[change.place.pk], user_id=by.user_id)
    # A small job was worked off as the transaction ended: the row says more than the object.
    job.refresh_from_db()
    return Changed(job, line.pk)


def _count(rows: Iterable[ClosedDay], *, since: datetime | None) -> None:
    ClosedDay.objects.filter(pk__in=[row.pk for row in rows]).update(removed_at=since)


def undo_change(line_id: int, *, by: Actor, now: datetime) -> Changed | None:
    """Take back what a line of history tells; None where it was taken back already."""
    with transaction.atomic():
        # The same order as in saving: rules first.
        lock_rules()
        line = lock_audit_entry(line_id)
        if line.undone_at:
            return None
        line.undone_at = now
        line.save(update_fields=["undone_at"])
        details = line.details
        rows = ClosedDay.objects.filter(location_id=details["location"])
        place = Location.objects.get(pk=details["location"])
        before = Change(
            place,
            back=list(rows.filter(pk__in=details["open"])),
            gone=list(rows.filter(pk__in=details["closed"])),
        )
        changed = save_change(before, by=by, now=now)
    changed.job.refresh_from_db()
    return changed
