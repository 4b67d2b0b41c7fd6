"""Teaching whole texts: they act from then on, change nothing that waits, and can be taken back."""

from typing import Any

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.replies.inbox import open_cards
from reminders.domain.replies.review import teach
from reminders.models import Appointment, AuditEntry, InboxItem, Reply, TaughtReply
from tests import factories as make
from tests.domain.replies.texting import answers, cards, status, texted
from tests.factories import NOON

pytestmark = pytest.mark.django_db
TEXT = "Righty ho boss"


def visit(**values: Any) -> Appointment:  # Any: whatever the factory takes
    return make.make_appointment(location=make.make_location(), **values)


def manager() -> Actor:
    return Actor.staff(make.make_user(group="manager").pk)


def card_of(text: str = TEXT, **values: object) -> InboxItem:
    """The card of a reply to a question about Ann's visit."""
    reply = answers(text, to=texted(visit(), **values))
    return InboxItem.objects.filter(reply=reply).get()


def taught(meaning: str = "yes", text: str = TEXT) -> TaughtReply:
    return teach.teach(card_of(text), TaughtReply.Meaning(meaning), by=manager(), now=NOON)


@pytest.mark.parametrize(("meaning", "then"), [("yes", "confirmed"), ("no", "declined")])
def test_the_same_text_acts_from_then_on_and_what_waits_stays(meaning, then):
    one = taught(meaning)
    waiting = InboxItem.objects.get()

    appointment = visit()
    reply = answers("RIGHTY HO, boss!", to=texted(appointment))

    assert (status(appointment), reply.intent, reply.reading.get("taught")) == (
        then,
        meaning,
        one.pk,
    )
    assert waiting.appointment is not None
    assert (waiting.done_at, status(waiting.appointment)) == (None, "booked")


@pytest.mark.parametrize("text", ["Righty ho", "Righty ho boss bus", "Righty ho boss?"])
def test_a_part_or_more_of_it_does_not_act(text):
    taught()
    appointment = visit()

    answers(text, to=texted(appointment))

    assert status(appointment) == "booked"


def test_another_language_does_not_act():
    taught()
    contact = make.make_contact(language="de")
    appointment = visit(contact=contact)

    answers(TEXT, to=texted(appointment))

    assert status(appointment) == "booked"


@pytest.mark.parametrize("values", [{"kind": "staff", "asks": "staff"}, {"asks": "automatic"}])
def test_it_acts_only_where_something_was_asked(values):
    taught()
    appointment = visit()

    answers(TEXT, to=texted(appointment, **values))

    assert status(appointment) == "booked"


def test_a_courtesy_needs_nobody_where_nothing_was_asked():
    taught("courtesy")
    before = len(cards())

    reply = answers(TEXT, to=texted(visit(), asks="notice"))

    assert (reply.intent, reply.outcome, len(cards())) == ("courtesy", "thanks", before)


def test_removed_it_is_for_a_person_again_and_the_history_tells():
    one, by = taught(), manager()
    assert teach.remove(one.pk, by=by, now=NOON)
    appointment = visit()

    answers(TEXT, to=texted(appointment))

    one.refresh_from_db()
    told = AuditEntry.objects.filter(kind__startswith="reply_").order_by("pk")
    assert (status(appointment), one.removed_by_id) == ("booked", by.user_id)
    assert list(told.values_list("kind", "details")) == [
        ("reply_taught", {"taught": one.pk, "meaning": "yes"}),
        ("reply_untaught", {"taught": one.pk}),
    ]
    assert not teach.remove(one.pk, by=by, now=NOON)


def test_the_same_words_are_taught_once():
    first = card_of()
    teach.teach(first, TaughtReply.Meaning.YES, by=manager(), now=NOON)

    with pytest.raises(ValueError, match="taught already"):
        teach.teach(first, TaughtReply.Meaning.NO, by=manager(), now=NOON)

    assert TaughtReply.objects.get().meaning == "yes"


@pytest.mark.parametrize("text", ["please stop texting me", "wrong number mate", "Ann says righto"])
def test_an_opt_out_or_a_name_cannot_be_taught(text):
    card = card_of(text)

    with pytest.raises(ValueError, match="can't be taught"):
        teach.teach(card, TaughtReply.Meaning.YES, by=manager(), now=NOON)


def test_an_opt_out_stays_one_whatever_is_taught():
    TaughtReply.objects.create(
        language="en", words="please stop texting me", meaning="yes", taught_at=NOON
    )
    appointment = visit()

    reply = answers("please stop texting me", to=texted(appointment))

    assert (reply.outcome, status(appointment)) == ("paused", "booked")


def test_what_waits_with_the_same_words_is_found():
    alike, other = card_of("righty ho, Boss"), card_of("righty ho")
    one = taught()

    found = teach.waiting_alike([one], open_cards())

    same = InboxItem.objects.exclude(pk=other.pk).order_by("pk")
    assert {pk: sorted(card.pk for card in found[pk]) for pk in found} == {
        one.pk: [card.pk for card in same]
    }
    assert alike.pk in [card.pk for card in found[one.pk]]


def test_a_text_that_nothing_read_is_in_english():
    assert teach.language_of_card(InboxItem(reply=Reply(text=TEXT))) == "en"
