"""Requests of a hundred: which are taken out, and whose answer belongs to whom."""

from collections import Counter
from datetime import timedelta

import pytest

from reminders.models import Message, Reminder
from tests.faults.support.world import World


def messages() -> Counter[str]:
    return Counter(Message.objects.values_list("state", flat=True))


def test_exactly_the_named_messages_are_taken_out(world: World) -> None:
    world.book(100)
    world.sandbox.order_fault("400_naming", endpoint="send", indexes=[0, 7, 99])

    world.send()

    assert messages() == {"accepted": 97, "failed": 3}
    assert set(Message.objects.filter(state="failed").values_list("words", flat=True)) == {
        "content: Content was refused by order"
    }
    assert Counter(Reminder.objects.values_list("state", "reason")) == {
        ("sent", ""): 97,
        ("failed", "refused"): 3,
    }


def test_names_that_fit_no_message_are_no_names(world: World) -> None:
    world.book(10)
    world.sandbox.order_fault("400_naming", endpoint="send", indexes=[5_000])

    world.send()

    assert messages() == {"accepted": 10}


def test_a_number_that_the_provider_refuses_is_found_by_halving(world: World) -> None:
    world.book(40)
    world.sandbox.order_fault("400_unreadable", endpoint="send", times=6)

    world.send()
    world.settle()

    assert messages()["accepted"] + messages()["failed"] == 40
    assert messages()["failed"] <= 2
    assert world.violations() == []


def test_a_refusal_of_every_single_message_ends(world: World) -> None:
    world.book(16)
    world.sandbox.order_fault("400_unreadable", endpoint="send", times=None)

    world.send()

    assert messages() == {"failed": 16}
    assert world.sandbox.faults.shown()[0]["met"] == 31


@pytest.mark.parametrize("kind", ["fewer", "more", "reordered", "foreign"])
def test_every_answer_goes_to_its_own_message(world: World, kind: str) -> None:
    world.book(250)
    world.sandbox.order_fault(kind, endpoint="send", times=3)

    world.send()

    entries = {entry["metadata"]["message"]: entry["message_id"] for entry in world.ledger()}
    known = Message.objects.filter(state="accepted").values_list("pk", "provider_id")
    assert {str(pk): provider_id for pk, provider_id in known}.items() <= entries.items()
    assert messages()["unknown"] == (3 if kind in ("fewer", "foreign") else 0)

    world.settle()
    world.play(timedelta(hours=26))
    assert messages() == {"delivered": 250}
    assert world.violations() == []


def test_the_same_text_for_two_children_on_one_phone_is_one_text(world: World) -> None:
    place = world.place()
    first, second = world.book(1, place=place) + world.book(1, place=place)
    second.contact.phone = first.contact.phone
    second.contact.save(update_fields=["phone"])
    Reminder.objects.update(phone=first.contact.phone)
    world.sandbox.change_settings(deduplication=True)

    world.settle()
    world.play(timedelta(hours=26))

    assert messages() == {"delivered": 1}
    assert world.violations() == []
