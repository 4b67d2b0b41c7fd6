"""Changing rules: what is saved, what is planned again, and that the preview told the truth."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.db import connection

from reminders.domain.common.audit import SYSTEM, Actor
from reminders.domain.common.locks import AdvisoryLock
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup import jobs
from reminders.domain.setup.rule_preview import Change, preview_rule
from reminders.domain.setup.rule_text import sentence, small_print
from reminders.domain.setup.rules import (
    RuleError,
    delete_rule,
    etag,
    move_rule,
    save_rule,
    switch_rule,
)
from reminders.models import Appointment, AuditEntry, Job, Reminder, ReminderRule
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)

CASES = list(
    csv.DictReader(
        (Path(__file__).parents[1] / "cases" / "rule_sentences.csv").open(encoding="utf-8")
    )
)
MONDAY, FRIDAY = date(2026, 3, 9), date(2026, 3, 6)


def changed(rule: ReminderRule, **values: object) -> ReminderRule:
    """The rule with other values, not saved."""
    fresh = ReminderRule.objects.get(pk=rule.pk)
    for name, value in values.items():
        setattr(fresh, name, value)
    return fresh


def two_days_at_five(rule: ReminderRule) -> ReminderRule:
    return changed(rule, days_before=2, at_time=time(17), weekdays_only=True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["sentence"])
def test_a_rule_is_said_in_a_sentence(case):
    rule = ReminderRule(
        days_before=int(case["days"]) if case["days"] else None,
        at_time=time.fromisoformat(case["time"]) if case["time"] else None,
        minutes_before=int(case["minutes"]) if case["minutes"] else None,
        weekdays_only=case["working_days"] == "yes",
        not_if_confirmed=case["if_confirmed"] == "no",
    )

    assert sentence(rule) == case["sentence"]


def test_the_small_print_says_what_happens_in_odd_cases():
    rule = ReminderRule(
        days_before=1, weekdays_only=True, late="skip", quiet="earlier", cutoff_minutes=90
    )

    assert small_print(rule) == [
        "If that day is not a working day, on the last working day before.",
        "Outside texting hours: before they end.",
        "Booked too late for it: not at all.",
        "Never later than 90 minutes before the start.",
    ]


def test_a_saved_change_moves_what_is_planned():
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=MONDAY)
    plan_appointments([appointment.pk], now=NOON)

    saved = save_rule(two_days_at_five(rule), by=Actor.staff(None), now=NOON)

    assert saved.job is not None
    assert (saved.job.state, saved.job.result["written"]) == (Job.State.DONE, 1)
    # Two days before Monday is Saturday, when nobody is there: it goes on Friday.
    assert Reminder.objects.get().due_at == datetime(2026, 3, 6, 17, tzinfo=UTC)
    [line] = AuditEntry.objects.filter(kind="rule_changed")
    assert line.details["changes"] == {
        "days_before": [1, 2],
        "at_time": [None, "17:00"],
        "weekdays_only": [False, True],
    }


def test_a_new_name_plans_nothing():
    rule = make.make_confirmation_rule()

    saved = save_rule(changed(rule, name="Ask"), by=SYSTEM, now=NOON)

    rule.refresh_from_db()
    assert (saved.job, rule.name, rule.changed_at) == (None, "Ask", NOON - timedelta(days=365))


def test_a_time_that_has_passed_by_the_new_rule_goes_at_once():
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 4))
    plan_appointments([appointment.pk], now=NOON)

    save_rule(changed(rule, days_before=3), by=SYSTEM, now=NOON)

    assert Reminder.objects.get().due_at == NOON


def test_what_has_gone_out_is_not_sent_again():
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3))
    message = make.make_message(state="delivered", appointment=appointment, scheduled_at=NOON)
    make.make_handed_over(appointment, rule, message=message)

    saved = save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON)

    assert saved.job is not None
    assert saved.job.result == {"written": 0, "taken_back": 0, "to_withdraw": 0}
    assert Reminder.objects.get().state == "sent"


def test_a_text_whose_time_has_come_is_left_alone_before_its_report():
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3), at=time(11, 59))
    message = make.make_message(appointment=appointment, scheduled_at=NOON - timedelta(minutes=1))
    make.make_handed_over(appointment, rule, message=message)

    save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON)

    assert Reminder.objects.get().state == "sent"


def test_a_rule_for_a_location_takes_the_place_of_the_general_one_and_gives_it_back():
    general = make.make_confirmation_rule()
    appointment = make.make_appointment(day=MONDAY)
    plan_appointments([appointment.pk], now=NOON)
    own = ReminderRule(
        kind="confirmation", name="Own", days_before=3, location=appointment.location
    )

    save_rule(own, by=SYSTEM, now=NOON)
    with_own = dict(Reminder.objects.values_list("rule_id", "state"))
    switch_rule(own.pk, on=False, by=SYSTEM, now=NOON)
    without = dict(Reminder.objects.values_list("rule_id", "state"))

    assert with_own == {general.pk: "withdrawn", own.pk: "planned"}
    assert without == {general.pk: "planned", own.pk: "withdrawn"}


def test_many_appointments_are_left_to_a_worker():
    rule = make.make_confirmation_rule()
    make.make_appointment(day=MONDAY)
    many(jobs.SMALL)

    saved = save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON)

    assert saved.job is not None
    assert (saved.job.state, saved.job.total) == (Job.State.WAITING, jobs.SMALL + 1)
    assert jobs.work_off(clock=lambda: NOON, at_most=timedelta(minutes=1)) == 1
    assert Reminder.objects.filter(state="planned").count() == jobs.SMALL + 1


def many(count: int) -> None:
    """Copies of the only appointment."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO reminders_appointment (
                location_id, contact_id, starts_at, local_date, local_time, wall_flag, diary,
                external_id, status, no_more_texts, notes, extra, version, changed_at,
                created_at, updated_at
            )
            SELECT
                location_id, contact_id, starts_at, local_date, local_time, '', '',
                '', status, false, '', '{}', 1, changed_at, created_at, updated_at
            FROM reminders_appointment, generate_series(1, %s)
            """,
            [count],
        )


def test_a_change_waits_for_plannings_by_the_old_rules_but_not_for_long():
    rule = make.make_confirmation_rule()
    planning = connection.copy()
    with planning.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s)", [AdvisoryLock.RULES.value])

    with pytest.raises(BusyError, match="save again in a minute"):
        save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON)
    planning.close()

    assert ReminderRule.objects.get().days_before == 1
    assert save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON).rule.days_before == 2


def test_somebody_elses_change_is_noticed():
    rule = make.make_confirmation_rule()
    seen = etag(rule)
    ReminderRule.objects.update(days_before=5)

    with pytest.raises(RuleError, match="Somebody else changed this rule meanwhile"):
        save_rule(two_days_at_five(rule), by=SYSTEM, now=NOON, seen=seen)


def test_a_used_rule_stays():
    rule = make.make_confirmation_rule(active=False)
    make.make_handed_over(make.make_appointment(), rule)

    with pytest.raises(RuleError, match="Switch it off instead"):
        delete_rule(rule.pk, by=SYSTEM, now=NOON)


def test_rules_are_put_in_order():
    first, second, third = (make.make_confirmation_rule(position=1) for _ in range(3))

    move_rule(third.pk, up=True)
    move_rule(first.pk, up=True)

    assert list(ReminderRule.objects.values_list("pk", flat=True)) == [
        first.pk,
        third.pk,
        second.pk,
    ]


def a_busy_week(rule: ReminderRule) -> list[Appointment]:
    """Appointments in every situation that a rule may find."""
    place, other = make.make_location(), make.make_location(zone="Australia/Sydney")
    rows = [
        make.make_appointment(
            day=date(2026, 3, 3) + timedelta(days=n % 12), at=time(8 + n % 9), location=where
        )
        for n, where in enumerate([place, other] * 12)
    ]
    rows.append(make.make_appointment(contact=make.make_contact(phone="")))
    rows.append(make.make_appointment(no_more_texts=True))
    rows.append(make.make_appointment(status="cancelled"))
    rows.append(make.make_appointment(status="confirmed"))
    plan_appointments([row.pk for row in rows], now=NOON)
    held = Reminder.objects.filter(state="planned").order_by("pk")
    for number, reminder in enumerate(list(held[:8])):
        message = make.make_message(
            appointment=reminder.appointment,
            phone=reminder.phone,
            scheduled_at=reminder.due_at,
            state=["accepted", "delivered", "queued", "accepted"][number % 4],
        )
        Reminder.objects.filter(pk=reminder.pk).update(state="sent", message=message)
    last = held.last()
    assert last is not None
    Reminder.objects.filter(pk=last.pk).update(state="skipped", reason="held")
    return rows


@pytest.mark.parametrize(
    "change",
    [
        {"days_before": 2, "at_time": time(17), "weekdays_only": True},
        {"days_before": None, "minutes_before": 90},
        {"days_before": 0, "at_time": time(6), "quiet": "skip"},
        {"not_if_confirmed": True},
        {"late": "skip", "days_before": 5},
        {"active": False},
        {"cutoff_minutes": 60 * 30},
        {"name": "Another name"},
    ],
    ids=str,
)
def test_the_preview_tells_what_saving_then_does(change):
    rule = make.make_confirmation_rule()
    a_busy_week(rule)
    before = {row.pk: row for row in Reminder.objects.all()}

    preview = preview_rule(changed(rule, **change), now=NOON)
    saved = save_rule(changed(rule, **change), by=SYSTEM, now=NOON)

    after = {row.pk: row for row in Reminder.objects.all()}
    moved = [pk for pk, row in after.items() if pk in before and (row.due_at != before[pk].due_at)]
    done = Counter[str]()
    for pk, row in after.items():
        old = before.get(pk)
        was, is_now = old and old.state, row.state
        if was == "sent" and is_now == "withdrawing":
            continue
        if was == "planned" and is_now in ("skipped", "withdrawn"):
            done["dropped"] += 1
        elif was in (None, "skipped", "withdrawn") and is_now == "planned":
            done["new"] += 1
        elif is_now == "planned" and pk in moved:
            done["moved"] += 1
    assert {one: preview.counts[Change(one)] for one in ("dropped", "new", "moved")} == {
        one: done[one] for one in ("dropped", "new", "moved")
    }
    assert preview.handed_over == (saved.job.result["to_withdraw"] if saved.job else 0)


def test_a_preview_of_a_new_rule_counts_what_would_go_at_once():
    make.make_appointment(day=date(2026, 3, 4))
    make.make_appointment(day=MONDAY)
    rule = ReminderRule(kind="reminder", name="A week before", days_before=4, at_time=time(9))

    preview = preview_rule(rule, now=NOON)

    assert (preview.counts[Change.NEW], preview.at_once, preview.total) == (2, 1, 2)
    assert not ReminderRule.objects.exists()


def test_a_preview_shows_one_appointment_for_each_weekday_that_it_touches():
    rule = make.make_confirmation_rule()
    for day in range(3, 17):
        make.make_appointment(day=date(2026, 3, day))
    plan_appointments(list(Appointment.objects.values_list("pk", flat=True)), now=NOON)

    preview = preview_rule(two_days_at_five(rule), now=NOON)

    assert [one.appointment.local_date for one in preview.examples] == [
        date(2026, 3, day) for day in range(3, 10)
    ]


def test_a_preview_costs_the_same_for_one_and_for_thirty(django_assert_max_num_queries):
    rule = make.make_confirmation_rule()
    for _ in range(30):
        make.make_appointment(day=MONDAY)
    plan_appointments(list(Appointment.objects.values_list("pk", flat=True)), now=NOON)

    with django_assert_max_num_queries(19):
        preview_rule(two_days_at_five(rule), now=NOON)
