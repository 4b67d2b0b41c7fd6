"""What was due and did not go, and why."""

from datetime import date, timedelta

import pytest

from reminders.domain.pages.unsent import Period, count_by_reason, cursor_of, export, unsent
from reminders.models import Reminder, Suppression
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_location,
    make_message,
)

pytestmark = pytest.mark.django_db


def make_unsent(*, rule=None, appointment=None, **values):
    appointment = appointment or make_appointment(day=date(2026, 3, 4))
    plain = {
        "state": "skipped",
        "reason": "booked_late",
        "version": appointment.version,
        "due_at": NOON - timedelta(hours=1),
        "cutoff_at": NOON + timedelta(hours=1),
        "location": appointment.location,
        "starts_at": appointment.starts_at,
        "local_date": appointment.local_date,
        "phone": appointment.contact.phone,
        "updated_at": NOON,
    }
    return Reminder.objects.create(
        appointment=appointment, rule=rule or make_confirmation_rule(), **(plain | values)
    )


def week(*locations, **values):
    ids = tuple(location.pk for location in locations)
    return Period(NOON - timedelta(days=7), NOON, ids, **values)


def test_each_kind_of_failure_is_listed_latest_first_with_its_reason_in_words():
    place, rule = make_location(), make_confirmation_rule()
    for index, (state, reason) in enumerate(
        [
            ("skipped", "opted_out"),
            ("expired", "cutoff"),
            ("failed", "not_delivered"),
            ("planned", ""),
        ]
    ):
        make_unsent(
            rule=rule,
            appointment=make_appointment(location=place),
            state=state,
            reason=reason,
            due_at=NOON - timedelta(hours=index + 1),
        )

    rows = unsent(week(place), now=NOON)

    assert [(row.reason, row.reason_words, row.what) for row in rows] == [
        ("opted_out", "The patient wants no texts", "Confirmation"),
        ("cutoff", "Its time passed before it could be sent", "Confirmation"),
        ("not_delivered", "Not delivered", "Confirmation"),
    ]


def test_a_text_of_staff_that_did_not_arrive_is_listed_with_the_providers_words():
    place = make_location()
    make_message(kind="staff", state="failed", words="The number does not exist", location=place,
                 scheduled_at=NOON - timedelta(hours=1))  # fmt: skip
    make_message(
        kind="staff", state="delivered", location=place, scheduled_at=NOON - timedelta(hours=1)
    )

    assert [row.reason_words for row in unsent(week(place), now=NOON)] == [
        "The number does not exist"
    ]


def test_what_is_due_later_or_elsewhere_is_left_out():
    place = make_location()
    make_unsent(appointment=make_appointment(location=place), due_at=NOON + timedelta(minutes=1))
    make_unsent()

    assert unsent(week(place), now=NOON) == []


def test_reasons_are_counted_and_filter():
    place, rule = make_location(), make_confirmation_rule()
    for reason in ("no_phone", "no_phone", "opted_out"):
        make_unsent(rule=rule, appointment=make_appointment(location=place), reason=reason)

    assert count_by_reason(week(place, reason="opted_out")) == [("no_phone", 2), ("opted_out", 1)]
    assert [row.reason for row in unsent(week(place, reason="opted_out"), now=NOON)] == [
        "opted_out"
    ]


def test_pages_follow_each_other_without_gap_or_repeat():
    place, rule = make_location(), make_confirmation_rule()
    made = {
        make_unsent(rule=rule, appointment=make_appointment(location=place)).pk for _ in range(7)
    }

    seen, before = [], ""
    while rows := unsent(week(place), now=NOON, before=before, limit=3):
        seen += [row.reminder_id for row in rows]
        before = cursor_of(rows[-1])

    assert (len(seen), set(seen)) == (7, made)


def test_sending_anyway_is_offered_only_where_it_makes_sense():
    opted_out = make_contact()
    Suppression.objects.create(phone=opted_out.phone, reason="patient", since=NOON)
    place, rule = make_location(), make_confirmation_rule()

    def offered(*, contact=None, reason="booked_late", **values):
        appointment = make_appointment(location=place, contact=contact or make_contact(), **values)
        made = make_unsent(rule=rule, appointment=appointment, reason=reason)
        return next(
            row.may_send for row in unsent(week(place), now=NOON) if row.reminder_id == made.pk
        )

    assert {
        "in time": offered(),
        "begun": offered(day=date(2026, 3, 1)),
        "declined": offered(status="declined"),
        "no phone": offered(contact=make_contact(phone=""), reason="no_phone"),
        "number corrected": offered(reason="no_phone"),
        "opted out": offered(contact=opted_out, reason="opted_out"),
        "maybe sent": offered(reason="unknown"),
    } == {
        "in time": True,
        "begun": False,
        "declined": False,
        "no phone": False,
        "number corrected": True,
        "opted out": False,
        "maybe sent": False,
    }


def test_the_file_says_the_same_in_local_time():
    place = make_location(name="Harbour", zone="Australia/Sydney", country="AU")
    contact = make_contact(first_name="=cmd()", last_name="", phone="+61491570156")
    make_unsent(appointment=make_appointment(location=place, contact=contact), reason="booked_late")

    assert "".join(export(week(place), now=NOON)) == (
        "\ufeffplanned,kind,reason,patient,phone,location,appointment,status\r\n"
        "2026-03-02 22:00,Confirmation,Booked after this text was due,'=cmd(),0491 570 156,Harbour,"
        "2026-03-04 10:00,booked\r\n"
    )


def test_pages_go_on_within_a_moment_in_which_texts_and_reminders_failed():
    place, rule, at = make_location(), make_confirmation_rule(), NOON - timedelta(hours=1)
    for _ in range(3):
        make_unsent(rule=rule, appointment=make_appointment(location=place), due_at=at)
        make_message(kind="staff", state="failed", location=place, scheduled_at=at)

    seen, before = [], ""
    while rows := unsent(week(place), now=NOON, before=before, limit=2):
        seen += [row.key for row in rows]
        before = cursor_of(rows[-1])

    assert [key[0] for key in seen] == ["t"] * 3 + ["r"] * 3
    assert len(set(seen)) == 6


@pytest.mark.parametrize("cursor", ["", "x", "x_y", "99999999999999999999999_r1", "_", "1_"])
def test_a_cursor_of_nonsense_breaks_nothing(cursor):
    place = make_location()
    make_unsent(appointment=make_appointment(location=place))

    assert len(unsent(week(place), now=NOON, before=cursor)) in (0, 1)
