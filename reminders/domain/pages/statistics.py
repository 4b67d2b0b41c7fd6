"""How reminders do: confirmations, declines, no-shows and delivery by week, location and
practitioner.

Days are computed ahead into `DailyStatistics`, recent ones again and again, old ones once a day; a
page only adds them up. What was confirmed and then attended counts as both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeAlias

from django.db import transaction
from django.db.models import (
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from reminders.domain.common.locks import AdvisoryLock, take
from reminders.domain.common.rows import fetch
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.operations.periodic_tasks import last_success, note
from reminders.domain.pages.figures.daily import compute_texts
from reminders.models import Appointment, AuditEntry, DailyStatistics, Location, Message

Status = Appointment.Status
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
    declined_late: int = 0
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
        """Appointments that were neither confirmed nor declined."""
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
    def declined_in_time_share(self) -> float | None:
        """Of all appointments, those declined while the place could still be given to others."""
        return _share(self.declined - self.declined_late, self.appointments)

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
    computed_at: datetime | None


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
    weeks: dict[date, Figures] = {week: Figures() for week in _weeks(since, until)}
    found: dict[str, list[tuple[str, Figures]]] = {"location": [], "practitioner": []}
    for one in fetch(_sum_of, _ADD_UP, given):
        if one.week:
            weeks[one.week] = one.figures
        else:
            found[one.kind].append((one.name, one.figures))
    computed = DailyStatistics.objects.aggregate(at=Max("computed_at"))["at"]
    return Statistics(
        tuple(sorted(weeks.items())),
        tuple(found["location"]),
        tuple(found["practitioner"]),
        sum(weeks.values(), Figures()),
        computed,
    )


class _Sum(NamedTuple):
    kind: str
    week: date | None
    name: str
    figures: Figures


def _sum_of(*, kind: str, week: date | None, name: str | None, **counts: int) -> _Sum:
    return _Sum(kind, week, name or "", Figures(**counts))


def _weeks(since: date, until: date) -> Iterator[date]:
    week = since - timedelta(days=since.weekday())
    while week <= until:
        yield week
        week += WEEK


def compute_days(since: date, until: date, *, now: datetime) -> int:
    """Compute the local days from `since` to `until` (inclusive); return how many figures."""
    locations = list(Location.objects.values_list("pk", flat=True))
    # Begun ones only: what is still to come has neither answers nor a fate to count.
    visits = Appointment.objects.filter(
        location_id__in=locations, local_date__range=(since, until), starts_at__lte=now
    ).order_by()
    with transaction.atomic():
        # Two at a time would each delete what they see, and both add the same days.
        take(AdvisoryLock.STATISTICS)
        DailyStatistics.objects.filter(day__range=(since, until)).delete()
        texts = _count_texts(visits)
        figures = [
            DailyStatistics(**row, **texts.get(_place_of(row), {}), computed_at=now)
            for row in _count_visits(visits)
        ]
        # As they are read: a year that lies scattered cost a page for each figure.
        figures.sort(key=lambda one: (one.day, one.location_id))
        DailyStatistics.objects.bulk_create(figures, batch_size=1_000)
        compute_texts(since, until, now=now)
    return len(figures)


_Place: TypeAlias = tuple[int, int | None, date]
"""Location, practitioner and day: what figures are kept by."""


_NOTICE = ExpressionWrapper(
    F("location__late_decline_hours") * Value(timedelta(hours=1), DurationField()),
    output_field=DurationField(),
)


def _place_of(row: dict[str, Any]) -> _Place:
    return row["location_id"], row["practitioner_id"], row["day"]


def _count_visits(visits: QuerySet[Appointment]) -> Iterator[dict[str, Any]]:
    """The visits of each day, location and practitioner, by what became of them."""
    took_place = Q(status__in=(Status.ARRIVED, Status.NO_SHOW))
    yes = AuditEntry.objects.filter(
        appointment=OuterRef("pk"), kind=Status.CONFIRMED, undone_at=None
    )
    # A visit that took place counts as confirmed if it was before, by anybody and not taken back.
    confirmed = Q(status=Status.CONFIRMED) | took_place & Q(Exists(yes))
    no = AuditEntry.objects.filter(
        appointment=OuterRef("pk"), kind=Status.DECLINED, undone_at=None
    ).order_by("-pk")
    # By the hours after which the patient is asked to call: then nobody else can take the place.
    late = Q(status=Status.DECLINED, said_no__gt=F("starts_at") - _NOTICE)
    told = visits.annotate(said_no=Subquery(no.values("at")[:1]))
    counted = told.values("location_id", "practitioner_id", day=F("local_date")).annotate(
        appointments=Count("pk", filter=~Q(status=Status.CANCELLED)),
        confirmed=Count("pk", filter=confirmed),
        declined=Count("pk", filter=Q(status=Status.DECLINED)),
        declined_late=Count("pk", filter=late),
        arrived=Count("pk", filter=Q(status=Status.ARRIVED)),
        no_show=Count("pk", filter=Q(status=Status.NO_SHOW)),
        cancelled=Count("pk", filter=Q(status=Status.CANCELLED)),
    )
    return (dict(row) for row in counted)


def _count_texts(visits: QuerySet[Appointment]) -> dict[_Place, dict[str, int]]:
    """The texts about these visits, by the same places; a test or a mail is none, nor what never
    left.
    """
    left = Message.objects.filter(appointment__in=visits).exclude(kind=Message.Kind.TEST)
    left = left.exclude(state__in=(Message.State.CANCELLED, Message.State.QUEUED))
    # A mail is no text: how it does stands among the roads.
    left = left.exclude(road=Message.Road.EMAIL)
    counted = (
        left.order_by()
        .values_list(
            "appointment__location_id", "appointment__practitioner_id", "appointment__local_date"
        )
        .annotate(
            texts=Count("pk"),
            delivered=Count("pk", filter=Q(state=Message.State.DELIVERED)),
            failed=Count("pk", filter=Q(state__in=Message.UNDELIVERED)),
        )
    )
    return {
        (place, who, day): {"texts": texts, "delivered": delivered, "failed": failed}
        for place, who, day, texts, delivered, failed in counted
    }


def keep_figures(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """What the task does: the last days, and once a day the whole year, a week at a time."""
    today = _latest_day(now)
    written = compute_days(today - LATELY, today, now=now)
    whole = last_success(WHOLE_YEAR)
    if whole is None or now - whole > timedelta(days=1):
        first = today - KEPT
        for start in _weeks(first, today - LATELY):
            # Without the note: the year is taken up again with the next round, from its beginning.
            if not go_on():
                return written
            written += compute_days(start, min(start + WEEK - timedelta(days=1), today), now=now)
        note(WHOLE_YEAR, started=now, count=written)
    return written


def ensure_fresh(*, since: date, now: datetime) -> None:
    """For sites where no task runs: compute the last days when the figures are old."""
    newest = DailyStatistics.objects.aggregate(at=Max("computed_at"))["at"]
    if newest is not None and now - newest < STALE:
        return
    today = _latest_day(now)
    # The first time as far back as the page looks; later only what still changes.
    compute_days(since if newest is None else max(since, today - LATELY), today, now=now)


def _latest_day(now: datetime) -> date:
    """The date where the day is furthest."""
    # Kiritimati is 14 hours ahead: its visits of “tomorrow” may be over.
    return (now + timedelta(hours=14)).date()


_SUMS = ", ".join(f"sum(day.{name}) AS {name}" for name in _COUNTS)
# The names are joined to the sums, not to each of a year's figures.
_ADD_UP = f"""
WITH sums AS (
    SELECT CASE WHEN GROUPING(week) = 0 THEN 'week'
                WHEN GROUPING(day.location_id) = 0 THEN 'location'
                ELSE 'practitioner' END AS kind,
           week, day.location_id, day.practitioner_id, {_SUMS}
    FROM (
        SELECT figures.*, date_trunc('week', figures.day::timestamp)::date AS week
        FROM reminders_dailystatistics figures
        WHERE figures.day BETWEEN %(since)s AND %(until)s
          AND figures.location_id = ANY(%(locations)s)
          AND (%(practitioner)s::bigint IS NULL OR figures.practitioner_id = %(practitioner)s)
    ) day
    GROUP BY GROUPING SETS ((week), (day.location_id), (day.practitioner_id))
)
SELECT kind, week,
       CASE kind WHEN 'location' THEN location.name
                 WHEN 'practitioner' THEN coalesce(practitioner.name, 'Nobody named') END AS name,
       {", ".join(_COUNTS)}
FROM sums
LEFT JOIN reminders_location location ON location.id = sums.location_id
LEFT JOIN reminders_practitioner practitioner ON practitioner.id = sums.practitioner_id
ORDER BY kind, week, name
"""
