"""Closed days of a location: what they do to texts, which days they are, and taking them back."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from reminders.domain.common.audit import SYSTEM
from reminders.domain.planning.plan import PlanResult, plan_appointments
from reminders.domain.setup.closed_days.calendar import closed_on, list_year, span_in
from reminders.domain.setup.closed_days.changing import (
    Change,
    Changed,
    ClosedDayError,
    check,
    save_change,
    undo_change,
)
from reminders.domain.setup.closed_days.effects import effects_of_change
from reminders.domain.setup.closed_days.holidays import (
    Source,
    countries,
    holidays_of,
    is_known,
    lacks_holidays,
    public_holidays,
    regions,
    usual_source,
)
from reminders.models import AuditEntry, ClosedDay, Reminder
from tests.factories import (
    NOON,
    make_appointment,
    make_closed_day,
    make_confirmation_rule,
    make_location,
)

pytestmark = pytest.mark.django_db
WEDNESDAY, THURSDAY = date(2026, 3, 4), date(2026, 3, 5)


@pytest.fixture
def planned():
    """A visit on Thursday at ten; its confirmation goes on working days only."""
    make_confirmation_rule(weekdays_only=True)
    visit = make_appointment(day=THURSDAY)
    plan_appointments([visit.pk], now=NOON)
    visit.location.refresh_from_db()
    return visit


def save(change: Change) -> Changed:
    """Save it and, as after every commit, have it planned."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        changed = save_change(change, by=SYSTEM, now=NOON)
    changed.job.refresh_from_db()
    return changed


def undo(changed: Changed) -> Changed | None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        return undo_change(changed.line, by=SYSTEM, now=NOON)


def due() -> datetime:
    return Reminder.objects.get().due_at


def closing(place, first=WEDNESDAY, last=None, **values) -> Change:
    row = ClosedDay(
        location=place, name="Training", first_day=first, last_day=last or first, **values
    )
    return Change(place, new=[row])


def test_closing_a_day_moves_what_would_go_on_it_and_undo_moves_it_back(planned):
    assert due() == datetime(2026, 3, 4, 10, tzinfo=UTC)

    changed = save(closing(planned.location))

    assert due() == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert changed.job.result["written"] == 1

    undone = undo(changed)

    assert due() == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert undo(changed) is None
    assert undone
    undo(undone)
    assert due() == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert list(AuditEntry.objects.values_list("kind", flat=True)) == ["closed_days_changed"] * 3


def test_planning_again_changes_nothing(planned):
    save(closing(planned.location))

    assert plan_appointments([planned.pk], now=NOON) == PlanResult(appointments=1)


def test_the_preview_tells_what_saving_then_does(planned):
    effects = effects_of_change(closing(planned.location), now=NOON)

    assert (effects.booked, dict(effects.texts.counts)) == (0, {"moved": 1})
    assert [one.effects[0].after.due_at for one in effects.texts.examples] == [
        datetime(2026, 3, 3, 10, tzinfo=UTC)
    ]
    assert due() == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert not ClosedDay.objects.exists()


def test_the_preview_names_who_is_booked_on_the_day(planned):
    past = make_appointment(day=date(2026, 2, 5), location=planned.location)
    make_appointment(day=THURSDAY, location=planned.location, status="cancelled")
    make_appointment(day=THURSDAY)
    assert past.starts_at < NOON

    effects = effects_of_change(closing(planned.location, THURSDAY), now=NOON)

    assert (effects.booked, effects.people, effects.more) == (1, [planned], 0)
    assert effects.texts.changes_nothing


def test_a_day_that_comes_back_finds_who_is_booked_in_other_years(planned):
    change = closing(planned.location, date(2020, 3, 1), date(2020, 3, 6), every_year=True)

    assert effects_of_change(change, now=NOON).people == [planned]


def test_another_location_keeps_its_days(planned):
    save(closing(make_location()))

    assert due() == datetime(2026, 3, 4, 10, tzinfo=UTC)


def test_a_year_lists_its_days_in_order_with_who_is_booked(planned):
    place = planned.location
    christmas = make_closed_day(place, every_year=True, first_day=date(2020, 12, 25))
    training = make_closed_day(place, first_day=THURSDAY, name="Training")
    make_closed_day(place, first_day=date(2025, 3, 5), name="Of last year")
    gone = make_closed_day(place, first_day=date(2026, 8, 3), removed_at=NOON)

    listed = list_year(place, 2026, now=NOON)

    assert [(one.row, one.first, one.booked) for one in listed] == [
        (training, THURSDAY, 1),
        (gone, date(2026, 8, 3), 0),
        (christmas, date(2026, 12, 25), 0),
    ]


@pytest.mark.parametrize(
    ("first", "last", "year", "expected"),
    [
        ("2026-12-30", "2027-01-02", 2030, ("2030-12-30", "2031-01-02")),
        ("2028-02-29", "2028-02-29", 2032, ("2032-02-29", "2032-02-29")),
        ("2028-02-29", "2028-02-29", 2030, None),
        ("2028-02-29", "2028-03-02", 2030, ("2030-03-01", "2030-03-02")),
        ("2028-02-27", "2028-02-29", 2030, ("2030-02-27", "2030-02-28")),
    ],
)
def test_where_a_day_that_comes_back_lies(first, last, year, expected):
    row = ClosedDay(
        first_day=date.fromisoformat(first), last_day=date.fromisoformat(last), every_year=True
    )

    found = span_in(row, year)

    assert (found and tuple(map(str, found))) == expected


def test_why_a_location_is_closed_on_a_day():
    place = make_location()
    make_closed_day(place, first_day=date(2020, 12, 30), last_day=date(2021, 1, 2), every_year=True)
    make_closed_day(place, name="Training", first_day=WEDNESDAY)
    make_closed_day(place, name="Not any more", first_day=THURSDAY, removed_at=NOON)

    assert closed_on(place.pk, WEDNESDAY) == "Training"
    assert closed_on(place.pk, date(2031, 1, 1)) == "Christmas"
    assert [closed_on(place.pk, day) for day in (THURSDAY, date(2031, 1, 3))] == ["", ""]
    assert closed_on(make_location().pk, WEDNESDAY) == ""


@pytest.mark.parametrize(
    ("first", "last", "yearly", "refused"),
    [
        ("2026-03-04", "2026-03-03", False, "before the first"),
        ("2026-03-04", "2027-03-04", False, ""),
        ("2026-03-04", "2028-03-04", False, "At most a year"),
        ("2026-07-01", "2026-08-31", True, ""),
        ("2026-07-01", "2026-09-30", True, "every year"),
    ],
)
def test_spans_that_can_be_no_closed_days_are_refused(first, last, yearly, refused):
    given = date.fromisoformat(first), date.fromisoformat(last)
    if not refused:
        check(*given, every_year=yearly)
        return
    with pytest.raises(ClosedDayError, match=refused):
        check(*given, every_year=yearly)


def test_public_holidays_follow_country_and_region():
    england = dict(public_holidays(Source("GB", "ENG"), 2026))
    scotland = dict(public_holidays(Source("GB", "SCT"), 2026))

    assert england[date(2026, 4, 6)] == "Easter Monday"
    assert date(2026, 4, 6) not in scotland
    assert public_holidays(Source("DE", "BY"), 2026)[0] == (date(2026, 1, 1), "New Year's Day")
    assert public_holidays(Source("XX"), 2026) == []
    assert dict(countries())["GB"] == "United Kingdom"
    assert dict(regions("AT"))["1"] == "Burgenland"
    assert regions("XX") == ()
    assert [is_known(one) for one in (Source("DE", "BY"), Source("DE", "XY"))] == [True, False]


def test_a_holiday_that_was_decided_about_keeps_its_decision():
    place = make_location(country="GB")
    make_closed_day(
        place, first_day=date(2026, 12, 28), holiday="GB-ENG", removed_at=NOON, name="Boxing Day"
    )

    found = holidays_of(place, Source("GB", "ENG"), 2026)

    assert {one.day: (one.is_new, one.closed) for one in found}[date(2026, 12, 28)] == (
        False,
        False,
    )
    assert {(one.is_new, one.closed) for one in found if one.day.month < 12} == {(True, True)}
    assert usual_source(place) == Source("GB", "ENG")
    assert usual_source(make_location(country="DE")) == Source("DE")
    assert [lacks_holidays(place, year) for year in (2026, 2027)] == [False, True]
    assert not lacks_holidays(make_location(), 2026)


def test_closed_days_are_read_once_however_many_are_planned(planned):
    others = [make_appointment(day=THURSDAY, at=time(9, n)) for n in range(4)]
    for n in range(30):
        make_closed_day(planned.location, first_day=WEDNESDAY + timedelta(days=n))
    reads = []
    for ids in ([planned.pk], [planned.pk, *(one.pk for one in others)]):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            plan_appointments(ids, now=NOON)
        reads.append(sum("reminders_closedday" in one["sql"] for one in seen.captured_queries))

    assert reads == [1, 1]
