"""What holds for every rule, every zone and every moment, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from reminders.domain.clock.rule_schedule import (
    Late,
    Quiet,
    Schedule,
    SendingHours,
    day_bounds,
    is_open_day,
    is_quiet,
    local,
    local_date,
    next_open,
    plan,
    previous_open,
    read_wall_time,
    zone,
)

ZONES = (
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Europe/London",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Amman",
    "Africa/Casablanca",
    "Pacific/Apia",
    "UTC",
)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

# Ordinary years, and days around changes of the clocks, where mistakes live.
changes = st.sampled_from(
    [
        datetime(2026, 10, 3, 15, tzinfo=UTC),
        datetime(2026, 4, 4, 15, tzinfo=UTC),
        datetime(2026, 3, 29, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2026, 3, 8, 7, tzinfo=UTC),
        datetime(2018, 11, 4, 3, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC),
    ]
)
minutes = st.integers(-3 * 1440, 3 * 1440).map(lambda count: timedelta(minutes=count))
instants = st.builds(lambda at, by: at + by, changes, minutes) | st.datetimes(
    datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)
)
clock = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45, 59]))
open_hours = st.builds(
    SendingHours, st.sampled_from(ZONES).map(zone), clock, clock, st.frozensets(st.integers(1, 7))
)
lengths = st.sampled_from([0, 10, 15, 120, 180, 720, 2880]).map(
    lambda count: timedelta(minutes=count)
)


@st.composite
def schedules(draw: st.DrawFn, *, weekdays_only: bool | None = None) -> Schedule:
    in_days = draw(st.booleans())
    return Schedule(
        days_before=draw(st.integers(0, 14)) if in_days else None,
        at_time=draw(st.none() | clock) if in_days else None,
        minutes_before=None if in_days else draw(st.integers(0, 4000)),
        weekdays_only=draw(st.booleans()) if weekdays_only is None else weekdays_only,
        quiet=draw(st.sampled_from(Quiet)),
        late=draw(st.sampled_from(Late)),
        min_notice=draw(lengths),
        cutoff=draw(lengths),
        later_needs=draw(lengths),
    )


notice = st.timedeltas(timedelta(days=-1), timedelta(days=20))
thoroughly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thoroughly
@given(schedules(), open_hours, instants, notice)
def test_nothing_goes_after_the_cutoff_in_quiet_hours_before_it_is_known_or_without_notice(
    schedule: Schedule, hours: SendingHours, starts_at: datetime, ahead: timedelta
) -> None:
    known_since = starts_at - ahead

    made = plan(schedule, hours, starts_at=starts_at, known_since=known_since)

    assert made.cutoff_at == (starts_at - schedule.cutoff).replace(microsecond=0)
    assert made.due_at.microsecond == 0
    assert made.due_at.tzinfo is UTC
    if made.skipped is None:
        assert known_since <= made.due_at <= made.cutoff_at
        assert not is_quiet(made.due_at, hours)
    on_time = plan(schedule, hours, starts_at=starts_at, known_since=LONG_AGO)
    if made.skipped is None and made != on_time:
        assert made.due_at > on_time.due_at
        assert starts_at - made.due_at >= schedule.min_notice


@thoroughly
@given(schedules(), open_hours, instants, notice)
def test_a_plan_depends_on_nothing_but_its_inputs(
    schedule: Schedule, hours: SendingHours, starts_at: datetime, ahead: timedelta
) -> None:
    known_since = starts_at - ahead

    first = plan(schedule, hours, starts_at=starts_at, known_since=known_since)
    again = plan(
        schedule,
        hours,
        starts_at=starts_at.astimezone(hours.zone),
        known_since=known_since.astimezone(hours.zone),
    )

    assert again == first


@thoroughly
@given(st.integers(1, 14), st.sampled_from(ZONES), instants)
def test_days_before_keep_the_wall_time_across_any_change_of_the_clocks(
    days: int, key: str, starts_at: datetime
) -> None:
    starts_at = starts_at.replace(microsecond=0)
    all_day = SendingHours(zone(key), time(0), time(0))
    rule = Schedule(days, None, None, False, Quiet.LATER, Late.AT_ONCE, timedelta(), timedelta())
    shown = local(starts_at, all_day.zone).replace(tzinfo=None, fold=0)
    wanted = read_wall_time(shown - days * DAY, all_day.zone)

    made = plan(rule, all_day, starts_at=starts_at, known_since=LONG_AGO)

    assert made.due_at == wanted.at
    if wanted.flag != "gap":
        assert local(made.due_at, all_day.zone).replace(tzinfo=None, fold=0) == shown - days * DAY


@thoroughly
@given(schedules(weekdays_only=True), open_hours, instants)
def test_a_rule_for_open_days_only_asks_on_open_days(
    schedule: Schedule, hours: SendingHours, starts_at: datetime
) -> None:
    made = plan(schedule, hours, starts_at=starts_at, known_since=LONG_AGO)

    # A skipped day (Samoa) or midnight shifts a wall time past the end of its open day: the one
    # exception.
    if made.skipped is None and hours.zone.key not in (
        "Pacific/Apia",
        "America/Sao_Paulo",
        "Asia/Amman",
    ):
        assert is_open_day(local_date(made.due_at, hours.zone), hours)


@thoroughly
@given(open_hours, instants)
@example(
    SendingHours(zone("Australia/Sydney"), time(2, 30), time(20)),
    datetime(2026, 4, 4, 15, 45, tzinfo=UTC),
)
def test_the_nearest_allowed_moments_leave_no_allowed_minute_between(
    hours: SendingHours, at: datetime
) -> None:
    at = at.replace(second=0, microsecond=0)
    before, after = previous_open(at, hours), next_open(at, hours)

    assert not is_quiet(before, hours)
    assert not is_quiet(after, hours)
    assert before <= at <= after
    passed = [*minutes_between(before + MINUTE, at), *minutes_between(at, after)]
    assert all(is_quiet(minute, hours) for minute in passed)


@thoroughly
@given(st.sampled_from(ZONES), st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1)))
def test_a_wall_time_reads_back_as_itself_unless_the_clocks_skip_it(
    key: str, shown: datetime
) -> None:
    read = read_wall_time(shown, zone(key))

    back = local(read.at, zone(key)).replace(tzinfo=None, fold=0)
    assert (back == shown) == (read.flag != "gap")
    assert back >= shown


@thoroughly
@given(st.sampled_from(ZONES), instants)
def test_every_instant_lies_in_its_own_local_day(key: str, at: datetime) -> None:
    day: date = local_date(at, zone(key))
    begins, ends = day_bounds(day, zone(key))

    assert begins <= at < ends
    assert ends == day_bounds(day + DAY, zone(key))[0]


def minutes_between(start: datetime, end: datetime) -> list[datetime]:
    """Whole minutes from `start` up to but without `end`."""
    count = range(int((end - start) / MINUTE) + 1)
    return list(takewhile(lambda minute: minute < end, (start + n * MINUTE for n in count)))
