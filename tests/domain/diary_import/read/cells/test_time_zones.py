"""Time zones as files name them: known for sure, or not at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.diary_import.read.cells.dates import DMY, UnreadableError, read_start
from reminders.domain.diary_import.read.cells.when.time_zones import read_time_zone


def test_an_abbreviated_zone_is_the_locations_own_at_that_moment_or_none() -> None:
    sydney = ZoneInfo("Australia/Sydney")
    start = read_start("2026-03-04 10:30 AEDT", DMY, own=sydney)
    assert start.instant == datetime(2026, 3, 3, 23, 30, tzinfo=UTC)
    with pytest.raises(UnreadableError, match="names the time zone “AEST”"):
        read_start("2026-03-04 10:30 AEST", DMY, own=sydney)


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("London", "Europe/London"),
        ("New York", "America/New_York"),
        ("Eastern Time - US & Canada", "America/New_York"),
        ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"),
        ("(UTC+10:00) Brisbane", "Australia/Brisbane"),
        ("(UTC+10:00) Brisbane, Sydney", "None"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("UTC", "UTC"),
        ("Z", "UTC"),
        ("GMT", "UTC"),
        ("UTC+10", "UTC+10:00"),
        ("GMT+5:30", "UTC+05:30"),
        ("-03:30", "UTC-03:30"),
        ("+25:00", "None"),
        ("+10:75", "None"),
        ("AEST", "None"),
        ("IST", "None"),
        ("EST", "None"),
        ("Mars/Base", "None"),
        ("", "None"),
        ("x" * 81, "None"),
    ],
)
def test_time_zones_by_their_names(text: str, zone: str) -> None:
    assert str(read_time_zone(text)) == zone


@pytest.mark.parametrize(
    ("text", "own", "at", "zone"),
    [
        ("PDT", "America/New_York", datetime(2027, 7, 3), "America/Los_Angeles"),
        ("CST", "America/New_York", datetime(2027, 1, 3), "America/Chicago"),
        ("CET", "Europe/London", datetime(2027, 1, 3), "Europe/Berlin"),
        ("PST", "America/New_York", datetime(2027, 7, 3), "None"),  # who writes so means PDT
        ("EST", "America/Los_Angeles", datetime(2027, 7, 3), "None"),
        ("EDT", "Europe/London", datetime(2027, 7, 3), "None"),  # New York or Sydney
    ],
)
def test_letters_mean_a_zone_of_the_locations_continent_only_where_it_is_called_so_then(
    text: str, own: str, at: datetime, zone: str
) -> None:
    assert str(read_time_zone(text, own=ZoneInfo(own), at=at)) == zone
