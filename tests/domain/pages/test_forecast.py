"""What goes out in the next days."""

from datetime import date, time, timedelta

import pytest

from reminders.domain.pages.forecast import ForecastCell, forecast
from reminders.domain.planning.plan import plan_appointments
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_reminder_rule,
    phone,
)

pytestmark = pytest.mark.django_db


def planned(*appointments):
    plan_appointments([one.pk for one in appointments], now=NOON)


def cells(result):
    return {day.day: day.cells for day in result.days if day.total.messages}


def test_planned_texts_are_counted_by_rule_and_local_day():
    confirm, remind = make_confirmation_rule(), make_reminder_rule()
    place = make_location()
    planned(
        make_appointment(location=place), make_appointment(location=place, day=date(2026, 3, 5))
    )

    result = forecast([place], now=NOON)

    assert [(rule.id, rule.kind) for rule in result.rules] == [
        (confirm.pk, "confirmation"),
        (remind.pk, "reminder"),
    ]
    assert {day: tuple(cell.messages for cell in row) for day, row in cells(result).items()} == {
        date(2026, 3, 3): (1, 0),
        date(2026, 3, 4): (1, 1),
        date(2026, 3, 5): (0, 1),
    }
    assert len(result.days) == 14


def test_a_family_shares_one_text_unless_the_location_says_otherwise():
    make_confirmation_rule()
    together, apart = make_location(), make_location(family_messages=False)
    shared = phone()
    for place in (together, apart):
        people = [make_contact(phone=shared) for _ in range(3)]
        planned(*(make_appointment(location=place, contact=one) for one in people))

    counted = [forecast([place], now=NOON).total.messages for place in (together, apart)]

    assert counted == [1, 3]


def test_segments_follow_from_the_words():
    rule = make_confirmation_rule()
    rule.wordings.create(
        purpose="confirmation", language="en", text="Hello {first_name} " + "x" * 300
    )
    place = make_location()
    planned(make_appointment(location=place))

    assert forecast([place], now=NOON).total == ForecastCell(messages=1, segments=3)


def test_what_the_provider_holds_counts_with_its_own_segments():
    rule, appointment = make_confirmation_rule(), make_appointment()
    tomorrow = NOON + timedelta(hours=20)
    message = make_message(appointment=appointment, segments=2, scheduled_at=tomorrow)
    make_handed_over(appointment, rule, message=message)

    assert cells(forecast([appointment.location], now=NOON)) == {
        date(2026, 3, 3): (ForecastCell(1, 2),)
    }


def test_a_day_far_above_the_others_is_heavy():
    make_confirmation_rule()
    place = make_location()
    days = [4, 5, *[6] * 8]
    planned(
        *(
            make_appointment(location=place, day=date(2026, 3, day), at=time(9 + index % 8))
            for index, day in enumerate(days)
        )
    )

    assert [day.day for day in forecast([place], now=NOON).days if day.heavy] == [date(2026, 3, 5)]


def test_nothing_planned_is_an_empty_forecast():
    result = forecast([make_location()], now=NOON)

    assert (result.rules, result.total, result.most) == ((), ForecastCell(), 0)
