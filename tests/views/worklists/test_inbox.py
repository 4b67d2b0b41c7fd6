"""The inbox as pages: one click settles, nobody answers twice unseen."""

import json

import pytest

from reminders.models import Appointment, CannedReply, InboxItem, Message
from tests.factories import make_message, make_user
from tests.views.reading import as_read
from tests.views.worklists.work import booked, make_card, open_place

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def decide(client, card, action, *, appointment=None, revision=1):
    given = {"action": action, "revision": revision}
    if appointment:
        given["appointment"] = appointment.pk
    return client.post(f"/inbox/{card.pk}/decide/", given, headers=HTMX)


def note_on(client, response):
    """The note of the page that an action leads to."""
    page = client.get(response.headers["HX-Redirect"])
    return [(str(one), one.extra_tags.partition(" ")[2]) for one in page.context["messages"]]


def state(card):
    card.refresh_from_db()
    return (card.outcome, card.done_at is not None, card.revision)


def test_the_oldest_card_is_open_with_its_candidates_and_texts(sign_in):
    place = open_place()
    one, other = booked(place, "Ann"), booked(place, "Ben")
    first = make_card(one, "Is it tomorrow?")
    make_card(other)

    page = sign_in().get("/inbox/")

    assert [item["name"] for item in page.context["items"]] == ["Ann", "Ben"]
    assert page.context["card"] == first
    assert [each.one.appointment for each in page.context["candidates"]] == [one]
    assert "Is it tomorrow?" in page.content.decode()


def test_one_click_confirms_and_goes_on_to_the_next_card(sign_in):
    place, client = open_place(), sign_in()
    one = booked(place)
    card, following = make_card(one), make_card(booked(place, "Ben"))

    response = decide(client, card, "confirm", appointment=one)

    assert response.headers["HX-Redirect"] == f"/inbox/{following.pk}/"
    assert Appointment.objects.get(pk=one.pk).status == "confirmed"
    assert state(card) == ("confirm", True, 2)


def test_undo_takes_the_decision_back_and_opens_the_card_again(sign_in):
    one, client = booked(open_place()), sign_in()
    card = make_card(one)
    response = decide(client, card, "decline", appointment=one)
    [(words, undo)] = note_on(client, response)

    undone = client.post(undo, headers=HTMX)

    assert words == "Ann has declined. The answer is going out."
    assert undone.headers["HX-Redirect"] == f"/inbox/{card.pk}/"
    assert (Appointment.objects.get().status, state(card)) == ("booked", ("", False, 3))


def test_the_second_person_is_told_who_was_faster_and_nothing_is_changed(sign_in):
    one = booked(open_place())
    card = make_card(one)
    first = sign_in("receptionist", first_name="Maria", last_name="Fox")
    second = sign_in()

    decide(first, card, "confirm", appointment=one)
    late = decide(second, card, "decline", appointment=one)

    assert late.status_code == 409
    assert "Maria Fox closed this meanwhile: confirmed it." in late.content.decode()
    assert Appointment.objects.get().status == "confirmed"


def test_an_open_card_says_that_somebody_has_touched_it(sign_in):
    card, client = make_card(booked(open_place())), sign_in()
    before = client.get(f"/inbox/{card.pk}/?revision=1", headers=HTMX).status_code
    sign_in().post(f"/inbox/{card.pk}/take/", {"revision": 1, "to": "me"})

    after = client.get(f"/inbox/{card.pk}/?revision=1", headers=HTMX)

    assert (before, after.status_code) == (204, 286)
    assert "has taken this meanwhile" in after.content.decode()


def test_confirming_wants_an_appointment(sign_in):
    card = make_card(booked(open_place()))

    response = decide(sign_in(), card, "confirm")

    toast = json.loads(response.headers["HX-Trigger"])["toast"]
    assert toast["text"] == "Choose the appointment that the reply is about."
    assert state(card) == ("", False, 1)


def test_neither_settles_without_a_change(sign_in):
    one, client = booked(open_place()), sign_in()
    card = make_card(one)

    response = decide(client, card, "neither")

    assert response.headers["HX-Redirect"] == "/inbox/"
    assert (Appointment.objects.get().status, state(card)) == ("booked", ("neither", True, 2))


def test_an_answer_by_text_settles_the_card_and_drops_the_draft(sign_in):
    card, client = make_card(booked(open_place())), sign_in()

    response = client.post(
        f"/inbox/{card.pk}/answer/", {"text": " See you! ", "revision": 1}, headers=HTMX
    )

    assert json.loads(response.headers["HX-Trigger"]) == {"text-sent": {"draft": f"card-{card.pk}"}}
    assert [(one.text, one.phone, one.kind) for one in Message.objects.all()] == [
        ("See you!", card.phone, "staff")
    ]
    assert state(card) == ("texted", True, 2)


def test_an_answer_may_keep_the_card_open_as_ones_own(sign_in):
    card, client = make_card(booked(open_place())), sign_in()

    client.post(
        f"/inbox/{card.pk}/answer/", {"text": "One moment", "revision": 1, "keep": 1}, headers=HTMX
    )

    assert state(card) == ("", False, 2)
    assert [one["who"] for one in client.get("/inbox/?view=mine").context["items"]] == ["you"]


def test_an_empty_answer_sends_nothing(sign_in):
    card = make_card(booked(open_place()))

    response = sign_in().post(
        f"/inbox/{card.pk}/answer/", {"text": "  ", "revision": 1}, headers=HTMX
    )

    assert json.loads(response.headers["HX-Trigger"])["toast"]["tone"] == "warning"
    assert Message.objects.count() == 0


def test_done_and_open_again(sign_in):
    card, client = make_card(booked(open_place())), sign_in()

    client.post(f"/inbox/{card.pk}/done/", {"revision": 1}, headers=HTMX)
    settled = client.get("/inbox/?view=done").context["items"]
    client.post(f"/inbox/{card.pk}/reopen/", {"revision": 2}, headers=HTMX)

    assert [item["card"] for item in settled] == [card]
    assert state(card) == ("", False, 3)


def test_ready_lines_are_filled_in_for_the_patient(sign_in):
    CannedReply.objects.all().delete()
    CannedReply.objects.create(title="Hello", text="Hello {first_name}, call {phone}.")
    card = make_card(booked(open_place()))

    page = sign_in().get(f"/inbox/{card.pk}/")

    assert page.context["lines"] == [("Hello", "Hello Ann, call 020 7946 0000.")]


def test_cards_of_other_locations_are_nobodys_here(sign_in):
    mine, card = open_place(), make_card(booked(open_place()))
    client = sign_in("receptionist", mine)
    given = {"revision": 1, "text": "Hi", "action": "neither"}

    answers = {client.get(f"/inbox/{card.pk}/").status_code}
    for action in ("decide", "answer", "take", "done", "reopen", "undo"):
        answers.add(client.post(f"/inbox/{card.pk}/{action}/", given).status_code)

    assert (answers, client.get("/inbox/").context["items"]) == ({404}, [])


def test_an_appointment_elsewhere_cannot_be_matched(sign_in):
    mine, other = open_place(), booked(open_place())
    card = make_card(booked(mine), location=None)

    response = decide(sign_in("receptionist", mine), card, "confirm", appointment=other)

    assert (response.status_code, state(card)) == (404, ("", False, 1))


def test_the_live_look_brings_new_cards_and_the_count(sign_in):
    place, client = open_place(), sign_in()
    token = client.get("/inbox/").context["token"]
    quiet = client.get("/inbox/", {"token": token}, headers=HTMX)
    make_card(booked(place))

    fresh = client.get("/inbox/", {"token": token}, headers=HTMX)

    assert (quiet.status_code, fresh.status_code) == (204, 200)
    assert json.loads(fresh.headers["HX-Trigger"]) == {"inbox-count": {"value": 1}}


def test_the_inbox_costs_the_same_for_one_and_for_many(sign_in, django_assert_max_num_queries):
    place, client = open_place(), sign_in()
    one = booked(place)
    make_card(one)
    make_message(contact=one.contact, phone=one.contact.phone)
    client.get("/inbox/")
    with django_assert_max_num_queries(27) as few:
        client.get("/inbox/")
    for index in range(25):
        make_card(booked(place, f"P{index}"), assigned_to=make_user())

    with django_assert_max_num_queries(27) as many:
        client.get("/inbox/")

    assert len(few.captured_queries) == len(many.captured_queries)


def test_the_badge_counts_the_cards_that_the_page_shows(sign_in):
    here, there = open_place(name="Here"), open_place(name="There")
    make_card(booked(here, "Ann"))
    make_card(booked(there, "Ben"))
    make_card(booked(there, "Cy"))
    client = sign_in()

    counted = []
    for place in (None, here, there):
        client.post("/remember/", {"location": place.pk if place else ""})
        page = client.get("/inbox/").context
        counted.append((len(page["items"]), page["shell"].inbox_count))

    assert counted == [(3, 3), (1, 1), (2, 2)]


def test_a_reply_to_be_checked_is_a_link_to_its_card(sign_in):
    one = booked(open_place())
    card = make_card(one)
    client = sign_in()
    pages = [f"/?date={one.local_date}", f"/appointments/{one.pk}/", "/calls/", "/appointments/"]

    links = [
        f'class="state-link" href="/inbox/{card.pk}/"' in as_read(client.get(page))
        for page in pages
    ]

    assert links == [True] * 4


def test_one_button_closes_a_card_that_changes_nothing(sign_in):
    known, unknown = make_card(booked(open_place())), make_card(booked(open_place(name="B"), "Ben"))
    InboxItem.objects.filter(pk=unknown.pk).update(
        appointment=None, contact=None, reply=None, phone=""
    )
    client = sign_in()

    pages = [as_read(client.get(f"/inbox/{card.pk}/")) for card in (known, unknown)]

    words = ("Close, change nothing", "Close, it is dealt with")
    assert [[one in page for one in words] for page in pages] == [[True, False], [False, True]]
