"""Locations, practitioners, services and ready lines on pages of their own."""

from datetime import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from reminders.models import CannedReply, Location, Practitioner, Service
from reminders.sandbox import Sandbox
from tests.factories import make_location, make_practitioner, make_service, make_user

pytestmark = pytest.mark.django_db
BERLIN: dict[str, Any] = {
    "name": "Spree Dental",
    "phone": "030 23125 000",
    "active": "on",
    "country": "DE",
    "zone": "Europe/Berlin",
    "language": "de",
    "address": "Uferstr. 1, Berlin",
    "map_link": "https://maps.example/1",
    "video_link": "",
    "opens": "08:00",
    "closes": "18:00",
    "open_days": ["1", "2", "3"],
    "source_number": "",
    "family_messages": "on",
    "late_decline_hours": "4",
}


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What the provider's list was in another test is not remembered."""
    cache.delete("approved-senders")


@pytest.fixture
def client() -> Client:
    """A manager of all locations."""
    client = Client()
    client.force_login(make_user(group="manager"))
    return client


def test_a_location_is_added_with_its_country_zone_days_and_what_texts_say(
    client: Client, sandbox: Sandbox
) -> None:
    make_location()

    client.post("/set-up/locations/new/", BERLIN)

    place = Location.objects.get(name="Spree Dental")
    assert (place.country, place.zone, place.open_days) == ("DE", "Europe/Berlin", [1, 2, 3])
    assert (place.opens, place.address) == (time(8), "Uferstr. 1, Berlin")
    assert "Spree Dental" in client.get("/set-up/locations/").content.decode()


def test_a_zone_of_another_country_is_asked_about(client: Client, sandbox: Sandbox) -> None:
    page = client.post("/set-up/locations/new/", BERLIN | {"zone": "Australia/Sydney"})

    assert page.status_code == 422
    assert "Sydney (Australia) is not in Germany. Choose again." in page.content.decode()
    assert not Location.objects.exists()


def test_the_sender_is_one_that_the_provider_has_approved(client: Client, sandbox: Sandbox) -> None:
    place = make_location(source_number="OLDNAME")
    address = f"/set-up/locations/{place.pk}/"

    page = client.get(address).content.decode()
    refused = client.post(address, BERLIN | {"source_number": "ANYBODY"})
    client.post(address, BERLIN | {"source_number": "TILLTHEN"})

    assert "+61491570156 · Reception" in page
    assert "OLDNAME · not in the provider’s list" in page
    assert refused.status_code == 422
    assert Location.objects.get().source_number == "TILLTHEN"


def test_while_the_provider_cannot_be_asked_a_sender_is_typed(
    client: Client, sandbox: Sandbox
) -> None:
    place = make_location()
    sandbox.order_fault("error_500_before", endpoint="senders", times=9)

    page = client.get(f"/set-up/locations/{place.pk}/").content.decode()
    client.post(f"/set-up/locations/{place.pk}/", BERLIN | {"source_number": "CLINIC"})

    assert "list of senders can’t be fetched just now" in page
    assert Location.objects.get().source_number == "CLINIC"


def test_a_limited_manager_changes_their_own_location_and_adds_none(
    sandbox: Sandbox, settings: Settings
) -> None:
    mine, other = make_location(name="Mine"), make_location(name="Other")
    client = Client()
    client.force_login(make_user(group="manager", locations=(mine,)))

    codes = [client.get(f"/set-up/locations/{place.pk}/").status_code for place in (mine, other)]

    assert codes == [200, 404]
    assert client.get("/set-up/locations/new/").status_code == 403
    assert "Other" not in client.get("/set-up/locations/").content.decode()


def test_a_practitioner_is_added_renamed_and_leaves(client: Client) -> None:
    client.post("/set-up/practitioners/new/", {"name": "Dr Ash", "active": "on"})
    row = Practitioner.objects.get()
    client.post(f"/set-up/practitioners/{row.pk}/", {"name": "Dr Ash-Lee"})

    row.refresh_from_db()
    assert (row.name, row.active) == ("Dr Ash-Lee", False)
    assert "Not in use" in " ".join(client.get("/set-up/practitioners/").content.decode().split())


def test_two_of_one_name_are_refused(client: Client) -> None:
    make_practitioner(name="Dr Ash")

    page = client.post("/set-up/practitioners/new/", {"name": "Dr Ash", "active": "on"})

    assert page.status_code == 422
    assert Practitioner.objects.count() == 1


def test_the_instructions_of_a_service_end_as_a_sentence(client: Client) -> None:
    row = make_service(name="Blood test")

    client.post(
        f"/set-up/services/{row.pk}/",
        {"name": "Blood test", "instructions": "Please come fasting", "active": "on"},
    )

    assert Service.objects.get().instructions == "Please come fasting."


def test_a_ready_line_is_written_checked_and_deleted(client: Client) -> None:
    wrong = client.post(
        "/set-up/ready-lines/new/", {"title": "Call", "text": "Hi {nme}", "position": "1"}
    )
    client.post("/set-up/ready-lines/new/", {"title": "Call", "text": "Hi {name}", "position": "1"})
    row = CannedReply.objects.get()

    assert "is not a placeholder" in wrong.content.decode()
    assert row.text == "Hi {name}"
    client.post(f"/set-up/ready-lines/{row.pk}/delete/")
    assert not CannedReply.objects.exists()
