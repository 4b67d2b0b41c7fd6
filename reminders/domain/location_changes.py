"""Change locations: their clock, their texting hours, their working days, and what is written in texts.

Another time zone keeps every wall time that was given and moves the instants; other hours move texts. Both
are written first, and a job then brings the coming appointments in line, as `rule_changes` does.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.db import transaction

from reminders.domain import jobs
from reminders.domain.history import Actor, remember
from reminders.domain.rules import hold_changes
from reminders.domain.wall_time import tzdata_version
from reminders.models import Job, Location

HOURS = ("opens", "closes", "open_days")
PLAIN = (
    *("name", "phone", "country", "language", "source_number"),
    *("family_messages", "late_decline_hours", "active"),
)


def save_location(location: Location, *, by: Actor, now: datetime) -> Job | None:
    """Write a new or changed location; return the job that brings its appointments in line, if any is needed.

    Raises BusyError while a large import is being planned.
    """
    with transaction.atomic():
        hold_changes()
        before = (
            Location.objects.select_for_update(no_key=True).filter(pk=location.pk).first()
            if location.pk
            else None
        )
        if before is None:
            location.save(force_insert=True)
            return None
        location.save(update_fields=["zone", *HOURS, *PLAIN])
        changes = _changes(location, before)
        if changes:
            details = {"location": location.pk, "changes": changes}
            remember("location_changed", by=by, now=now, details=details)
        kind = _work(changes)
        if not kind:
            return None
        job = jobs.start(kind, now=now, location_ids=[location.pk], user_id=by.user_id)
    job.refresh_from_db()
    return job


def follow_tzdata(*, now: datetime) -> Job | None:
    """Read all wall times again if the time zone rules are another release than last time.

    A country that abolishes summer time moves the instants of appointments that were booked before.
    """
    release = tzdata_version()
    jobs_before = Job.objects.filter(kind=jobs.CLOCKS, params__tzdata__isnull=False)
    known = jobs_before.order_by("-created_at").values_list("params__tzdata", flat=True).first()
    if known == release:
        return None
    return jobs.start(jobs.CLOCKS, now=now, location_ids=None, tzdata=release)


def _work(changes: dict[str, list[Any]]) -> str | None:
    if "zone" in changes:
        return jobs.CLOCKS_AND_PLAN
    return jobs.REPLAN if changes.keys() & set(HOURS) else None


def _changes(location: Location, before: Location) -> dict[str, list[Any]]:
    """Column to old and new value, in JSON's types."""
    return {
        column: [_plain(getattr(before, column)), _plain(getattr(location, column))]
        for column in ("zone", *HOURS, *PLAIN)
        if _plain(getattr(before, column)) != _plain(getattr(location, column))
    }


def _plain(value: Any) -> Any:
    return f"{value:%H:%M}" if isinstance(value, time) else value
