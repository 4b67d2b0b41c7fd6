"""Planning: the reminders that should be there, and what becomes of those that should no longer."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status, undo_status
from reminders.domain.diary.contacts import change_contact
from reminders.domain.planning.plan import MANY, plan_appointments, plan_future
from reminders.models import Appointment, Message, Reminder, Suppression
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def states(appointment: Appointment) -> list[tuple[str, int, str, str]]:
    rows = Reminder.objects.filter(appointment=appointment).order_by(
        "rule__position", "version", "due_at"
    )
    return [(row.rule.kind, row.version, row.state, row.reason) for row in rows]


def test_an_appointment_gets_one_reminder_for_each_rule() -> None:
    make.make_confirmation_rule()
    make.make_reminder_rule(position=2)
    appointment = make.make_appointment(day=date(2026, 3, 4), at=time(10, 0))

    plan_appointments([appointment.pk], now=NOON)

    rows = Reminder.objects.order_by("due_at").values_list(
        "rule__kind", "state", "due_at", "cutoff_at"
    )
    assert list(rows) == [
        (
            "confirmation",
            "planned",
            datetime(2026, 3, 3, 10, tzinfo=UTC),
            datetime(2026, 3, 4, 8, tzinfo=UTC),
        ),
        (
            "reminder",
            "planned",
            datetime(2026, 3, 4, 9, tzinfo=UTC),
            datetime(2026, 3, 4, 9, 50, tzinfo=UTC),
        ),
    ]


def test_planning_twice_changes_nothing() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment()
    plan_appointments([appointment.pk], now=NOON)

    again = plan_appointments([appointment.pk], now=NOON + timedelta(hours=1))

    assert (again.written, again.taken_back, again.to_withdraw) == (0, 0, 0)


def test_a_patient_without_a_number_is_told_of_as_not_sent() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment(contact=make.make_contact(phone=""))

    plan_appointments([appointment.pk], now=NOON)

    assert states(appointment) == [("confirmation", 1, "skipped", "no_phone")]


def test_an_opted_out_number_is_planned_again_once_it_opts_in() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment()
    out = Suppression.objects.create(phone=appointment.contact.phone, reason="patient", since=NOON)
    plan_appointments([appointment.pk], now=NOON)
    assert states(appointment) == [("confirmation", 1, "skipped", "opted_out")]

    out.lifted_at = NOON
    out.save()
    plan_appointments([appointment.pk], now=NOON)

    assert states(appointment) == [("confirmation", 1, "planned", "")]


def test_a_moved_appointment_takes_its_planned_texts_back_and_plans_new_ones() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment()
    plan_appointments([appointment.pk], now=NOON)

    change_appointment(appointment, {"local_date": date(2026, 3, 9)}, by=SYSTEM, now=NOON)

    assert states(appointment) == [
        ("confirmation", 1, "withdrawn", "superseded"),
        ("confirmation", 2, "planned", ""),
    ]


def test_a_moved_appointment_has_what_was_handed_over_withdrawn() -> None:
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment()
    handed = make.make_handed_over(appointment, rule)

    change_appointment(appointment, {"local_time": time(11, 0)}, by=SYSTEM, now=NOON)

    handed.refresh_from_db()
    assert handed.state == "withdrawing"
    assert Message.objects.get().cancel_requested_at == NOON


def test_editing_notes_withdraws_nothing() -> None:
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment()
    handed = make.make_handed_over(appointment, rule, due_at=datetime(2026, 3, 3, 10, tzinfo=UTC))

    change_appointment(appointment, {"notes": "Brings a dog"}, by=SYSTEM, now=NOON)

    handed.refresh_from_db()
    appointment.refresh_from_db()
    assert (handed.state, appointment.version, appointment.notes) == ("sent", 1, "Brings a dog")


def test_a_cancelled_appointment_plans_nothing_and_can_be_taken_back() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment()
    plan_appointments([appointment.pk], now=NOON)

    [event] = set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)
    assert states(appointment) == [("confirmation", 1, "withdrawn", "superseded")]
    assert undo_status(event.pk, by=SYSTEM, now=NOON)

    assert states(appointment) == [
        ("confirmation", 1, "withdrawn", "superseded"),
        ("confirmation", 3, "planned", ""),
    ]


def test_what_a_patient_was_told_is_not_told_again_by_a_later_version() -> None:
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment()
    delivered = make.make_message(phone=appointment.contact.phone, state="delivered")
    make.make_handed_over(appointment, rule, message=delivered)

    [event] = set_status([appointment.pk], Appointment.Status.DECLINED, by=SYSTEM, now=NOON)
    undo_status(event.pk, by=SYSTEM, now=NOON)

    assert states(appointment) == [("confirmation", 1, "sent", "")]


def test_a_new_number_gets_the_texts_that_the_old_one_had() -> None:
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment()
    delivered = make.make_message(phone=appointment.contact.phone, state="delivered")
    make.make_handed_over(appointment, rule, message=delivered)

    change_contact(appointment.contact, {"phone": make.phone()}, by=SYSTEM, now=NOON)

    assert states(appointment) == [
        ("confirmation", 1, "sent", ""),
        ("confirmation", 2, "planned", ""),
    ]


def test_a_rule_of_the_location_replaces_the_general_one() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment()
    own = make.make_confirmation_rule(
        name="Two days before", location=appointment.location, days_before=2
    )

    plan_appointments([appointment.pk], now=NOON)

    assert list(Reminder.objects.values_list("rule_id", flat=True)) == [own.pk]


def test_a_switched_off_rule_takes_back_and_withdraws() -> None:
    rule = make.make_confirmation_rule()
    first, second = make.make_appointment(), make.make_appointment()
    plan_appointments([first.pk], now=NOON)
    handed = make.make_handed_over(second, rule)
    rule.active = False
    rule.save()

    outcome = plan_future(now=NOON)

    handed.refresh_from_db()
    assert states(first) == [("confirmation", 1, "withdrawn", "rule_off")]
    assert (handed.state, outcome.taken_back, outcome.to_withdraw) == ("withdrawing", 1, 1)


def test_a_shifted_rule_withdraws_and_keeps_the_new_time_for_the_replacement() -> None:
    rule = make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 10))
    handed = make.make_handed_over(appointment, rule, due_at=datetime(2026, 3, 9, 10, tzinfo=UTC))
    rule.at_time = time(17, 0)
    rule.save()

    plan_future(now=NOON)

    handed.refresh_from_db()
    assert (handed.state, handed.due_at) == ("withdrawing", datetime(2026, 3, 9, 17, tzinfo=UTC))


def test_nothing_is_planned_for_the_past() -> None:
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 1))

    plan_appointments([appointment.pk], now=NOON)

    assert states(appointment) == []


def test_a_large_set_is_planned_as_each_of_it_would_be() -> None:
    """From MANY on, one of each kind is worked out: kinds must differ in all that matters."""
    london, sydney = (
        make.make_location(),
        make.make_location(zone="Australia/Sydney", opens=time(9)),
    )
    scan = make.make_service()
    make.make_confirmation_rule(not_if_confirmed=True)
    make.make_confirmation_rule(service=scan, days_before=2, at_time=time(17), weekdays_only=True)
    make.make_reminder_rule()
    ann, out = make.make_contact(), make.make_contact()
    Suppression.objects.create(phone=out.phone, reason="patient", since=NOON)
    variants: list[dict[str, Any]] = [
        {},
        {"day": date(2026, 3, 9)},
        {"day": date(2026, 3, 2), "at": time(12, 30)},
        {"at": time(7)},
        {"location": sydney},
        {"service": scan},
        {"status": "confirmed"},
        {"status": "cancelled"},
        {"no_more_texts": True},
        {"changed_at": NOON - timedelta(seconds=90.5)},
        {"contact": out},
        {"contact": make.make_contact(phone="")},
        {"contact": make.make_contact(channel="none")},
    ]
    rows = [
        make.make_appointment(
            **({"location": london, "contact": ann} | variants[n % len(variants)])
        )
        for n in range(MANY)
    ]
    what = (
        "appointment",
        "rule",
        "version",
        "state",
        "reason",
        "due_at",
        "cutoff_at",
        "starts_at",
        "phone",
    )

    plan_appointments([row.pk for row in rows], now=NOON)
    together = set(Reminder.objects.values_list(*what))
    Reminder.objects.all().delete()
    for half in (rows[: MANY // 2], rows[MANY // 2 :]):
        plan_appointments([row.pk for row in half], now=NOON)

    assert set(Reminder.objects.values_list(*what)) == together
    assert {row[4] for row in together} >= {
        "",
        "confirmed",
        "opted_out",
        "no_phone",
        "no_channel",
        "no_more",
    }
