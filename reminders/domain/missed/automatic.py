"""Note visits as missed by themselves, a while after their end, where a location wants that.

Only visits since the location switched it on, and each once: what staff take back stays so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.locks import lock_appointments, retry_on_conflict
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.diary.appointments import set_status
from reminders.models import Appointment, AuditEntry

AT_A_TIME = 500
LOOKS_BACK = timedelta(days=7)


def note_missed(*, clock: Callable[[], datetime], go_on: GoOn = for_ever) -> int:
    """Note all that are due, some hundred in each transaction; return how many there were."""
    count = 0
    while done := _note_some(now=clock()):
        count += done
        if not go_on():
            break
    return count


@retry_on_conflict
def _note_some(*, now: datetime) -> int:
    with transaction.atomic():
        ids = list(_due(now=now).order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])
        lock_appointments(ids)
        # Read again under the lock: somebody may have come, and been marked, in between.
        still = list(_due(now=now).filter(pk__in=ids).values_list("pk", flat=True))
        set_status(still, Appointment.Status.NO_SHOW, by=SYSTEM, now=now)
    return len(still)


def _due(*, now: datetime) -> QuerySet[Appointment]:
    minutes = Coalesce(F("duration"), Appointment.USUAL_MINUTES) + F(
        "location__missed_after_minutes"
    )
    waits = ExpressionWrapper(minutes * Value(timedelta(minutes=1)), output_field=DurationField())
    before = AuditEntry.objects.filter(
        appointment=OuterRef("pk"), kind=str(Appointment.Status.NO_SHOW), source=SYSTEM.source
    )
    return (
        Appointment.objects.filter(
            status__in=Appointment.EXPECTED,
            starts_at__range=(now - LOOKS_BACK, now),
            starts_at__gte=F("location__missed_from"),
            location__missed_after_minutes__isnull=False,
        )
        .annotate(waits=waits)
        .filter(starts_at__lte=Value(now) - F("waits"))
        .exclude(Exists(before))
    )
