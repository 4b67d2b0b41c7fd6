"""When somebody is there to read: by the hours and the working days of a location."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.clock.sending_hours import SendingHours
from reminders.domain.replies.special.opening import is_closed, opens_next

LONDON = ZoneInfo("Europe/London")
WEEK = SendingHours(LONDON, time(8), time(18), frozenset({1, 2, 3, 4, 5}))
NIGHTS = SendingHours(LONDON, time(20), time(2))
ALWAYS = SendingHours(LONDON, time(0), time(0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (WEEK, "2026-03-02 12:00", "2026-03-02 12:00"),
        (WEEK, "2026-03-02 21:00", "2026-03-03 08:00"),
        (WEEK, "2026-03-03 05:00", "2026-03-03 08:00"),
        (WEEK, "2026-03-06 18:01", "2026-03-09 08:00"),
        (WEEK, "2026-03-07 12:00", "2026-03-09 08:00"),
        (WEEK, "2026-03-28 12:00", "2026-03-30 08:00"),  # the clocks change in between
        (NIGHTS, "2026-03-02 03:00", "2026-03-02 20:00"),
        (ALWAYS, "2026-03-08 03:00", "2026-03-08 03:00"),
    ],
)
def test_the_next_opening(hours: SendingHours, moment: str, opens: str) -> None:
    assert opens_next(at(moment), hours) == at(opens).astimezone(UTC)
    assert is_closed(at(moment), hours) is (moment != opens)
