"""What goes out in the next days, per rule and day: how many messages, how many SMS segments.

Texts that the provider already holds are counted as they are; planned ones are estimated: a
family's share one text, and the segments follow from rendering a sample of each rule's texts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import DateTimeField, ExpressionWrapper, F

from reminders.domain.common.rows import fetch
from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.links.addresses import example
from reminders.domain.wording import WordingError
from reminders.domain.wording.purposes import purpose_of_rule
from reminders.domain.wording.segments import measure
from reminders.models import Location, Reminder, ReminderRule

DAYS = 14
OVERDUE = timedelta(days=3)
"""What was due longer ago has passed its cutoff."""
_TOLD_OF = ("contact__responsible", "practitioner", "service")
_PERSON = (
    *("first_name", "last_name", "name", "preferred_name", "language"),
    *("responsible", "responsible_until"),
)
_READ = (
    *("rule", "location", "starts_at"),
    *("appointment__extra", "appointment__starts_at", "appointment__local_date"),
    *(f"appointment__contact__{one}" for one in _PERSON),
    *(f"appointment__contact__responsible__{one}" for one in _PERSON),
    *("appointment__practitioner__name", "appointment__service__name"),
    "appointment__service__instructions",
)
"""What the words need, of each of the texts."""
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
        return sum(self.cells, ForecastCell())


@dataclass(frozen=True, slots=True)
class Forecast:
    """The next days, today first, on the locations' own clocks."""

    rules: tuple[Rule, ...]
    days: tuple[Day, ...]

    @property
    def total(self) -> ForecastCell:
        return sum((day.total for day in self.days), ForecastCell())

    @property
    def most(self) -> int:
        """The messages of the busiest day."""
        return max((day.total.messages for day in self.days), default=0)


def forecast(locations: Sequence[Location], *, now: datetime, days: int = DAYS) -> Forecast:
    """Count the next `days` local days; a handful of statements. `now` is UTC."""
    since, until = now - OVERDUE, now + timedelta(days=days)
    given: dict[str, Any] = {
        "locations": [place.pk for place in locations],
        "now": now,
        "since": since,
        "until": until,
        "apart": [place.pk for place in locations if not place.family_messages],
    }
    rules = ReminderRule.objects.order_by("position", "pk").values_list("pk", "name", "kind")
    names = {pk: Rule(pk, name, kind) for pk, name, kind in rules}
    planned = fetch(_Planned, _PLANNED, given)
    held = fetch(_Held, _HELD, given)
    sizes = (
        _average_segments(locations, names, since=since, until=until, now=now) if planned else {}
    )
    # A rule without a text in the sample counts as the others do on average.
    everywhere = sum(sizes.values()) / len(sizes) if sizes else 1.0
    cells: dict[tuple[date, int], ForecastCell] = defaultdict(ForecastCell)
    for one in planned:
        segments = round(one.messages * sizes.get(one.rule_id, everywhere))
        cells[one.day, one.rule_id] += ForecastCell(one.messages, segments)
    for known in held:
        cells[known.day, known.rule_id] += ForecastCell(known.messages, known.segments)
    used = {rule_id for _, rule_id in cells}
    shown = tuple(rule for pk, rule in names.items() if pk in used)
    # The earliest of the locations' days: the list begins where somebody still has yesterday.
    first = min((now.astimezone(place.tz).date() for place in locations), default=now.date())
    return Forecast(shown, _days(first, days, shown, cells))


def _days(
    first: date, count: int, rules: Sequence[Rule], cells: dict[tuple[date, int], ForecastCell]
) -> tuple[Day, ...]:
    dates = [first + timedelta(days=ahead) for ahead in range(count)]
    rows = {
        day: tuple(cells.get((day, rule.id), ForecastCell()) for rule in rules) for day in dates
    }
    totals = {day: sum(cell.messages for cell in row) for day, row in rows.items()}
    busy = [total for total in totals.values() if total]
    # One busy day has nothing to be heavier than.
    limit = HEAVY * sum(busy) / len(busy) if len(busy) > 1 else float("inf")
    return tuple(Day(day, rows[day], heavy=totals[day] > limit) for day in dates)


def _average_segments(
    locations: Sequence[Location],
    rules: Mapping[int, Rule],
    *,
    since: datetime,
    until: datetime,
    now: datetime,
) -> dict[int, float]:
    """Segments a text by rule, from the texts that go out next."""
    book = WordingCatalogue.load()
    # The sum with nothing, for the reason given below.
    cutoff = ExpressionWrapper(F("cutoff_at") + timedelta(), output_field=DateTimeField())
    planned = Reminder.objects.alias(cutoff=cutoff).filter(
        state=Reminder.State.PLANNED,
        due_at__range=(since, until),
        cutoff__gt=now,
        location__in=locations,
    )
    # Chosen first, and only then joined: else two weeks of texts are joined for the first of them.
    following = list(planned.order_by("due_at").values_list("pk", flat=True)[:SAMPLE])
    sample = (
        Reminder.objects.filter(pk__in=following)
        .select_related(*(f"appointment__{one}" for one in _TOLD_OF))
        .only(*_READ)
    )
    places = {place.pk: place for place in locations}
    sizes: dict[int, list[int]] = defaultdict(list)
    for one in sample:
        segments = _segments(book, one, rules[one.rule_id].kind, places[one.location_id])
        if segments:
            sizes[one.rule_id].append(segments)
    return {rule: sum(found) / len(found) for rule, found in sizes.items()}


class _Planned(NamedTuple):
    day: date
    rule_id: int
    messages: int


class _Held(NamedTuple):
    day: date
    rule_id: int
    messages: int
    segments: int


def _segments(book: WordingCatalogue, one: Reminder, kind: str, place: Location) -> int:
    visit = one.appointment
    contact, service, texted = visit.contact, visit.service, visit.texted
    purpose = purpose_of_rule(kind, family=False, for_another=texted != contact)
    try:
        words = book.words(one.rule_id, purpose, (texted.language, place.language))
        if words is None:
            return 0
        values = values_for(
            first_name=contact.first_name,
            recipient=texted.greeting,
            name=contact.name,
            starts_at=one.starts_at,
            place=place,
            language=words.language,
            practitioner=visit.practitioner.name if visit.practitioner else "",
            service=service.name if service else "",
            instructions=service.instructions if service else "",
            extra=visit.extra,
            link=example(),
        )
        return measure(words.template.render(values)).segments
    # A faulty wording is told of elsewhere; here it only leaves the sample.
    except WordingError:
        return 0


# A family's appointments of one day share a text where the location wants that; it goes out with
# the first. Local days are told for moments, not for texts: 33,000 texts of two weeks go out at
# 750. The sum with nothing hides how rare PostgreSQL deems such cutoffs: it would sort the texts,
# which takes longer. As bigint, locations are looked up in a hash, as smallint one after the other.
_PLANNED = """
SELECT (greatest(at, %(now)s) AT TIME ZONE location.zone)::date AS day, rule_id,
       sum(messages)::bigint AS messages
FROM (
    SELECT rule_id, location_id, at, count(*) AS messages
    FROM (
        SELECT reminder.rule_id, reminder.location_id, min(reminder.due_at) AS at
        FROM reminders_reminder reminder
        WHERE reminder.state = 'planned' AND reminder.due_at BETWEEN %(since)s AND %(until)s
          AND reminder.cutoff_at + interval '0' > %(now)s
          AND reminder.location_id = ANY(%(locations)s::bigint[])
        GROUP BY reminder.rule_id, reminder.location_id, reminder.phone, reminder.local_date,
                 CASE WHEN reminder.location_id = ANY(%(apart)s::bigint[])
                      THEN reminder.id ELSE 0 END
    ) texts
    GROUP BY rule_id, location_id, at
) moments
JOIN reminders_location location ON location.id = moments.location_id
GROUP BY day, rule_id
"""

_HELD = """
SELECT (at AT TIME ZONE location.zone)::date AS day, rule_id, sum(messages)::bigint AS messages,
       sum(segments)::bigint AS segments
FROM (
    SELECT message.scheduled_at AS at, carried.rule_id, carried.location_id,
           count(*) AS messages, sum(message.segments) AS segments
    FROM reminders_message message
    JOIN LATERAL (
        SELECT reminder.rule_id, reminder.location_id
        FROM reminders_reminder reminder
        WHERE reminder.message_id = message.id
        LIMIT 1
    ) carried ON true
    WHERE message.state IN ('accepted', 'held') AND message.cancel_requested_at IS NULL
      AND message.scheduled_at > %(now)s AND message.scheduled_at < %(until)s
      AND carried.location_id = ANY(%(locations)s::bigint[])
    GROUP BY 1, 2, 3
) moments
JOIN reminders_location location ON location.id = moments.location_id
GROUP BY day, rule_id
"""
