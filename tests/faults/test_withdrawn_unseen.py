"""Texts withdrawn before the provider showed them."""

from datetime import timedelta

from reminders.domain.diary.appointments import set_status
from reminders.models import Appointment, InboxItem, Message
from tests.faults.support.world import STAFF, World
from tests.faults.test_withdraw_and_reconcile import DAY_AND_MORE, LONG_LAG, messages, statuses


def withdrawn_unseen(world: World) -> Appointment:
    """Its text was lost on the way back, the report lags for ten minutes, and meanwhile it was
    cancelled.
    """
    [appointment] = world.book(starts_in=timedelta(hours=40))
    world.sandbox.order_fault("drop_response_after_accepting", endpoint="send")
    world.sandbox.change_settings(report_lag=LONG_LAG)
    world.send()
    set_status([appointment.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)
    world.pass_time(timedelta(minutes=3))
    world.settle()
    assert (messages(), statuses(world)) == ({"cancelled": 1}, ["scheduled"])
    return appointment


def test_a_text_withdrawn_before_the_report_shows_it_is_cancelled_once_it_does(
    world: World,
) -> None:
    withdrawn_unseen(world)

    world.play(timedelta(minutes=20), step=timedelta(minutes=1))

    assert statuses(world) == ["cancelled"]
    world.play(DAY_AND_MORE)
    assert world.violations() == []
    assert list(Message.objects.values_list("words", "unknown_since")) == [
        ("Withdrawn; the provider never had it", None)
    ]


def test_a_text_that_went_out_though_it_was_withdrawn_is_shown_to_staff(world: World) -> None:
    appointment = withdrawn_unseen(world)

    world.pass_time(timedelta(hours=17))  # nobody was there to look, and its time came
    world.settle()

    assert statuses(world) == ["delivered"]
    assert list(InboxItem.objects.values_list("kind", "appointment_id", "done_at")) == [
        ("stale", appointment.pk, None)
    ]


def test_looking_for_withdrawn_texts_survives_a_provider_that_fails(world: World) -> None:
    withdrawn_unseen(world)
    world.sandbox.order_fault("error_500_before", endpoint="detail", times=2)
    world.sandbox.order_fault("429", endpoint="cancel")

    world.play(timedelta(hours=2), step=timedelta(minutes=2))

    assert statuses(world) == ["cancelled"]
