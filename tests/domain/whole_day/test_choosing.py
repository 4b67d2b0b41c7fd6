"""Who is chosen for a change of many visits, by whom, and what is said beforehand."""

from __future__ import annotations

from datetime import time
from decimal import Decimal

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.whole_day.choosing import prepare, say_late, seen_by, visits_of
from reminders.domain.whole_day.look import look_ahead
from reminders.domain.whole_day.wish import Kind, Wish
from reminders.models import (
    BulkChange,
    Location,
    TextPrice,
)
from tests import factories as make
from tests.domain.whole_day.visits import CANCEL, TOMORROW, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_limited_user_chooses_and_sees_only_their_own_location(place: Location) -> None:
    elsewhere = make.make_location()
    mine, theirs = visit(place), visit(elsewhere)
    scope = scope_of(make.make_user(group="receptionist", locations=(place,)))
    days = {place.pk: TOMORROW, elsewhere.pk: TOMORROW}

    groups = [f"place-{place.pk}", f"place-{elsewhere.pk}"]
    assert visits_of(scope, [mine.pk, theirs.pk], groups, days=days) == [mine]
    both = prepare([mine, theirs], by=SYSTEM, now=NOON)
    own = prepare([mine], by=SYSTEM, now=NOON)
    assert list(seen_by(scope)) == [own]
    assert both not in seen_by(scope)


@pytest.mark.parametrize(
    "group", ["", "place", "place-", "place-x", "with-1", "place-1-2-3", "place-²", "all-1"]
)
def test_a_group_that_is_none_chooses_nobody(place: Location, group: str) -> None:
    visit(place)
    scope = scope_of(make.make_user(group="receptionist"))

    assert visits_of(scope, [], [group], days={place.pk: TOMORROW}) == []


def test_nobody_to_tell_of_a_delay_begins_nothing(place: Location) -> None:
    scope = scope_of(make.make_user(group="receptionist"))

    assert say_late(scope, 1, 20, place_ids=[place.pk], now=NOON) is None
    assert BulkChange.objects.count() == 0


WRONG = [
    (Wish(Kind.TEXT), "Write what the patients should read."),
    (Wish(Kind.MOVE), "Choose by how much to move the visits, or another day."),
    (Wish(Kind.MOVE, minutes=800), "By more than 12 hours: choose another day instead."),
    (Wish(Kind.LATE, minutes=17), "Choose by how many minutes you are late."),
    (Wish(Kind.TEXT, text="{room}"), "{room} is not a placeholder."),
    (Wish(Kind.TEXT, text="{minutes}"), "{minutes} belongs to the text about running late only."),
    (Wish(Kind.LATE, minutes=20, text="Sorry, {minutes} late"), "add {location}"),
    (Wish(Kind.TEXT, text="{first_name"), "A “{” is never closed"),
    (Wish(Kind.TEXT, text="Reply STOP to cancel"), "STOP"),
    (Wish(Kind.CANCEL, text="{first_name.__class__}"), "is not a placeholder"),
]


@pytest.mark.parametrize(("wish", "words"), WRONG)
def test_what_is_missing_or_wrong_is_said_beforehand(wish: Wish, words: str) -> None:
    assert words in wish.problem(language="en")


def test_a_look_says_what_the_texts_cost_where_the_price_is_known(place: Location) -> None:
    change = prepare([visit(place), visit(place, at=time(15))], by=SYSTEM, now=NOON)
    assert look_ahead(change, CANCEL, now=NOON).costs == []

    TextPrice.objects.create(country="GB", currency="GBP", price="0.04", changed_at=NOON)

    assert look_ahead(change, CANCEL, now=NOON).costs == [(Decimal("0.08"), "GBP")]
