"""Texts of unknown outcome and texts to be withdrawn: copies, lag, night, outages and races."""

from collections import Counter
from datetime import time, timedelta

import pytest

from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sending.poll_status import check_overdue
from reminders.domain.sending.reconcile import reconcile
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Appointment, Message, Reminder
from tests import factories as make
from tests.faults.support.world import STAFF, World, states

DAY_AND_MORE = timedelta(hours=41)
LONG_LAG = 600
"""Seconds: longer than the settling time, so that a text is sent again though the provider has it.
"""


def messages() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def statuses(world: World) -> list[str]:
    return sorted(entry["status"] for entry in world.ledger())


def sent_twice(world: World) -> Appointment:
    """A text that the provider has twice, because its detail report lagged for longer than we
    wait.
    """
    [appointment] = world.book(starts_in=timedelta(hours=40))
    world.sandbox.order_fault("drop_response_after_accepting", endpoint="send")
    world.sandbox.change_settings(report_lag=LONG_LAG)
    world.send()
    world.pass_time(timedelta(minutes=3))
    reconcile(world.api, clock=world.clock)
    world.send()
    world.sandbox.change_settings(report_lag=0)
    assert statuses(world) == ["scheduled", "scheduled"]
    return appointment


def test_looking_again_at_a_text_sent_twice_never_cancels_the_one_that_is_left(
    world: World,
) -> None:
    sent_twice(world)
    for _ in range(3):
        world.pass_time(timedelta(minutes=31))
        check_overdue(world.api, clock=world.clock)

    world.play(DAY_AND_MORE)

    assert statuses(world) == ["cancelled", "delivered"]
    assert world.violations() == []


def test_a_worker_that_died_after_cancelling_the_extra_copy_leaves_the_other_one(
    world: World,
) -> None:
    sent_twice(world)
    Message.objects.update(state="unknown", unknown_since=world.now, provider_id=None)
    first, second = (entry["message_id"] for entry in world.ledger())
    world.api.cancel(first)

    reconcile(world.api, clock=world.clock)
    world.play(DAY_AND_MORE)

    assert Message.objects.get().provider_id == second
    assert statuses(world) == ["cancelled", "delivered"]
    assert world.violations() == []


def test_withdrawing_a_text_sent_twice_withdraws_both_copies(world: World) -> None:
    appointment = sent_twice(world)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)

    world.settle()
    world.play(DAY_AND_MORE)

    assert statuses(world) == ["cancelled", "cancelled"]
    assert world.violations() == []


def test_copies_that_cannot_be_looked_up_keep_the_withdrawal_open(world: World) -> None:
    appointment = sent_twice(world)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)
    world.sandbox.order_fault("error_500_before", endpoint="detail")

    assert withdraw_stale(world.api, clock=world.clock) == 0
    world.settle()

    assert statuses(world) == ["cancelled", "cancelled"]


def test_after_days_offline_an_unknown_text_is_looked_up_before_it_is_given_up(
    world: World,
) -> None:
    world.book()
    world.sandbox.order_fault("drop_response_after_accepting", endpoint="send")
    world.send()
    world.pass_time(timedelta(days=3))

    world.settle()

    assert messages() == {"delivered": 1}
    assert world.violations() == []


def test_unknown_texts_that_must_wait_do_not_hide_younger_ones(world: World) -> None:
    for _ in range(120):
        make.make_message(
            state="unknown",
            resent=True,
            unknown_since=world.now - timedelta(hours=1),
            phone="+447700900001",
        )
    world.book()
    world.sandbox.order_fault("drop_response_after_accepting", endpoint="send")
    world.send()

    reconcile(world.api, clock=world.clock)

    assert messages() == {"unknown": 120, "accepted": 1}


def test_held_texts_that_cannot_be_withdrawn_do_not_hide_others(world: World) -> None:
    [appointment] = world.book()
    world.send()
    for _ in range(200):
        taken = world.api.send([_outbound()])[0]
        make.make_message(
            state="held",
            provider_id=taken.message_id,
            scheduled_at=world.now - timedelta(hours=1),
            cancel_requested_at=world.now,
            phone="+447700900001",
        )
    for message in world.sandbox.account.order[1:]:
        message.status = "held"
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)

    withdraw_stale(world.api, clock=world.clock)
    withdraw_stale(world.api, clock=world.clock)

    assert list(states([appointment])) == [(1, "withdrawn", "superseded")]


def _outbound():
    from reminders.provider import OutboundMessage

    return OutboundMessage("Held", "+447700900001")


def test_a_text_put_back_in_the_evening_is_not_sent_in_the_night(world: World) -> None:
    place = world.place(opens="08:00", closes="20:00")
    world.pass_time(timedelta(hours=7, minutes=45))
    world.book(starts_in=timedelta(hours=24, minutes=5), place=place)
    world.sandbox.order_fault("401", endpoint="send", times=None)
    world.send()
    world.pass_time(timedelta(hours=5))
    world.sandbox.clear_faults()
    world.settle()

    world.play(DAY_AND_MORE)

    [entry] = world.ledger()
    assert entry["delivered_at"] == "2026-03-03T08:00:00.000Z"
    assert world.violations() == []


def test_a_text_put_back_until_it_is_of_no_use_expires_with_a_reason(world: World) -> None:
    place = world.place(opens="08:00", closes="20:00")
    world.pass_time(timedelta(hours=7))
    world.book(starts_in=timedelta(hours=14), place=place)  # at 09:00; the cutoff is at 07:00
    Reminder.objects.update(
        state="planned", reason="", due_at=world.now, cutoff_at=world.now + timedelta(hours=12)
    )
    world.sandbox.order_fault("401", endpoint="send", times=None)
    world.send()
    world.pass_time(timedelta(hours=3))
    world.sandbox.clear_faults()

    world.settle()

    assert world.ledger() == []
    assert list(states(Appointment.objects.all())) == [(1, "expired", "closed_too_long")]


def test_what_staff_want_sent_now_goes_in_the_night_too(world: World) -> None:
    place = world.place(opens="08:00", closes="20:00")
    world.pass_time(timedelta(hours=10))
    world.book(starts_in=timedelta(hours=20), place=place)
    Reminder.objects.update(state="planned", reason="", forced=True, due_at=world.now)
    world.sandbox.order_fault("401", endpoint="send")
    world.send()

    world.settle()

    assert statuses(world) == ["delivered"]


def test_a_text_cancelled_at_the_provider_by_somebody_else_is_on_the_unsent_list(
    world: World,
) -> None:
    appointments = world.book()
    world.send()
    world.api.cancel(world.ledger()[0]["message_id"])

    world.play(DAY_AND_MORE)

    assert list(states(appointments)) == [(1, "failed", "not_delivered")]
    assert world.violations() == []


def test_an_answer_whose_report_is_lost_is_asked_about(world: World) -> None:
    world.sandbox.change_settings(pace=1)
    queue_text(
        kind=Message.Kind.STAFF, phone="+447700900992", text="Hello", location=None, now=world.now
    )
    world.send()
    assert Message.objects.get().state == "accepted"

    world.play(timedelta(hours=1), step=timedelta(minutes=31))

    assert Message.objects.get().state == "submitted"


@pytest.mark.parametrize("kind", ["error_500_before", "drop_response_after_accepting", "hang"])
def test_a_text_of_unknown_outcome_whose_appointment_moves_is_settled_first(
    world: World, kind: str
) -> None:
    [appointment] = world.book()
    world.sandbox.order_fault(kind, endpoint="send", seconds=0)
    world.send()
    assert messages() == {"unknown": 1}

    change_appointment(appointment, {"local_time": time(15, 0)}, by=STAFF, now=world.now)
    world.send()
    assert Message.objects.count() == 1
    world.settle()
    world.play(DAY_AND_MORE)

    delivered = [entry for entry in world.ledger() if entry["delivered_at"]]
    assert ["15:00" in entry["content"] or "3:00" in entry["content"] for entry in delivered] == [
        True
    ]
    assert world.violations() == []


def test_a_change_while_the_text_goes_out_leaves_one_old_and_one_new_text(world: World) -> None:
    [appointment] = world.book()
    world.settle()
    world.pass_time(timedelta(hours=1))
    change_appointment(appointment, {"local_time": time(17, 0)}, by=STAFF, now=world.now)

    world.settle()
    world.play(DAY_AND_MORE)

    assert statuses(world) == ["delivered", "delivered"]
    assert list(states([appointment])) == [(1, "sent", ""), (2, "sent", "")]
    assert world.violations() == []


@pytest.mark.parametrize("endpoint", ["cancel", "status"])
@pytest.mark.parametrize(
    "kind", ["error_500_before", "error_500_after_accepting", "429", "401", "hang"]
)
def test_a_withdrawal_survives_a_provider_that_fails(
    world: World, kind: str, endpoint: str
) -> None:
    [appointment] = world.book()
    world.settle()
    world.sandbox.order_fault(kind, endpoint=endpoint, seconds=0)
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)

    world.settle()
    world.play(DAY_AND_MORE)

    assert statuses(world) == ["cancelled"]
    assert world.violations() == []


def test_moved_ten_times_in_a_minute_leaves_the_last_time_only(world: World) -> None:
    [appointment] = world.book()
    world.settle()
    for minute in range(10):
        change_appointment(appointment, {"local_time": time(15, minute)}, by=STAFF, now=world.now)
        world.ring()
        world.pass_time(timedelta(seconds=6))

    world.settle()
    world.play(DAY_AND_MORE)

    [delivered] = [entry for entry in world.ledger() if entry["delivered_at"]]
    assert "15:09" in delivered["content"] or "3:09" in delivered["content"]
    assert world.violations() == []


def test_the_reports_of_two_copies_arrive_in_any_order(world: World) -> None:
    sent_twice(world)
    world.pass_time(timedelta(hours=17))  # both went out before anybody looked

    world.play(timedelta(hours=2))

    assert messages() == {"delivered": 1}
