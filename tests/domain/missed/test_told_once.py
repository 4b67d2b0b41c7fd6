"""A rule tells who did not come, and so may a click: never both."""

from datetime import timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary.staff_actions import StaffActionError
from reminders.domain.missed.text import text_missed
from reminders.domain.missed.worklist import missed_visits, still_to_do
from reminders.models import Appointment, Message, Reminder
from tests.factories import NOON, make_appointment, make_event_rule, make_message

pytestmark = pytest.mark.django_db
STAFF = Actor.staff(None)
LATER = NOON + timedelta(minutes=30)


def not_come() -> Appointment:
    make_event_rule("missed")
    visit = make_appointment(day=NOON.date(), starts_at=NOON - timedelta(hours=1))
    set_status([visit.pk], Appointment.Status.NO_SHOW, by=STAFF, now=NOON)
    visit.refresh_from_db()
    return visit


def test_after_a_click_the_rule_has_nothing_left_to_say():
    visit = not_come()
    assert Reminder.objects.get().state == "planned"

    text_missed(visit, by=STAFF, now=LATER)

    reminder = Reminder.objects.get()
    assert (reminder.state, reminder.reason) == ("skipped", "told_by_staff")


def test_after_the_rule_a_click_says_that_it_was_told():
    visit = not_come()
    text = make_message(appointment=visit, contact=visit.contact, location=visit.location)
    Reminder.objects.update(state="sent", message=text)

    with pytest.raises(StaffActionError, match="rule has texted them"):
        text_missed(visit, by=STAFF, now=LATER)
    assert Message.objects.get() == text


def test_whom_the_rule_told_is_no_longer_to_do():
    visit = not_come()
    listed = missed_visits([visit.location_id], today=NOON.date(), days=1, now=LATER)
    assert list(still_to_do(listed, [visit.location_id], now=LATER)) == [visit]

    text = make_message(
        appointment=visit, contact=visit.contact, location=visit.location, state="delivered"
    )
    Reminder.objects.update(state="sent", message=text)

    assert list(still_to_do(listed.all(), [visit.location_id], now=LATER)) == []
    row: Any = listed.get()
    assert (row.text_state, row.texted_at) == ("delivered", text.created_at)
