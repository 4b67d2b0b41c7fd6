"""A change of many visits is taken back before its texts leave."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.sending.claiming.queued import claim_queued
from reminders.domain.whole_day import carry_out
from reminders.domain.whole_day.take_back import TooLateError, begin_undo, can_undo
from reminders.models import (
    Appointment,
    Location,
)
from tests.domain.whole_day.visits import LATER, TEXT, carried_out, standing, texts, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_confirmed_visit_that_is_moved_is_to_be_confirmed_again_and_undo_restores_it(
    place: Location,
) -> None:
    row = visit(place)
    set_status([row.pk], Appointment.Status.CONFIRMED, by=SYSTEM, now=NOON)
    change = carried_out([row], LATER)
    assert Appointment.objects.get(pk=row.pk).status == "booked"

    begin_undo(change, by=SYSTEM, now=NOON)
    carry_out.work_now(change.pk, now=NOON)

    again = Appointment.objects.get(pk=row.pk)
    assert (again.status, again.local_time) == ("confirmed", time(14))
    assert texts() == []


def test_what_is_claimed_at_this_moment_counts_as_gone(place: Location) -> None:
    change = carried_out([visit(place)], TEXT)
    assert can_undo(change, now=NOON)
    claim_queued(now=NOON + timedelta(minutes=3), limit=10, hold=timedelta(minutes=1))

    with pytest.raises(TooLateError):
        begin_undo(change, by=SYSTEM, now=NOON + timedelta(minutes=3))


def test_a_visit_that_was_changed_since_keeps_the_later_change(place: Location) -> None:
    rows = [visit(place), visit(place, at=time(15))]
    change = carried_out(rows, LATER)
    change_appointment(rows[0], {"local_time": time(19)}, by=SYSTEM, now=NOON)

    begin_undo(change, by=SYSTEM, now=NOON)
    carry_out.work_now(change.pk, now=NOON)

    times = list(Appointment.objects.order_by("pk").values_list("local_time", flat=True))
    assert times == [time(19), time(15)]
    assert [state for state, _ in standing(change)] == ["kept", "undone"]
