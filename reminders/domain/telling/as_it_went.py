"""How often a rule about something that happened would have told somebody, had it been on lately.

A look back for the preview of a rule: what staff and files changed of visits stands in their
history. It writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.planning.reach import count_reached
from reminders.domain.telling.cards import MUST_KNOW
from reminders.models import Appointment, AuditEntry, ReminderRule

Kind, Status = ReminderRule.Kind, Appointment.Status
LOOK_BACK = timedelta(days=30)
_HAPPENED: dict[str, Q] = {
    Kind.BOOKED: Q(kind="created"),
    Kind.MOVED: Q(kind="moved"),
    Kind.CANCELLED: Q(kind__in=["cancelled", "deleted"])
    & Q(details__from__in=[str(status) for status in Appointment.EXPECTED]),
    Kind.MISSED: Q(kind="no_show"),
}
_WORDS: dict[str, tuple[str, str]] = {
    Kind.BOOKED: ("visit was booked by hand", "visits were booked by hand"),
    Kind.MOVED: ("visit was moved", "visits were moved"),
    Kind.CANCELLED: ("visit was cancelled", "visits were cancelled"),
    Kind.MISSED: ("visit was marked as missed", "visits were marked as missed"),
}


@dataclass(frozen=True, slots=True)
class AsItWent:
    """Visits of the last 30 days that the rule would have told of, and whom a text reaches."""

    kind: str
    visits: int
    reachable: int

    @property
    def words(self) -> str:
        """What happened how often, for staff."""
        return f"{self.visits:,} {_WORDS[self.kind][self.visits != 1]}"

    @property
    def opens_cards(self) -> bool:
        """Whether staff are asked to tell them."""
        return self.kind in MUST_KNOW

    @property
    def unreachable(self) -> int:
        """How many a person would have had to tell."""
        return self.visits - self.reachable


def as_it_went(rule: ReminderRule, *, now: datetime, scope: Scope) -> AsItWent | None:
    """What this rule would have had to tell in the last 30 days; None for another kind of rule."""
    happened = _HAPPENED.get(rule.kind)
    if happened is None:
        return None
    lines = AuditEntry.objects.filter(
        happened, at__gt=now - LOOK_BACK, undone_at=None, appointment=OuterRef("pk")
    )
    if rule.kind != Kind.MISSED:
        lines = lines.filter(appointment__starts_at__gt=F("at"))
    visits = _in_scope(rule, scope).filter(Exists(lines))
    return AsItWent(rule.kind, visits.count(), count_reached(visits))


def _in_scope(rule: ReminderRule, scope: Scope) -> QuerySet[Appointment]:
    visits = Appointment.objects.filter(scope.at_locations())
    for name in ("location_id", "service_id", "practitioner_id"):
        chosen = getattr(rule, name)
        if chosen is not None:
            visits = visits.filter(**{name: chosen})
    if rule.patients == ReminderRule.Patients.NEW:
        earlier = Appointment.objects.filter(
            contact=OuterRef("contact"),
            starts_at__lt=OuterRef("starts_at"),
            status__in=Appointment.TOOK_PLACE,
        )
        visits = visits.exclude(Exists(earlier))
    return visits
