"""The conversation as a page: writing, consent, who may."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from reminders.domain.sending.send import send_due
from reminders.models import Message, Suppression
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests.factories import NOON, make_contact, make_message, phone
from tests.views.reading import as_read
from tests.views.worklists.work import booked, make_card, open_place

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_texts_visits_and_cards_of_the_patient_are_shown(sign_in):
    one = booked(open_place())
    make_message(contact=one.contact, phone=one.contact.phone, text="See you <tomorrow>")
    card = make_card(one, "Maybe later")

    page = sign_in().get(f"/contacts/{one.contact_id}/")

    assert [each["bubble"].text for each in page.context["bubbles"]] == [
        "See you <tomorrow>",
        "Maybe later",
    ]
    assert [each["row"].id for each in page.context["visits"]] == [one.pk]
    assert page.context["cards"] == [card]
    assert "See you &lt;tomorrow&gt;" in page.content.decode()


def test_a_text_goes_out_about_the_next_appointment(sign_in):
    one = booked(open_place())

    response = sign_in().post(
        f"/contacts/{one.contact_id}/send/",
        {"text": "Please call us", "about": one.pk},
        headers=HTMX,
    )

    assert json.loads(response.headers["HX-Trigger"])["text-sent"] == {
        "draft": f"text-{one.contact_id}"
    }
    assert list(Message.objects.values_list("text", "phone", "appointment_id", "location_id")) == [
        ("Please call us", one.contact.phone, one.pk, one.location_id)
    ]


def test_somebody_elses_appointment_is_not_what_a_text_is_about(sign_in):
    place = open_place()
    one, other = booked(place), booked(place, "Ben")

    sign_in().post(
        f"/contacts/{one.contact_id}/send/", {"text": "Hi", "about": other.pk}, headers=HTMX
    )

    assert Message.objects.get().appointment_id is None


def test_an_empty_text_is_kept_and_nothing_is_sent(sign_in):
    one = booked(open_place())

    response = sign_in().post(f"/contacts/{one.contact_id}/send/", {"text": " "}, headers=HTMX)

    assert json.loads(response.headers["HX-Trigger"]) == {
        "toast": {"text": "Please write something first.", "undo": "", "tone": "warning"}
    }
    assert Message.objects.count() == 0


def test_an_expired_session_keeps_what_was_typed(client):
    one = booked(open_place())

    response = client.post(f"/contacts/{one.contact_id}/send/", {"text": "Long text"}, headers=HTMX)

    assert (response.status_code, response.headers["HX-Trigger"]) == (401, '{"signed-out": {}}')


def test_opting_out_and_in_again_by_undo(sign_in):
    one, client = booked(open_place()), sign_in()
    address = f"/contacts/{one.contact_id}/"

    client.post(f"{address}consent/", {"to": "out", "words": "Asked at the desk"}, headers=HTMX)
    page = client.get(address)
    [note] = page.context["messages"]
    told = page.content.decode()
    client.post(note.extra_tags.partition(" ")[2], headers=HTMX)

    assert "No texts to this number" in told
    assert "Asked at the desk" in told
    assert 'name="text"' not in told
    found = Suppression.objects.get()
    assert (found.words, found.reason, found.lifted_at is None) == (
        "Asked at the desk",
        "staff",
        False,
    )


def test_a_number_opted_out_meanwhile_is_not_texted(sign_in):
    one = booked(open_place())
    Suppression.objects.create(phone=one.contact.phone, reason="patient", since=one.changed_at)

    response = sign_in().post(f"/contacts/{one.contact_id}/send/", {"text": "Hi"}, headers=HTMX)

    assert "opted out" in json.loads(response.headers["HX-Trigger"])["toast"]["text"]
    assert Message.objects.count() == 0


def test_a_patient_without_number_has_no_composer(sign_in):
    contact = make_contact(phone="")

    page = as_read(sign_in().get(f"/contacts/{contact.pk}/"))

    assert "There is no number to text." in page
    assert 'name="text"' not in page


def test_patients_of_other_locations_are_nobody_here(sign_in):
    mine, one = open_place(), booked(open_place())
    client = sign_in("receptionist", mine)

    assert {
        client.get(f"/contacts/{one.contact_id}/").status_code,
        client.post(f"/contacts/{one.contact_id}/send/", {"text": "Hi"}).status_code,
        client.post(f"/contacts/{one.contact_id}/consent/", {"to": "out"}).status_code,
    } == {404}


def test_a_live_look_at_an_unchanged_thread_is_empty(sign_in):
    one, client = booked(open_place()), sign_in()
    address = f"/contacts/{one.contact_id}/"
    token = client.get(address).context["token"]
    quiet = client.get(address, {"token": token}, headers=HTMX).status_code
    make_message(contact=one.contact, phone=one.contact.phone)

    assert (quiet, client.get(address, {"token": token}, headers=HTMX).status_code) == (204, 200)


@pytest.mark.parametrize("before", ["x", "99999999999999999999", "-1", ""])
def test_an_odd_address_shows_the_page_all_the_same(sign_in, before):
    one = booked(open_place())

    assert sign_in().get(f"/contacts/{one.contact_id}/?before={before}").status_code == 200


def test_earlier_texts_are_a_click_away(sign_in):
    one, client = booked(open_place()), sign_in()
    for index in range(45):
        make_message(contact=one.contact, phone=one.contact.phone, text=f"Text {index}")
    first = client.get(f"/contacts/{one.contact_id}/").context

    earlier = client.get(f"/contacts/{one.contact_id}/?before={first['earlier']}").context

    assert (len(first["bubbles"]), earlier["earlier"]) == (40, "")


def test_the_conversation_costs_the_same_for_few_and_many_texts(
    sign_in, django_assert_max_num_queries
):
    one, client = booked(open_place(), contact=make_contact(phone=phone())), sign_in()
    make_message(contact=one.contact, phone=one.contact.phone)
    client.get(f"/contacts/{one.contact_id}/")
    with django_assert_max_num_queries(28) as few:
        client.get(f"/contacts/{one.contact_id}/")
    for _ in range(35):
        make_message(contact=one.contact, phone=one.contact.phone, appointment=one)

    with django_assert_max_num_queries(28) as many:
        client.get(f"/contacts/{one.contact_id}/")

    assert len(few.captured_queries) == len(many.captured_queries)


@pytest.mark.django_db(transaction=True)
class TestAsking:
    def overdue(self, sandbox: Sandbox, api: MessagesApi) -> Message:
        """A text whose time has come and whose report has not."""
        one = booked(open_place())
        message = make_message(
            contact=one.contact,
            phone=one.contact.phone,
            state="queued",
            kind="staff",
            location=one.location,
            scheduled_at=NOON,
            expires_at=NOON + timedelta(hours=2),
        )
        send_due(api, clock=lambda: NOON)
        message.refresh_from_db()
        assert message.state == "accepted"
        return message

    def ask(self, client: Client, message: Message) -> str:
        answer = client.post(
            f"/contacts/{message.contact_id}/ask/", {"text": message.pk}, headers=HTMX
        )
        return json.loads(answer.headers["HX-Trigger"])["toast"]["text"]

    def test_the_page_offers_to_ask_about_a_text_without_a_final_report(
        self, sign_in, sandbox, api
    ):
        message, client = self.overdue(sandbox, api), sign_in()

        offered = client.get(f"/contacts/{message.contact_id}/").content.decode()
        told = self.ask(client, message)
        message.refresh_from_db()

        assert f'hx-vals=\'{{"text": "{message.pk}"}}\'' in offered
        assert (told, message.state) == ("The provider answered: see the text.", "delivered")
        assert "Ask now" not in client.get(f"/contacts/{message.contact_id}/").content.decode()

    def test_a_provider_that_cannot_be_asked_is_told_in_words(self, sign_in, sandbox, api):
        message = self.overdue(sandbox, api)
        sandbox.order_fault("error_500_before", endpoint="status")

        told = self.ask(sign_in(), message)
        message.refresh_from_db()

        assert told == "The provider can't be asked right now. Please try again in a minute."
        assert message.state == "accepted"

    def test_another_patients_text_is_not_asked_about(self, sign_in, sandbox, api):
        message, other = self.overdue(sandbox, api), booked(open_place(), "Ben")

        answer = sign_in().post(
            f"/contacts/{other.contact_id}/ask/", {"text": message.pk}, headers=HTMX
        )

        assert "There is nothing to ask about this text." in answer.headers["HX-Trigger"]
