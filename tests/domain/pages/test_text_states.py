import pytest

from reminders.domain.pages.text_states import WORDS, text_state
from reminders.models import Message


def test_a_state_without_words_of_its_own_is_called_as_the_model_calls_it(monkeypatch):
    monkeypatch.delitem(WORDS, Message.State.HELD)

    assert text_state("held") == Message.State.HELD.label


@pytest.mark.parametrize("state", Message.UNDELIVERED)
def test_what_did_not_arrive_says_so_in_every_such_state(state):
    assert text_state(state).startswith("Not ")


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
