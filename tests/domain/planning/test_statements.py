"""The statements of planning against their twin in plain Python, on random states."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.domain.planning import plan
from reminders.domain.planning.desired import desired_reminders
from reminders.domain.planning.dry_run import would_write
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import read_plannable
from reminders.models import Appointment, Contact, Location, Message, Reminder, ReminderRule
from reminders.models.message_states import MessageState
from tests import factories as make
from tests.domain.planning import twin
from tests.factories import NOON

pytestmark = pytest.mark.django_db

State, Reason = Reminder.State, Reminder.Reason
DAY = timedelta(days=1)
HANDED = (State.SENDING, State.SENT, State.WITHDRAWING)
STARTS = (time(13, 0), time(10, 0))  # of tomorrow: a confirmation due in an hour, or before now
RANDOM = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@contextmanager
def forgotten() -> Iterator[None]:
    """What an example writes is gone with it: a fixture lasts for all examples."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def draw_appointment(data: st.DataObject, place: Location, contact: Contact) -> Appointment:
    day = NOON.date() + data.draw(st.sampled_from([DAY, DAY, DAY * 5, -DAY]))
    return make.make_appointment(
        day=day,
        at=data.draw(st.sampled_from(STARTS)),
        location=place,
        contact=contact,
        version=data.draw(st.integers(1, 2)),
        status=data.draw(st.sampled_from(["booked", "booked", "confirmed", "cancelled"])),
        no_more_texts=data.draw(st.sampled_from([False, False, True])),
    )


def draw_reminder(
    data: st.DataObject, appointment: Appointment, rule: ReminderRule, version: int
) -> None:
    state = data.draw(st.sampled_from(list(State)))
    reason = data.draw(st.sampled_from([Reason.CONFIRMED, Reason.HELD, Reason.CAPPED]))
    silent = state in (State.PLANNED, State.SENDING, State.SENT)
    due_at = data.draw(st.sampled_from([appointment.starts_at - DAY, NOON + timedelta(hours=3)]))
    message = draw_message(data, appointment, due_at) if state in HANDED else None
    Reminder.objects.create(
        appointment=appointment,
        rule=rule,
        version=version,
        state=state,
        reason=Reason.NONE if silent else reason,
        due_at=due_at,
        cutoff_at=appointment.starts_at - timedelta(hours=2),
        location=appointment.location,
        starts_at=appointment.starts_at,
        local_date=appointment.local_date,
        phone=data.draw(st.sampled_from([appointment.contact.phone, "+447700900999"])),
        forced=data.draw(st.sampled_from([False, False, True])),
        message=message,
        updated_at=NOON,
    )


def draw_message(data: st.DataObject, appointment: Appointment, due_at: datetime) -> Message:
    others = make.make_contact()
    return make.make_message(
        state=data.draw(st.sampled_from([str(state) for state in MessageState])),
        scheduled_at=data.draw(st.sampled_from([due_at, NOON, NOON + timedelta(seconds=30)])),
        cancel_requested_at=data.draw(st.sampled_from([None, None, NOON])),
        appointment=appointment,
        contact=data.draw(st.sampled_from([appointment.contact, appointment.contact, others])),
        location=appointment.location,
        phone=appointment.contact.phone,
        claimed_until=NOON,
        unknown_since=NOON,
    )


def draw_diaries(data: st.DataObject) -> list[Appointment]:
    """A few appointments with up to one reminder of each rule and version."""
    rules = [
        make.make_confirmation_rule(active=data.draw(st.booleans())),
        make.make_reminder_rule(),
    ]
    place, rows = make.make_location(), []
    for _ in range(data.draw(st.integers(1, 3))):
        row = draw_appointment(data, place, make.make_contact())
        rows.append(row)
        for rule in rules:
            for version in range(1, row.version + 1):
                if data.draw(st.booleans()):
                    draw_reminder(data, row, rule, version)
    return rows


def diary_of(appointment: Appointment) -> twin.Diary:
    rows = Reminder.objects.filter(appointment=appointment).select_related("message")
    return twin.Diary(appointment, {(row.rule_id, row.version): row for row in rows})


def lines_of(appointment: Appointment) -> dict[object, twin.Line]:
    rows = Reminder.objects.filter(appointment=appointment)
    return {
        (row.rule_id, row.version): twin.Line(row.state, row.reason, row.due_at) for row in rows
    }


@pytest.mark.parametrize("many", [500, 1], ids=["each", "by representatives"])
@RANDOM
@given(data=st.data())
def test_planning_does_what_its_twin_says(many, data, monkeypatch):
    monkeypatch.setattr(plan, "MANY", many)
    with forgotten():
        appointments = draw_diaries(data)
        ids = [row.pk for row in appointments]
        book = RuleSet.load()
        subjects = read_plannable(ids, book=book, lock=False)
        wanted = list(desired_reminders(subjects, book=book, now=NOON))
        expected, withdrawn = {}, set()
        for row in appointments:
            mine = [want for want in wanted if want.appointment_id == row.pk]
            expected[row.pk] = twin.plan(diary_of(row), mine, now=NOON)
            withdrawn |= twin.stale(diary_of(row), mine, now=NOON)

        result = plan_appointments(ids, now=NOON)

        assert {row.pk: lines_of(row) for row in appointments} == expected
        assert result.to_withdraw == len(withdrawn)


@RANDOM
@given(data=st.data())
def test_a_dry_run_says_what_planning_then_writes(data):
    with forgotten():
        ids = [row.pk for row in draw_diaries(data)]
        before = _present(ids)

        dry = would_write(ids, book=RuleSet.load(), now=NOON)
        assert _present(ids) == before
        result = plan_appointments(ids, now=NOON)

        after = _present(ids)
        assert set(dry.added) == after.keys() - before.keys()
        withdrawn = {
            key
            for key, (state, *_) in before.items()
            if state in Reminder.OPEN and after[key][0] == State.WITHDRAWN
        }
        assert set(dry.taken_back) == withdrawn
        assert len(dry.stale) == result.to_withdraw
        assert len(dry.added) + len(dry.corrected) == result.written


def _present(ids: list[int]) -> dict[tuple[int, int], tuple[object, ...]]:
    """The reminders of the present versions, by appointment and rule."""
    rows = Reminder.objects.filter(appointment__in=ids).select_related("appointment")
    return {
        (row.appointment_id, row.rule_id): (row.state, row.reason, row.due_at)
        for row in rows
        if row.version == row.appointment.version
    }
