"""A picture, or a text that a carrier has cut in parts: nothing acts on half of what was said."""

import dataclasses
from datetime import timedelta

import pytest

from tests.domain.replies.texting import cards, receive, reply, status, texted, visit
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "pictures", "shown"),
    [
        ("", 1, "(sent a picture)"),
        ("Y", 1, "Y (sent a picture)"),
        ("N", 3, "N (sent 3 pictures)"),
    ],
)
def test_a_picture_is_for_a_person_whatever_is_written_beside_it(text, pictures, shown) -> None:
    one = visit()
    sent = dataclasses.replace(reply(text, to=texted(one)), pictures=pictures)

    found = receive(sent)

    assert (found.shown, cards(), status(one)) == (shown, ["unclear"], "booked")


def test_a_stop_beside_a_picture_counts_all_the_same() -> None:
    sent = dataclasses.replace(reply("STOP", to=texted(visit())), pictures=1)

    assert receive(sent).outcome == "stopped"


@pytest.mark.parametrize("length", [153, 160, 67, 70])
def test_a_text_that_may_be_cut_off_does_not_act(length: int) -> None:
    one = visit()
    text = "Yes, thank you" + " " * (length - 20) + "thanks"
    assert len(text) == length

    receive(reply(text, to=texted(one)))

    assert (status(one), cards()) == ("booked", ["unclear"])


@pytest.mark.parametrize(("seconds", "becomes"), [(4, "booked"), (40, "confirmed")])
def test_what_follows_within_seconds_is_read_with_what_came_before(seconds, becomes) -> None:
    one = visit()
    message = texted(one)
    receive(reply("I can only make it if my neighbour drives me, so ".ljust(153, "."), to=message))
    later = NOON + timedelta(seconds=seconds)

    receive(reply("Y", phone=message.phone, to=message, at=later), now=later)

    assert status(one) == becomes


def test_a_long_answer_in_two_parts_is_read_as_one() -> None:
    one = visit()
    message, later = texted(one), NOON + timedelta(seconds=3)
    receive(reply("Yes".ljust(153), to=message))

    receive(reply("thank you", phone=message.phone, to=message, at=later), now=later)

    assert status(one) == "confirmed"
