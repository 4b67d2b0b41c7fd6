"""Choosing a password by a link: invited, forgotten, handed over; and what may not be one."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.utils import timezone

from reminders.domain.signing_in import links
from reminders.models import SignInLink
from tests.factories import make_location, make_user
from tests.views.door.steps import RIGHT, SECOND, is_signed_in, with_app

pytestmark = pytest.mark.django_db
NEW = "seven grey herons"


def sent(number: int) -> list[str]:
    """The first e-mails' texts, once they are there; they are sent beside the request."""
    until = time.monotonic() + 10
    while len(mail.outbox) < number and time.monotonic() < until:
        time.sleep(0.01)
    return [str(one.body) for one in mail.outbox]


def choose(path: str, password: str = NEW):
    return Client().post(path, {"new_password1": password, "new_password2": password})


def path_in(text: str) -> str:
    return re.findall(r"/sign-in/link/[\w-]+/", text)[0]


def handed_over(user: User) -> str:
    return f"/sign-in/link/{links.make(user, now=timezone.now())}/"


def invite(client: Client, **given):
    who = {"first_name": "Bo", "last_name": "Kim", "username": "bo", "email": "bo@x.example"}
    role = Group.objects.get(name=given.pop("role", "receptionist")).pk
    return client.post("/set-up/people/invite/", who | {"role": role} | given)


def test_an_invited_colleague_chooses_a_password_and_signs_in(sign_in, mail_server):
    place = make_location()

    answer = invite(sign_in("administrator"), locations=[place.pk])
    done = choose(path_in(sent(1)[0]))
    client = Client()
    client.post("/sign-in/", {"username": "bo", "password": NEW})

    bo = User.objects.get(username="bo")
    assert path_in(answer.content.decode()) == path_in(sent(1)[0])
    assert (mail.outbox[0].to, done.headers["Location"]) == (["bo@x.example"], "/sign-in/")
    assert (is_signed_in(client), list(bo.staff_profile.locations.all())) == (True, [place])


def test_without_a_mail_server_the_link_is_handed_over(sign_in):
    answer = invite(sign_in("administrator"), everywhere="on")

    page = answer.content.decode()
    assert ("Hand" in page, mail.outbox, choose(path_in(page)).status_code) == (True, [], 302)
    assert User.objects.get(username="bo").staff_profile.all_locations


def test_before_the_link_is_used_an_invited_colleague_does_not_get_in(sign_in):
    invite(sign_in("administrator"), everywhere="on")

    for password in ("", "!", NEW):
        client = Client()
        client.post("/sign-in/", {"username": "bo", "password": password})
        assert not is_signed_in(client)


def test_nobody_invites_to_more_than_they_have(sign_in):
    mine, other = make_location(), make_location()
    limited = sign_in("administrator", mine)

    refused = [
        invite(limited, everywhere="on").status_code,
        invite(limited, locations=[other.pk]).status_code,
        invite(limited, role="administrator", locations=[]).status_code,
    ]

    assert (refused, User.objects.filter(username="bo").exists()) == ([422] * 3, False)
    assert invite(limited, locations=[mine.pk]).status_code == 200


def test_a_link_works_once_and_ends_what_was_open():
    user = make_user("ann", group="receptionist")
    open_elsewhere = Client()
    open_elsewhere.force_login(user)
    path = handed_over(user)

    first, again = choose(path), choose(path, "another long password")

    assert (first.status_code, again.status_code) == (302, 410)
    assert not is_signed_in(open_elsewhere)


def test_a_link_runs_out_and_a_later_one_voids_it():
    user = make_user("ann", group="receptionist")
    long_ago = links.make(user, now=timezone.now() - links.HANDED_OVER)
    earlier = links.make(user, now=timezone.now())
    later = links.make(user, now=timezone.now())

    held = [links.holder(one, now=timezone.now()) for one in (long_ago, earlier, later, "made up")]

    assert held == [None, None, user, None]


def test_a_link_does_not_get_past_the_second_step():
    user = with_app()
    choose(handed_over(user))
    client = Client()

    answer = client.post("/sign-in/", {"username": "ann", "password": NEW})

    assert (answer.headers["Location"], is_signed_in(client)) == (SECOND, False)


def test_the_database_holds_no_link_that_could_be_used():
    token = links.make(make_user(), now=timezone.now())

    assert token not in repr(list(SignInLink.objects.values_list()))


def test_a_forgotten_password_is_chosen_anew_by_e_mail(mail_server):
    make_user("ann", group="receptionist", email="ann@x.example")

    asked = Client().post("/sign-in/forgotten/", {"who": "Ann@X.example"})
    choose(path_in(sent(1)[0]))
    client = Client()
    client.post("/sign-in/", RIGHT | {"password": NEW})

    assert (asked.headers["Location"], is_signed_in(client)) == ("/sign-in/", True)


def test_the_answer_does_not_tell_who_exists(mail_server):
    make_user("ann", group="receptionist", email="ann@x.example")

    answers = [
        Client().post("/sign-in/forgotten/", {"who": who}, follow=True) for who in ("ann", "nobody")
    ]

    told = [re.sub(r'value="[\w]{64}"', "", one.content.decode()) for one in answers]
    tokenless = [re.sub(r"X-CSRFToken[^}]*", "", one) for one in told]
    assert tokenless[0] == tokenless[1]


@pytest.mark.parametrize("values", [{"is_active": False}, {"email": ""}])
def test_to_whom_no_link_is_sent(mail_server, values):
    make_user("ann", **({"email": "ann@x.example"} | values))

    assert links.ask("ann", site="https://x.example/{}", now=timezone.now()) == 0


def test_asking_again_at_once_sends_no_second_e_mail_and_voids_nothing(mail_server):
    user, now = make_user("ann", email="ann@x.example"), timezone.now()
    token = links.make(user, now=now)
    counted = [
        links.ask("ann", site="{}", now=now + timedelta(seconds=after)) for after in (0, 60, 300)
    ]

    assert (counted, links.holder(token, now=now)) == ([1, 0, 1], user)


def test_an_address_asks_only_so_often(mail_server):
    for n in range(30):
        make_user(f"user{n}.x", email=f"u{n}@x.example")
        Client().post("/sign-in/forgotten/", {"who": f"user{n}.x"})

    assert SignInLink.objects.count() == 10


def test_without_a_mail_server_one_is_told_whom_to_ask():
    make_user("boss", group="administrator", first_name="Ada", last_name="Boss")

    page = Client().get("/sign-in/forgotten/").content.decode()

    # Names are not for strangers.
    assert ("ask an administrator" in page, "Boss" in page) == (True, False)


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password123",
        "qwertyuiop",
        "short",
        "1234567890",
        "iloveyou123",
        "annannann1",
    ],
)
def test_what_is_no_good_as_a_password_is_refused(password):
    user = make_user("annannann", group="receptionist")
    path = handed_over(user)

    assert choose(path, password).status_code == 422
    assert choose(path).status_code == 302


def test_a_colleague_gets_a_link_from_who_may_do_all_that_they_may(sign_in):
    owner, other = make_user(is_superuser=True), make_user(group="manager")
    boss = sign_in("administrator")

    answers = [boss.post(f"/set-up/people/{one.pk}/link/").status_code for one in (owner, other)]

    assert answers == [404, 200]
