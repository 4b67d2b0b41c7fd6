"""How each road does: how many texts went by it, reached somebody, were read and answered, how
fast, and what is charged for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
    Sum,
)
from django.db.models.functions import Coalesce

from reminders.domain.pages.figures.chance import Share
from reminders.models import Message, Reply, Road


class Percentile(Aggregate):
    """The value below which such a share of all values lies."""

    template = "percentile_cont(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, expression: Any, share: float, **extra: Any) -> None:  # Any: Django's own
        super().__init__(expression, share=share, output_field=DurationField(), **extra)


class RoadFigures(NamedTuple):
    """Of the texts of rules that went by one road in a period."""

    road: str
    texts: int
    reached: Share
    read: int
    answered: Share
    median: timedelta | None
    """Half of the answers were there by then."""
    charged: int
    """Parts by SMS; by WhatsApp each text that arrived, at WhatsApp's own rate; of mails none."""

    @property
    def name(self) -> str:
        """As staff read it."""
        return "SMS" if self.road == Road.SMS else str(Road(self.road).label)

    @property
    def charged_words(self) -> str:
        """What is charged, in words."""
        if self.road == Road.EMAIL:
            return "nothing"
        unit = "part" if self.road == Road.SMS else "delivered text"
        return f"{self.charged} {unit}{'' if self.charged == 1 else 's'}"


def road_figures(
    *, location_ids: Sequence[int], since: datetime, until: datetime
) -> list[RoadFigures]:
    """The figures of each road that was used, SMS first; two statements."""
    left = Message.objects.filter(
        kind__in=(Message.Kind.REMINDER, Message.Kind.COPY),
        location_id__in=location_ids,
        accepted_at__range=(since, until),
        format=Message.Format.SMS,
    ).exclude(state=Message.State.CANCELLED)
    arrived = Q(state=Message.State.DELIVERED)
    replied = Reply.objects.filter(
        message=OuterRef("pk"), received_at__gte=OuterRef("scheduled_at")
    )
    rows = (
        left.order_by()
        .values("road")
        .annotate(
            texts=Count("pk"),
            arrived=Count("pk", filter=arrived),
            read=Count("by_whatsapp__read_at") + Count("by_email", filter=arrived),
            answered=Count("pk", filter=Exists(replied)),
            parts=Sum(Coalesce("billed", "segments")),
        )
    )
    medians = _medians(left)
    found = [_figures(dict(row), medians.get(row["road"])) for row in rows]
    return sorted(found, key=lambda one: one.road != Road.SMS)


def _medians(left: Any) -> dict[str, timedelta]:  # Any: the texts, a query set
    """How long half of the answers took, by road."""
    earlier = Reply.objects.filter(
        message=OuterRef("message"),
        received_at__gte=F("message__scheduled_at"),
        received_at__lt=OuterRef("received_at"),
    )
    took = ExpressionWrapper(
        F("received_at") - F("message__scheduled_at"), output_field=DurationField()
    )
    first = Reply.objects.filter(
        ~Exists(earlier), message__in=left, received_at__gte=F("message__scheduled_at")
    )
    rows = first.order_by().values("message__road").annotate(median=Percentile(took, 0.5))
    return {row["message__road"]: row["median"] for row in rows}


def _figures(row: dict[str, Any], median: timedelta | None) -> RoadFigures:
    by_sms = row["road"] == Road.SMS
    return RoadFigures(
        row["road"],
        row["texts"],
        Share(row["arrived"], row["texts"]),
        row["read"],
        Share(row["answered"], row["arrived"]),
        median,
        row["parts"] if by_sms else row["arrived"],
    )
