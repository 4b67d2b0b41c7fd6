"""Who did not come in the last days, and what was done about it since."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reminders.models import Appointment, CallAttempt, Message, ReminderRule

PURPOSE = "missed"
DAYS = (1, 7, 30)
USUAL_DAYS = 7


def missed_visits(
    location_ids: Collection[int], *, today: date, days: int, now: datetime
) -> QuerySet[Appointment]:
    """The missed visits of the last `days` and of today, the latest first, each with its person.

    `text_state` is that of the text about it, by a click or by a rule, and `texted_at` when it was
    written; `called` the outcome of the last call since and `called_at` when that was; `again_at`
    when the person comes next.
    """
    by_click, by_rule = _texts()
    calls = CallAttempt.objects.filter(
        appointment=OuterRef("pk"), undone_at=None, at__gte=OuterRef("starts_at")
    ).order_by("-at")
    coming = _coming(location_ids, now=now)
    rows = Appointment.objects.filter(
        location_id__in=location_ids,
        local_date__range=(today - timedelta(days=days), today + timedelta(days=1)),
        status=Appointment.Status.NO_SHOW,
    ).select_related("contact__responsible", "location", "practitioner", "service")
    return rows.annotate(
        text_state=Coalesce(_last(by_click, "state"), _last(by_rule, "state")),
        texted_at=Coalesce(_last(by_click, "created_at"), _last(by_rule, "created_at")),
        called=Subquery(calls.values("outcome")[:1]),
        called_at=Subquery(calls.values("at")[:1]),
        again_at=Subquery(
            coming.order_by().values("contact").annotate(at=Min("starts_at")).values("at")
        ),
    ).order_by("-local_date", "starts_at", "pk")


def _last(texts: QuerySet[Message], column: str) -> Subquery:
    return Subquery(texts.order_by("-created_at").values(column)[:1])


def _texts() -> tuple[QuerySet[Message], QuerySet[Message]]:
    """The texts about a missed visit: by a click, and by a rule."""
    by_click = Message.objects.filter(appointment=OuterRef("pk"), purpose=PURPOSE)
    by_rule = Message.objects.filter(
        reminders__appointment=OuterRef("pk"), reminders__rule__kind=ReminderRule.Kind.MISSED
    )
    return by_click, by_rule


def _coming(location_ids: Collection[int], *, now: datetime) -> QuerySet[Appointment]:
    return Appointment.objects.filter(
        contact=OuterRef("contact"),
        location_id__in=location_ids,
        starts_at__gt=now,
        status__in=Appointment.EXPECTED,
    )


def still_to_do(
    rows: QuerySet[Appointment], location_ids: Collection[int], *, now: datetime
) -> QuerySet[Appointment]:
    """Those who were neither texted nor reached by a call since, and are not booked again."""
    unreached = Q(("called", None)) | Q(("called", str(CallAttempt.Outcome.NO_ANSWER)))
    # Asked whether there is one, in place of which is the last: of hundreds a page shows a few.
    done = (*_texts(), _coming(location_ids, now=now))
    return rows.filter(unreached, *(~Exists(each) for each in done))
