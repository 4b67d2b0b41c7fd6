"""Begin a change: the visits that are chosen, as they are now, and the click that starts it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import AdvisoryLock, take
from reminders.domain.diary.appointments import EXPECTED
from reminders.domain.whole_day.carry_out import work_now
from reminders.domain.whole_day.wish import LATE_FOR, Kind, Wish
from reminders.models import Appointment, BulkChange, BulkChangeRow

MOST = 3_000
TWICE = timedelta(minutes=2)
"""The same delay said again within this is a second click."""
NOON_HOUR = 12


def visits_of(
    scope: Scope, ids: Sequence[int], groups: Iterable[str], *, days: dict[int, date]
) -> list[Appointment]:
    """The visits with these ids, and those of these groups of a day, as far as the user sees them.

    A group is "place-3", "morning-3", "afternoon-3", or "with-5-3": a practitioner at a location.
    """
    chosen = Q(pk__in=ids)
    for group in groups:
        chosen |= _of_group(group, days)
    found: QuerySet[Appointment] = scope.appointments().filter(chosen)
    return list(found.order_by("starts_at", "pk")[:MOST])


def _of_group(group: str, days: dict[int, date]) -> Q:
    name, *numbers = group.split("-")
    ids = [int(number) for number in numbers if number.isascii() and number.isdigit()]
    if not ids or len(ids) != len(numbers) or ids[-1] not in days:
        return Q(pk__in=[])
    day = Q(location=ids[-1], local_date=days[ids[-1]])
    match name, len(ids):
        case "place", 1:
            return day
        case "morning", 1:
            return day & Q(local_time__hour__lt=NOON_HOUR)
        case "afternoon", 1:
            return day & Q(local_time__hour__gte=NOON_HOUR)
        case "with", 2:
            return day & Q(practitioner=ids[0])
    return Q(pk__in=[])


@transaction.atomic
def prepare(visits: Sequence[Appointment], *, by: Actor, now: datetime) -> BulkChange:
    """Note which visits were chosen, and how they stood; nothing happens yet."""
    change = BulkChange.objects.create(created_at=now, created_by_id=by.user_id)
    BulkChangeRow.objects.bulk_create(
        BulkChangeRow(of=change, appointment=visit, seen_version=visit.version) for visit in visits
    )
    return change


def begin(change: BulkChange, wish: Wish, *, now: datetime) -> bool:
    """Start what was prepared, once: False for a second click. The first step is done here."""
    begun = BulkChange.objects.filter(pk=change.pk, state=BulkChange.State.DRAFT).update(
        kind=wish.kind,
        params=wish.params,
        state=BulkChange.State.RUNNING,
        begun_at=now,
        send_at=now + settings.BULK_UNDO_FOR,
    )
    if begun:
        work_now(change.pk, now=now)
    return bool(begun)


def say_late(
    scope: Scope, practitioner_id: int, minutes: int, *, place_ids: Sequence[int], now: datetime
) -> BulkChange | None:
    """Tell the patients of the next hours that a practitioner is late; None where there are none.

    The same said a moment ago is not said again: the change that says it is returned.
    """
    wish = Wish(Kind.LATE, minutes=minutes)
    with transaction.atomic():
        # Of two colleagues who click at once, the second finds what the first began.
        take(AdvisoryLock.BULK_CHANGES)
        visits = list(
            scope.appointments()
            .filter(
                practitioner=practitioner_id,
                location__in=place_ids,
                starts_at__gt=now,
                starts_at__lte=now + LATE_FOR,
                status__in=EXPECTED,
            )
            .order_by("starts_at", "pk")
        )
        if not visits:
            return None
        if twin := _said_just_now(scope, wish, visits, now=now):
            return twin
        change = prepare(visits, by=scope.actor, now=now)
        change.kind, change.params = wish.kind, wish.params
        change.state, change.begun_at = BulkChange.State.RUNNING, now
        change.send_at = now + settings.BULK_UNDO_FOR
        change.save(update_fields=["kind", "params", "state", "begun_at", "send_at"])
    work_now(change.pk, now=now)
    return change


def _said_just_now(
    scope: Scope, wish: Wish, visits: Sequence[Appointment], *, now: datetime
) -> BulkChange | None:
    begun = seen_by(scope).filter(
        kind=wish.kind,
        params=wish.params,
        begun_at__gt=now - TWICE,
        state__in=(BulkChange.State.RUNNING, BulkChange.State.DONE),
        rows__appointment=visits[-1],
    )
    return begun.first()


def seen_by(scope: Scope) -> QuerySet[BulkChange]:
    """The changes of which the user may see every visit."""
    if not scope.restricted:
        return BulkChange.objects.all()
    elsewhere = BulkChangeRow.objects.exclude(appointment__location__in=scope.location_ids)
    return BulkChange.objects.exclude(pk__in=elsewhere.values("of"))


def places_of(change: BulkChange) -> list[int]:
    """The ids of the locations of its visits."""
    places = change.rows.order_by("appointment__location").values_list("appointment__location")
    return [pk for (pk,) in places.distinct()]
