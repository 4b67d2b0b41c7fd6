"""Visits of tomorrow, what is done with all of them at once, and what came of it."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from reminders.domain.common.audit import SYSTEM
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.whole_day.choosing import begin, prepare
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import (
    Appointment,
    BulkChange,
    Location,
    Message,
)
from tests import factories as make
from tests.factories import NOON

LATER = Wish(Kind.MOVE, minutes=120)
TEXT = Wish(Kind.TEXT, text="Hi {first_name}, please use the side door. {location}")
CANCEL = Wish(Kind.CANCEL)
LATE = Wish(Kind.LATE, minutes=20)
TOMORROW = date(2026, 3, 3)


def visit(
    place: Location, *, at: time = time(14), day: date = TOMORROW, **values: Any
) -> Appointment:
    row = make.make_appointment(location=place, day=day, at=at, **values)
    plan_appointments([row.pk], now=NOON)
    return row


def carried_out(visits: list[Appointment], wish: Wish, *, now: datetime = NOON) -> BulkChange:
    change = prepare(visits, by=SYSTEM, now=now)
    assert begin(change, wish, now=now)
    change.refresh_from_db()
    return change


def standing(change: BulkChange) -> list[tuple[str, str]]:
    return list(change.rows.order_by("pk").values_list("state", "why"))


def texts() -> list[str]:
    waiting = Message.objects.filter(state=Message.State.QUEUED)
    return list(waiting.order_by("created_at", "pk").values_list("text", flat=True))
