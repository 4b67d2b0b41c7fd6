"""A password alone is not enough: codes, recovery codes, and how often one may guess."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from reminders.domain.operations.sign_ins import OF_BOTH
from reminders.domain.signing_in.second_factor import is_due
from reminders.views.door.forms import TOO_MANY, USED
from tests.factories import make_user
from tests.views.door.steps import (
    RIGHT,
    SECOND,
    SECRET,
    code,
    is_signed_in,
    recovery_codes,
    with_app,
    wrong_code,
)

pytestmark = pytest.mark.django_db
DIALOG = {"HX-Request": "true"}


def at_second_step() -> Client:
    client = Client()
    client.post("/sign-in/", RIGHT)
    return client


def test_who_has_an_app_is_asked_for_its_code_and_lands_where_they_wanted():
    with_app()
    client = Client()

    first = client.post("/sign-in/", RIGHT | {"next": "/calls/"})
    before = is_signed_in(client)
    second = client.post(SECOND, {"code": code()})

    assert (first.headers["Location"], before) == (SECOND, False)
    assert (second.headers["Location"], is_signed_in(client)) == ("/calls/", True)


def test_a_wrong_code_lets_nobody_in():
    with_app()
    client = at_second_step()

    answer = client.post(SECOND, {"code": wrong_code()})

    assert ("That did not match" in answer.content.decode(), is_signed_in(client)) == (True, False)


def test_a_code_that_was_used_lets_nobody_in_again():
    with_app()
    shown = code()
    at_second_step().post(SECOND, {"code": shown})
    cache.clear()  # another web process remembers nothing
    client = at_second_step()

    answer = client.post(SECOND, {"code": shown})

    assert (USED in answer.content.decode(), is_signed_in(client)) == (True, False)


def test_a_recovery_code_lets_in_once():
    user = with_app()
    spare = recovery_codes(user)[0]
    first, again = at_second_step(), at_second_step()

    first.post(SECOND, {"code": spare})
    again.post(SECOND, {"code": spare})

    assert (is_signed_in(first), is_signed_in(again)) == (True, False)
    assert len(recovery_codes(user)) == 9


def test_guessing_codes_pauses_like_guessing_passwords():
    with_app()
    client = at_second_step()

    for _ in range(OF_BOTH):
        answer = client.post(SECOND, {"code": wrong_code()})
    right = client.post(SECOND, {"code": code()})

    assert TOO_MANY in answer.content.decode()
    assert (TOO_MANY in right.content.decode(), is_signed_in(client)) == (True, False)
    assert Client().post("/sign-in/", RIGHT).status_code == 429


def test_a_right_password_does_not_end_the_count_before_the_second_step():
    with_app()
    for _ in range(OF_BOTH - 1):
        at_second_step().post(SECOND, {"code": wrong_code()})
    client = at_second_step()

    client.post(SECOND, {"code": wrong_code()})

    assert not is_signed_in(client)
    assert Client().post("/sign-in/", RIGHT).status_code == 429


def test_the_second_step_alone_leads_to_the_first():
    with_app()

    answer = Client().post(SECOND, {"code": code()})

    assert answer.headers["Location"] == "/sign-in/"


def test_in_the_dialog_the_second_step_takes_the_place_of_the_first():
    with_app()
    client = Client()

    asked = client.post("/sign-in/?here=1", RIGHT, headers=DIALOG, follow=True)
    wrong = client.post(SECOND, {"code": wrong_code()}, headers=DIALOG)
    done = client.post(SECOND, {"code": code()}, headers=DIALOG)

    assert [one.templates[0].name for one in (asked, wrong)] == ["partials/second_step.html"] * 2
    assert (done.status_code, json.loads(done["HX-Trigger"])["signed-in"]["user"]) == (204, "ann")


def test_secrets_are_kept_so_that_the_database_alone_shows_no_code():
    user = with_app()

    kept = repr(list(Authenticator.objects.filter(user=user).values_list("data", flat=True)))

    assert SECRET not in kept
    assert not any(one in kept for one in recovery_codes(user))


@pytest.fixture
def at_work(settings):
    """Texts reach real people."""
    settings.MESSAGES_API_IS_SANDBOX = False


@pytest.mark.parametrize(
    ("role", "led"),
    [("administrator", True), ("manager", True), ("receptionist", False)],
)
def test_whose_role_needs_it_is_led_to_setting_one_up(at_work, role, led):
    make_user("ann", group=role)
    client = Client()
    client.post("/sign-in/", RIGHT)

    page = client.get("/calls/")
    look = client.get("/pulse/", headers=DIALOG)
    act = client.post("/remember/", headers=DIALOG)

    assert (page.status_code == 302, look.status_code == 204) == (led, led)
    assert (act.headers.get("HX-Redirect") == "/account/second-step/") == led
    assert client.get("/account/app/").status_code == 200 or not led


def test_while_texts_go_to_the_sandbox_nobody_is_led():
    make_user("ann", group="administrator")
    client = Client()
    client.post("/sign-in/", RIGHT)

    assert is_signed_in(client)


def test_once_it_is_set_up_one_goes_on(at_work):
    user = make_user("ann", group="manager")
    client = Client()
    client.post("/sign-in/", RIGHT)
    client.get("/account/app/")
    secret = client.session["mfa.totp.secret"]

    done = client.post("/account/app/", {"code": code(secret)}, follow=True)

    assert "Recovery codes" in done.content.decode()
    assert (is_signed_in(client), len(recovery_codes(user))) == (True, 10)


def test_who_removes_the_last_one_is_led_there_again(at_work):
    with_app()
    client = at_second_step()
    client.post(SECOND, {"code": code()})

    client.post("/account/app/remove/")

    assert client.get("/calls/").headers["Location"] == "/account/second-step/"


def test_what_an_administrator_chose_for_a_role_goes_before_its_rights(at_work, sign_in):
    manager, receptionist = make_user(group="manager"), make_user(group="receptionist")
    boss = sign_in("administrator")

    boss.post(f"/set-up/people/roles/{manager.groups.get().pk}/", {})
    boss.post(f"/set-up/people/roles/{receptionist.groups.get().pk}/", {"second_factor": "yes"})

    assert (is_due(manager), is_due(receptionist)) == (False, True)


def test_the_connection_page_says_how_many_have_no_second_step_yet(sign_in):
    with_app("bob")
    make_user("cat", group="manager")
    make_user("dan", group="receptionist")
    make_user("eve", group="manager", is_active=False)

    page = sign_in("administrator").get("/set-up/connection/").content.decode()

    assert "2 of those who may change texts" in page


def test_somebody_who_lost_the_phone_is_let_in_by_an_administrator(sign_in):
    user = with_app()

    sign_in("administrator").post(f"/set-up/people/{user.pk}/lost-phone/")
    client = at_second_step()

    assert is_signed_in(client)


def test_nobody_takes_the_second_step_from_somebody_who_may_do_more(sign_in):
    owner = with_app(is_superuser=True)

    answer = sign_in("administrator").post(f"/set-up/people/{owner.pk}/lost-phone/")

    assert (answer.status_code, Authenticator.objects.filter(user=owner).count()) == (404, 2)
