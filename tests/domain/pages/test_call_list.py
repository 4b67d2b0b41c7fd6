"""Whom to call, in which order, and what becomes of calls."""

from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.calls import answer_by_phone, record_calls, undo_answers, undo_calls
from reminders.domain.diary.contacts import change_contact
from reminders.domain.pages.calling.households import households
from reminders.domain.pages.calling.whom import (
    Obstacle,
    Section,
    calls_to_make,
    coming_days,
    section_of,
)
from reminders.models import Appointment, CallAttempt, Suppression
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_user,
    phone,
)

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 3, day) for day in (2, 3, 4, 5))
Outcome = CallAttempt.Outcome


def asked(**values):
    """An appointment whose patient was asked an hour ago and has not answered."""
    appointment = make_appointment(**values)
    make_handed_over(
        appointment, make_confirmation_rule(), state="sent", due_at=NOON - timedelta(hours=1)
    )
    return appointment


def found(*locations, **options):
    calls = calls_to_make(locations, now=NOON, **options)
    return [[one.id for one in group] for group in calls.groups]


@pytest.mark.parametrize(
    ("days_later", "open_days", "expected"),
    [
        (0, [1, 2, 3, 4, 5], (MONDAY, date(2026, 3, 4))),
        (3, [1, 2, 3, 4, 5], (THURSDAY, date(2026, 3, 9))),
        (4, [1, 2, 3, 4, 5], (date(2026, 3, 6), date(2026, 3, 10))),
        (0, [1], (MONDAY, date(2026, 3, 16))),
        (0, [], (MONDAY, date(2026, 3, 4))),
    ],
)
def test_today_and_two_working_days_skip_closed_days(days_later, open_days, expected):
    place = make_location(open_days=open_days)

    assert coming_days(place, now=NOON + timedelta(days=days_later)) == expected


def test_what_is_still_open_today_is_listed_and_what_is_over_is_not():
    place = make_location(zone="UTC")
    later = make_appointment(location=place, day=MONDAY, at=time(17, 0))
    make_appointment(location=place, day=MONDAY, at=time(8, 0))

    assert found(place) == [[later.pk]]


def test_three_sections_by_what_a_text_has_done_or_will_do():
    place, rule = make_location(), make_confirmation_rule()
    nobody_told = make_appointment(location=place, day=TUESDAY)
    waits = asked(location=place, day=TUESDAY)
    to_come, handed_over, failed = (make_appointment(location=place) for _ in range(3))
    make_handed_over(to_come, rule, state="planned", due_at=NOON + timedelta(hours=2))
    make_handed_over(handed_over, rule, state="sent", due_at=NOON + timedelta(hours=2))
    make_handed_over(failed, rule, state="failed", due_at=NOON - timedelta(hours=1))

    calls = calls_to_make([place], now=NOON)

    sections = [section_of(group) for group in calls.groups]
    by_section = dict(zip((group[0].id for group in calls.groups), sections, strict=True))
    assert by_section == {
        nobody_told.pk: Section.UNREACHED,
        failed.pk: Section.UNREACHED,
        waits.pk: Section.ASKED,
        to_come.pk: Section.COMING,
        handed_over.pk: Section.COMING,
    }
    assert [calls.count((section,)) for section in Section] == [2, 1, 2]
    assert sections == sorted(sections, key=list(Section).index)


def test_a_household_stands_in_the_most_pressing_section_of_its_visits():
    place, contact = make_location(), make_contact()
    first = make_appointment(location=place, day=TUESDAY, contact=contact)
    make_handed_over(
        first, make_confirmation_rule(), state="planned", due_at=NOON + timedelta(hours=2)
    )
    asked(location=place, day=WEDNESDAY, contact=contact)

    (group,) = calls_to_make([place], now=NOON).groups
    assert section_of(group) is Section.ASKED


def test_the_digits_that_were_given_can_be_corrected():
    damaged = make_contact(phone="", phone_as_given="0770 090 00", phone_problem="too_short")
    appointment = make_appointment(contact=damaged)

    [household] = households(calls_to_make([appointment.location], now=NOON).groups, now=NOON)

    raw = household.rows[0].raw
    assert (raw.given, raw.problem.startswith("Digits are missing")) == ("0770 090 00", True)


def test_only_unconfirmed_appointments_of_the_next_two_working_days_are_listed():
    place = make_location()
    listed = make_appointment(location=place, day=WEDNESDAY)
    make_appointment(location=place, day=WEDNESDAY, status="confirmed")
    make_appointment(location=place, day=THURSDAY)
    make_appointment(location=place, day=date(2026, 3, 2))
    make_appointment(day=WEDNESDAY)

    assert found(place) == [[listed.pk]]


def test_those_whom_no_text_reaches_come_first_and_families_stand_together():
    place, shared = make_location(), phone()
    first = asked(location=place, day=TUESDAY)
    child = asked(location=place, day=TUESDAY, contact=make_contact(phone=shared))
    parent = asked(location=place, day=WEDNESDAY, contact=make_contact(phone=shared))
    nowhere = make_appointment(location=place, day=WEDNESDAY, contact=make_contact(phone=""))

    assert found(place) == [[nowhere.pk], [first.pk], [child.pk, parent.pk]]


def test_people_without_a_phone_are_no_family():
    place = make_location()
    one = make_appointment(location=place, contact=make_contact(phone=""))
    other = make_appointment(location=place, contact=make_contact(phone=""))

    assert found(place) == [[one.pk], [other.pk]]


def obstacle_of(appointment):
    calls = calls_to_make([appointment.location], now=NOON)
    return next(one.obstacle for group in calls.groups for one in group if one.id == appointment.pk)


def test_each_obstacle_is_named():
    opted_out = make_contact()
    Suppression.objects.create(phone=opted_out.phone, reason="patient", since=NOON)

    found_for = {
        name: obstacle_of(make_appointment(contact=contact))
        for name, contact in {
            "nothing sent": make_contact(),
            "no phone": make_contact(phone=""),
            "opted out": opted_out,
            "no messages": make_contact(channel="none"),
            "landline": make_contact(phone_kind="landline"),
            "voice": make_contact(phone_kind="landline", channel="voice"),
        }.items()
    }

    assert found_for == {
        "nothing sent": Obstacle.NOT_TOLD,
        "no phone": Obstacle.NO_PHONE,
        "opted out": Obstacle.OPTED_OUT,
        "no messages": Obstacle.NO_MESSAGES,
        "landline": Obstacle.LANDLINE,
        "voice": Obstacle.NOT_TOLD,
    }


@pytest.mark.parametrize(
    ("state", "reason", "obstacle"),
    [
        ("failed", "not_delivered", Obstacle.FAILED),
        ("expired", "cutoff", Obstacle.FAILED),
        ("sent", "", Obstacle.NONE),
    ],
)
def test_a_text_that_did_not_arrive_makes_unreachable(state, reason, obstacle):
    appointment = make_appointment()
    make_handed_over(appointment, make_confirmation_rule(), state=state, reason=reason)

    assert obstacle_of(appointment) == obstacle


def test_a_later_text_that_arrived_outweighs_an_earlier_failure():
    appointment = make_appointment()
    make_handed_over(appointment, make_confirmation_rule(), state="failed", reason="not_delivered",
                     due_at=NOON - timedelta(hours=2))  # fmt: skip
    make_handed_over(appointment, make_confirmation_rule(), state="sent", due_at=NOON)

    assert obstacle_of(appointment) == Obstacle.NONE


def test_a_wrong_number_counts_until_it_is_corrected():
    appointment = make_appointment()
    staff = Actor.staff(None)
    record_calls([appointment.pk], Outcome.WRONG_NUMBER, by=staff, now=NOON)
    change_contact(appointment.contact, {"notes": "Try the daughter"}, by=staff, now=NOON)
    before = obstacle_of(appointment)
    change_contact(appointment.contact, {"phone": phone()}, by=staff, now=NOON)

    assert (before, obstacle_of(appointment)) == (Obstacle.WRONG_NUMBER, Obstacle.NOT_TOLD)


def test_what_was_tried_is_told_in_order():
    user = make_user("ann", first_name="Ann", last_name="Fox")
    appointment = make_appointment()
    make_handed_over(
        appointment,
        make_confirmation_rule(),
        message=make_message(
            appointment=appointment,
            phone=appointment.contact.phone,
            state="failed",
            words="The number does not exist",
            scheduled_at=NOON,
        ),
    )
    at = NOON + timedelta(minutes=5)
    record_calls([appointment.pk], Outcome.VOICEMAIL, by=Actor.staff(user.pk), now=at)

    [household] = households(calls_to_make([appointment.location], now=NOON).groups, now=NOON)

    assert [tuple(one)[1:] for one in household.rows[0].tries] == [
        (NOON, False, "failed", "The number does not exist"),
        (at, True, "voicemail", "Ann Fox"),
    ]


def test_a_call_taken_back_counts_no_more():
    appointment = make_appointment()
    ids = record_calls([appointment.pk], Outcome.NO_ANSWER, by=Actor.staff(None), now=NOON)
    tried = calls_to_make([appointment.location], now=NOON).count(tried=True)

    assert undo_calls(ids, by=Actor.staff(None), now=NOON) == 1
    assert undo_calls(ids, by=Actor.staff(None), now=NOON) == 0
    assert (tried, calls_to_make([appointment.location], now=NOON).count(tried=True)) == (1, 0)


def test_a_family_confirms_with_one_call_and_undo_takes_all_of_it_back():
    place = make_location()
    rows = [make_appointment(location=place), make_appointment(location=place)]
    settled = make_appointment(location=place, status="declined")
    ids = [row.pk for row in (*rows, settled)]

    events = answer_by_phone(ids, Appointment.Status.CONFIRMED, by=Actor.staff(None), now=NOON)
    after = dict(Appointment.objects.values_list("pk", "status"))
    undone = undo_answers([event.pk for event in events], by=Actor.staff(None), now=NOON)

    assert after == {rows[0].pk: "confirmed", rows[1].pk: "confirmed", settled.pk: "declined"}
    assert undone == 2
    assert CallAttempt.objects.filter(undone_at=None).count() == 0
    assert found(place) == [[rows[0].pk], [rows[1].pk]]


def test_one_phone_for_very_many_is_shown_in_parts():
    place, contact = make_location(), make_contact()
    for minute in range(30):
        make_appointment(location=place, contact=contact, notes=str(minute))

    assert [len(group) for group in found(place)] == [12, 12, 6]
