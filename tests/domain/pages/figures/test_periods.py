"""Equal periods around a day, by each location's clock."""

from datetime import UTC, date, datetime

import pytest

from reminders.domain.pages.figures.periods import Period, around, within
from reminders.models import Message
from tests.factories import make_location, make_message

TODAY = date(2026, 3, 31)

AROUND = [
    # as long before as since, whole weeks from a week on
    (date(2026, 3, 3), 4, (date(2026, 2, 3), date(2026, 3, 30))),
    (date(2026, 3, 30), 4, (date(2026, 3, 29), date(2026, 3, 30))),
    (date(2026, 3, 27), 4, (date(2026, 3, 23), date(2026, 3, 30))),
    (date(2026, 3, 20), 4, (date(2026, 3, 13), date(2026, 3, 26))),
    # at most the weeks that were asked for
    (date(2025, 1, 1), 4, (date(2024, 12, 4), date(2025, 1, 28))),
    # today, tomorrow, another world
    (TODAY, 4, None),
    (date(2026, 4, 1), 4, None),
    (date.max, 26, None),
    (date.min, 26, None),
]


@pytest.mark.parametrize(("on", "weeks", "ends"), AROUND)
def test_the_days_before_are_as_many_as_those_since(on, weeks, ends):
    found = around(on, weeks=weeks, today=TODAY)

    assert (found and (found[0].first, found[1].last)) == ends
    if found:
        assert found[0].days == found[1].days
        assert found[1].first == on


CLOCKS = [
    # London puts its clocks forward on 29 March 2026: that day has 23 hours
    ("Europe/London", datetime(2026, 3, 28, 23, 59, tzinfo=UTC), False),
    ("Europe/London", datetime(2026, 3, 29, 0, 0, tzinfo=UTC), True),
    ("Europe/London", datetime(2026, 3, 29, 22, 59, tzinfo=UTC), True),
    ("Europe/London", datetime(2026, 3, 29, 23, 0, tzinfo=UTC), False),
    # the same day elsewhere
    ("Australia/Sydney", datetime(2026, 3, 28, 13, 0, tzinfo=UTC), True),
    ("Australia/Sydney", datetime(2026, 3, 29, 13, 0, tzinfo=UTC), False),
    ("America/New_York", datetime(2026, 3, 29, 3, 59, tzinfo=UTC), False),
    ("America/New_York", datetime(2026, 3, 30, 3, 59, tzinfo=UTC), True),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "at", "inside"), CLOCKS)
def test_a_day_begins_by_the_clock_of_the_location(zone, at, inside):
    place = make_location(zone=zone)
    make_message(location=place, accepted_at=at)
    day = Period(date(2026, 3, 29), date(2026, 3, 29))

    found = Message.objects.filter(within(day, [place], at="accepted_at", place="location"))

    assert found.exists() is inside


@pytest.mark.django_db
def test_without_locations_nothing_is_found():
    make_message(location=make_location(), accepted_at=datetime(2026, 3, 29, 12, tzinfo=UTC))
    day = Period(date(2026, 3, 29), date(2026, 3, 29))

    assert not Message.objects.filter(within(day, [], at="accepted_at", place="location")).exists()
