"""The page of those who did not come, and the badge wherever the person is shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders.models import Appointment, Location, Message
from tests.factories import make_appointment, make_contact, make_location, make_user

pytestmark = pytest.mark.django_db
HOME = "/did-not-come/"
YESTERDAY = (timezone.now() - timedelta(days=1)).date()


@pytest.fixture
def place():
    return make_location(name="Harbour", opens="00:00", closes="00:00")


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(make_user(group="receptionist"))
    return client


def page(response) -> str:
    return " ".join(response.content.decode().split())


def missed(place: Location, **values: Any) -> Appointment:
    plain: dict[str, Any] = {"day": YESTERDAY, "location": place, "status": "no_show"}
    return make_appointment(**(plain | values))


def test_without_any_the_page_says_so(client, place):
    assert "Everybody came" in page(client.get(HOME))


def test_one_click_texts_and_the_row_is_done(client, place):
    visit = missed(place, contact=make_contact(first_name="Zoe"))
    shown = page(client.get(HOME))
    assert "Zoe" in shown
    assert "Missed 1 of 1" in shown

    answer = client.post(f"{HOME}{visit.pk}/text/", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "on its way" in answer.headers["HX-Trigger"]
    assert "changed" in answer.headers["HX-Trigger"]
    assert Message.objects.get().purpose == "missed"
    assert "Nothing left to do" in page(client.get(HOME))
    everything = page(client.get(f"{HOME}?show=all"))
    assert "Texted" in everything
    assert f"{HOME}{visit.pk}/text/" not in everything
    again = client.post(f"{HOME}{visit.pk}/text/", headers={"HX-Request": "true"})
    assert "already" in again.headers["HX-Trigger"]


def test_called_uses_the_calls_of_the_call_list(client, place):
    visit = missed(place)

    client.post("/calls/called/", {"appointments": visit.pk, "outcome": "called"})

    assert "Nothing left to do" in page(client.get(HOME))
    assert "Called" in page(client.get(f"{HOME}?show=all"))


@pytest.mark.parametrize("query", ["days=abc", "days=9999", "show=x", "page=99", "page=-1"])
def test_an_odd_address_shows_the_usual_list(client, place, query):
    missed(place, contact=make_contact(first_name="Zoe"))

    assert "Zoe" in page(client.get(f"{HOME}?{query}"))


def test_who_can_not_be_texted_is_offered_no_text(client, place):
    visit = missed(place, contact=make_contact(phone=""))

    shown = page(client.get(HOME))

    assert "No usable phone number" in shown
    assert f"{HOME}{visit.pk}/text/" not in shown


def test_another_locations_visits_are_neither_shown_nor_texted_nor_counted(place):
    other = make_location(name="Hill")
    contact = make_contact(first_name="Zoe")
    theirs = missed(other, contact=contact)
    mine = make_appointment(day=YESTERDAY, location=place, contact=contact)
    client = Client()
    client.force_login(make_user(group="receptionist", locations=(place,)))

    assert "Zoe" not in page(client.get(HOME))
    assert client.post(f"{HOME}{theirs.pk}/text/").status_code == 404
    assert "missed-badge" not in page(client.get(f"/appointments/{mine.pk}/"))
    assert not Message.objects.exists()


def test_the_badge_stands_on_day_sheet_appointment_and_patient(client, place):
    contact = make_contact()
    missed(place, contact=contact)
    visit = make_appointment(day=YESTERDAY, location=place, contact=contact, status="arrived")

    for address in (
        f"/?date={YESTERDAY}", f"/appointments/{visit.pk}/", f"/contacts/{contact.pk}/",
    ):  # fmt: skip
        assert "Missed 1 of 2" in page(client.get(address)), address


def test_the_list_costs_the_same_for_one_and_for_many(client, place, django_assert_max_num_queries):
    for _ in range(8):
        missed(place)

    client.get(HOME)
    with django_assert_max_num_queries(20):
        client.get(HOME)


def test_switching_the_noting_on_holds_from_now_on():
    place = Location.objects.get(pk=make_location(country="GB").pk)
    client = Client()
    client.force_login(make_user(group="manager"))
    form = client.get(f"/set-up/locations/{place.pk}/").context["form"]
    given = {name: value for name, value in form.initial.items() if value not in (None, False)}
    before = timezone.now()

    client.post(f"/set-up/locations/{place.pk}/", given | {"missed_after_minutes": "30"})

    place.refresh_from_db()
    assert place.missed_after_minutes == 30
    assert before <= (place.missed_from or before)
    assert place.missed_from
    refused = client.post(f"/set-up/locations/{place.pk}/", given | {"missed_after_minutes": "1"})
    assert refused.status_code == 422
