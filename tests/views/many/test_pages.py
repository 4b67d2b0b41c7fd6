"""The pages for many visits: chosen without a script, looked at, begun once, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from reminders.models import Appointment, BulkChange, Location, Message, Practitioner
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Location:
    zone = make.midday_zone()
    return make.make_location(zone=zone, opens="00:00", closes="00:00", name="Harbour Dental")


@pytest.fixture
def doctor(db: None) -> Practitioner:
    return make.make_practitioner(name="Dr Grey")


def desk(*, group: str = "receptionist", **values: Any) -> Client:
    client = Client()
    client.force_login(make.make_user(group=group, **values))
    return client


def soon(place: Location, doctor: Practitioner, **values: Any) -> Appointment:
    now = timezone.now().astimezone(place.tz).replace(second=0, microsecond=0)
    at = now + timedelta(hours=2)
    return make.make_appointment(
        location=place, practitioner=doctor, day=at.date(), at=at.time(), **values
    )


def chosen(client: Client, row: Appointment, **posted: Any) -> str:
    given = {"date": row.local_date.isoformat(), "visit": row.pk} | posted
    answer = client.post("/day/several/begin/", given)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_the_day_is_shown_with_boxes_and_groups(place: Location, doctor: Practitioner) -> None:
    visit = soon(place, doctor)
    page = desk().get(f"/day/several/?date={visit.local_date}").content.decode()

    assert f'value="{visit.pk}"' in page
    assert f'value="with-{doctor.pk}-{place.pk}"' in page
    assert f'value="place-{place.pk}"' in page


def test_a_group_chooses_without_a_script(place: Location, doctor: Practitioner) -> None:
    visit = soon(place, doctor)
    chosen(desk(), visit, visit="", group=f"with-{doctor.pk}-{place.pk}")

    (change,) = BulkChange.objects.all()
    assert [row.appointment_id for row in change.rows.all()] == [visit.pk]


def test_nothing_chosen_leads_back(place: Location, doctor: Practitioner) -> None:
    visit = soon(place, doctor)
    assert chosen(desk(), visit, visit="").startswith("/day/several/?date=")


def test_nothing_is_done_before_it_was_looked_at(place: Location, doctor: Practitioner) -> None:
    client, visit = desk(), soon(place, doctor)
    address = chosen(client, visit)

    page = client.post(address, {"kind": "cancel", "act": "go", "seen": ""})

    assert "Something has changed since" in page.content.decode()
    assert Appointment.objects.get().status == "booked"


def test_looked_at_and_begun_it_happens_once_and_is_taken_back(
    place: Location, doctor: Practitioner
) -> None:
    client, visit = desk(), soon(place, doctor)
    address = chosen(client, visit)
    look = client.post(address, {"kind": "cancel", "act": "look"})
    assert "your appointment at Harbour Dental" in look.content.decode()
    given = {"kind": "cancel", "act": "go", "seen": look.context["outlook"].token}

    for _ in range(2):
        client.post(address, given)
    assert Appointment.objects.get().status == "cancelled"
    assert Message.objects.count() == 1
    assert "Undo everything" in client.get(address).content.decode()

    client.post(f"{address}undo/")
    assert Appointment.objects.get().status == "booked"
    assert Message.objects.get().state == "cancelled"
    assert "Taken back" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "move"}, "Choose by how much"),
        ({"kind": "move", "hours": "x", "minutes": "-5"}, "Choose by how much"),
        ({"kind": "move", "day": "yesterweek"}, "The day can’t be read"),
        ({"kind": "late", "delay": "7"}, "Choose by how many minutes"),
        ({"kind": "text", "text": " "}, "Write what the patients should read"),
        ({"kind": "nonsense"}, "Write what the patients should read"),
    ],
)
def test_what_is_missing_is_said(
    place: Location, doctor: Practitioner, given: dict[str, str], words: str
) -> None:
    client = desk()
    page = client.post(chosen(client, soon(place, doctor)), {"act": "look"} | given)

    assert page.status_code == 422
    assert words in page.content.decode()


def test_one_click_tells_of_a_delay(place: Location, doctor: Practitioner) -> None:
    client, visit = desk(), soon(place, doctor)
    assert "Running late" in client.get("/").content.decode()

    for _ in range(2):
        answer = client.post("/day/late/", {"practitioner": doctor.pk, "minutes": "20"})
    assert answer["Location"].startswith("/day/several/")
    (message,) = Message.objects.all()
    assert "about 20 minutes late" in message.text
    assert Appointment.objects.get().starts_at == visit.starts_at


def test_who_can_only_look_is_offered_nothing(place: Location, doctor: Practitioner) -> None:
    visit = soon(place, doctor)
    client = desk(group="auditor")

    assert "Running late" not in client.get("/").content.decode()
    assert client.get("/day/several/").status_code == 403
    assert client.post("/day/several/begin/", {"visit": visit.pk}).status_code == 403


def test_a_change_of_another_location_is_not_there(place: Location, doctor: Practitioner) -> None:
    visit = soon(make.make_location(), doctor)
    address = chosen(desk(), visit)

    client = desk(locations=(place,))
    assert client.get(address).status_code == 404
    assert client.post(f"{address}undo/").status_code == 404
    assert chosen(client, visit) != address
    assert BulkChange.objects.count() == 1


def test_whoever_could_not_be_texted_stands_on_the_list_to_call(
    place: Location, doctor: Practitioner
) -> None:
    client = desk()
    visit = soon(place, doctor, contact=make.make_contact(first_name="Zoe", phone=""))
    address = chosen(client, visit)
    look = client.post(address, {"kind": "cancel", "act": "look"})
    client.post(address, {"kind": "cancel", "act": "go", "seen": look.context["outlook"].token})

    page = client.get(address).content.decode()
    assert "To call by phone" in page
    assert "Zoe Lee" in page
    assert "No usable phone number" in page


def test_a_page_costs_the_same_for_one_visit_and_for_many(
    place: Location, doctor: Practitioner, django_assert_max_num_queries: Any
) -> None:
    client = desk()
    for _ in range(30):
        visit = soon(place, doctor)
    with django_assert_max_num_queries(20):
        client.get(f"/day/several/?date={visit.local_date}")
    address = chosen(client, visit, visit="", group=f"place-{place.pk}")
    with django_assert_max_num_queries(34):
        client.post(address, {"kind": "move", "hours": "1", "act": "look"})
