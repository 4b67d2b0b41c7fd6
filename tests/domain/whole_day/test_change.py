"""What a change of many visits does to each, and what it leaves alone."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.whole_day import carry_out
from reminders.domain.whole_day.choosing import begin, prepare
from reminders.domain.whole_day.look import look_ahead
from reminders.domain.whole_day.outcome import outcome_of
from reminders.domain.whole_day.take_back import begin_undo
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import (
    Appointment,
    AuditEntry,
    BulkChangeRow,
    Location,
    Suppression,
)
from tests import factories as make
from tests.domain.whole_day.visits import (
    CANCEL,
    LATE,
    LATER,
    TEXT,
    TOMORROW,
    carried_out,
    standing,
    texts,
    visit,
)
from tests.factories import NOON

pytestmark = pytest.mark.django_db


CANNOT = [
    ({"phone": "", "phone_kind": ""}, "No usable phone number"),
    ({"channel": "none"}, "This patient gets no messages"),
    ({"channel": "voice"}, "Gets calls, not texts"),
    ({"phone_kind": "landline"}, "Gets calls, not texts"),
    ({"phone": "+447700900777", "wrong_number": "+447700900777"}, "Wrong number"),
]


@pytest.mark.parametrize(("contact", "why"), CANNOT)
@pytest.mark.parametrize("wish", [TEXT, LATER, CANCEL], ids=lambda one: str(one.kind))
def test_who_cannot_be_texted_is_changed_all_the_same_and_called(
    place: Location, wish: Wish, contact: dict[str, str], why: str
) -> None:
    row = visit(place, contact=make.make_contact(**contact))
    outlook = look_ahead(prepare([row], by=SYSTEM, now=NOON), wish, now=NOON)

    change = carried_out([row], wish)

    assert [reason for _, reason in outlook.to_call] == [why]
    assert standing(change) == [("done", why)]
    assert [(one.visit, one.why) for one in outcome_of(change, now=NOON).to_call] == [(row, why)]
    assert texts() == []


def test_who_has_opted_out_is_called(place: Location) -> None:
    row = visit(place)
    Suppression.objects.create(phone=row.contact.phone, reason="patient", since=NOON)

    assert standing(carried_out([row], TEXT)) == [("done", "The patient wants no texts")]


LEFT = [
    (LATER, {"status": "cancelled"}, "The visit is cancelled"),
    (TEXT, {"status": "cancelled"}, "The visit is cancelled"),
    (LATER, {"status": "declined"}, "Not expected: declined"),
    (CANCEL, {"status": "arrived"}, "Not expected: arrived"),
    (LATER, {"day": date(2026, 3, 2), "at": time(9)}, "The visit has begun"),
    (CANCEL, {"day": date(2026, 3, 2), "at": time(12)}, "The visit has begun"),
    (LATE, {"at": time(14)}, "Begins more than three hours from now"),
    (LATER, {"at": time(23)}, "Would be on another day: move it by itself"),
    (Wish(Kind.MOVE, day=TOMORROW), {}, "Is at that time already"),
    (Wish(Kind.MOVE, day=date(2026, 3, 1)), {}, "The new time has passed"),
    (
        Wish(Kind.MOVE, minutes=-120),
        {"day": date(2026, 3, 2), "at": time(13)},
        "The new time has passed",
    ),
]


@pytest.mark.parametrize(("wish", "values", "why"), LEFT)
def test_what_a_change_is_not_for_stays_as_it_is(
    place: Location, wish: Wish, values: dict[str, Any], why: str
) -> None:
    row = visit(place, **values)

    change = carried_out([row], wish)

    assert standing(change) == [("left_out", why)]
    again = Appointment.objects.get(pk=row.pk)
    assert (again.starts_at, again.status, again.version) == (row.starts_at, row.status, 1)
    assert texts() == []


def test_what_a_colleague_changed_since_it_was_chosen_is_left_alone(place: Location) -> None:
    row = visit(place)
    change = prepare([row], by=SYSTEM, now=NOON)
    change_appointment(row, {"local_time": time(15)}, by=SYSTEM, now=NOON)

    begin(change, LATER, now=NOON)

    assert standing(change) == [("left_out", "Somebody changed it meanwhile")]
    assert Appointment.objects.get(pk=row.pk).local_time == time(15)


def test_two_colleagues_who_move_the_same_day_move_it_once(place: Location) -> None:
    row = visit(place)
    mine, theirs = (prepare([row], by=SYSTEM, now=NOON) for _ in range(2))

    assert (begin(mine, LATER, now=NOON), begin(theirs, LATER, now=NOON)) == (True, True)

    assert Appointment.objects.get(pk=row.pk).local_time == time(16)
    assert len(texts()) == 1


def test_a_second_click_does_nothing(place: Location) -> None:
    change = prepare([visit(place)], by=SYSTEM, now=NOON)

    assert [begin(change, TEXT, now=NOON) for _ in range(2)] == [True, False]
    assert len(texts()) == 1


def test_the_same_text_is_not_sent_twice_within_the_hour(place: Location) -> None:
    row = visit(place)

    changes = [carried_out([row], TEXT) for _ in range(2)]

    assert standing(changes[1]) == [("left_out", "The same text was sent a moment ago")]
    assert len(texts()) == 1


def test_a_long_one_goes_on_step_by_step(place: Location, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carry_out, "STEP", 2)
    rows = [visit(place, at=time(14, index)) for index in range(5)]
    change = carried_out(rows, LATER)
    assert BulkChangeRow.objects.filter(state="waiting").count() == 3

    carry_out.work_off(clock=lambda: NOON, until=NOON + timedelta(seconds=30))

    change.refresh_from_db()
    assert change.state == "done"
    assert len(texts()) == 5


def test_it_is_history_who_moved_and_who_took_it_back(place: Location) -> None:
    user = make.make_user(group="receptionist")
    row = visit(place)
    change = prepare([row], by=Actor.staff(user.pk), now=NOON)
    begin(change, LATER, now=NOON)
    change.refresh_from_db()
    begin_undo(change, by=Actor.staff(user.pk), now=NOON)
    carry_out.work_now(change.pk, now=NOON)

    lines = AuditEntry.objects.filter(appointment=row).order_by("pk")
    assert set(lines.values_list("kind", "user")) == {("moved", user.pk)}
