"""The one state of an appointment, and what goes with it on the day sheet."""

from datetime import date, time, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment
from reminders.domain.pages.day_sheet import DayState, day_sheet, letter_of, rows_of
from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, InboxItem, Reminder, Reply
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_practitioner,
    make_reminder_rule,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 3)
LATER = NOON + timedelta(hours=1)


def tomorrow(**values) -> Appointment:
    return make_appointment(day=DAY, **values)


def texted(appointment: Appointment, state: str = "delivered", **values) -> Reminder:
    message = make_message(
        appointment=appointment,
        contact=appointment.contact,
        phone=appointment.contact.phone,
        state=state,
        **values,
    )
    return make_handed_over(appointment, make_confirmation_rule(), message=message)


def row(appointment: Appointment, now=LATER):
    """What is shown of an appointment; the day's counts must come to the same state."""
    (found,) = rows_of([appointment.pk], now=now)
    sheet = day_sheet(days={appointment.location_id: appointment.local_date}, now=now)
    assert sheet.counts == {found.state: 1}
    return found


def reply(appointment: Appointment, text: str, card: str = "") -> Reply:
    reply = Reply.objects.create(
        provider_id=f"r{appointment.pk}{text}", text=text, received_at=LATER, stored_at=LATER
    )
    reply.appointments.add(appointment)
    if card:
        InboxItem.objects.create(kind=card, reply=reply, appointment=appointment, opened_at=LATER)
    return reply


def test_a_planned_text_leaves_the_state_at_nothing_sent():
    make_confirmation_rule()
    appointment = tomorrow()
    plan_appointments([appointment.pk], now=NOON - timedelta(hours=6))

    found = row(appointment, now=NOON - timedelta(hours=5))

    assert (found.state, found.next_at) == (
        DayState.NOTHING,
        appointment.starts_at - timedelta(days=1),
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("accepted", DayState.ASKED),
        ("submitted", DayState.ASKED),
        ("delivered", DayState.ASKED),
        ("failed", DayState.UNREACHABLE),
        ("rejected", DayState.UNREACHABLE),
        ("expired", DayState.UNREACHABLE),
        ("cancelled", DayState.NOTHING),
    ],
)
def test_the_state_follows_the_text_that_went_out(state, expected):
    appointment = tomorrow()
    texted(appointment, state)

    assert row(appointment).state == expected


def test_a_text_that_the_provider_holds_for_later_has_not_asked_yet():
    appointment = tomorrow()
    texted(appointment, "accepted", scheduled_at=LATER + timedelta(hours=2))

    assert (row(appointment).state, row(appointment).next_at) == (
        DayState.NOTHING,
        LATER + timedelta(hours=2),
    )


@pytest.mark.parametrize("status", ["confirmed", "declined", "arrived", "no_show", "cancelled"])
def test_a_status_is_the_state(status):
    appointment = tomorrow(status=status)
    texted(appointment)

    assert row(appointment).state == DayState(status)


def test_a_reply_that_a_person_must_read_comes_first():
    appointment = tomorrow(status="confirmed")
    texted(appointment)
    reply(appointment, "Yes but I'll be late", card="remark")

    found = row(appointment)

    assert (found.state, found.in_text, found.card_words) == (
        DayState.CHECK,
        "Yes but I'll be late",
        "Answered, and said more",
    )


def test_a_decline_stays_a_decline_while_its_card_is_open():
    appointment = tomorrow(status="declined")
    reply(appointment, "No", card="declined")

    assert row(appointment).state == DayState.DECLINED


def test_a_card_that_is_done_no_longer_counts():
    appointment = tomorrow(status="confirmed")
    reply(appointment, "ok?", card="unclear")
    InboxItem.objects.update(done_at=LATER)

    assert row(appointment).state == DayState.CONFIRMED


def test_a_reply_that_fits_several_appointments_is_to_be_checked_at_each_of_the_contact():
    contact = make_contact()
    appointment = tomorrow(contact=contact)
    InboxItem.objects.create(kind="unmatched", contact=contact, opened_at=LATER)

    assert row(appointment).state == DayState.CHECK


def test_nobody_without_a_number_can_be_reached():
    appointment = tomorrow(contact=make_contact(phone=""))

    found = row(appointment)

    assert (found.state, found.reason_words) == (DayState.UNREACHABLE, "No usable phone number")


def test_a_moved_appointment_shows_that_the_old_time_was_sent():
    appointment = tomorrow(location=make_location(), contact=make_contact())
    texted(appointment)

    change_appointment(appointment, {"local_time": time(15, 0)}, by=SYSTEM, now=LATER)

    found = row(appointment)
    assert (found.state, found.stale) == (DayState.NOTHING, True)


def test_a_correction_settles_what_was_outdated():
    appointment = tomorrow()
    texted(appointment)
    change_appointment(appointment, {"local_time": time(15, 0)}, by=SYSTEM, now=LATER)
    make_message(kind="correction", appointment=appointment, created_at=LATER, scheduled_at=LATER)

    assert row(appointment).stale is False


def test_the_new_text_settles_what_was_outdated():
    appointment = tomorrow()
    texted(appointment)
    change_appointment(appointment, {"local_time": time(15, 0)}, by=SYSTEM, now=LATER)
    appointment.refresh_from_db()
    message = make_message(state="delivered", phone=appointment.contact.phone, scheduled_at=LATER)
    make_handed_over(appointment, make_reminder_rule(), message=message)

    found = row(appointment)
    assert (found.state, found.stale) == (DayState.ASKED, False)


@pytest.mark.parametrize(("asked_back", "stale"), [(None, False), (LATER, True)])
def test_a_cancelled_appointment_is_outdated_only_if_its_text_could_not_be_withdrawn(
    asked_back, stale
):
    appointment = tomorrow(status="cancelled")
    texted(appointment, cancel_requested_at=asked_back)

    assert row(appointment).stale is stale


def test_one_text_for_a_family_counts_for_each_of_them():
    place, first = make_location(), make_contact()
    appointments = [
        tomorrow(location=place, contact=first),
        tomorrow(location=place, at=time(11, 0)),
    ]
    message = make_message(state="delivered", text="Both of you")
    rule = make_confirmation_rule()
    for appointment in appointments:
        make_handed_over(appointment, rule, message=message, phone=appointment.contact.phone)

    found = rows_of([one.pk for one in appointments], now=LATER)
    sheet = day_sheet(days={place.pk: DAY}, now=LATER)

    assert [(one.state, one.out_text) for one in found] == [(DayState.ASKED, "Both of you")] * 2
    assert sheet.counts == {DayState.ASKED: 2}


def test_the_counts_ignore_the_filter_by_state():
    place = make_location()
    tomorrow(location=place, status="confirmed")
    tomorrow(location=place)

    sheet = day_sheet(days={place.pk: DAY}, now=LATER, state=DayState.CONFIRMED)

    assert (len(sheet.rows), dict(sheet.counts)) == (
        1,
        {DayState.CONFIRMED: 1, DayState.NOTHING: 1},
    )


def test_only_the_chosen_locations_practitioner_and_day_are_shown():
    place, doctor = make_location(), make_practitioner(name="Dr Ito")
    wanted = tomorrow(location=place, practitioner=doctor)
    tomorrow(location=place)
    tomorrow(practitioner=doctor)
    make_appointment(location=place, practitioner=doctor)

    sheet = day_sheet(days={place.pk: DAY}, now=LATER, practitioner_id=doctor.pk)

    assert ([one.id for one in sheet.rows], sheet.practitioners) == (
        [wanted.pk],
        [(doctor.pk, "Dr Ito")],
    )


def test_a_day_takes_one_statement_however_long_it_is(django_assert_num_queries):
    place = make_location()
    for _ in range(5):
        texted(tomorrow(location=place))

    with django_assert_num_queries(1):
        day_sheet(days={place.pk: DAY}, now=LATER)


def test_each_location_has_its_own_date_and_its_own_place_in_the_order():
    first, second = make_location(), make_location()
    late = tomorrow(location=first, at=time(15, 0))
    early = make_appointment(location=second, day=DAY - timedelta(days=1), at=time(8, 0))
    tomorrow(location=second)

    days = {second.pk: DAY - timedelta(days=1), first.pk: DAY}
    sheet = day_sheet(days=days, now=LATER)

    assert [one.id for one in sheet.rows] == [early.pk, late.pk]


def test_a_letter_finds_names_with_an_accent_and_leaves_the_counts_alone():
    place = make_location()
    names = ("Éva", "ann", "Eva", "")
    people = [make_contact(first_name="Zoe", last_name=name) for name in names]
    visits = [tomorrow(location=place, contact=one) for one in people]

    sheet = day_sheet(days={place.pk: DAY}, now=LATER, letter="E")

    assert sheet.letters == ["A", "E", "Z"]
    assert {one.id for one in sheet.rows} == {visits[0].pk, visits[2].pk}
    assert sheet.total == 4


@pytest.mark.parametrize(
    ("initial", "letter"), [("é", "E"), ("Ł", "Ł"), ("ل", "ل"), ("4", "#"), ("", "#"), ("ß", "S")]
)
def test_a_letter_is_that_of_a_list_of_names(initial, letter):
    assert letter_of(initial) == letter


def test_a_rows_digest_changes_only_with_what_is_shown():
    appointment = tomorrow()

    first = row(appointment).digest
    assert row(appointment, now=LATER + timedelta(minutes=1)).digest == first
    texted(appointment)
    assert row(appointment).digest != first
