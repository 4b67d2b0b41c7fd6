"""A dentist is ill, stuck in traffic, or two hours late: one click for the whole day."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import Actor
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.whole_day.carry_out import work_now
from reminders.domain.whole_day.choosing import begin, prepare, say_late
from reminders.domain.whole_day.look import look_ahead
from reminders.domain.whole_day.outcome import outcome_of
from reminders.domain.whole_day.take_back import TooLateError, begin_undo
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import Appointment, BulkChange, Practitioner
from tests import factories as make
from tests.flows.conftest import Clinic

PATIENTS = 60
TUESDAY = datetime(2026, 3, 3, tzinfo=UTC).date()
BY_TWO_HOURS = Wish(Kind.MOVE, minutes=120)


@pytest.fixture
def doctor(clinic: Clinic) -> Practitioner:
    """A practitioner whose Tuesday is full, from five past one on."""
    doctor = make.make_practitioner(name="Dr Grey")
    for index in range(PATIENTS):
        minutes = 13 * 60 + 5 + index * 5
        make.make_appointment(
            day=TUESDAY,
            at=time(minutes // 60, minutes % 60),
            location=clinic.place,
            practitioner=doctor,
            contact=make.make_contact(first_name=f"Pat{index}", last_name="Lee"),
        )
    plan_appointments(list(Appointment.objects.values_list("pk", flat=True)), now=clinic.world.now)
    clinic.world.settle()
    return doctor


def change_of(doctor: Practitioner, clinic: Clinic) -> BulkChange:
    user = make.make_user(group="receptionist")
    visits = list(Appointment.objects.filter(practitioner=doctor).order_by("starts_at"))
    return prepare(visits, by=Actor.staff(user.pk), now=clinic.world.now)


def alive(clinic: Clinic) -> Counter[str]:
    """By phone, how many texts the provider has that were not withdrawn."""
    return Counter(
        one["destination"] for one in clinic.world.ledger() if one["status"] != "cancelled"
    )


def test_a_day_of_sixty_moves_by_two_hours_and_everybody_gets_one_text(
    clinic: Clinic, doctor: Practitioner
) -> None:
    before = clinic.world.ledger()
    phones = {one["destination"] for one in before}
    assert len(phones) == PATIENTS
    assert {one["status"] for one in before} == {"scheduled"}
    change = change_of(doctor, clinic)

    outlook = look_ahead(change, BY_TWO_HOURS, now=clinic.world.now)
    assert (len(outlook.going), len(outlook.letters), outlook.parts) == (60, 60, 60)
    assert outlook.withdrawn == len(before)

    assert begin(change, BY_TWO_HOURS, now=clinic.world.now)
    assert not begin(change, BY_TWO_HOURS, now=clinic.world.now)
    clinic.world.pass_time(timedelta(seconds=121))
    clinic.world.settle()

    old = {one["message_id"] for one in before}
    new = [one for one in clinic.world.ledger() if one["message_id"] not in old]
    assert {one["status"] for one in clinic.world.ledger() if one["message_id"] in old} == {
        "cancelled"
    }
    assert Counter(one["destination"] for one in new) == dict.fromkeys(phones, 1)
    assert {"has moved" in one["content"] for one in new} == {True}
    first = Appointment.objects.order_by("starts_at")[0]
    assert (first.local_date, first.local_time, first.version) == (TUESDAY, time(15, 5), 2)


def test_what_is_taken_back_in_time_was_never_sent(clinic: Clinic, doctor: Practitioner) -> None:
    starts = dict(Appointment.objects.values_list("pk", "starts_at"))
    change = change_of(doctor, clinic)
    begin(change, BY_TWO_HOURS, now=clinic.world.now)
    clinic.world.ring()

    begin_undo(change, by=Actor.staff(change.created_by_id), now=clinic.world.now)
    work_now(change.pk, now=clinic.world.now)
    clinic.world.settle()

    assert dict(Appointment.objects.values_list("pk", "starts_at")) == starts
    told = [one["content"] for one in clinic.world.ledger() if one["status"] != "cancelled"]
    assert not [words for words in told if "moved" in words]
    assert set(alive(clinic).values()) <= {1, 2}
    assert len(alive(clinic)) == PATIENTS


def test_once_the_texts_have_left_nothing_is_taken_back(
    clinic: Clinic, doctor: Practitioner
) -> None:
    change = change_of(doctor, clinic)
    begin(change, Wish(Kind.CANCEL), now=clinic.world.now)
    clinic.world.pass_time(timedelta(seconds=121))
    clinic.world.settle()

    with pytest.raises(TooLateError):
        begin_undo(change, by=Actor.staff(None), now=clinic.world.now)

    assert set(Appointment.objects.values_list("status", flat=True)) == {"cancelled"}
    assert Counter(alive(clinic).values()) == {1: PATIENTS}


def test_late_is_said_to_the_next_three_hours_alone_and_once(
    clinic: Clinic, doctor: Practitioner
) -> None:
    one = datetime(2026, 3, 3, 13, 2, tzinfo=UTC)
    clinic.wait_until(one)
    scope = scope_of(make.make_user(group="receptionist"))
    colleague = scope_of(make.make_user(group="receptionist"))
    starts = dict(Appointment.objects.values_list("pk", "starts_at"))

    for each in (scope, colleague):
        change = say_late(each, doctor.pk, 20, place_ids=[clinic.place.pk], now=clinic.world.now)
    clinic.world.pass_time(timedelta(seconds=121))
    clinic.world.settle()

    late = [text for text in clinic.world.ledger() if "20 minutes late" in text["content"]]
    soon = [at for at in starts.values() if one < at <= one + timedelta(hours=3)]
    assert len(late) == len(soon) == len({text["destination"] for text in late})
    assert dict(Appointment.objects.values_list("pk", "starts_at")) == starts
    assert change is not None
    assert outcome_of(change, now=clinic.world.now).texts == len(soon)
