"""Withdrawing: what no longer holds is cancelled at the provider, and the replacement waits for
that.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.sending.send import send_due
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Appointment, Message, Reminder
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.factories import NOON

pytestmark = pytest.mark.django_db(transaction=True)


def at_noon() -> datetime:
    return NOON


def handed_over(**values: Any) -> Appointment:
    """An appointment tomorrow at 13:00 whose confirmation, due in an hour, is to be handed over."""
    make.make_confirmation_rule()
    appointment = make.make_appointment(day=date(2026, 3, 3), at=time(13, 0), **values)
    plan_appointments([appointment.pk], now=NOON)
    return appointment


def states(appointment: Appointment) -> list[tuple[int, str]]:
    return list(
        Reminder.objects.filter(appointment=appointment)
        .order_by("version")
        .values_list("version", "state")
    )


def test_a_cancelled_appointment_withdraws_its_scheduled_text(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = handed_over()
    send_due(api, clock=at_noon)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    assert withdraw_stale(api, clock=at_noon) == 1

    message = Message.objects.get()
    assert sandbox.status_of(str(message.provider_id)) == "cancelled"
    assert (message.state, states(appointment)) == ("cancelled", [(1, "withdrawn")])


def test_the_replacement_waits_until_the_old_text_is_settled(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = handed_over()
    send_due(api, clock=at_noon)
    change_appointment(appointment, {"local_time": time(13, 30)}, by=SYSTEM, now=NOON)

    early = send_due(api, clock=at_noon)
    assert (early.total, states(appointment)) == (0, [(1, "withdrawing"), (2, "planned")])

    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    assert states(appointment) == [(1, "withdrawn"), (2, "sent")]
    assert [entry["status"] for entry in sandbox.ledger()] == ["cancelled", "scheduled"]


def test_a_text_that_went_out_is_known_as_sent_and_the_new_one_follows(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = handed_over()
    send_due(api, clock=at_noon)
    sandbox.set_clock(NOON + timedelta(hours=2))
    change_appointment(
        appointment, {"local_time": time(16, 0)}, by=SYSTEM, now=NOON + timedelta(hours=2)
    )

    withdraw_stale(api, clock=lambda: NOON + timedelta(hours=2))

    first, second = Reminder.objects.order_by("version")
    assert (first.state, second.state) == ("sent", "planned")
    assert Message.objects.get().state == "delivered"


def test_a_provider_that_fails_leaves_the_withdrawal_for_the_next_ring(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = handed_over()
    send_due(api, clock=at_noon)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)
    sandbox.order_fault("error_500_before", endpoint="cancel", times=1)

    assert withdraw_stale(api, clock=at_noon) == 0
    assert withdraw_stale(api, clock=at_noon) == 1
    assert states(appointment) == [(1, "withdrawn")]


def test_an_odd_success_is_not_taken_for_a_withdrawal(sandbox: Sandbox, api: MessagesApi) -> None:
    """As a gateway may answer for the provider, which refuses to cancel what went out."""
    appointment = handed_over()
    send_due(api, clock=at_noon)
    later = NOON + timedelta(hours=2)
    sandbox.set_clock(later)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=later)
    sandbox.order_fault("unreadable_202", "cancel")

    settled = [withdraw_stale(api, clock=lambda: later) for _ in range(2)]

    assert settled == [0, 1]
    assert (Message.objects.get().state, states(appointment)) == ("delivered", [(1, "sent")])


def test_one_of_a_family_moves_and_the_other_is_told_anew(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    make.make_confirmation_rule()
    place, shared = make.make_location(), make.phone()
    ann, ben = (
        make.make_appointment(
            day=date(2026, 3, 3),
            at=time(13, 0),
            location=place,
            contact=make.make_contact(first_name=name, phone=shared),
        )
        for name in ("Ann", "Ben")
    )
    plan_appointments([ann.pk, ben.pk], now=NOON)
    send_due(api, clock=at_noon)
    change_appointment(ann, {"local_date": date(2026, 3, 9)}, by=SYSTEM, now=NOON)

    withdraw_stale(api, clock=at_noon)
    send_due(api, clock=at_noon)

    assert states(ann) == [(1, "withdrawn"), (2, "planned")]
    assert states(ben) == [(1, "sent")]
    family, alone = sandbox.ledger()
    assert family["status"] == "cancelled"
    assert "Ben" in alone["content"]
    assert "Ann" not in alone["content"]


def test_a_text_not_handed_over_yet_is_withdrawn_without_a_call(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    appointment = handed_over()
    sandbox.order_fault("401", times=1)
    send_due(api, clock=at_noon)

    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    assert Message.objects.get().state == "cancelled"
    assert (states(appointment), sandbox.ledger()) == ([(1, "withdrawn")], [])


def test_an_unknown_text_of_a_cancelled_appointment_is_not_sent_again(
    sandbox: Sandbox, api: MessagesApi
) -> None:
    from reminders.domain.sending.reconcile import reconcile

    appointment = handed_over()
    sandbox.order_fault("error_500_before", endpoint="send", times=1)
    send_due(api, clock=at_noon)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=SYSTEM, now=NOON)

    reconcile(api, clock=lambda: datetime(2026, 3, 2, 12, 5, tzinfo=UTC))

    assert (Message.objects.get().state, states(appointment)) == ("cancelled", [(1, "withdrawn")])
