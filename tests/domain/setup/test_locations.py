"""Another zone, other hours, other rules of the zones: wall times stay, texts follow."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from reminders.domain.clock.wall_time import tzdata_version
from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.reread_wall_times import recompute_starts
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.setup import jobs
from reminders.domain.setup.locations import SavedLocation, follow_tzdata, save_location
from reminders.models import Appointment, Job, Location, Reminder
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def in_zone(place: Location, zone: str) -> Location:
    place.zone = zone
    return place


def test_another_zone_moves_the_instant_and_withdraws_what_was_handed_over():
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 10))
    due = datetime(2026, 3, 9, 10, tzinfo=UTC)
    handed = make.make_handed_over(appointment, rule, due_at=due)

    job = save_location(in_zone(appointment.location, "America/New_York"), by=SYSTEM, now=NOON).job

    row = Appointment.objects.get()
    handed.refresh_from_db()
    assert job is not None
    assert (job.state, job.result["to_withdraw"]) == ("done", 1)
    assert (row.starts_at, row.local_time, row.version) == (
        datetime(2026, 3, 10, 14, tzinfo=UTC),  # New York is on summer time by then
        time(10),
        2,
    )
    assert handed.state == "withdrawing"
    assert Reminder.objects.get(version=2).due_at == datetime(2026, 3, 9, 14, tzinfo=UTC)


def test_a_wall_time_that_the_new_zone_skips_is_flagged():
    appointment = make.make_appointment(day=date(2026, 3, 8), at=time(2, 30))

    save_location(in_zone(appointment.location, "America/New_York"), by=SYSTEM, now=NOON)

    row = Appointment.objects.get()
    assert (row.starts_at, row.wall_flag) == (datetime(2026, 3, 8, 7, 30, tzinfo=UTC), "gap")


def test_the_same_clock_by_another_name_moves_nothing():
    appointment = make.make_appointment()

    save_location(in_zone(appointment.location, "Europe/Jersey"), by=SYSTEM, now=NOON)

    assert Appointment.objects.get().version == 1


def test_what_is_past_stays():
    make.make_appointment(day=date(2026, 2, 20))
    place = Location.objects.get()

    save_location(in_zone(place, "Asia/Tokyo"), by=SYSTEM, now=NOON)

    assert Appointment.objects.get().version == 1


def test_other_locations_stay():
    first, second = make.make_appointment(), make.make_appointment()

    save_location(in_zone(first.location, "Asia/Tokyo"), by=SYSTEM, now=NOON)

    assert dict(Appointment.objects.values_list("pk", "version")) == {first.pk: 2, second.pk: 1}


def test_a_new_phone_plans_nothing():
    place = make.make_location()
    place.phone = "020 7946 0999"

    assert save_location(place, by=SYSTEM, now=NOON) == SavedLocation()
    assert Location.objects.get().phone == "020 7946 0999"


def test_later_hours_move_texts():
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 10))
    plan_appointments([appointment.pk], now=NOON)
    place = appointment.location
    place.opens = time(12)

    save_location(place, by=SYSTEM, now=NOON)

    assert Reminder.objects.get().due_at == datetime(2026, 3, 9, 12, tzinfo=UTC)


def test_a_country_that_changes_its_clocks_moves_what_was_booked_before():
    """As after a new release of the zones' rules: the stored instant no longer fits the wall
    time.
    """
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 10))
    Appointment.objects.update(starts_at=appointment.starts_at + timedelta(hours=1))

    job = follow_tzdata(now=NOON)

    row = Appointment.objects.get()
    assert job is not None
    assert (row.starts_at, row.version) == (appointment.starts_at, 2)
    assert Job.objects.get().params["tzdata"] == tzdata_version()
    assert follow_tzdata(now=NOON) is None


def test_reading_the_clocks_goes_on_where_it_was_left():
    place = make.make_location()
    rows = [make.make_appointment(location=place) for _ in range(5)]
    Location.objects.update(zone="Asia/Tokyo")
    seen = []

    recompute_starts(now=NOON, step=2, on_step=lambda last, done: bool(seen.append(last)))
    recompute_starts(now=NOON, step=2, after=seen[0])

    assert seen == [rows[1].pk]
    assert set(Appointment.objects.values_list("version", flat=True)) == {2}


def test_a_job_that_a_worker_left_is_taken_over():
    place = make.make_location()
    rows = [make.make_appointment(location=place) for _ in range(3)]
    Location.objects.update(zone="Asia/Tokyo")
    Job.objects.create(
        kind=jobs.CLOCKS,
        params={"location_ids": None},
        state="running",
        cursor=rows[0].pk,
        total=3,
        done=1,
        created_at=NOON,
        claimed_until=NOON - timedelta(seconds=1),
    )

    assert jobs.work_off(clock=lambda: NOON, at_most=timedelta(minutes=1)) == 1
    assert list(Appointment.objects.order_by("pk").values_list("version", flat=True)) == [1, 2, 2]
    assert Job.objects.get().state == "done"
