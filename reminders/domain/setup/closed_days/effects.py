"""What closing days, or opening them again, would do: who is booked on them, which texts move.

Planning runs dry, as for a changed rule; nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reminders.domain.clock.closed_days import closed_days
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.setup.closed_days.calendar import coming_on, coming_spans
from reminders.domain.setup.closed_days.changing import Change
from reminders.domain.setup.rule_preview import RulePreview, effects_of, look_ahead
from reminders.models import Appointment, ClosedDay

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Effects:
    """The visits on days that would be closed, the first of them by name, and the texts."""

    booked: int
    people: list[Appointment]
    texts: RulePreview

    @property
    def more(self) -> int:
        """How many are booked beside those that are shown."""
        return self.booked - len(self.people)


def effects_of_change(change: Change, *, now: datetime) -> Effects:
    """What saving the change would do to the location's coming visits."""
    place = change.place
    spans = list(coming_spans(change.closes, today=now.astimezone(place.tz).date()))
    on_them = coming_on(place, spans, now=now)
    people = on_them.select_related("contact", "location").order_by("starts_at", "pk")[:SHOWN]
    book = RuleSet.load()
    after = book.with_closed_days(place.pk, closed_days(_spans_after(change)))
    rules = {rule.id for rule in after.rules if rule.schedule.weekdays_only}
    texts = look_ahead(
        Appointment.objects.filter(location=place, starts_at__gt=now),
        lambda ids: effects_of(ids, after, rules, now=now),
        now=now,
    )
    return Effects(on_them.count(), list(people), texts)


def _spans_after(change: Change) -> list[tuple[date, date, bool]]:
    gone = {row.pk for row in change.gone}
    there = ClosedDay.objects.filter(location=change.place, removed_at=None).exclude(pk__in=gone)
    rows = (*there, *change.closes)
    return [(row.first_day, row.last_day, row.every_year) for row in rows]
