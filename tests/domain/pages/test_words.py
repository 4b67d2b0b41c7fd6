import pytest

from reminders.domain.pages.words import text_state
from reminders.models import Message


@pytest.mark.parametrize("state", Message.State)
def test_every_page_says_what_the_administration_says(state):
    assert text_state(state) == state.label


def test_no_two_states_are_called_the_same():
    assert len(set(Message.State.labels)) == len(Message.State)


@pytest.mark.parametrize("state", Message.UNDELIVERED)
def test_what_did_not_arrive_says_so_in_every_such_state(state):
    assert text_state(state).startswith("Not ")


@pytest.mark.parametrize(
    ("state", "news", "planned", "words"),
    [
        ("", "", False, ""),
        ("accepted", "With the provider, to be sent at its time", True, "Planned"),
        ("accepted", "With the provider, to be sent at its time", False, "With the provider"),
        ("delivered", "Delivered", True, "Delivered"),
        ("failed", "Number not in service", False, "Not delivered: Number not in service"),
        ("rejected", "", False, "Not accepted"),
    ],
)
def test_the_reason_stands_only_where_a_text_did_not_arrive(state, news, planned, words):
    assert text_state(state, news=news, planned=planned) == words
