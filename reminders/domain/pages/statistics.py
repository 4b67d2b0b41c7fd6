"""How reminders do: confirmations, declines, no-shows and delivery by week, location and
practitioner.

Days are reckoned ahead into `DailyStatistics`, lately again and again, long ago once a day; a page
only adds them up. What was confirmed and then attended counts as both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.operations.periodic_tasks import last_success, note
from reminders.models import DailyStatistics, Location

LATELY = timedelta(days=14)
"""Days within which statuses and reports still change."""
KEPT = timedelta(days=371)
STALE = timedelta(minutes=30)
WHOLE_YEAR = "figures_year"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts about a set of appointments and their texts."""

    appointments: int = 0
    confirmed: int = 0
    declined: int = 0
    arrived: int = 0
    no_show: int = 0
    cancelled: int = 0
    texts: int = 0
    delivered: int = 0
    failed: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in _COUNTS))

    @property
    def unanswered(self) -> int:
        """Neither confirmed nor declined."""
        return max(0, self.appointments - self.confirmed - self.declined)

    @property
    def confirmed_share(self) -> float | None:
        """Of all appointments, those confirmed; 0 to 1."""
        return _share(self.confirmed, self.appointments)

    @property
    def declined_share(self) -> float | None:
        """Of all appointments, those declined."""
        return _share(self.declined, self.appointments)

    @property
    def no_show_share(self) -> float | None:
        """Of those marked as come or not come, those who did not."""
        return _share(self.no_show, self.arrived + self.no_show)

    @property
    def delivered_share(self) -> float | None:
        """Of the texts whose fate is known, those delivered."""
        return _share(self.delivered, self.delivered + self.failed)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of a period: every week of it (by its Monday), each location and practitioner, and
    all.
    """

    weeks: tuple[tuple[date, Figures], ...]
    locations: tuple[tuple[str, Figures], ...]
    practitioners: tuple[tuple[str, Figures], ...]
    total: Figures
    reckoned_at: datetime | None


_COUNTS = tuple(field.name for field in fields(Figures))


def statistics(
    *, location_ids: Sequence[int], since: date, until: date, practitioner_id: int | None = None
) -> Statistics:
    """Add up the days from `since` to `until`, both inclusive and local; two statements."""
    given: dict[str, Any] = {
        "locations": list(location_ids),
        "since": since,
        "until": until,
        "practitioner": practitioner_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD_UP, given)
        rows = cursor.fetchall()
    weeks: dict[date, Figures] = {week: Figures() for week in _weeks(since, until)}
    found: dict[str, list[tuple[str, Figures]]] = {"location": [], "practitioner": []}
    for kind, week, name, *counts in rows:
        figures = Figures(*counts)
        if kind == "week":
            weeks[week] = figures
        else:
            found[kind].append((name, figures))
    reckoned = DailyStatistics.objects.aggregate(at=Max("reckoned_at"))["at"]
    return Statistics(
        tuple(sorted(weeks.items())),
        tuple(found["location"]),
        tuple(found["practitioner"]),
        sum(weeks.values(), Figures()),
        reckoned,
    )


def _weeks(since: date, until: date) -> Iterator[date]:
    week = since - timedelta(days=since.weekday())
    while week <= until:
        yield week
        week += WEEK


def reckon(since: date, until: date, *, now: datetime) -> int:
    """Reckon the local days from `since` to `until` (inclusive) anew; return how many figures there
    are.
    """
    locations = list(Location.objects.values_list("pk", flat=True))
    given: dict[str, Any] = {"since": since, "until": until, "now": now, "locations": locations}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [AdvisoryLock.STATISTICS.value])
        cursor.execute(_FORGET, given)
        cursor.execute(_RECKON, given)
        return int(cursor.rowcount)


def keep_figures(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """What the ring does: the last days, and once a day the whole year, a week at a time."""
    today = _latest_day(now)
    written = reckon(today - LATELY, today, now=now)
    whole = last_success(WHOLE_YEAR)
    if whole is None or now - whole > timedelta(days=1):
        first = today - KEPT
        for start in _weeks(first, today - LATELY):
            if not go_on():
                return written
            written += reckon(start, min(start + WEEK - timedelta(days=1), today), now=now)
        note(WHOLE_YEAR, started=now, count=written)
    return written


def ensure_fresh(*, since: date, now: datetime) -> None:
    """For sites where the bell does not ring: reckon the last days when the figures are old."""
    newest = DailyStatistics.objects.aggregate(at=Max("reckoned_at"))["at"]
    if newest is not None and now - newest < STALE:
        return
    today = _latest_day(now)
    reckon(since if newest is None else max(since, today - LATELY), today, now=now)


def _latest_day(now: datetime) -> date:
    """The date where the day is furthest."""
    return (now + timedelta(hours=14)).date()


_FORGET = "DELETE FROM reminders_dailystatistics WHERE day BETWEEN %(since)s AND %(until)s"

# A visit that took place counts as confirmed if it was before, by anybody and not taken back.
_RECKON = """
INSERT INTO reminders_dailystatistics (location_id, practitioner_id, day, appointments, confirmed, declined,
                                 arrived, no_show, cancelled, texts, delivered, failed, reckoned_at)
SELECT a.location_id, a.practitioner_id, a.local_date,
       count(*) FILTER (WHERE a.status <> 'cancelled'),
       count(*) FILTER (WHERE a.status = 'confirmed' OR a.status IN ('arrived', 'no_show') AND e.confirmed),
       count(*) FILTER (WHERE a.status = 'declined'),
       count(*) FILTER (WHERE a.status = 'arrived'),
       count(*) FILTER (WHERE a.status = 'no_show'),
       count(*) FILTER (WHERE a.status = 'cancelled'),
       coalesce(sum(t.texts), 0), coalesce(sum(t.delivered), 0), coalesce(sum(t.failed), 0), %(now)s
FROM reminders_appointment a
LEFT JOIN LATERAL (
    SELECT count(*) AS texts, count(*) FILTER (WHERE m.state = 'delivered') AS delivered,
           count(*) FILTER (WHERE m.state IN ('failed', 'rejected', 'expired')) AS failed
    FROM reminders_message m
    WHERE m.appointment_id = a.id AND m.state NOT IN ('cancelled', 'queued') AND m.kind <> 'test'
) t ON true
LEFT JOIN LATERAL (
    SELECT EXISTS (SELECT 1 FROM reminders_auditentry e
                   WHERE e.appointment_id = a.id AND e.kind = 'confirmed' AND e.undone_at IS NULL
                  ) AS confirmed
    WHERE a.status IN ('arrived', 'no_show')
) e ON true
WHERE a.location_id = ANY(%(locations)s) AND a.local_date BETWEEN %(since)s AND %(until)s
  AND a.starts_at <= %(now)s
GROUP BY 1, 2, 3
"""

_SUMS = ", ".join(f"sum(f.{name}) AS {name}" for name in _COUNTS)
# The names are joined to the sums, not to each of a year's figures.
_ADD_UP = f"""
WITH sums AS (
    SELECT CASE WHEN GROUPING(week) = 0 THEN 'week' WHEN GROUPING(f.location_id) = 0 THEN 'location'
                ELSE 'practitioner' END AS kind,
           week, f.location_id, f.practitioner_id, {_SUMS}
    FROM (SELECT f.*, date_trunc('week', f.day::timestamp)::date AS week FROM reminders_dailystatistics f
          WHERE f.day BETWEEN %(since)s AND %(until)s AND f.location_id = ANY(%(locations)s)
            AND (%(practitioner)s::bigint IS NULL OR f.practitioner_id = %(practitioner)s)) f
    GROUP BY GROUPING SETS ((week), (f.location_id), (f.practitioner_id)))
SELECT kind, week,
       CASE kind WHEN 'location' THEN l.name
                 WHEN 'practitioner' THEN coalesce(p.name, 'Nobody named') END AS name,
       {", ".join(_COUNTS)}
FROM sums
LEFT JOIN reminders_location l ON l.id = sums.location_id
LEFT JOIN reminders_practitioner p ON p.id = sums.practitioner_id
ORDER BY 1, 2, 3
"""  # noqa: S608 -- the names are this module's own
