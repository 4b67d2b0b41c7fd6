"""Figures of a period, added up from days."""

from datetime import date, timedelta

import pytest

from reminders.domain.common.audit import PATIENT
from reminders.domain.diary.appointments import set_status, undo_status
from reminders.domain.pages.statistics import (
    Figures,
    compute_days,
    ensure_fresh,
    keep_figures,
    statistics,
)
from reminders.models import Appointment, DailyStatistics
from tests.factories import (
    NOON,
    make_appointment,
    make_location,
    make_message,
    make_practitioner,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
LAST_WEEK = date(2026, 2, 23)


def figures(*locations, since=LAST_WEEK, until=MONDAY, **options):
    return statistics(
        location_ids=[place.pk for place in locations], since=since, until=until, **options
    )


def test_weeks_locations_and_practitioners_add_up():
    north, south = make_location(name="North"), make_location(name="South")
    doctor = make_practitioner(name="Dr Ada")
    make_appointment(location=north, day=date(2026, 2, 24), status="arrived", practitioner=doctor)
    make_appointment(location=north, day=date(2026, 2, 25), status="no_show")
    make_appointment(location=south, day=date(2026, 2, 26), status="declined", practitioner=doctor)
    make_appointment(location=south, day=date(2026, 2, 27), status="cancelled")
    compute_days(LAST_WEEK, MONDAY, now=NOON)

    found = figures(north, south)

    assert found.weeks == (
        (LAST_WEEK, Figures(appointments=3, declined=1, arrived=1, no_show=1, cancelled=1)),
        (MONDAY, Figures()),
    )
    assert found.locations == (
        ("North", Figures(appointments=2, arrived=1, no_show=1)),
        ("South", Figures(appointments=1, declined=1, cancelled=1)),
    )
    assert found.practitioners == (
        ("Dr Ada", Figures(appointments=2, arrived=1, declined=1)),
        ("Nobody named", Figures(appointments=1, no_show=1, cancelled=1)),
    )
    assert found.total == Figures(appointments=3, declined=1, arrived=1, no_show=1, cancelled=1)
    assert figures(south, practitioner_id=doctor.pk).total == Figures(appointments=1, declined=1)


def test_a_visit_that_was_confirmed_and_attended_counts_as_both():
    place = make_location()
    kept, taken_back = (make_appointment(location=place, day=LAST_WEEK) for _ in range(2))
    before = NOON - timedelta(days=8)
    ids = [kept.pk, taken_back.pk]
    events = set_status(ids, Appointment.Status.CONFIRMED, by=PATIENT, now=before)
    undo_status(events[1].pk, by=PATIENT, now=before)
    set_status(ids, Appointment.Status.ARRIVED, by=PATIENT, now=NOON)
    compute_days(LAST_WEEK, MONDAY, now=NOON)

    assert figures(place).total == Figures(appointments=2, confirmed=1, arrived=2)


def test_a_no_within_the_hours_of_the_location_was_not_in_time():
    place = make_location(late_decline_hours=4)
    early, late, without_a_line = (
        make_appointment(location=place, day=LAST_WEEK, status=status)
        for status in ("booked", "booked", "declined")
    )
    no = Appointment.Status.DECLINED
    set_status([early.pk], no, by=PATIENT, now=early.starts_at - timedelta(hours=5))
    set_status([late.pk], no, by=PATIENT, now=late.starts_at - timedelta(hours=3))
    compute_days(LAST_WEEK, MONDAY, now=NOON)

    total = figures(place).total

    assert without_a_line.status == no
    assert (total.declined, total.declined_late) == (3, 1)
    assert total.declined_in_time_share == pytest.approx(2 / 3)


def test_texts_count_by_what_became_of_them():
    appointment = make_appointment(day=LAST_WEEK)
    for state in ("delivered", "delivered", "failed", "accepted", "cancelled"):
        make_message(appointment=appointment, state=state)
    compute_days(LAST_WEEK, MONDAY, now=NOON)

    total = figures(appointment.location).total

    assert (total.texts, total.delivered, total.failed) == (4, 2, 1)
    assert total.delivered_share == pytest.approx(2 / 3)


def test_reckoning_twice_changes_nothing():
    place = make_location()
    make_appointment(location=place, day=LAST_WEEK, status="arrived")
    compute_days(LAST_WEEK, MONDAY, now=NOON)
    compute_days(LAST_WEEK, MONDAY, now=NOON)

    assert figures(place).total == Figures(appointments=1, arrived=1)


def test_appointments_that_have_not_begun_are_left_out():
    place = make_location()
    make_appointment(location=place, day=date(2026, 3, 4))
    compute_days(LAST_WEEK, date(2026, 3, 8), now=NOON)

    assert DailyStatistics.objects.count() == 0


def test_nothing_at_all_is_a_row_of_noughts():
    assert (figures(make_location()).total, Figures().confirmed_share) == (Figures(), None)


def test_the_ring_reckons_the_whole_year_once_a_day():
    place = make_location()
    make_appointment(location=place, day=date(2025, 6, 2), status="arrived")
    keep_figures(now=NOON)
    make_appointment(location=place, day=date(2025, 6, 3), status="arrived")
    keep_figures(now=NOON + timedelta(hours=1))
    same_day = DailyStatistics.objects.count()

    assert same_day == 1


def test_old_figures_are_reckoned_anew_when_somebody_looks():
    place = make_location()
    ensure_fresh(since=LAST_WEEK, now=NOON)
    make_appointment(location=place, day=LAST_WEEK, status="arrived")
    ensure_fresh(since=LAST_WEEK, now=NOON)
    first = DailyStatistics.objects.count()
    ensure_fresh(since=LAST_WEEK, now=NOON + timedelta(hours=1))

    assert (first, DailyStatistics.objects.count()) == (1, 1)
