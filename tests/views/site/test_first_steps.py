"""From an empty installation to the first text: each page says what to do, or whom to ask."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from reminders.domain.setup.beginning.first_login import make_token
from reminders.models import Location
from tests.factories import make_appointment, make_location, make_message, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
GIVEN = {"first_name": "Ann", "last_name": "Lee", "username": "ann", "password1": PASSWORD}
PAGES = (
    "/",
    "/calls/",
    "/inbox/",
    "/appointments/",
    "/appointments/new/",
    "/contacts/",
    "/contacts/new/",
    "/not-sent/",
    "/forecast/",
    "/data-quality/",
)
MANAGERS_PAGES = ("/import/", "/statistics/", "/set-up/", "/set-up/rules/", "/set-up/wordings/")


def link() -> str:
    return f"/first-login/{make_token(now=timezone.now())}/"


def words(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_link_asks_for_name_and_password_signs_in_and_leads_on():
    client, address = Client(), link()
    asked = client.get(address)

    made = client.post(address, GIVEN | {"password2": PASSWORD})

    assert (asked.status_code, asked.headers["Cache-Control"]) == (200, "no-store")
    assert (made.status_code, made.headers["Location"]) == (302, "/set-up/first-steps/")
    assert "1 of 4 done" in words(client.get("/set-up/first-steps/"))
    assert User.objects.get().get_full_name() == "Ann Lee"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
        ({"password1": "8316047295", "password2": "8316047295"}, "entirely numeric"),
        ({"password2": "another password"}, "didn’t match"),
        ({"username": ""}, "required"),
        ({"username": "a b"}, "valid username"),
        ({"username": "taken"}, "already exists"),
        ({"username": "x" * 151}, "at most 150"),
        ({"first_name": "\x00"}, "Null characters"),
    ],
)
def test_what_makes_no_login_is_said_and_the_link_stays(wrong, said):
    make_user("taken", group="receptionist")
    client, address = Client(), link()

    refused = client.post(address, GIVEN | {"password2": PASSWORD} | wrong)
    made = client.post(address, GIVEN | {"password2": PASSWORD})

    assert (refused.status_code, said in words(refused)) == (422, True)
    assert made.status_code == 302


def test_a_used_link_says_what_to_do():
    address = link()
    Client().post(address, GIVEN | {"password2": PASSWORD})

    again = Client().post(address, GIVEN | {"username": "eve", "password2": PASSWORD})

    assert (again.status_code, User.objects.count()) == (410, 1)
    assert "ask them for a login" in words(again)


def test_a_link_that_ran_out_says_how_to_get_another():
    response = Client().get("/first-login/nothing/")

    assert response.status_code == 410
    assert "manage.py first_login" in words(response)


@pytest.mark.parametrize("path", [*PAGES, *MANAGERS_PAGES])
def test_without_a_location_every_page_leads_who_may_to_the_first_one(sign_in, path):
    response = sign_in("administrator").get(path)

    assert response.status_code == 200
    assert "/set-up/first-steps/" in words(response)
    assert "No location yet" in words(response)


@pytest.mark.parametrize("path", PAGES)
def test_without_a_location_every_page_says_whom_to_ask(sign_in, path):
    make_user("boss", group="administrator", first_name="Ada", last_name="Boss")

    response = sign_in().get(path)

    assert "No location yet" in words(response)
    assert "lease ask <bdi>Ada Boss</bdi>" in words(response)
    assert "/set-up/first-steps/" not in words(response)


def test_booking_without_a_location_says_why_it_can_t_be(sign_in):
    response = sign_in("administrator").post(
        "/appointments/new/", {"contact": "new", "new-first_name": "A"}
    )

    assert response.status_code == 422
    assert "Without one nothing can be booked" in words(response)


def test_the_list_goes_on_with_each_step(sign_in):
    client, shown = sign_in("administrator"), []

    def look():
        shown.append(client.get("/set-up/first-steps/").context["coming"])

    look()
    appointment = make_appointment(location=make_location())
    look()
    make_message(appointment=appointment, accepted_at=timezone.now())
    look()

    assert [step.title if step else None for step in shown] == [
        "The first location",
        "The first text",
        None,
    ]


def test_a_receptionist_reads_whom_to_ask_for_the_next_step(sign_in):
    make_user("boss", group="administrator", first_name="Ada", last_name="Boss")

    page = words(sign_in().get("/set-up/first-steps/"))

    assert page.count("please ask <bdi>Ada Boss</bdi>") == 3


def test_a_location_out_of_use_is_none(sign_in):
    make_location(active=False)

    assert "No location yet" in words(sign_in("administrator").get("/"))


def test_the_first_location_leads_on_and_the_second_does_not(sign_in):
    client = sign_in("administrator", is_staff=True)
    values = {
        "name": "Main",
        "phone": "020 7946 0000",
        "active": "on",
        "zone": "Europe/London",
        "country": "GB",
        "language": "en",
        "opens": "08:00",
        "closes": "20:00",
        "open_days": ["1", "2"],
        "late_decline_hours": "4",
    }

    first = client.post("/set-up/locations/new/", values)
    second = client.post("/set-up/locations/new/", values | {"name": "Mill"})

    assert Location.objects.count() == 2
    assert first.headers["Location"] == "/set-up/first-steps/"
    assert second.headers["Location"] == "/set-up/locations/"
