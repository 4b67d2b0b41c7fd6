"""Rules become due times as the tables in cases/ say; add a row to try another day."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

import pytest

from reminders.domain.clock.rule_schedule import (
    FLAG_WORDS,
    SKIP_WORDS,
    Late,
    Plan,
    Quiet,
    Schedule,
    SendingHours,
    Skip,
    day_bounds,
    is_quiet,
    local,
    local_date,
    next_open,
    plan,
    previous_open,
    read_wall_time,
    tzdata_version,
    zone,
)
from tests.domain.tables import hours, instant, rows, schedule, wall

LONDON = zone("Europe/London")
Row = dict[str, str]


@pytest.mark.parametrize("row", rows("plans"))
def test_a_rule_sends_when_the_table_says(row: Row) -> None:
    rule = schedule(row["message"], row["rule"], row["quiet"], row["late"])
    starts_at, known_since = wall(row["starts"], row["zone"]), wall(row["known_since"], row["zone"])

    made = plan(
        rule,
        hours(row["zone"], row["hours"], row["open_days"]),
        starts_at=starts_at,
        known_since=known_since,
    )

    due_at = instant(row["sends"]) if row["sends"] else made.due_at
    skipped = Skip(row["skipped"]) if row["skipped"] else None
    assert made == Plan(due_at, starts_at - rule.cutoff, skipped)


@pytest.mark.parametrize("row", rows("zone_moves"))
def test_a_location_moved_to_another_zone_keeps_the_wall_time_that_was_given(row: Row) -> None:
    rule = schedule("confirmation", row["rule"])
    sent = [
        plan(
            rule,
            hours(key, "00:00-00:00"),
            starts_at=wall(row["given"], key),
            known_since=instant("2026-01-01T00Z"),
        )
        for key in (row["from_zone"], row["to_zone"])
    ]

    assert [made.due_at for made in sent] == [
        instant(row["sent_before"]),
        instant(row["sent_after"]),
    ]


@pytest.mark.parametrize("row", rows("wall_times"))
def test_a_wall_time_is_read_as_the_table_says(row: Row) -> None:
    read = read_wall_time(datetime.fromisoformat(row["wall_time"]), zone(row["zone"]))

    assert (read.at, read.flag or "") == (instant(row["means"]), row["flag"])


@pytest.mark.parametrize("row", rows("days"))
def test_a_local_day_begins_and_ends_where_the_table_says(row: Row) -> None:
    bounds = day_bounds(date.fromisoformat(row["day"]), zone(row["zone"]))

    assert bounds == (instant(row["begins"]), instant(row["ends"]))


@pytest.mark.parametrize("row", rows("sending_hours"))
def test_sending_hours_open_and_close_as_the_table_says(row: Row) -> None:
    at, open_hours = instant(row["at"]), hours(row["zone"], row["hours"])

    assert (is_quiet(at, open_hours), previous_open(at, open_hours), next_open(at, open_hours)) == (
        row["quiet"] == "yes",
        instant(row["previous_open"]),
        instant(row["next_open"]),
    )


def test_with_hours_over_midnight_an_open_friday_ends_at_its_last_minute() -> None:
    night = hours("Europe/London", "18:00-02:00", "1-5")

    last = previous_open(instant("2026-06-13T01:00+01:00"), night, open_days_only=True)

    assert last == instant("2026-06-12T23:59+01:00")


def test_a_skipped_message_tells_when_it_was_meant_to_go() -> None:
    made = plan(
        schedule("reminder", "60 minutes"),
        hours("Europe/London", "08:00-20:00"),
        starts_at=wall("2026-06-10T10:30", "Europe/London"),
        known_since=wall("2026-06-10T10:29", "Europe/London"),
    )

    assert made == Plan(
        instant("2026-06-10T09:30+01:00"), instant("2026-06-10T10:20+01:00"), Skip.SHORT_NOTICE
    )


def test_seconds_in_sending_hours_are_dropped() -> None:
    sloppy = SendingHours(LONDON, time(8, 0, 59), time(19, 59, 59, 999_999))

    assert sloppy == SendingHours(LONDON, time(8), time(19, 59))


def test_an_instant_is_shown_by_the_local_clock() -> None:
    at = datetime(2026, 6, 9, 23, 30, tzinfo=UTC)

    assert (local(at, LONDON).replace(tzinfo=None), local_date(at, LONDON)) == (
        datetime(2026, 6, 10, 0, 30),
        date(2026, 6, 10),
    )


def test_the_version_of_the_zone_rules_is_a_year_and_a_number() -> None:
    year, number = tzdata_version().split(".")

    assert int(year) >= 2026
    assert int(number) >= 1


@pytest.mark.parametrize(
    ("words", "codes"),
    [(SKIP_WORDS, Skip), (FLAG_WORDS, StrEnum("Flag", {"GAP": "gap", "TWICE": "twice"}))],
)
def test_every_code_has_words_for_staff(words: dict[str, str], codes: type[StrEnum]) -> None:
    assert set(words) == set(codes)
    assert all(text.endswith(".") for text in words.values())


@pytest.mark.parametrize("key", ["Mars/Olympus", "", "../etc/passwd", "Europe", "Europe/London\0"])
def test_an_unknown_zone_is_refused_in_words(key: str) -> None:
    with pytest.raises(ValueError, match="Give an IANA name such as Australia/Sydney"):
        zone(key)


@pytest.mark.parametrize(("days", "minutes"), [(None, None), (1, 60), (-1, None), (None, -5)])
def test_a_rule_counts_days_or_minutes_and_never_both(
    days: int | None, minutes: int | None
) -> None:
    with pytest.raises(ValueError, match="A rule"):
        Schedule(days, None, minutes, False, Quiet.LATER, Late.SKIP, timedelta(), timedelta())


def test_negative_notice_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Schedule(1, None, None, False, Quiet.LATER, Late.SKIP, timedelta(), timedelta(hours=-1))


def test_an_open_day_that_is_no_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="Open days are ISO weekdays"):
        SendingHours(LONDON, time(8), time(20), frozenset({0}))


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        plan(
            schedule("reminder", "60 minutes"),
            hours("Europe/London", "08:00-20:00"),
            starts_at=datetime(2026, 6, 10, 9),
            known_since=datetime(2026, 6, 1, tzinfo=UTC),
        )


def test_a_naive_instant_has_no_local_time() -> None:
    with pytest.raises(ValueError, match="aware"):
        local(datetime(2026, 6, 10, 9), LONDON)


@pytest.mark.parametrize(
    "at", [datetime(2026, 6, 10, 9, tzinfo=UTC), datetime(9999, 12, 31, 23), datetime(1, 1, 1)]
)
def test_a_wall_time_that_is_aware_or_off_the_calendar_is_refused(at: datetime) -> None:
    key = "America/New_York" if at.year == 9999 else "Australia/Sydney"

    with pytest.raises(ValueError, match=r"naive|outside of the calendar"):
        read_wall_time(at, zone(key))
