"""Texts and replies are counted by the day of their location, again and again without adding."""

from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.domain.pages.figures.daily import STEPS, compute_texts
from reminders.domain.pages.statistics import keep_figures
from reminders.models import DailyTexts, Message, Reply
from tests.factories import NOON, make_location, make_message

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 29)
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


@pytest.mark.parametrize(("zone", "at", "inside"), CLOCKS)
def test_a_day_begins_by_the_clock_of_the_location(zone, at, inside):
    make_message(location=make_location(zone=zone), accepted_at=at)

    compute_texts(DAY, DAY, now=NOON)

    assert list(DailyTexts.objects.values_list("day", "charged")) == [(DAY, 1)] * inside


def reply(message: Message, at: datetime) -> Reply:
    return Reply.objects.create(
        provider_id=f"reply-{Reply.objects.count()}", phone=message.phone, text="Y",
        message=message, received_at=at, stored_at=at, applied_at=at,
    )  # fmt: skip


def test_a_day_that_is_counted_again_is_not_added():
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    place = make_location()
    for minutes in (0.5, 7, 100_000):
        text = make_message(location=place, accepted_at=noon, scheduled_at=noon)
        reply(text, noon + timedelta(minutes=minutes))

    for _ in range(2):
        compute_texts(DAY, DAY, now=NOON)

    row = DailyTexts.objects.get()
    waits = [0] * (len(STEPS) + 1)
    waits[0] = waits[7] = 1
    assert (row.location, row.replies, row.alone, row.waits) == (place, 2, 2, waits)


def test_only_the_first_answer_counts_also_where_it_came_on_an_earlier_day():
    noon = datetime(2026, 3, 29, 12, tzinfo=UTC)
    text = make_message(
        location=make_location(), accepted_at=noon, scheduled_at=noon - timedelta(days=9)
    )
    reply(text, noon - timedelta(days=8))
    reply(text, noon)

    compute_texts(DAY, DAY, now=NOON)

    assert (DailyTexts.objects.get().replies, DailyTexts.objects.get().waits) == (1, [])


def test_the_task_keeps_the_last_days_and_whoever_has_no_location():
    text = make_message(location=None, accepted_at=NOON, scheduled_at=NOON)
    reply(text, NOON)

    keep_figures(now=NOON + timedelta(hours=1))

    assert list(DailyTexts.objects.values_list("location", "day", "replies")) == [
        (None, NOON.date(), 1)
    ]
