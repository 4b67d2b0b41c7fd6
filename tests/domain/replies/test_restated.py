"""What a patient restates is compared with what our text told; numbers count where it offered
them.
"""

import pytest

from tests.domain.replies.texting import answers, cards, status, texted, visit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("says", "becomes", "waits"),
    [
        ("Yes, Wednesday at 10", "confirmed", []),
        ("See you on 4 March", "confirmed", []),
        ("Can't make it on Wednesday, I have to work", "declined", ["declined"]),
        ("Yes Thursday", "booked", ["unclear"]),
        ("Yes, at 11", "booked", ["unclear"]),
        ("Yes tomorrow", "booked", ["unclear"]),
        ("Yes, but 10 min late", "confirmed", ["remark"]),
        ("Yes but the bus strikes", "booked", ["unclear"]),
    ],
)
def test_the_right_day_and_time_act_and_a_wrong_one_waits_for_a_person(
    says, becomes, waits
) -> None:
    appointment = visit()

    answers(says, to=texted(appointment))

    assert (status(appointment), cards()) == (becomes, waits)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [("See you Wed 4 March at 10? Reply 1 or 2", "confirmed"), ("See you? Reply Y or N", "booked")],
)
def test_a_number_counts_only_where_the_text_offered_it(text, becomes) -> None:
    appointment = visit()

    answers("1", to=texted(appointment, text=text))

    assert status(appointment) == becomes
