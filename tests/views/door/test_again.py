"""Proof again, before what an open browser must not be enough for."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.signing_in.proof import FRESH, LENIENT
from reminders.models import Import
from tests.factories import make_user
from tests.views.door.steps import code, with_app, wrong_code

pytestmark = pytest.mark.django_db


def signed_in(*, ago: timedelta, user=None, role: str = "administrator") -> Client:
    client = Client()
    client.force_login(user or make_user("ann", group=role))
    session = client.session
    session["proved_at"] = (timezone.now() - ago).timestamp()
    session.save()
    return client


LONG_AGO = FRESH + timedelta(minutes=1)


def guarded() -> list[str]:
    other = make_user(group="receptionist")
    upload = Import.objects.create(filename="a.csv", created_at=timezone.now(), state="applied")
    return [
        f"/admin/auth/user/{other.pk}/change/",
        f"/admin/auth/group/{other.groups.get().pk}/delete/",
        f"/admin/auth/user/{other.pk}/password/",
        "/admin/auth/user/add/",
        f"/admin/auth/group/{other.groups.get().pk}/change/",
        "/not-sent/?as=csv",
        f"/import/{upload.pk}/outcome.csv",
        "/account/app/",
        "/account/passkeys/new/",
    ]


def test_after_a_while_the_password_is_asked_for_again():
    client = signed_in(ago=LONG_AGO)

    asked = {path: client.get(path).headers.get("Location", "") for path in guarded()}

    assert {path: "/proof/?next=" in where for path, where in asked.items()} == dict.fromkeys(
        asked, True
    )


def test_just_after_signing_in_it_is_not():
    client = signed_in(ago=timedelta())

    assert {client.get(path).status_code for path in guarded()} == {200}


def test_with_the_password_one_goes_on_where_one_was():
    client = signed_in(ago=LONG_AGO)

    wrong = client.post("/proof/", {"password": "a wrong one", "next": "/account/app/"})
    right = client.post("/proof/", {"password": "a long password", "next": "/account/app/"})

    assert (wrong.status_code, right.headers["Location"]) == (200, "/account/app/")
    assert client.get("/account/app/").status_code == 200


def test_a_code_of_the_app_is_proof_too():
    client = signed_in(ago=LONG_AGO, user=with_app(group="administrator"))

    client.post("/proof/code/", {"code": wrong_code(), "next": "/account/"})
    before = client.get("/account/codes/").status_code
    client.post("/proof/code/", {"code": code(), "next": "/account/"})

    assert (before, client.get("/account/codes/").status_code) == (302, 200)


def test_a_form_that_was_opened_in_time_may_be_filled_in_slowly():
    role = make_user(group="receptionist").groups.get().pk
    address = f"/set-up/people/roles/{role}/"

    slow = signed_in(ago=LONG_AGO).post(address)
    too_slow = signed_in(ago=LENIENT + timedelta(minutes=1), user=make_user(group="administrator"))

    assert slow.headers["Location"] == "/set-up/people/"
    assert "/proof/" in too_slow.post(address).headers["Location"]


def test_guessing_the_password_there_pauses_as_at_the_sign_in():
    client = signed_in(ago=LONG_AGO)

    answers = [client.post("/proof/", {"password": f"wrong {n}"}).status_code for n in range(11)]

    assert answers[-1] == 429


def test_the_way_back_leads_to_no_other_site():
    client = signed_in(ago=LONG_AGO)

    answer = client.post("/proof/", {"password": "a long password", "next": "https://evil.example"})

    assert answer.headers["Location"] == "/"
