"""Whether the application does its work, in figures for `status` and the connection page.

Each question is answered through a partial index, so that asking costs the same however much is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min

from reminders.domain.rings import HEARTBEAT, last_success
from reminders.models import Appointment, Card, DeliveryReport, Message, ProviderState, Reminder, Reply, Ring

BEAT_SILENT = timedelta(seconds=90)
DUE_TOO_LONG = timedelta(minutes=10)
UNKNOWN_TOO_LONG = timedelta(minutes=15)
REPLIES_TOO_LONG = timedelta(minutes=10)
LOOKED_AT = 500
"""Of a long outbox, so many of those that go first are enough to know how long texts wait."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the health of the application is judged by. Ages are None where there is nothing of the kind."""

    oldest_due: timedelta | None
    oldest_unknown: timedelta | None
    oldest_unread_reply: timedelta | None
    unknown: int
    to_withdraw: int
    last_poll: datetime | None
    heartbeat: datetime | None
    brake: str
    brake_words: str

    def troubles(self, *, now: datetime) -> list[str]:
        """What is wrong, as codes; an empty list is health."""
        found = []
        if self.brake:
            found.append(self.brake)
        if self.oldest_due and self.oldest_due > DUE_TOO_LONG:
            found.append("due")
        if self.oldest_unknown and self.oldest_unknown > UNKNOWN_TOO_LONG:
            found.append("unknown")
        if self.oldest_unread_reply and self.oldest_unread_reply > REPLIES_TOO_LONG:
            found.append("replies")
        if self.heartbeat is None or now - self.heartbeat > BEAT_SILENT:
            found.append("beat")
        if self.last_poll is None or now - self.last_poll > REPLIES_TOO_LONG + settings.POLL_EVERY:
            found.append("poll")
        return found


def take_pulse(*, now: datetime) -> Pulse:
    """Ask the database how things stand. Times are UTC."""
    unknown = Message.objects.filter(state=Message.State.UNKNOWN)
    stale = Message.objects.filter(cancel_requested_at__isnull=False, cancel_settled_at=None)
    asked = unknown.aggregate(n=Count("pk"), since=Min("unknown_since"))
    unread = Reply.objects.filter(applied_at=None).order_by("received_at").values_list("stored_at", flat=True)
    state = ProviderState.objects.filter(pk=1).first()
    return Pulse(
        oldest_due=_age(_due_since(now=now), now=now),
        oldest_unknown=_age(asked["since"], now=now),
        oldest_unread_reply=_age(unread.first(), now=now),
        unknown=asked["n"],
        to_withdraw=stale.count(),
        last_poll=last_success("replies"),
        heartbeat=last_success(HEARTBEAT),
        brake=state.brake if state else "",
        brake_words=state.words if state else "",
    )


def _due_since(*, now: datetime) -> datetime | None:
    """Since when the oldest text waits: one that is planned, or one in the outbox that had to be put back."""
    planned = Reminder.objects.filter(state=Reminder.State.PLANNED, due_at__lte=now).order_by("due_at")
    queued = Message.objects.filter(state=Message.State.QUEUED).order_by("send_after")[:LOOKED_AT]
    found = [
        planned.values_list("due_at", flat=True).first(),
        queued.aggregate(at=Min("scheduled_at"))["at"],
    ]
    return min((at for at in found if at and at <= now), default=None)


def _age(since: datetime | None, *, now: datetime) -> timedelta | None:
    return now - since if since else None


def status_report(*, now: datetime) -> dict[str, Any]:
    """The whole report of `manage.py status`, ready for JSON; times are ISO 8601 in UTC."""
    pulse = take_pulse(now=now)
    troubles = pulse.troubles(now=now)
    return {
        "healthy": not troubles,
        "troubles": troubles,
        "appointments": _by_state(Appointment, "status"),
        "reminders": _by_state(Reminder, "state"),
        "messages": _by_state(Message, "state"),
        "unknown": pulse.unknown,
        "to_withdraw": pulse.to_withdraw,
        "oldest_due_seconds": round(pulse.oldest_due.total_seconds()) if pulse.oldest_due else 0,
        "replies_unhandled": Card.objects.filter(done_at=None).count(),
        "last_poll": _written(pulse.last_poll),
        "beat_heartbeat": _written(pulse.heartbeat),
        "provider": {"brake": pulse.brake, "words": pulse.brake_words or "Working"},
    }


def last_news() -> dict[str, datetime | None]:
    """When anything last came in or went out, for the connection page (UTC)."""
    rings = dict(Ring.objects.values_list("name", "succeeded_at"))
    return {
        "accepted": Message.objects.aggregate(at=Max("accepted_at"))["at"],
        "report": DeliveryReport.objects.aggregate(at=Max("stored_at"))["at"],
        "replies_polled": rings.get("replies"),
        "reports_polled": rings.get("reports"),
        "heartbeat": rings.get(HEARTBEAT),
    }


def _by_state(model: Any, column: str) -> dict[str, int]:
    rows = model.objects.order_by().values_list(column).annotate(n=Count("pk"))
    return {state: int(n) for state, n in sorted(rows)}


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
