"""The trail goes from its oldest end, by its period, and what is left still holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.retention.holds import end_hold, set_hold
from reminders.domain.retention.periods import midnight, save_periods, tonight
from reminders.domain.retention.run import forget_what_is_due
from reminders.domain.retention.steps import due_at
from reminders.domain.trail.check import check_all
from reminders.domain.trail.seal import seal_waiting
from reminders.models import ForgettingRun, TrailEntry, TrailState
from tests.factories import make_contact

pytestmark = pytest.mark.django_db
YEARS_6 = timedelta(days=2_192)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def make_entries(*ages: int, contact: int | None = None) -> list[int]:
    """Sealed entries of so many days ago; their places."""
    before = TrailEntry.objects.filter(position__isnull=False).count()
    for days in ages:
        at = timezone.now() - timedelta(days=days)
        TrailEntry.objects.create(at=at, kind="look", source="person", contact_id=contact)
    seal_waiting(now=timezone.now())
    return list(range(before + 1, before + len(ages) + 1))


def forget(now: datetime) -> int:
    forget_what_is_due(now=now, pause=lambda _: None)
    return ForgettingRun.objects.get(day=midnight(now).date(), step="trail").count


def left() -> list[int | None]:
    return list(TrailEntry.objects.order_by("position").values_list("position", flat=True))


def test_what_is_older_than_six_years_goes_and_the_chain_holds(now: datetime) -> None:
    make_entries(3000, 2500, 2193, 2100, 10)

    assert (forget(now), left()) == (3, [4, 5])

    make_entries(1)
    found = check_all(now=now)
    assert (found.whole, found.entries) == (True, 3)
    state = TrailState.objects.get()
    assert (state.first_position, state.last_position) == (4, 6)


def test_all_of_it_may_go_and_the_next_entry_goes_on_behind(now: datetime) -> None:
    make_entries(*[3000] * 7)
    assert (forget(now), left()) == (7, [])

    make_entries(1)

    assert (check_all(now=now).whole, left()) == (True, [8])


def test_many_go_in_portions(now: datetime, monkeypatch: Any) -> None:
    monkeypatch.setattr("reminders.domain.retention.run.FIRST", 3)
    monkeypatch.setattr("reminders.domain.retention.run.MOST", 3)
    make_entries(*[3000] * 10, 5)

    assert (forget(now), left(), check_all(now=now).whole) == (10, [11], True)


def test_an_old_entry_behind_a_young_one_waits_for_it(now: datetime) -> None:
    make_entries(3000, 5, 3000)

    assert (forget(now), left()) == (1, [2, 3])


def test_what_waits_for_its_seal_stays(now: datetime) -> None:
    make_entries(3000)
    TrailEntry.objects.create(at=now - YEARS_6 * 2, kind="look", source="person")

    assert (forget(now), left()) == (1, [None])


def test_a_legal_hold_keeps_what_is_about_them_and_all_behind_it(now: datetime) -> None:
    held = make_contact()
    make_entries(3000, 3000)
    make_entries(3000, contact=held.pk)
    make_entries(3000)
    set_hold(held.pk, reason="a claim", by=SYSTEM, now=now)
    assert (due_at(midnight(now))["trail"], forget(now), left()) == (
        [(2, "entries of the trail")],
        2,
        [3, 4],
    )

    end_hold(held.pk, by=SYSTEM, now=now)

    assert (forget(now + timedelta(days=1)), left()) == (2, [])


def test_a_break_is_not_forgotten_away(now: datetime) -> None:
    make_entries(3000, 3000, 3000)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reminders_trailentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE reminders_trailentry SET address = '192.0.2.1' WHERE position = 2")
        cursor.execute("ALTER TABLE reminders_trailentry ENABLE TRIGGER USER")

    assert (forget(now), left(), check_all(now=now).broken_at) == (0, [1, 2, 3], 2)


def test_its_period_is_set_like_the_others_and_is_a_year_at_least(now: datetime) -> None:
    make_entries(400, 300)
    save_periods({"trail": 365}, by=SYSTEM, now=now)

    assert due_at(tonight(now))["trail"] == [(1, "entry of the trail")]
    assert (forget(now + timedelta(days=1)), left()) == (1, [2])


def test_a_check_that_is_under_way_does_not_miss_what_is_forgotten_meanwhile(
    now: datetime, monkeypatch: Any
) -> None:
    from reminders.domain.trail.check import go_on_checking, report

    monkeypatch.setattr("reminders.domain.trail.check.AT_A_TIME", 2)
    make_entries(3000, 3000, 3000, 3000, 5, 5)
    go_on_checking(now=now, go_on=lambda: False)

    forget(now)
    go_on_checking(now=now)

    assert (report().whole, left()) == (True, [5, 6])
