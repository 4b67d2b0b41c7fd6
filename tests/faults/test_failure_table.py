"""Each row of the table of failures, from the fault to the end of the story, and the invariants."""

from collections import Counter
from datetime import timedelta

import pytest

from reminders.models import Message, ProviderState
from reminders.provider import MessagesApi
from tests.faults.support.world import World

DAY_AND_MORE = timedelta(hours=26)
SURELY_NOT_RECEIVED = ["401", "403", "429", "503_with_time", "retry_after"]
MAYBE_RECEIVED = [
    "reset_after_receiving",
    "drop_response_after_accepting",
    "error_500_before",
    "error_500_after_accepting",
    "unreadable_202",
    "503",
]
HALF_READ = ["fewer", "more", "reordered", "foreign"]
REFUSED = ["400_unreadable"]


def messages() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def order(world: World, kind: str, **details: object) -> None:
    if kind == "503_with_time":
        world.sandbox.order_fault("503", endpoint="send", seconds=20, **details)
    else:
        world.sandbox.order_fault(kind, endpoint="send", **details)


@pytest.mark.parametrize("kind", SURELY_NOT_RECEIVED + MAYBE_RECEIVED + HALF_READ + REFUSED)
def test_every_text_goes_out_once_after_a_single_fault(world: World, kind: str) -> None:
    world.book(5)
    order(world, kind)

    world.settle()
    world.play(DAY_AND_MORE)

    assert messages() == {"delivered": 5}
    assert len(world.ledger()) == 5
    assert world.violations() == []


@pytest.mark.parametrize("kind", SURELY_NOT_RECEIVED)
def test_what_was_surely_not_received_stays_due_and_is_not_unknown(world: World, kind: str) -> None:
    world.book(5)
    order(world, kind)

    world.send()

    assert messages() == {"queued": 5}
    assert world.ledger() == []


@pytest.mark.parametrize("kind", ["hang", "hang_after_accepting"])
def test_a_provider_that_hangs_leaves_the_outcome_open_and_is_asked(
    world: World, kind: str
) -> None:
    world.book(5)
    order(world, kind, seconds=10)
    with MessagesApi(
        base_url=world.sandbox.url, key=world.sandbox.key, secret=world.sandbox.secret, timeout=0.2
    ) as impatient:
        World(world.sandbox, impatient).send()
    assert messages() == {"unknown": 5}
    world.sandbox.faults.clear()

    world.settle()
    world.play(DAY_AND_MORE)

    assert messages() == {"delivered": 5}
    assert len(world.ledger()) == 5
    assert world.violations() == []


def test_a_closed_port_puts_everything_back_until_it_opens(world: World) -> None:
    world.book(5)
    world.sandbox.refuse_connections()
    for _ in range(4):
        world.ring()
        world.pass_time(timedelta(seconds=15))
    assert messages() == {"queued": 5}
    assert ProviderState.objects.get().brake == "down"
    world.sandbox.accept_connections()

    world.settle()
    world.play(DAY_AND_MORE)

    assert messages() == {"delivered": 5}
    assert ProviderState.objects.get().brake == ""
    assert world.violations() == []


def test_refused_credentials_stop_everybody_until_they_work_again(world: World) -> None:
    world.book(150)
    order(world, "401", times=None)
    world.ring()
    asked = world.sandbox.faults.shown()[0]["met"]
    for _ in range(3):
        world.pass_time(timedelta(seconds=10))
        world.send()
    assert world.sandbox.faults.shown()[0]["met"] == asked
    assert ProviderState.objects.get().brake == "credentials"
    world.sandbox.clear_faults()

    world.settle()
    world.play(DAY_AND_MORE)

    assert messages() == {"delivered": 150}
    assert world.violations() == []


def test_a_request_to_slow_down_holds_every_worker_for_as_long_as_it_says(world: World) -> None:
    world.book(10)
    order(world, "retry_after", seconds=90)
    world.send()
    world.pass_time(timedelta(seconds=80))
    world.book(10)
    world.send()
    assert world.ledger() == []

    world.settle()

    assert len(world.ledger()) == 20
    assert world.violations() == []


@pytest.mark.faults
def test_a_provider_that_names_a_century_is_asked_again_within_the_hour(world: World) -> None:
    world.book(1)
    order(world, "retry_after", seconds=3_600)
    world.send()

    world.settle(within=timedelta(minutes=65))

    assert len(world.ledger()) == 1


def test_a_text_lost_twice_is_visible_until_its_cutoff_and_then_expired(world: World) -> None:
    world.book(1)
    order(world, "error_500_before", times=2)

    world.settle()
    assert messages() == {"unknown": 1}
    world.play(DAY_AND_MORE)

    assert (messages(), world.ledger()) == ({"expired": 1}, [])
    assert world.violations() == []


def test_one_lost_answer_does_not_stop_what_is_due_when_the_outbox_is_empty(world: World) -> None:
    world.book()
    order(world, "drop_response_after_accepting")
    world.settle()
    world.book(3)

    world.settle()

    assert messages() == {"accepted": 4}
