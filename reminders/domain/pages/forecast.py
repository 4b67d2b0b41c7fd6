"""What goes out in the next days, per rule and day: how many messages, how many SMS segments.

Texts that the provider already holds are counted as they are; planned ones are estimated: a
family's share one text, and the segments follow from rendering a sample of each rule's texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.wording import WordingError
from reminders.domain.wording.segments import measure
from reminders.models import Location

DAYS = 14
OVERDUE = timedelta(days=3)
"""What was due longer ago has passed its cutoff."""
SAMPLE = 120
"""Planned texts that are rendered to estimate the segments of all."""
HEAVY = 1.5
"""A day with so many times the average of the days with texts is a heavy one."""


class Rule(NamedTuple):
    """A rule as it stands in the forecast."""

    id: int
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class ForecastCell:
    """One rule on one day. `segments` is an estimate, rounded to whole ones."""

    messages: int = 0
    segments: int = 0

    def __add__(self, other: ForecastCell) -> ForecastCell:
        return ForecastCell(self.messages + other.messages, self.segments + other.segments)


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: its cells in the order of the rules, and their sum."""

    day: date
    cells: tuple[ForecastCell, ...]
    heavy: bool

    @property
    def total(self) -> ForecastCell:
        """All rules together."""
        return sum(self.cells, ForecastCell())


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days, today first, on the locations' own clocks."""

    rules: tuple[Rule, ...]
    days: tuple[Day, ...]

    @property
    def total(self) -> ForecastCell:
        """Everything."""
        return sum((day.total for day in self.days), ForecastCell())

    @property
    def most(self) -> int:
        """The messages of the busiest day."""
        return max((day.total.messages for day in self.days), default=0)


def forecast(locations: Sequence[Location], *, now: datetime, days: int = DAYS) -> Forecast:
    """Reckon the next `days` local days; a handful of statements. `now` is UTC."""
    given: dict[str, Any] = {
        "locations": [place.pk for place in locations],
        "now": now,
        "since": now - OVERDUE,
        "until": now + timedelta(days=days),
        "apart": [place.pk for place in locations if not place.family_messages],
    }
    with connection.cursor() as cursor:
        cursor.execute(_RULES)
        names = {row[0]: Rule(*row) for row in cursor.fetchall()}
        cursor.execute(_PLANNED, given)
        planned = cursor.fetchall()
        cursor.execute(_HELD, given)
        held = cursor.fetchall()
    sizes = _average_segments(given) if planned else {}
    everywhere = sum(sizes.values()) / len(sizes) if sizes else 1.0
    cells: dict[tuple[date, int], ForecastCell] = defaultdict(ForecastCell)
    for day, rule, messages in planned:
        cells[day, rule] += ForecastCell(messages, round(messages * sizes.get(rule, everywhere)))
    for day, rule, messages, segments in held:
        cells[day, rule] += ForecastCell(messages, segments)
    rules = tuple(names[pk] for pk in names if any(rule == pk for _, rule in cells))
    first = min((now.astimezone(place.tz).date() for place in locations), default=now.date())
    return Forecast(rules, _days(first, days, rules, cells))


def _days(
    first: date, count: int, rules: Sequence[Rule], cells: dict[tuple[date, int], ForecastCell]
) -> tuple[Day, ...]:
    dates = [first + timedelta(days=ahead) for ahead in range(count)]
    rows = {
        day: tuple(cells.get((day, rule.id), ForecastCell()) for rule in rules) for day in dates
    }
    totals = {day: sum(cell.messages for cell in row) for day, row in rows.items()}
    busy = [total for total in totals.values() if total]
    limit = HEAVY * sum(busy) / len(busy) if len(busy) > 1 else float("inf")
    return tuple(Day(day, rows[day], heavy=totals[day] > limit) for day in dates)


def _average_segments(given: dict[str, Any]) -> dict[int, float]:
    """Segments a text by rule, from the texts that go out next."""
    book = WordingCatalogue.load()
    sizes: dict[int, list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, given | {"limit": SAMPLE})
        for rule_id, *columns in cursor.fetchall():
            segments = _segments(book, rule_id, _Sample(*columns))
            if segments:
                sizes[rule_id].append(segments)
    return {rule: sum(found) / len(found) for rule, found in sizes.items()}


class _Sample(NamedTuple):
    kind: str
    starts_at: datetime
    first_name: str
    name: str
    language: str
    location_language: str
    zone: str
    country: str
    location: str
    phone: str
    practitioner: str
    service: str
    instructions: str


def _segments(book: WordingCatalogue, rule_id: int, one: _Sample) -> int:
    try:
        words = book.words(rule_id, one.kind, (one.language, one.location_language))
        if words is None:
            return 0
        values = values_for(
            first_name=one.first_name,
            name=one.name,
            starts_at=one.starts_at,
            zone=one.zone,
            language=words.language,
            country=one.country,
            location=one.location,
            phone=one.phone,
            practitioner=one.practitioner,
            service=one.service,
            instructions=one.instructions,
        )
        return measure(words.template.render(values)).segments
    except WordingError:
        return 0


_RULES = "SELECT id, name, kind FROM reminders_reminderrule ORDER BY position, id"

# A family's appointments of one day share a text where the location wants that; it goes out with
# the first. Local days are told for moments, not for texts: 33,000 texts of two weeks go out at
# 750. The sum with nothing hides how rare PostgreSQL deems such cutoffs: it would sort the texts,
# which takes longer.
_PLANNED = """
SELECT (greatest(at, %(now)s) AT TIME ZONE l.zone)::date, rule_id, sum(messages)::bigint
FROM (
    SELECT rule_id, location_id, at, count(*) AS messages
    FROM (
        SELECT r.rule_id, r.location_id, min(r.due_at) AS at
        FROM reminders_reminder r
        WHERE r.state = 'planned' AND r.due_at BETWEEN %(since)s AND %(until)s
          AND r.cutoff_at + interval '0' > %(now)s AND r.location_id = ANY(%(locations)s)
        GROUP BY r.rule_id, r.location_id, r.phone, r.local_date,
                 CASE WHEN r.location_id = ANY(%(apart)s::bigint[]) THEN r.id ELSE 0 END
    ) texts GROUP BY 1, 2, 3
) moments JOIN reminders_location l ON l.id = moments.location_id
GROUP BY 1, 2
"""

_HELD = """
SELECT (at AT TIME ZONE l.zone)::date, rule_id, sum(messages)::bigint, sum(segments)::bigint
FROM (
    SELECT m.scheduled_at AS at, r.rule_id, r.location_id, count(*) AS messages, sum(m.segments) AS segments
    FROM reminders_message m
    JOIN LATERAL (
        SELECT r.rule_id, r.location_id FROM reminders_reminder r WHERE r.message_id = m.id LIMIT 1) r ON true
    WHERE m.state IN ('accepted', 'held') AND m.scheduled_at > %(now)s AND m.scheduled_at < %(until)s
      AND m.cancel_requested_at IS NULL AND r.location_id = ANY(%(locations)s)
    GROUP BY 1, 2, 3
) moments JOIN reminders_location l ON l.id = moments.location_id
GROUP BY 1, 2
"""

_SAMPLE = """
SELECT r.rule_id, u.kind, r.starts_at, c.first_name, c.name, c.language, l.language, l.zone,
       l.country, l.name, l.phone, coalesce(p.name, ''), coalesce(s.name, ''), coalesce(s.instructions, '')
FROM (SELECT * FROM reminders_reminder r
      WHERE r.state = 'planned' AND r.due_at BETWEEN %(since)s AND %(until)s
        AND r.cutoff_at + interval '0' > %(now)s AND r.location_id = ANY(%(locations)s)
      ORDER BY r.due_at LIMIT %(limit)s) r
JOIN reminders_reminderrule u ON u.id = r.rule_id
JOIN reminders_location l ON l.id = r.location_id
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN reminders_service s ON s.id = a.service_id
"""
