"""Signing in by the organisation's own service: whose account it is, and what its groups give."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.contrib.auth.models import User
from django.test import Client

from config.launcher.local import sign_in_service
from reminders.domain.signing_in.service import NO_ROLE, OWNERS_OWN
from reminders.views.door.service import FAILED
from tests.factories import make_location, make_user
from tests.oidc import CLIENT, SECRET, Service, running_service

pytestmark = pytest.mark.django_db
START = "/sign-in/organisation/"
ANN = {
    "sub": "7f3c",
    "preferred_username": "ann.lee",
    "email": "ann@hospital.example",
    "email_verified": True,
    "given_name": "Ann",
    "family_name": "Lee",
}


@pytest.fixture
def service(settings):
    with running_service() as one:
        settings.OIDC_ISSUER, settings.OIDC_NAME = one.issuer, "Hospital"
        settings.OIDC_GROUPS = "Front desk=receptionist@North, South; IT=administrator"
        settings.SOCIALACCOUNT_PROVIDERS = sign_in_service(
            settings.OIDC_ID, one.issuer, "Hospital", CLIENT, SECRET
        )
        one.claims = ANN | {"groups": ["Front desk"]}
        yield one


def there(client: Client, start: str = START) -> str:
    """Set out, say who one is, and come back as far as the address with the code."""
    asked = client.get(start).headers["Location"]
    return httpx.post(asked, follow_redirects=False).headers["Location"]


def sign_in(start: str = START, client: Client | None = None):
    client = client or Client()
    back = urlsplit(there(client, start))
    return client, client.get(f"{back.path}?{back.query}")


def words_after(client: Client) -> str:
    return client.get("/sign-in/").content.decode()


def test_a_new_colleague_gets_the_role_and_the_locations_of_their_groups(service):
    north, _ = make_location(name="North"), make_location(name="West")

    client, answer = sign_in(START + "?next=/calls/")

    user = User.objects.get()
    assert (answer.headers["Location"], client.get("/calls/").status_code) == ("/calls/", 200)
    assert (user.username, user.get_full_name(), user.email) == (
        "ann.lee",
        "Ann Lee",
        "ann@hospital.example",
    )
    assert [one.name for one in user.groups.all()] == ["receptionist"]
    assert list(user.staff_profile.locations.all()) == [north]
    assert (user.staff_profile.all_locations, user.has_usable_password()) == (False, False)


def test_who_changes_desks_changes_here_at_the_next_sign_in(service):
    make_location(name="North")
    sign_in()
    service.claims["groups"] = ["IT", "Kitchen"]

    sign_in()

    user = User.objects.get()
    assert [one.name for one in user.groups.all()] == ["administrator"]
    assert (user.staff_profile.all_locations, user.staff_profile.locations.count()) == (True, 0)


@pytest.mark.parametrize("groups", [[], ["Kitchen"], None, "Kitchen"])
def test_without_a_group_that_gives_something_nobody_gets_in(service, groups):
    service.claims["groups"] = groups

    client, answer = sign_in()

    assert (answer.headers["Location"], User.objects.count()) == ("/sign-in/", 0)
    assert NO_ROLE in words_after(client)


def test_who_lost_their_groups_gets_in_no_more(service):
    sign_in()
    service.claims["groups"] = []

    client, _ = sign_in()

    assert client.get("/").status_code == 302


def test_a_user_who_is_there_is_known_by_an_address_that_was_checked(service):
    user = make_user("ann", email="ANN@hospital.example")

    sign_in()

    assert list(User.objects.all()) == [user]


def test_an_address_that_was_not_checked_opens_nobodys_login(service):
    user = make_user("ann", email="ann@hospital.example", group="administrator")
    service.claims["email_verified"] = False

    client, _ = sign_in()

    assert int(client.session["_auth_user_id"]) != user.pk


def test_a_name_that_is_taken_here_opens_nobodys_login(service):
    user = make_user("ann.lee", group="administrator")

    client, _ = sign_in()

    assert int(client.session["_auth_user_id"]) != user.pk
    assert User.objects.filter(username="ann.lee-2").exists()


def test_an_owner_is_not_reached_by_the_service(service):
    make_user("ann", email="ann@hospital.example", is_superuser=True)

    client, _ = sign_in()

    assert (client.get("/").status_code, OWNERS_OWN in words_after(client)) == (302, True)


def test_who_was_switched_off_here_stays_outside(service):
    sign_in()
    User.objects.update(is_active=False)

    client, answer = sign_in()

    assert (answer.headers["Location"], client.get("/").status_code) == ("/sign-in/", 302)


def test_without_groups_set_up_only_who_is_there_gets_in(service, settings):
    settings.OIDC_GROUPS = ""
    refused, _ = sign_in()
    user = make_user("ann", email="ann@hospital.example", group="manager")

    client, _ = sign_in()

    assert NO_ROLE in words_after(refused)
    assert int(client.session["_auth_user_id"]) == user.pk
    assert [one.name for one in user.groups.all()] == ["manager"]


def test_a_code_that_another_browser_caught_is_of_no_use(service):
    caught = urlsplit(there(Client()))

    client = Client()
    answer = client.get(f"{caught.path}?{caught.query}")

    assert (answer.headers["Location"], FAILED in words_after(client)) == ("/sign-in/", True)


@pytest.mark.parametrize("back", ["error=access_denied", "error=x", "code=made-up", ""])
def test_whatever_comes_back_is_said_in_words(service, back):
    client = Client()
    asked = parse_qs(urlsplit(client.get(START).headers["Location"]).query)

    answer = client.get(f"{START}back/?state={asked['state'][0]}&{back}")

    assert (answer.headers["Location"], FAILED in words_after(client)) == ("/sign-in/", True)


def test_a_token_of_another_issuer_lets_nobody_in(service):
    service.claims["iss"] = "https://evil.example"

    _, answer = sign_in()

    assert (answer.headers["Location"], User.objects.count()) == ("/sign-in/", 0)


def test_a_service_that_does_not_answer_is_said_in_words(service, settings):
    settings.SOCIALACCOUNT_PROVIDERS = sign_in_service(
        settings.OIDC_ID, "http://127.0.0.1:9", "Hospital", CLIENT, SECRET
    )
    client = Client()

    answer = client.get(START)

    assert (answer.headers["Location"], FAILED in words_after(client)) == ("/sign-in/", True)


def test_a_login_here_is_not_tied_to_an_account_there_by_an_open_browser(service):
    client = Client()
    client.force_login(make_user("bob", group="administrator"))

    sign_in(START + "?process=connect", client)

    assert User.objects.count() == 1


def test_who_came_by_the_service_proves_themselves_there(service, settings):
    settings.MESSAGES_API_IS_SANDBOX = False
    service.claims["groups"] = ["IT"]
    client, _ = sign_in()
    session = client.session
    session["proved_at"] = 0
    session.save()

    asked = client.get("/admin/auth/user/add/").headers["Location"]
    sign_in(asked, client)

    assert asked.startswith(START)
    assert client.get("/admin/auth/user/add/").status_code == 200


def test_without_a_service_there_is_none():
    page = Client().get("/sign-in/").content.decode()

    assert (START in page, Client().get(START).status_code) == (False, 404)


def test_the_services_name_stands_at_the_sign_in(service):
    assert "Hospital" in Client().get("/sign-in/").content.decode()
    assert isinstance(service, Service)
