"""The card shows question and reply, why a person is asked, and what a button sends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.models import Appointment, InboxItem, Message, Suppression, TaughtReply
from tests.factories import make_message
from tests.views.reading import as_read
from tests.views.worklists.test_inbox import HTMX, decide, note_on
from tests.views.worklists.work import booked, make_card, open_place

pytestmark = pytest.mark.django_db
READING = {"language": "en", "asks": "yes_no", "unknown": ["Bus"], "also": []}


def read_card(text: str = "Yes, Bus", **reading: object) -> InboxItem:
    """A card whose reply answers a text and was read."""
    one = booked(open_place())
    card = make_card(one, text)
    card.reply.message = make_message(
        appointment=one, contact=one.contact, location=one.location, phone=one.contact.phone,
        text="Are you coming, Ann?", state="delivered",
    )  # fmt: skip
    card.reply.intent, card.reply.reading = "unclear", READING | reading
    card.reply.save()
    return card


def page_of(client, card: InboxItem) -> str:
    return as_read(client.get(f"/inbox/{card.pk}/"))


def test_question_and_reply_stand_side_by_side_with_the_words_marked(sign_in):
    page = page_of(sign_in(), read_card())

    assert '<blockquote dir="auto">Are you coming, Ann?</blockquote>' in page
    assert '<blockquote dir="auto">Yes, <mark>Bus</mark></blockquote>' in page
    assert "Every word was understood but “Bus”." in page


def test_a_text_of_another_location_is_not_shown(sign_in):
    card, elsewhere = read_card(), open_place()
    Message.objects.update(location=elsewhere)
    client = sign_in("receptionist", card.location)

    page = client.get(f"/inbox/{card.pk}/")

    assert (page.context["question"], "Are you coming, Ann?" in page.content.decode()) == (
        None,
        False,
    )


def test_the_card_shows_the_very_text_that_confirming_sends(sign_in):
    card, client = read_card(), sign_in()
    [choice] = client.get(f"/inbox/{card.pk}/").context["candidates"]

    response = decide(client, card, "confirm", appointment=card.appointment)

    sent = Message.objects.get(kind="answer")
    [(words, _)] = note_on(client, response)
    assert (sent.text, sent.created_by is not None) == (choice.confirm.text, True)
    assert (words, Appointment.objects.get().status) == (
        "Ann is confirmed. The answer is going out.",
        "confirmed",
    )


def test_without_a_text_the_patient_gets_none(sign_in):
    card, client = read_card(), sign_in()
    given = {
        "action": "decline",
        "revision": 1,
        "appointment": card.appointment_id,
        "silent": "1",
    }

    client.post(f"/inbox/{card.pk}/decide/", given, headers=HTMX)

    assert (Appointment.objects.get().status, Message.objects.filter(kind="answer").count()) == (
        "declined",
        0,
    )


@pytest.mark.parametrize(
    ("why", "change"),
    [
        (
            "this number gets no texts",
            lambda card: Suppression.objects.create(
                phone=card.phone, reason="staff", since=timezone.now()
            ),
        ),
        (
            "the reply is more than a day old",
            lambda card: type(card.reply).objects.update(
                received_at=timezone.now() - timedelta(hours=25)
            ),
        ),
        (
            "it was written from another number than the patient's",
            lambda card: type(card.contact).objects.update(phone="+447700900999"),
        ),
    ],
)
def test_where_no_text_goes_out_the_buttons_do_not_promise_one(sign_in, why, change):
    card, client = read_card(), sign_in()
    change(card)

    page = client.get(f"/inbox/{card.pk}/")
    response = decide(client, card, "confirm", appointment=card.appointment)

    told = [choice.confirm.why_not for choice in page.context["candidates"]]
    assert (told, "Confirm and answer" in page.content.decode()) == ([why], False)
    assert note_on(client, response)[0][0] == f"Ann is confirmed. No text goes out: {why}."
    assert Message.objects.filter(kind="answer").count() == 0


@pytest.mark.parametrize(
    ("state", "then", "words"),
    [
        ("queued", "cancelled", "Taken back."),
        (
            "delivered",
            "delivered",
            "Taken back. The answer had left already: call or text the patient.",
        ),
    ],
)
def test_undo_takes_back_the_text_that_has_not_left(sign_in, state, then, words):
    card, client = read_card(), sign_in()
    [(_, undo)] = note_on(client, decide(client, card, "confirm", appointment=card.appointment))
    Message.objects.filter(kind="answer").update(state=state, provider_id="p")

    response = client.post(undo, headers=HTMX)

    assert (Appointment.objects.get().status, Message.objects.get(kind="answer").state) == (
        "booked",
        then,
    )
    assert note_on(client, response)[0][0] == words


class TestTeaching:
    def teach(self, client, card, meaning="yes"):
        return client.post(f"/inbox/{card.pk}/teach/", {"meaning": meaning}, headers=HTMX)

    def test_a_manager_teaches_and_is_shown_what_waits(self, sign_in):
        card, client = read_card("Righty ho boss"), sign_in("manager")
        page = page_of(client, card)

        response = self.teach(client, card)

        taught = client.get(response.headers["HX-Redirect"])
        [row] = taught.context["rows"]
        assert "Always a yes" in page
        assert (row["taught"].words, row["proposals"]) == ("righty ho boss", [(card, True)])
        assert InboxItem.objects.get().done_at is None
        assert "Confirm and answer" in taught.content.decode()

    def test_a_proposal_is_settled_by_one_click_and_comes_back(self, sign_in):
        card, client = read_card("Righty ho boss"), sign_in("manager")
        back = self.teach(client, card).headers["HX-Redirect"]
        given = {
            "action": "confirm",
            "revision": 1,
            "appointment": card.appointment_id,
            "next": back,
        }

        response = client.post(f"/inbox/{card.pk}/decide/", given)

        assert (response.headers["Location"], Appointment.objects.get().status) == (
            back,
            "confirmed",
        )
        assert client.get(back).context["rows"][0]["proposals"] == []

    def test_a_receptionist_is_offered_nothing(self, sign_in):
        card, client = read_card("Righty ho boss"), sign_in()

        assert ("Always a yes" in page_of(client, card), self.teach(client, card).status_code) == (
            False,
            403,
        )

    def test_a_manager_of_one_location_is_offered_nothing(self, sign_in):
        card = read_card("Righty ho boss")
        client = sign_in("manager", card.location)

        assert ("Always a yes" in page_of(client, card), self.teach(client, card).status_code) == (
            False,
            403,
        )

    @pytest.mark.parametrize("text", ["stop texting me", "Righty ho Ann", "see you at 5", "ok?"])
    def test_what_may_not_be_taught_is_refused(self, sign_in, text):
        card, client = read_card(text), sign_in("manager")
        page = page_of(client, card)

        self.teach(client, card)

        assert ("Always a yes" in page, TaughtReply.objects.count()) == (False, 0)

    @pytest.mark.parametrize("meaning", ["", "maybe", "\x00", "9" * 5000])
    def test_a_meaning_that_there_is_not_is_refused(self, sign_in, meaning):
        card = read_card("Righty ho boss")

        self.teach(sign_in("manager"), card, meaning)

        assert TaughtReply.objects.count() == 0

    def test_removed_it_is_listed_no_more(self, sign_in):
        card, client = read_card("Righty ho boss"), sign_in("manager")
        self.teach(client, card)
        one = TaughtReply.objects.get()

        client.post(f"/set-up/taught-replies/{one.pk}/remove/")

        one.refresh_from_db()
        assert client.get("/set-up/taught-replies/").context["rows"] == []
        assert one.removed_at is not None

    def test_cards_of_other_locations_are_not_proposed(self, sign_in):
        card = read_card("Righty ho boss")
        self.teach(sign_in("manager"), card)

        [row] = sign_in("manager", open_place()).get("/set-up/taught-replies/").context["rows"]

        assert row["proposals"] == []


def test_the_last_text_stands_above_a_reply_that_answers_none_for_certain(sign_in):
    one = booked(open_place())
    make_message(
        appointment=one, contact=one.contact, location=one.location, phone=one.contact.phone,
        text="Are you coming, Ann?", state="delivered",
        scheduled_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    card = make_card(one, "Maybe")

    page = as_read(sign_in().get(f"/inbox/{card.pk}/"))

    asked, said = page.index("The last text before it"), page.index("The reply<")
    assert asked < page.index("Are you coming, Ann?") < said
