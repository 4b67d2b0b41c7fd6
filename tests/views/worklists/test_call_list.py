"""The call list as a page: outcomes with undo, what it costs, who may."""

import json
from datetime import time, timedelta

import pytest
from django.utils import timezone

from reminders.models import Appointment, CallAttempt, Contact
from tests.factories import (
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    phone,
)
from tests.views.reading import as_read
from tests.views.worklists.work import booked, open_place

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def note(response):
    return json.loads(response.headers["HX-Trigger"])["toast"]


def listed(response):
    return [card.names for card in response.context["cards"]]


def test_unreachable_ones_come_first_and_families_are_one_card(sign_in):
    place, shared = open_place(), phone()
    rule = make_confirmation_rule()
    for name in ("Mum", "Kid"):
        one = booked(place, contact=make_contact(first_name=name, last_name="", phone=shared))
        make_handed_over(one, rule, due_at=timezone.now() - timedelta(hours=1))
    booked(
        place, contact=make_contact(first_name="Nowhere", last_name="", phone=""), at=time(15, 0)
    )

    response = sign_in().get("/calls/")

    assert listed(response) == ["Nowhere", "Mum, Kid"]
    assert f"tel:{shared}" in response.content.decode()


def test_a_voicemail_is_noted_for_the_whole_family_and_taken_back_by_undo(sign_in):
    place, client = open_place(), sign_in()
    one, other = booked(place, "Ann"), booked(place, "Ben")

    response = client.post(
        "/calls/called/",
        {"appointments": f"{one.pk},{other.pk}", "outcome": "voicemail"},
        headers=HTMX,
    )
    made = sorted(CallAttempt.objects.values_list("appointment_id", "outcome"))
    undone = client.post(note(response)["undo"], headers=HTMX)

    assert note(response)["text"] == "Noted: left Ann and Ben a voicemail."
    assert made == [(one.pk, "voicemail"), (other.pk, "voicemail")]
    assert note(undone)["text"] == "Taken back."
    assert CallAttempt.objects.filter(undone_at=None).count() == 0


def test_confirmed_by_phone_with_undo(sign_in):
    one, client = booked(open_place()), sign_in()

    response = client.post(
        "/calls/answered/", {"appointments": one.pk, "to": "confirmed"}, headers=HTMX
    )
    confirmed = Appointment.objects.get().status
    client.post(note(response)["undo"], headers=HTMX)

    assert (note(response)["text"], confirmed) == ("Ann confirmed on the phone.", "confirmed")
    assert Appointment.objects.get().status == "booked"


def test_what_somebody_else_settled_meanwhile_stays(sign_in):
    one = booked(open_place(), status="declined")

    response = sign_in().post(
        "/calls/answered/", {"appointments": one.pk, "to": "confirmed"}, headers=HTMX
    )

    assert note(response)["text"] == "Somebody has settled this meanwhile. Nothing was changed."
    assert Appointment.objects.get().status == "declined"


@pytest.mark.parametrize("outcome", ["", "shouted", "\x00"])
def test_an_outcome_that_is_none_changes_nothing(sign_in, outcome):
    one = booked(open_place())

    sign_in().post("/calls/called/", {"appointments": one.pk, "outcome": outcome}, headers=HTMX)

    assert CallAttempt.objects.count() == 0


def test_appointments_of_other_locations_can_neither_be_seen_nor_called(sign_in):
    mine, other = open_place(), open_place()
    hidden = booked(other)
    client = sign_in("receptionist", mine)

    answers = [
        client.post("/calls/called/", {"appointments": hidden.pk, "outcome": "called"}).status_code,
        client.post("/calls/answered/", {"appointments": hidden.pk, "to": "confirmed"}).status_code,
        client.post("/calls/called/", {"appointments": "", "outcome": "called"}).status_code,
    ]

    assert answers == [404, 404, 404]
    assert listed(client.get("/calls/")) == []


def test_filters_by_what_was_tried_and_by_day(sign_in):
    place, client = open_place(), sign_in()
    tried, fresh = booked(place, "Tried"), booked(place, "Fresh")
    client.post("/calls/called/", {"appointments": tried.pk, "outcome": "no_answer"}, headers=HTMX)

    assert {
        "tried": listed(client.get("/calls/?show=tried")),
        "new": listed(client.get("/calls/?show=new")),
        "day": listed(client.get(f"/calls/?day={fresh.local_date}")),
        "other day": listed(client.get("/calls/?day=2020-01-01")),
        "nonsense": listed(client.get("/calls/?day=x&show=y&page=z")),
    } == {
        "tried": ["Tried"],
        "new": ["Fresh"],
        "day": ["Tried", "Fresh"],
        "other day": [],
        "nonsense": ["Tried", "Fresh"],
    }


def test_a_live_look_at_an_unchanged_list_is_empty(sign_in):
    place, client = open_place(), sign_in()
    booked(place)
    token = client.get("/calls/").context["token"]
    before = client.get("/calls/", {"token": token}, headers=HTMX).content.decode()
    booked(place, "Ben")

    after = client.get("/calls/", {"token": token}, headers=HTMX)

    assert ("data-list" in before, after.status_code) == (False, 200)
    assert "data-list" in after.content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(sign_in, django_assert_max_num_queries):
    place, client = open_place(), sign_in()
    booked(place)
    client.get("/calls/")
    with django_assert_max_num_queries(25) as one:
        client.get("/calls/")
    for index in range(30):
        booked(place, f"P{index}", at=time(8 + index // 4, 15 * (index % 4)))

    with django_assert_max_num_queries(25) as many:
        client.get("/calls/")

    assert len(one.captured_queries) == len(many.captured_queries)


def test_of_several_people_on_a_phone_the_wrong_number_is_one_persons(sign_in):
    place, shared = open_place(), phone()
    mum, kid = (
        booked(place, contact=make_contact(first_name=name, last_name="", phone=shared))
        for name in ("Mum", "Kid")
    )
    client = sign_in()
    [card] = client.get("/calls/").context["cards"]

    client.post(
        "/calls/called/", {"appointments": dict(card.people)["Kid"], "outcome": "wrong_number"}
    )

    assert [words for _, words, _ in card.outcomes] == [
        "No answer",
        "Left voicemail",
        "Still undecided",
    ]
    assert (
        mum.contact.has_wrong_number,
        Contact.objects.get(pk=kid.contact_id).has_wrong_number,
    ) == (
        False,
        True,
    )
    assert not Contact.objects.get(pk=mum.contact_id).has_wrong_number


def test_the_name_comes_first_then_one_big_number_to_call(sign_in):
    booked(open_place(country="GB"), contact=make_contact(
        first_name="Ann", last_name="Lee", phone="+447700900043"))  # fmt: skip

    page = as_read(sign_in().get("/calls/"))

    assert page.index("<h3><bdi>Ann Lee</bdi>") < page.index("Call 07700 900043")
    assert page.count('class="btn btn-primary call-button"') == 1
    assert page.count('class="outcomes" role="group"') == 1


def test_whose_text_is_still_to_come_is_folded(sign_in):
    place, rule = open_place(), make_confirmation_rule()
    booked(place, "Now")
    make_handed_over(booked(place, "Later"), rule, due_at=timezone.now() + timedelta(hours=2))
    client = sign_in()

    page, opened = client.get("/calls/"), client.get("/calls/?show=coming")

    assert (listed(page), listed(opened)) == (["Now"], ["Later"])
    assert "Text still to come: 1</b>" in as_read(page)
    assert "<h2>No text reaches them</h2>" in as_read(page)
    assert "<h2>Text still to come</h2>" in as_read(opened)


def test_an_open_visit_of_today_is_listed(sign_in):
    place = open_place(zone="UTC")
    now = timezone.now()
    soon = booked(place, "Soon")
    Appointment.objects.filter(pk=soon.pk).update(
        starts_at=now + timedelta(seconds=30), local_date=now.date()
    )

    assert listed(sign_in().get("/calls/")) == ["Soon"]


def test_a_number_without_its_last_digits_is_corrected_on_the_card(sign_in):
    place, client = open_place(country="GB"), sign_in()
    one = booked(place, contact=make_contact(
        first_name="Ann", last_name="", phone="", phone_as_given="0770 0900",
        phone_problem="too_short"))  # fmt: skip
    page = client.get("/calls/")
    [correction] = page.context["cards"][0].corrections
    given = {"appointment": one.pk, "seen": correction.raw.seen}

    short = client.post("/calls/number/", given | {"phone": "0770 0900"}, headers=HTMX)
    right = client.post("/calls/number/", given | {"phone": "07700 900043"}, headers=HTMX)
    late = client.post("/calls/number/", given | {"phone": "07700 900044"}, headers=HTMX)

    assert 'value="0770 0900"' in as_read(page)
    assert "no such number" in note(short)["text"]
    assert note(right)["text"] == "The number of Ann is corrected. Texts go to it from now on."
    assert "Somebody else changed this meanwhile" in note(late)["text"]
    contact = Contact.objects.get(pk=one.contact_id)
    assert (contact.phone, contact.phone_as_given) == ("+447700900043", "07700 900043")
