"""Closed days in the calendar: one by one, in a row, over New Year, and every year."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays, closed_days
from reminders.domain.clock.rule_schedule import Late, Quiet, Schedule, plan
from reminders.domain.clock.sending_hours import SendingHours, is_open_day, next_open, previous_open
from tests.domain.clock.test_rule_schedule_properties import schedules, thoroughly

LONDON = ZoneInfo("Europe/London")
WEEK = frozenset({1, 2, 3, 4, 5})
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def days(*spans: tuple[str, str, bool]) -> ClosedDays:
    return closed_days(
        (date.fromisoformat(first), date.fromisoformat(last), yearly)
        for first, last, yearly in spans
    )


@pytest.mark.parametrize(
    ("span", "closed", "open_"),
    [
        (("2026-12-25", "2026-12-25", False), ["2026-12-25"], ["2025-12-25", "2027-12-25"]),
        (("2026-12-25", "2026-12-25", True), ["2026-12-25", "2020-12-25"], ["2026-12-24"]),
        (("2026-12-30", "2027-01-02", False), ["2026-12-31", "2027-01-01"], ["2026-01-01"]),
        (("2026-12-30", "2027-01-02", True), ["2031-12-30", "2030-01-02"], ["2031-01-03"]),
        (("2026-02-27", "2026-03-02", True), ["2028-02-29", "2026-03-01"], ["2026-03-03"]),
        (("2028-02-29", "2028-02-29", True), ["2032-02-29"], ["2026-02-28", "2026-03-01"]),
        (("2028-02-29", "2028-03-01", True), ["2026-03-01"], ["2026-02-28"]),
        (("2026-07-01", "2026-07-31", False), ["2026-07-01", "2026-07-31"], ["2026-08-01"]),
    ],
)
def test_which_days_a_span_closes(span, closed, open_):
    found = days(span)

    assert [day for day in closed if not found.holds(date.fromisoformat(day))] == []
    assert [day for day in open_ if found.holds(date.fromisoformat(day))] == []


def rule(text: str, **values) -> Schedule:
    plain = {
        "days_before": 1, "at_time": None, "minutes_before": None, "weekdays_only": True,
        "quiet": Quiet.LATER, "late": Late.AT_ONCE, "min_notice": timedelta(hours=3),
        "cutoff": timedelta(hours=2),
    }  # fmt: skip
    return Schedule(**(plain | values))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("starts", "known", "closed", "sends"),
    [
        # Tuesday after Easter: Thursday before Good Friday.
        ("2026-04-07 10:00", "", ["2026-04-03", "2026-04-06"], "2026-04-02 10:00"),
        ("2026-04-07 10:00", "", [], "2026-04-06 10:00"),
        # Booked on a closed day: the next one is too late, and nobody else is left.
        ("2026-04-09 10:00", "2026-04-08 12:00", ["2026-04-08"], "2026-04-08 12:00"),
        ("2026-04-10 15:00", "2026-04-09 16:00", ["2026-04-09"], "2026-04-10 08:00"),
        # No working day is left in time: on the closed day all the same.
        ("2026-04-07 10:00", "2026-04-06 12:00", ["2026-04-03", "2026-04-06"], "2026-04-06 12:00"),
    ],
)
def test_a_rule_on_working_days_only_keeps_off_closed_days(starts, known, closed, sends):
    shut = ClosedDays(frozenset(map(date.fromisoformat, closed)))
    hours = SendingHours(LONDON, time(8), time(20), WEEK, shut)

    made = plan(
        rule("1 day"),
        hours,
        starts_at=at(starts),
        known_since=at(known) if known else LONG_AGO,
    )

    assert (made.due_at, made.skipped) == (at(sends).astimezone(UTC), None)


def test_a_rule_for_every_day_does_not_care():
    shut = days(("2026-04-06", "2026-04-06", False))
    hours = SendingHours(LONDON, time(8), time(20), WEEK, shut)

    made = plan(
        rule("1 day", weekdays_only=False),
        hours,
        starts_at=at("2026-04-07 10:00"),
        known_since=LONG_AGO,
    )

    assert made.due_at == at("2026-04-06 10:00")


def test_a_location_that_is_closed_all_year_is_taken_to_have_no_days_off():
    never = SendingHours(LONDON, time(8), time(20), WEEK, days(("2026-01-01", "2026-12-31", True)))
    moment = at("2026-04-06 12:00")

    assert next_open(moment, never, open_days_only=True) == moment
    assert previous_open(moment, never, open_days_only=True) == moment
    made = plan(rule("1 day"), never, starts_at=at("2026-04-07 10:00"), known_since=LONG_AGO)
    assert made.due_at == at("2026-04-06 10:00")


zones = st.sampled_from(
    [ZoneInfo(key) for key in ("Europe/London", "Australia/Sydney", "America/New_York",
                               "Asia/Kolkata", "Pacific/Auckland", "UTC")]
)  # fmt: skip
dates = st.dates(date(2020, 1, 1), date(2040, 12, 31))
spans = st.lists(
    st.builds(
        lambda first, length, yearly: (first, first + timedelta(days=length), yearly),
        dates,
        st.integers(0, 12),
        st.booleans(),
    ),
    max_size=12,
)


@thoroughly
@given(
    schedules(weekdays_only=True),
    zones,
    spans,
    st.lists(dates, max_size=20),
    st.datetimes(datetime(2020, 1, 2), datetime(2040, 12, 30), timezones=st.just(UTC)),
    st.none() | st.timedeltas(timedelta(0), timedelta(days=10)),
)
def test_no_rule_on_working_days_lands_on_a_closed_day_or_a_weekend(
    schedule, zone, found, single, starts_at, notice
):
    closed = closed_days([*found, *((day, day, False) for day in single)])
    hours = SendingHours(zone, time(8), time(20), WEEK, closed)
    known_since = LONG_AGO if notice is None else starts_at - notice

    made = plan(schedule, hours, starts_at=starts_at, known_since=known_since)

    assert plan(schedule, hours, starts_at=starts_at, known_since=known_since) == made
    on_working_day = is_open_day(made.due_at.astimezone(zone).date(), hours)
    if made.skipped is None and not on_working_day:
        # Only where it is late, and no working day is left in time.
        latest = min(made.cutoff_at, starts_at.replace(microsecond=0) - schedule.min_notice)
        assert made.due_at >= known_since
        assert notice is not None
        assert next_open(made.due_at, hours, open_days_only=True) > latest


def test_hours_without_closed_days_are_those_of_before():
    assert SendingHours(LONDON, time(8), time(20), WEEK).closed is NEVER_CLOSED
