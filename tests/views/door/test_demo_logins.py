"""The demo's logins, whose password everybody knows, open nothing once patients are real."""

import pytest
from django.test import Client

from reminders.domain.demo.seed import PASSWORD
from reminders.views.door.adapters import DEMO_ONLY
from tests.factories import make_user

pytestmark = pytest.mark.django_db
GIVEN = {"username": "manager", "password": PASSWORD}


@pytest.fixture
def manager():
    user = make_user("manager", group="manager")
    user.set_password(PASSWORD)
    user.save()
    return user


def test_they_work_with_the_sandbox(manager):
    client = Client()
    client.post("/sign-in/", GIVEN)

    assert client.get("/").status_code == 200


def test_they_open_nothing_with_a_real_provider(manager, settings):
    settings.PROVIDER_IS_HERE = False
    client = Client()
    client.post("/sign-in/", GIVEN)

    assert client.get("/").status_code == 302
    assert DEMO_ONLY.replace("'", "&#x27;") in client.get("/sign-in/").content.decode()


def test_who_chose_a_password_of_their_own_keeps_the_name(manager, settings):
    settings.PROVIDER_IS_HERE = False
    manager.set_password("a much longer one")
    manager.save()
    client = Client()
    client.post("/sign-in/", GIVEN | {"password": "a much longer one"})

    assert client.get("/").status_code == 200
