"""Which recalls hold at this moment, and whether a first or a second text is due.

Asked anew for each look and each batch: between the night and the click somebody may have booked,
texted STOP, or been marked as not to be invited.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from reminders.domain.common.audit import Actor, record
from reminders.models import Appointment, Contact, Recall, RecallTimes, Suppression

ROWS = 50
COUNTED_TO = 1_000


class Stage(StrEnum):
    """Where a recall stands."""

    FIRST = "first"
    SECOND = "second"
    WAITING = "waiting"


def second_after() -> timedelta:
    """How long after the first text the second one may go."""
    days = RecallTimes.objects.values_list("second_after_days", flat=True).first()
    return timedelta(days=RecallTimes.SECOND_AFTER if days is None else days)


def save_second_after(days: int, *, by: Actor, now: datetime) -> None:
    """Change it, for everybody who waits as well."""
    with transaction.atomic():
        before = second_after().days
        RecallTimes.objects.all().delete()
        RecallTimes.objects.create(second_after_days=days, changed_at=now)
        record("recall_times", by=by, now=now, details={"second_after_days": [before, days]})


def holding(
    *, now: datetime, location_ids: Collection[int] | None = None, service_id: int | None = None
) -> QuerySet[Recall]:
    """The recalls that hold, with `phone`, the number that would be texted today.

    `location_ids` None: of every location.
    """
    visits = Appointment.objects.filter(contact=OuterRef("contact"))
    coming = Q(starts_at__gt=now, status__in=Appointment.EXPECTED)
    since = Q(
        service=OuterRef("service"),
        status__in=Appointment.TOOK_PLACE,
        local_date__gt=OuterRef("last_visit"),
        starts_at__lte=now,
    )
    found = Recall.objects.filter(
        ~Exists(visits.filter(coming | since)),
        left_out_at=None,
        contact__no_recalls=False,
        contact__forgotten_at=None,
        service__active=True,
        service__recall_months__isnull=False,
    ).exclude(contact__channel=Contact.Channel.NONE)
    if location_ids is not None:
        found = found.filter(location__in=location_ids)
    if service_id:
        found = found.filter(service=service_id)
    found = found.annotate(phone=_of_texted("phone", now=now))
    refused = Suppression.objects.filter(phone=OuterRef("phone"), lifted_at=None)
    return found.exclude(Exists(refused))


def at_stage(found: QuerySet[Recall], stage: Stage, *, now: datetime) -> QuerySet[Recall]:
    """Those whose first or second text is due, or who wait for the second or for an answer."""
    long_ago = now - second_after()
    if stage is Stage.FIRST:
        # Due for two things at once, nobody is asked twice in a row.
        lately = Recall.objects.filter(
            contact=OuterRef("contact"), last_text_at__gt=long_ago
        ).exclude(pk=OuterRef("pk"))
        return found.filter(~Exists(lately), texts=0)
    if stage is Stage.SECOND:
        return found.filter(texts=1, last_text_at__lte=long_ago)
    return found.filter(Q(texts=1, last_text_at__gt=long_ago) | Q(texts=2))


def count(found: QuerySet[Any]) -> int:
    """How many, at most `COUNTED_TO`."""
    return found.order_by()[:COUNTED_TO].count()


def leave_out(recall_id: int, *, out: bool, by: Actor, now: datetime) -> bool:
    """Say that somebody is not to be invited this time, or take that back; False where it is so."""
    with transaction.atomic():
        rows = Recall.objects.filter(pk=recall_id, left_out_at__isnull=out)
        if not rows.update(left_out_at=now if out else None):
            return False
        contact_id = Recall.objects.values_list("contact_id", flat=True).get(pk=recall_id)
        kind = "recall_left_out" if out else "recall_put_back"
        record(kind, by=by, now=now, contact_id=contact_id, details={"recall": recall_id})
    return True


def _of_texted(column: str, *, now: datetime) -> Case:
    """As `Contact.texted_on` of today."""
    another = Q(contact__responsible__isnull=False) & (
        Q(contact__responsible_until=None) | Q(contact__responsible_until__gt=now.date())
    )
    theirs = F(f"contact__responsible__{column}")
    return Case(When(another, then=theirs), default=F(f"contact__{column}"))
