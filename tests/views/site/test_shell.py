"""The frame around every page."""

from datetime import timedelta

import pytest
from django.test import Client

from config.version import product_version
from reminders import branding
from reminders.formatting import inline, lasting
from tests.factories import make_location, make_user

pytestmark = pytest.mark.django_db


def signed_in(role: str = "receptionist", **values) -> Client:
    client = Client()
    client.force_login(make_user(group=role, **values))
    return client


def test_a_stranger_is_sent_to_sign_in():
    response = Client().get("/")

    assert response.headers["Location"] == "/sign-in/?next=%2F"


def test_htmx_of_a_stranger_gets_401_and_an_event():
    response = Client().get("/", headers={"HX-Request": "true"})

    assert (response.status_code, response.headers["HX-Trigger"]) == (401, '{"signed-out": {}}')


def test_a_user_without_a_role_reads_that_the_page_is_not_for_them():
    response = signed_in(role="").get("/")

    assert response.status_code == 403
    assert "Not for your role" in response.content.decode()


def test_signing_in_leads_to_the_day_sheet():
    make_user("ann", group="receptionist")

    response = Client().post(
        "/sign-in/", {"username": "ann", "password": "a long password"}, follow=True
    )

    assert response.redirect_chain == [("/", 302)]
    assert "<h1>" in response.content.decode()


def test_the_chosen_location_is_remembered():
    first, second = make_location(name="First"), make_location(name="Second")
    client = signed_in()

    client.post("/remember/", {"location": second.pk, "next": "/"})

    page = client.get("/")
    assert page.context["shell"].location == second
    assert first.pk in page.context["shell"].scope.location_ids


def test_a_location_that_one_may_not_see_cannot_be_chosen():
    mine, other = make_location(name="Mine"), make_location(name="Other")
    client = signed_in(locations=(mine,))

    client.post("/remember/", {"location": other.pk})

    assert client.get("/").context["shell"].location is None


def test_going_back_never_leaves_the_site():
    response = signed_in().post(
        "/remember/", {"location": "", "next": "https://elsewhere.example/"}
    )

    assert response.headers["Location"] == "/"


def test_the_foot_of_a_page_tells_the_version_to_those_who_signed_in():
    foot = f"{branding.NAME} {product_version()}</footer>"

    assert foot in signed_in().get("/").content.decode()
    assert product_version() not in Client().get("/sign-in/").content.decode()


def test_a_receptionist_sees_no_set_up_in_the_navigation():
    def titles(role):
        groups = signed_in(role).get("/").context["shell"].groups
        return [link.entry.title for _, links in groups for link in links]

    assert "Admin" not in titles("receptionist")
    assert "Admin" in titles("manager")


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (timedelta(seconds=40), "40 seconds"),
        (timedelta(minutes=2), "2\xa0minutes"),
        (timedelta(hours=2, minutes=5), "2\xa0hours, 5\xa0minutes"),
    ],
)
def test_how_long_something_waits_is_said_in_words(time, words):
    assert lasting(time) == words


def test_a_time_within_a_sentence_begins_small():
    assert [inline(words) for words in ("Tomorrow 10:00", "Tue 3 Mar 10:00")] == [
        "tomorrow 10:00",
        "Tue 3 Mar 10:00",
    ]
