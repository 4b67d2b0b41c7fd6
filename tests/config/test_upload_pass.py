"""The pass for large uploads: handed out with the form, checked without the database."""

import time

import pytest
from django.core.signing import TimestampSigner, b62_encode
from django.test import Client
from pytest_django import Settings

from config.launcher.serve import may_upload
from config.upload_pass import COOKIE, LASTS, holds_pass
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def cookies() -> str:
    """What a manager's browser sends after the page with the form was opened."""
    client = Client()
    client.force_login(make_user(group="manager"))
    client.get("/import/")
    return "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())


def test_the_page_with_the_form_lets_its_upload_be_large(cookies):
    assert [may_upload(path, cookies) for path in ("/import/", "/import/7/", "/", "/sign-in/")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "given",
    ["", "upload=", "upload=diary", "upload=diary:1:x", "sessionid=x", "upload", "=;;\xff", '"'],
)
def test_nothing_else_does(given):
    assert not may_upload("/import/", given)


@pytest.mark.parametrize(("age", "good"), [(LASTS - 60, True), (LASTS + 1, False)])
def test_a_pass_is_good_for_half_a_day(age, good):
    dated = f"diary:{b62_encode(int(time.time()) - age)}"

    assert holds_pass(f"upload={dated}:{TimestampSigner(salt='upload').signature(dated)}") == good


def test_a_pass_is_good_for_one_installation(cookies, settings: Settings):
    settings.SECRET_KEY = "another"

    assert not holds_pass(cookies)


def test_who_may_not_import_gets_none():
    client = Client()
    client.force_login(make_user(group="receptionist"))

    client.get("/import/")

    assert COOKIE not in client.cookies
