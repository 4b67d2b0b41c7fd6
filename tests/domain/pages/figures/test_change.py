"""Before and after a day: missed visits, cost, speed, and the words for them."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.figures.chance import Share, Verdict
from reminders.domain.pages.figures.change import change
from reminders.domain.pages.figures.cost import Cost, costs
from reminders.domain.pages.figures.daily import compute_texts
from reminders.domain.pages.figures.periods import Period
from reminders.domain.pages.figures.speed import Speed, speeds
from reminders.domain.pages.figures.switched_on import switched_on
from reminders.domain.setup.rules import save_rule, switch_rule
from reminders.models import DailyStatistics, InboxItem, Reply, TextPrice
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_handed_over,
    make_location,
    make_message,
    make_reminder_rule,
    make_user,
)

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
TODAY = NOON.date()
DAY = Period(TODAY, TODAY)
ON = TODAY - timedelta(days=28)


def marked(place, *, day, arrived, no_show):
    """A day's figures of a location."""
    return DailyStatistics.objects.create(
        location=place,
        day=day,
        appointments=arrived + no_show,
        arrived=arrived,
        no_show=no_show,
        computed_at=NOON,
    )


WORDS = [
    ((919, 81), (948, 52), "Fewer missed visits: 8.1 % before, 5.2 % after; the difference is "
     "larger than chance would make."),
    ((948, 52), (919, 81), "More missed visits: 5.2 % before, 8.1 % after; the difference is "
     "larger than chance would make."),
    ((919, 81), (921, 79), "No clear difference in missed visits: 8.1 % before, 7.9 % after. "
     "Chance alone makes as much."),
    ((1, 0), (0, 1), "Too few visits to tell: 0.0 % before, 100.0 % after."),
    ((0, 0), (10, 1), "Nothing to compare yet: no visit was marked as come or not come before "
     "that day."),
    ((10, 1), (0, 0), "Nothing to compare yet: no visit was marked as come or not come since "
     "that day."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "words"), WORDS)
def test_the_difference_is_said_in_words(before, after, words):
    place = make_location()
    marked(place, day=ON - timedelta(days=1), arrived=before[0], no_show=before[1])
    marked(place, day=ON, arrived=after[0], no_show=after[1])

    assert change(ON, weeks=4, today=TODAY, places=[place]).words == words


def test_days_outside_and_other_locations_do_not_count():
    place, other = make_location(), make_location()
    for day in (ON - timedelta(days=28), ON - timedelta(days=1)):
        marked(place, day=day, arrived=1, no_show=0)
    marked(place, day=ON - timedelta(days=29), arrived=50, no_show=50)
    marked(place, day=TODAY, arrived=50, no_show=50)
    marked(other, day=ON, arrived=50, no_show=50)

    found = change(ON, weeks=4, today=TODAY, places=[place])

    assert (found.before.missed, found.after.missed) == (Share(0, 2), Share(0, 0))
    assert found.missed is Verdict.NOTHING


def test_a_day_that_has_not_passed_compares_nothing():
    assert change(TODAY, weeks=4, today=TODAY, places=[make_location()]) is None


def cost(period, places):
    compute_texts(period.first, period.last, now=NOON)
    return costs([period], places)[0]


def speed(period, places):
    compute_texts(period.first, period.last, now=NOON)
    return speeds([period], places)[0]


def text(place, **values):
    return make_message(**({"location": place, "accepted_at": NOON, "state": "delivered"} | values))


def test_cost_goes_by_what_was_billed_else_by_parts():
    place = make_location(country="GB")
    TextPrice.objects.create(country="GB", currency="GBP", price="0.045", changed_at=NOON)
    text(place, segments=2)
    text(place, segments=1, billed=3)
    # None of these was charged, or not by parts.
    text(place, state="cancelled")
    text(place, kind="test")
    text(place, format="TTS")
    text(place, accepted_at=None)
    text(place, accepted_at=NOON + timedelta(days=1))

    assert cost(DAY, [place]) == Cost(2, 5, 1, (("GBP", Decimal("0.225")),), ())


def test_a_country_without_a_price_is_named_and_currencies_are_not_mixed():
    places = [make_location(country=country) for country in ("GB", "DE", "AU")]
    TextPrice.objects.create(country="GB", currency="GBP", price="0.04", changed_at=NOON)
    TextPrice.objects.create(country="DE", currency="EUR", price="0", changed_at=NOON)
    for place in places:
        text(place)

    found = cost(DAY, places)

    assert found.sums == (("EUR", Decimal(0)), ("GBP", Decimal("0.04")))
    assert found.unpriced == (("AU", 1),)
    assert found.words == "0.00 EUR and 0.04 GBP"


def test_nothing_sent_costs_nothing():
    assert cost(DAY, [make_location()]) == Cost()


def answer(message, *, minutes, **values):
    at = message.scheduled_at + timedelta(minutes=minutes)
    plain = {"provider_id": f"reply-{Reply.objects.count()}", "phone": message.phone, "text": "Y"}
    return Reply.objects.create(
        **plain, message=message, received_at=at, stored_at=at, applied_at=at, **values
    )


def test_the_first_answer_to_each_text_counts():
    place = make_location()
    texts = [text(place) for _ in range(11)]
    for minutes, message in enumerate(texts):
        answer(message, minutes=minutes)
    answer(texts[0], minutes=90)
    # An answer before its text was matched by the number alone.
    answer(text(place), minutes=-5)
    found = speed(DAY, [place])

    assert found.answered == 11
    assert found.median == timedelta(minutes=5, seconds=30)
    # The last two minutes and a step of two: as exact as anybody reads it.
    assert found.slow == timedelta(minutes=9, seconds=54)


def test_what_staff_had_to_read_was_not_alone():
    place = make_location()
    read, followed, plain = (answer(text(place), minutes=1) for _ in range(3))
    for reply, kind in ((read, "unclear"), (read, "remark"), (followed, "declined")):
        InboxItem.objects.create(
            kind=kind, reply=reply, location=place, phone=reply.phone, opened_at=NOON
        )
    answer(text(place), minutes=1, outcome="duplicate")
    answer(text(place), minutes=1, source="notice")

    assert plain.pk
    assert speed(DAY, [place]).alone == Share(2, 3)


def test_a_text_that_left_a_minute_after_it_was_due_was_late():
    place, rule = make_location(), make_confirmation_rule()
    for late in (-3600, 60, 61):
        visit = make_appointment(location=place)
        message = text(place, appointment=visit, accepted_at=NOON + timedelta(seconds=late))
        make_handed_over(visit, rule, message=message, due_at=NOON)

    assert speed(DAY, [place]).on_time == Share(2, 3)


def test_without_replies_there_is_no_speed():
    assert speed(DAY, [make_location()]) == Speed()


def test_a_rule_that_was_switched_on_twice_is_there_twice():
    rule, never = make_confirmation_rule(active=False), make_reminder_rule(name="Never changed")
    user = make_user(group="manager")
    scope = scope_of(user)
    for days, on in enumerate((True, False, True)):
        switch_rule(rule.pk, on=on, by=SYSTEM, now=NOON + timedelta(days=days))
    fresh = make_reminder_rule(name="New")
    fresh.pk = None
    save_rule(fresh, by=SYSTEM, now=NOON + timedelta(days=4))

    found = [(one.name, one.day) for one in switched_on(scope, zone=LONDON)]

    assert never.pk
    assert found == [
        ("New", date(2026, 3, 6)),
        ("Confirmation", date(2026, 3, 4)),
        ("Confirmation", date(2026, 3, 2)),
    ]


def test_another_locations_rule_is_nobody_elses_date():
    theirs, other = make_location(), make_location()
    for place in (theirs, other):
        rule = make_confirmation_rule(name=f"At {place.pk}", location=place, active=False)
        switch_rule(rule.pk, on=True, by=SYSTEM, now=NOON)
    scope = scope_of(make_user(group="manager", locations=(theirs,)))

    assert [one.name for one in switched_on(scope, zone=LONDON)] == [f"At {theirs.pk}"]
