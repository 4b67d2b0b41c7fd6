import pytest

from reminders.domain.pages.text_states import WORDS, text_state
from reminders.models import Message


def test_every_state_of_a_message_has_words():
    assert set(WORDS) == set(Message.State)


@pytest.mark.parametrize(
    ("state", "news", "planned", "words"),
    [
        ("", "", False, ""),
        ("accepted", "With the provider, to be sent at its time", True, "Planned"),
        ("accepted", "With the provider, to be sent at its time", False, "On its way"),
        ("delivered", "Delivered", True, "Delivered"),
        ("failed", "Number not in service", False, "Not delivered: Number not in service"),
        ("rejected", "", False, "Not delivered"),
    ],
)
def test_the_reason_stands_only_where_a_text_did_not_arrive(state, news, planned, words):
    assert text_state(state, news=news, planned=planned) == words
