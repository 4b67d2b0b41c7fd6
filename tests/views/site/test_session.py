"""Signing in, and what a session leaves behind."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from reminders.domain.common.access import forget_sessions
from reminders.models import StaffSession
from reminders.views.site.session import TOO_MANY
from tests.factories import make_user

pytestmark = pytest.mark.django_db

RIGHT = {"username": "ann", "password": "a long password"}
WRONG = {"username": "ann", "password": "a wrong one"}
DIALOG = {"HX-Request": "true"}


def test_after_ten_wrong_passwords_even_the_right_one_has_to_wait() -> None:
    make_user("ann", group="receptionist")

    wrong = [Client().post("/sign-in/", WRONG).status_code for _ in range(10)]
    right = Client().post("/sign-in/", RIGHT)

    assert wrong == [200] * 9 + [429]
    assert (right.status_code, TOO_MANY in right.content.decode()) == (429, True)


def test_the_pause_is_said_in_the_dialog_too() -> None:
    make_user("ann", group="receptionist")
    for _ in range(10):
        Client().post("/sign-in/", WRONG)

    answer = Client().post("/sign-in/?here=1", RIGHT, headers=DIALOG)

    assert (answer.status_code, answer.templates[0].name) == (422, "partials/sign_in_form.html")
    assert TOO_MANY in answer.content.decode()


def test_another_user_or_another_address_does_not_wait() -> None:
    make_user("ann", group="receptionist")
    make_user("bob", group="receptionist")
    for _ in range(10):
        Client().post("/sign-in/", WRONG)

    other_user = Client().post("/sign-in/", RIGHT | {"username": "bob"})
    other_address = Client(REMOTE_ADDR="192.0.2.7").post("/sign-in/", RIGHT)

    assert (other_user.status_code, other_address.status_code) == (302, 302)


def test_a_right_password_forgets_the_wrong_ones() -> None:
    make_user("ann", group="receptionist")
    for _ in range(2):
        for _ in range(9):
            Client().post("/sign-in/", WRONG)
        answer = Client().post("/sign-in/", RIGHT)

        assert answer.status_code == 302


def test_pages_of_somebody_signed_in_are_kept_nowhere() -> None:
    client = Client()
    client.force_login(make_user("ann", group="receptionist"))

    kept = {
        path: client.get(path).headers.get("Cache-Control")
        for path in ("/", "/contacts/", "/nowhere/")
    }

    assert set(kept.values()) == {"private, no-store"}


def test_going_back_leads_to_no_other_site() -> None:
    client = Client()
    client.force_login(make_user("ann", group="receptionist"))

    answers = [
        client.post("/remember/", {"location": "", "next": where}).headers["Location"]
        for where in ("https://evil.example/", "//evil.example", "/calls/")
    ]

    assert answers == ["/", "/", "/calls/"]


def test_sessions_that_ran_out_are_deleted() -> None:
    client = Client()
    client.force_login(make_user("ann", group="receptionist"))
    client.force_login(make_user("bob", group="receptionist"))
    first = StaffSession.objects.order_by("expire_date")[0]
    StaffSession.objects.filter(pk=first.pk).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )

    forget_sessions()

    assert not StaffSession.objects.filter(pk=first.pk).exists()
