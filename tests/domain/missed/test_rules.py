"""A rule for patients who missed a visit: an extra text, planned as soon as somebody is missing."""

from datetime import date, timedelta

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import set_status, undo_status
from reminders.domain.planning import plan
from reminders.domain.planning.dry_run import would_write
from reminders.domain.planning.plan import PlanResult, plan_appointments
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.setup.rule_preview import Change, preview_rule
from reminders.domain.setup.rule_text import whom
from reminders.models import Appointment, Reminder, ReminderRule
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_location,
    make_reminder_rule,
)

pytestmark = pytest.mark.django_db
THURSDAY = date(2026, 3, 5)


@pytest.fixture
def extra() -> ReminderRule:
    """Three hours before, to who missed a visit in the three months before."""
    return make_reminder_rule(name="Extra", minutes_before=180, missed_within_months=3)


@pytest.fixture
def usual() -> ReminderRule:
    return make_reminder_rule()


def planned(visit) -> set[str]:
    rows = Reminder.objects.filter(appointment=visit, state="planned", version=visit.version)
    return set(rows.values_list("rule__name", flat=True))


@pytest.mark.parametrize(
    ("day", "status", "gets"),
    [
        (date(2026, 2, 20), "no_show", True),
        (date(2025, 12, 6), "no_show", True),
        (date(2025, 12, 4), "no_show", False),
        (date(2026, 2, 20), "arrived", False),
        (date(2026, 3, 6), "no_show", False),
    ],
)
@pytest.mark.parametrize("many", [500, 1], ids=["each", "by representatives"])
def test_only_who_missed_a_visit_lately_gets_the_extra_text(
    extra, usual, monkeypatch, many, day, status, gets
):
    monkeypatch.setattr(plan, "MANY", many)
    contact, place = make_contact(), make_location()
    make_appointment(day=day, contact=contact, location=place, status=status)
    visit = make_appointment(day=THURSDAY, contact=contact, location=place)
    other = make_appointment(day=THURSDAY, location=place)

    plan_appointments([visit.pk, other.pk], now=NOON)

    assert planned(visit) == ({"Reminder", "Extra"} if gets else {"Reminder"})
    assert planned(other) == {"Reminder"}
    assert plan_appointments([visit.pk, other.pk], now=NOON) == PlanResult(appointments=2)


def test_the_extra_rule_replaces_none_and_none_replaces_it(usual):
    place = make_location()
    here = make_reminder_rule(name="Here", location=place)
    extra = make_reminder_rule(name="Extra here", location=place, missed_within_months=3)
    everywhere = make_reminder_rule(name="Extra", missed_within_months=3)
    elsewhere = make_location()
    book = RuleSet.load()

    assert {rule.id for rule in book.rules_for(place.pk, None)} == {
        here.pk, extra.pk, everywhere.pk,
    }  # fmt: skip
    assert {rule.id for rule in book.rules_for(elsewhere.pk, None)} == {usual.pk, everywhere.pk}


def test_who_is_marked_as_missing_is_planned_anew_and_undo_takes_the_text_back(extra, usual):
    contact, place = make_contact(), make_location()
    past = make_appointment(day=date(2026, 3, 1), contact=contact, location=place)
    visit = make_appointment(day=THURSDAY, contact=contact, location=place)
    plan_appointments([visit.pk], now=NOON)
    assert planned(visit) == {"Reminder"}

    (line,) = set_status([past.pk], Appointment.Status.NO_SHOW, by=SYSTEM, now=NOON)
    assert planned(visit) == {"Reminder", "Extra"}

    undo_status(line.pk, by=SYSTEM, now=NOON)
    assert planned(visit) == {"Reminder"}


def test_without_such_a_rule_nobody_looks_for_missed_visits(usual):
    assert not RuleSet.load().asks_who_missed
    make_reminder_rule(missed_within_months=3, active=False)
    assert not RuleSet.load().asks_who_missed


def test_the_preview_of_the_rule_shows_the_extra_texts(usual):
    contact, place = make_contact(), make_location()
    make_appointment(day=date(2026, 3, 1), contact=contact, location=place, status="no_show")
    visits = [
        make_appointment(day=THURSDAY, contact=contact, location=place),
        make_appointment(day=THURSDAY, location=place),
    ]
    plan_appointments([one.pk for one in visits], now=NOON)
    rule = ReminderRule(
        name="Extra", kind="reminder", minutes_before=180, missed_within_months=6,
        min_notice_minutes=15, cutoff_minutes=10, quiet="earlier",
    )  # fmt: skip

    found = preview_rule(rule, now=NOON)

    assert (found.counts[Change.NEW], found.counts[Change.DROPPED]) == (1, 0)
    assert whom(rule) == (
        "for every appointment of patients who missed a visit in the 6 months before"
    )


def test_a_dry_run_looks_for_missed_visits_as_planning_does(extra):
    contact, place = make_contact(), make_location()
    make_appointment(day=date(2026, 3, 1), contact=contact, location=place, status="no_show")
    visit = make_appointment(day=THURSDAY, contact=contact, location=place)
    make_confirmation_rule(changed_at=NOON - timedelta(days=9))

    found = would_write([visit.pk], book=RuleSet.load(), now=NOON)

    assert (visit.pk, extra.pk) in found.added
