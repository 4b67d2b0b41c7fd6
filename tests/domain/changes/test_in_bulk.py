"""Planned by the thousand, each visit gets the texts about what happened that it gets by itself."""

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from reminders.domain.planning import plan
from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, Location, Reminder, Service, VisitChange
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db

WHAT = (
    *("appointment", "rule", "version", "state", "reason", "due_at", "cutoff_at", "starts_at"),
    *("local_date", "location", "phone"),
)
STATUSES = ("booked", "confirmed", "cancelled", "no_show")
DAYS = (date(2026, 2, 27), date(2026, 3, 3), date(2026, 3, 9))
EARLIER = NOON + timedelta(days=2)


def rules() -> Service:
    make.make_confirmation_rule()
    make.make_reminder_rule()
    scan = make.make_service(name="Scan")
    long_ago = datetime(2026, 1, 1, tzinfo=NOON.tzinfo)
    for kind in ("booked", "moved", "cancelled", "missed"):
        make.make_event_rule(kind, changed_at=long_ago)
    make.make_event_rule("moved", service=scan, settle_minutes=30, changed_at=long_ago)
    make.make_event_rule("after", minutes_after=60, changed_at=long_ago)
    return scan


def changes(place: Location) -> list[dict[str, Any] | None]:
    """What may be noted of a visit; None for nothing."""
    there = {"knew": "coming", "knew_starts_at": EARLIER, "knew_location": place}
    return [
        None,
        {"knew": "nothing"},
        {"knew": "off"},
        there,
        there | {"telling": "hand"},
        there | {"telling": "nobody"},
        there | {"at": NOON - timedelta(hours=3)},
        there | {"version": 2},
        there | {"knew_starts_at": NOON + timedelta(minutes=40)},
    ]


def visits(scan: Service) -> list[Appointment]:
    here, there = make.make_location(), make.make_location(zone="Australia/Sydney", opens=time(9))
    services = (scan, make.make_service())
    kinds = list(product((here, there), STATUSES, DAYS, changes(here)))
    rows = []
    # Three of each at least: some of them get what another was given.
    for n, (place, status, day, change) in enumerate([*kinds, *kinds, *kinds]):
        row = make.make_appointment(
            location=place,
            day=day,
            status=status,
            service=services[bool(n % 5)],
            version=2 + n % 2,
        )
        rows.append(row)
        if change is not None:
            values = {"version": 2 + n % 2, "at": NOON} | change
            VisitChange.objects.create(appointment=row, **values)
    return rows


def planned(ids: list[int], monkeypatch: pytest.MonkeyPatch, *, many: int) -> set[Any]:
    monkeypatch.setattr(plan, "MANY", many)
    with transaction.atomic():
        plan_appointments(ids, now=NOON)
        found = set(Reminder.objects.values_list(*WHAT))
        transaction.set_rollback(True)
    return found


def test_a_large_set_is_told_of_what_happened_as_each_of_it_would_be(monkeypatch):
    ids = [row.pk for row in visits(rules())]

    each = planned(ids, monkeypatch, many=len(ids) + 1)
    together = planned(ids, monkeypatch, many=1)

    assert together == each
    assert len({row[1] for row in each}) >= 6
    assert {row[4] for row in each} >= {"", "told_by_other", "told_by_staff", "told_nobody"}


def test_new_visits_are_planned_as_those_that_were_there(monkeypatch):
    make.make_confirmation_rule(not_if_confirmed=True)
    make.make_reminder_rule()
    monkeypatch.setattr(plan, "MANY", 1)
    place = make.make_location()
    kinds: list[dict[str, Any]] = [
        {},
        {"no_more_texts": True},
        {"contact": make.make_contact(phone="")},
    ]
    ids = [
        make.make_appointment(location=place, day=day, status=status, **values).pk
        for day, status, values in product(DAYS, STATUSES, kinds)
    ]

    with transaction.atomic():
        as_there = plan_appointments(ids, now=NOON)
        there = set(Reminder.objects.values_list(*WHAT))
        transaction.set_rollback(True)
    as_new = plan_appointments(ids, now=NOON, fresh=True)

    assert set(Reminder.objects.values_list(*WHAT)) == there
    assert (as_new, bool(there)) == (as_there, True)
