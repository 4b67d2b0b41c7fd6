"""When a second number is tried, and that it is tried once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.models import Appointment, Message, Reminder, Suppression
from tests import factories as make
from tests.domain.responsible.family import CHILD, SOON, Family

pytestmark = pytest.mark.django_db


def plain(family: Family) -> None:
    pass


def chosen(family: Family) -> None:
    family.choose()


SECOND = make.phone(14)


def fail(message: Message, code: int, *, now: Any = SOON) -> None:
    news = StatusUpdate(message.pk, "failed", "No", code, f"p-{message.pk}")
    apply_status_updates([news], now=now)


def no_consent(family: Family) -> None:
    Suppression.objects.create(phone=SECOND, reason="reply", since=make.NOON)


def called_off(family: Family) -> None:
    Appointment.objects.filter(pk=family.visit.pk).update(status="cancelled")


def moved(family: Family) -> None:
    Appointment.objects.filter(pk=family.visit.pk).update(version=7)


@pytest.mark.parametrize(
    ("code", "later", "change", "phones"),
    [
        (411, timedelta(0), plain, [CHILD, SECOND]),
        (414, timedelta(0), plain, [CHILD, SECOND]),
        (302, timedelta(0), plain, [CHILD]),  # opted out: not to be got round
        (410, timedelta(0), plain, [CHILD]),  # our own number is at fault
        (411, timedelta(hours=22), plain, [CHILD]),  # too late
        (411, timedelta(0), no_consent, [CHILD]),
        (411, timedelta(0), called_off, [CHILD]),
        (411, timedelta(0), moved, [CHILD]),
        (411, timedelta(0), chosen, [CHILD]),  # another person is texted by now
    ],
)
def test_when_the_second_number_is_tried(
    code: int, later: timedelta, change: Callable[[Family], None], phones: list[str]
) -> None:
    family = Family(second_phone=SECOND)
    message = family.sent()
    change(family)

    fail(message, code, now=SOON + later)

    texts = Message.objects.exclude(state="cancelled").order_by("created_at")
    assert sorted(texts.values_list("phone", flat=True)) == sorted(phones)


def test_the_second_number_is_tried_once_and_then_nothing_more() -> None:
    family = Family(second_phone=SECOND)
    first = family.sent()
    fail(first, 411)
    fail(first, 411)
    second = Message.objects.get(instead_of=first)
    Message.objects.filter(pk=second.pk).update(state="accepted", provider_id="p")

    fail(second, 411)

    reminder = Reminder.objects.get(appointment=family.visit)
    assert (Message.objects.count(), second.text) == (2, first.text)
    assert (reminder.message, reminder.state) == (second, "failed")
