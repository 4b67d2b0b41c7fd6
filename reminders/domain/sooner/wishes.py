"""Who is on the short-notice list: put on, changed, taken off and back, with a line of history."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.locks import lock_appointment, retry_on_conflict
from reminders.domain.sooner.offering import end
from reminders.domain.sooner.ring import State as SlotState
from reminders.models import Appointment, FreeSlot, SlotOffer, SoonerWish

COLUMNS = frozenset(
    {
        *("location_id", "service_id", "practitioner_id", "days", "time_from", "time_to"),
        *("least_notice_hours", "priority", "until", "note"),
    }
)


class WishError(ValueError):
    """What can't be done with the list; its text says why, for staff."""


def listed(location_ids: Collection[int], *, now: datetime) -> QuerySet[SoonerWish]:
    """Who is on the list at these locations, the first to be asked first."""
    asked = SlotOffer.objects.filter(wish=OuterRef("pk"), state=SlotOffer.State.ASKING)
    # The sum with nothing leads PostgreSQL from the list to its visits: else it would go through
    # all visits to come, who are twenty times as many.
    starts = ExpressionWrapper(
        F("appointment__starts_at") + timedelta(), output_field=DateTimeField()
    )
    rows = SoonerWish.objects.alias(starts=starts).filter(
        Q(location__in=location_ids),
        appointment__location__in=location_ids,
        ended_at=None,
        starts__gt=now,
        appointment__status__in=Appointment.EXPECTED,
    )
    return (
        rows.annotate(is_asked=Exists(asked))
        .select_related(
            *("appointment__contact", "appointment__location", "appointment__service"),
            *("location", "service", "practitioner"),
        )
        .order_by("priority", "-appointment__starts_at", "created_at", "pk")
    )


def wish_of(appointment_id: int) -> SoonerWish | None:
    """The wish that this visit has on the list, if any."""
    rows = SoonerWish.objects.filter(appointment=appointment_id, ended_at=None)
    return rows.select_related("service", "practitioner").first()


def why_not_on_list(visit: Appointment, *, now: datetime) -> str:
    """Why this visit can't be on the list, for staff; blank where it can."""
    if visit.status not in Appointment.EXPECTED:
        return "This visit does not take place, so there is none to move to a sooner time."
    return "This visit has begun already." if visit.starts_at <= now else ""


@retry_on_conflict
def save_wish(
    visit: Appointment, values: Mapping[str, Any], *, by: Actor, now: datetime
) -> SoonerWish:
    """Put a visit's patient on the list, or change what they could make. `values`: `COLUMNS`.

    Raises WishError.
    """
    chosen = {name: value for name, value in values.items() if name in COLUMNS}
    with transaction.atomic():
        row = lock_appointment(visit.pk)
        if reason := why_not_on_list(row, now=now):
            raise WishError(reason)
        wish = SoonerWish.objects.filter(appointment=row, ended_at=None).first()
        kind = "wish_changed" if wish else "wish_added"
        if wish:
            SoonerWish.objects.filter(pk=wish.pk).update(**chosen)
            wish.refresh_from_db()
        else:
            wish = SoonerWish.objects.create(
                appointment=row, created_at=now, created_by_id=by.user_id, **chosen
            )
        record(kind, by=by, now=now, appointment_id=row.pk)
    return wish


@retry_on_conflict
def remove_wish(wish: SoonerWish, *, by: Actor, now: datetime) -> bool:
    """Take somebody off the list, with an open offer. False where that is so already."""
    with transaction.atomic():
        lock_appointment(wish.appointment_id)
        off = SoonerWish.objects.filter(pk=wish.pk, ended_at=None)
        if not off.update(ended_at=now, outcome=SoonerWish.Outcome.REMOVED):
            return False
        open_ones = list(SlotOffer.objects.filter(wish=wish, state=SlotOffer.State.ASKING))
        slots = FreeSlot.objects.filter(pk__in=[one.slot_id for one in open_ones])
        slots.filter(state=SlotState.OFFERING).update(due_at=now)
        # A yes that comes all the same still counts while nobody else has the time.
        end(open_ones, SlotOffer.State.WITHDRAWN, now=now)
        record("wish_removed", by=by, now=now, appointment_id=wish.appointment_id)
    return True


@retry_on_conflict
def restore_wish(wish: SoonerWish, *, by: Actor, now: datetime) -> bool:
    """Take a removal back; False where somebody put them on the list again meanwhile."""
    with transaction.atomic():
        visit = lock_appointment(wish.appointment_id)
        if why_not_on_list(visit, now=now) or wish_of(visit.pk):
            return False
        off = SoonerWish.objects.filter(pk=wish.pk, outcome=SoonerWish.Outcome.REMOVED)
        if not off.update(ended_at=None, outcome=""):
            return False
        record("wish_restored", by=by, now=now, appointment_id=visit.pk)
    return True
