"""Read the wall times of coming appointments again, after a location's time zone or the zones'
rules changed.

The wall time that was given stays; the instant that it means may move. Those that move are a new
version and are planned again in the same transaction. The zones come from the tzdata package, as
everywhere: the database's own copy may be older.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from reminders.domain.clock.wall_time import WallTime, read_wall_time
from reminders.domain.common.locks import lock_appointments
from reminders.domain.diary.appointments import raise_version
from reminders.domain.planning.plan import (
    OnStep,
    PlanResult,
    plan_appointments,
    plan_steps,
    steps_of_coming,
)
from reminders.models import Appointment
from reminders.models.in_sql.states import Given

STEP = 5_000
A_DAY = timedelta(days=1)
"""How far a start may move: one that has passed by the old reading may lie ahead by the new one."""


class LocationClock(NamedTuple):
    """What an appointment's wall clock shows, and which one it is."""

    id: int
    zone: str
    day: date
    at: time
    starts_at: datetime


def recompute_starts(
    *,
    now: datetime,
    after: int = 0,
    step: int = STEP,
    location_ids: Sequence[int] | None = None,
    on_step: OnStep | None = None,
    hands: int = 1,
    plan_all: bool = False,
) -> PlanResult:
    """Bring every coming appointment's start in line with its wall time, in steps as
    `planning.plan_steps`.

    Begins after the appointment with the id `after`. `plan_all` plans those that stay, too: the
    texting hours of a location with another zone move as well.
    """
    steps = steps_of_coming(since=now - A_DAY, after=after, step=step, location_ids=location_ids)
    return plan_steps(
        steps, partial(_read_and_plan, now=now, plan_all=plan_all), on_step=on_step, hands=hands
    )


@transaction.atomic
def _read_and_plan(ids: Sequence[int], *, now: datetime, plan_all: bool) -> PlanResult:
    moved = _read_step(ids, now=now)
    return replace(plan_appointments(ids if plan_all else moved, now=now), appointments=len(ids))


def _read_step(ids: Sequence[int], *, now: datetime) -> list[int]:
    """Move the starts that mean another instant by now; return their appointments' ids."""
    lock_appointments(ids)
    moved = list(_moved(_clocks(ids)))
    if moved:
        given: Given = {
            "ids": [clock.id for clock, _ in moved],
            "starts": [read.at for _, read in moved],
            "flags": [read.flag or "" for _, read in moved],
            "now": now,
        }
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, given)
        raise_version([clock.id for clock, _ in moved], now=now)
    return [clock.id for clock, _ in moved]


def _clocks(ids: Sequence[int]) -> Iterator[LocationClock]:
    rows = Appointment.objects.filter(pk__in=ids).order_by("pk")
    columns = ("pk", "location__zone", "local_date", "local_time", "starts_at")
    yield from (LocationClock(*row) for row in rows.values_list(*columns))


def _moved(clocks: Iterable[LocationClock]) -> Iterable[tuple[LocationClock, WallTime]]:
    for clock in clocks:
        read = _read(clock.zone, clock.day, clock.at)
        if read.at != clock.starts_at:
            yield clock, read


# Many appointments share their day and time; the cache is by name, so that another zone is another
# entry.
@lru_cache(maxsize=16_384)
def _read(zone: str, day: date, at: time) -> WallTime:
    return read_wall_time(datetime.combine(day, at), ZoneInfo(zone))


_MOVE = """
UPDATE reminders_appointment appointment
SET starts_at = read.starts_at, wall_flag = read.flag, updated_at = %(now)s
FROM unnest(
    %(ids)s::bigint[], %(starts)s::timestamptz[], %(flags)s::text[]
) AS read (id, starts_at, flag)
WHERE appointment.id = read.id
"""
