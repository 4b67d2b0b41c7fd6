"""How fast: patients' answers, and our texts with the provider when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
)

from reminders.domain.pages.figures.chance import Share
from reminders.domain.pages.figures.periods import Period, number_of, within_any
from reminders.domain.pages.reply_figures import FOLLOW_UP
from reminders.models import InboxItem, Location, Message, Reminder, Reply

ON_TIME = timedelta(seconds=60)


class Percentile(Aggregate):
    """The value below which such a share of all values lies."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:  # Any: Django's own
        super().__init__(expression, share=share, output_field=DurationField(), **extra)


class Speed(NamedTuple):
    """Of a period: how long the first answer to a text took, who was on time, what acted alone."""

    answered: int = 0
    median: timedelta | None = None
    slow: timedelta | None = None
    """Nine of ten answers were there by then."""
    on_time: Share = Share(0, 0)
    """Of the texts of rules that were handed over, those not later than a minute after due."""
    alone: Share = Share(0, 0)
    """Of the replies, those that nobody had to read."""


_CAME = {"at": "received_at", "place": "message__location"}
_LEFT = {"at": "message__accepted_at", "place": "message__location"}


def speeds(periods: Sequence[Period], places: Sequence[Location]) -> list[Speed]:
    """The figures of each of these periods at these locations; three statements."""
    answers = _answers(periods, places)
    on_time, alone = _on_time(periods, places), _alone(periods, places)
    return [
        Speed(
            **answers.get(number, {}),
            on_time=on_time.get(number, Share(0, 0)),
            alone=alone.get(number, Share(0, 0)),
        )
        for number in range(len(periods))
    ]


def _answers(periods: Sequence[Period], places: Sequence[Location]) -> dict[int, dict[str, Any]]:
    # The earliest reply to each text; one that came before its text was matched by the number.
    earlier = Reply.objects.filter(
        message=OuterRef("message"),
        received_at__gte=F("message__scheduled_at"),
        received_at__lt=OuterRef("received_at"),
    )
    first = Reply.objects.filter(
        ~Exists(earlier),
        within_any(periods, places, **_CAME),
        message__kind=Message.Kind.REMINDER,
        received_at__gte=F("message__scheduled_at"),
    )
    took = ExpressionWrapper(
        F("received_at") - F("message__scheduled_at"), output_field=DurationField()
    )
    rows = (
        first.order_by()
        .values(number=number_of(periods, places, **_CAME))
        .annotate(
            answered=Count("message", distinct=True),
            median=Percentile(took, 0.5),
            slow=Percentile(took, 0.9),
        )
    )
    found: list[dict[str, Any]] = [dict(row) for row in rows]
    return {row.pop("number"): row for row in found}


def _on_time(periods: Sequence[Period], places: Sequence[Location]) -> dict[int, Share]:
    handed_over = Reminder.objects.filter(within_any(periods, places, **_LEFT)).exclude(
        message__state=Message.State.CANCELLED
    )
    late = Q(message__accepted_at__gt=F("due_at") + ON_TIME)
    rows = (
        handed_over.order_by()
        .values(number=number_of(periods, places, **_LEFT))
        .annotate(
            whole=Count("message", distinct=True),
            late=Count("message", distinct=True, filter=late),
        )
    )
    return {row["number"]: Share(row["whole"] - row["late"], row["whole"]) for row in rows}


def _alone(periods: Sequence[Period], places: Sequence[Location]) -> dict[int, Share]:
    to_read = InboxItem.objects.filter(reply=OuterRef("pk")).exclude(kind__in=FOLLOW_UP)
    came = Reply.objects.filter(
        within_any(periods, places, **_CAME), applied_at__isnull=False
    ).exclude(Q(source="notice") | Q(outcome="duplicate"))
    rows = (
        came.order_by()
        .values(number=number_of(periods, places, **_CAME))
        .annotate(whole=Count("pk"), alone=Count("pk", filter=~Exists(to_read)))
    )
    return {row["number"]: Share(row["alone"], row["whole"]) for row in rows}
