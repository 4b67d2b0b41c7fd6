"""Why a reply is with a person: what staff read on its card."""

from zoneinfo import ZoneInfo

import pytest

from reminders.domain.replies.review.explain import explain
from reminders.models import InboxItem, Reply
from tests.domain.replies.texting import answers, texted, visit
from tests.factories import make_message

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def explained(reply: Reply) -> tuple[str, list[str]]:
    """What the card says, and which words are marked."""
    card = InboxItem.objects.filter(reply=reply).first()
    found = explain(reply, card.kind if card else "", zone=LONDON)
    assert "".join(piece.text for piece in found.pieces) == reply.text
    return " ".join(found.sentences), [piece.text for piece in found.pieces if piece.marked]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        (
            "Yes, Bus permitting",
            "Every word was understood but “Bus” and “permitting”.",
            ["Bus", "permitting"],
        ),
        (
            "Yes bus, business",
            "Every word was understood but “bus” and “business”.",
            ["bus", "business"],
        ),
        ("Zorg blip", "No word of it was understood.", ["Zorg", "blip"]),
        (
            "yes aq bc dq fg jk",
            "The marked words were not understood.",
            ["aq", "bc", "dq", "fg", "jk"],
        ),
    ],
)
def test_words_that_were_not_understood_are_named_and_marked(text, words, marked):
    assert explained(answers(text, to=texted(visit()))) == (words, marked)


def test_another_day_than_the_visits_is_named_beside_it():
    reply = answers("Yes, Tuesday", to=texted(visit()))

    assert explained(reply) == (
        "It names “Tuesday”; the visit that we asked about is on Wednesday 4 March at 10:00. "
        "It may mean another one.",
        ["Tuesday"],
    )


def test_words_that_are_known_but_make_no_answer_say_so():
    assert explained(answers("yes no", to=texted(visit())))[0] == (
        "Every word was understood, but not what they mean together."
    )


def test_an_answer_to_staff_and_an_answer_to_nothing_known_say_so():
    appointment = visit()
    staff = texted(appointment, kind="staff", asks="staff")
    to_staff = answers("Yes", to=staff)
    stranger = answers("Yes", phone=make_message().phone + "1")

    assert explained(to_staff)[0] == (
        "It answers a text that a person wrote, so a person reads it."
    )
    assert explained(stranger)[0] == (
        "It is not known which of our texts this answers. Read as a yes."
    )


def test_what_acted_says_how_it_was_read():
    assert explained(answers("N", to=texted(visit()))) == ("Read as a no.", [])


def test_nothing_is_kept_of_a_reply_that_nobody_has_to_look_at():
    assert answers("Y", to=texted(visit())).reading == {}


def test_a_reply_from_before_shows_its_text_and_no_reason():
    found = explain(Reply(text="Hm"), "unclear", zone=LONDON)

    assert (found.sentences, [piece.text for piece in found.pieces]) == ((), ["Hm"])
