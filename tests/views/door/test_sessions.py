"""How long a session lasts, where else one is signed in, and what a copy of the database is
worth.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from reminders.models import StaffSession
from tests.factories import make_user
from tests.views.door.steps import RIGHT, is_signed_in

pytestmark = pytest.mark.django_db
LOOK = {"X-Looked-By-Itself": "yes"}


def signed_in(user=None) -> Client:
    client = Client()
    client.force_login(user or make_user(group="receptionist"))
    return client


def pass_by(time: timedelta) -> None:
    """So much time goes by for every session."""
    for row in StaffSession.objects.all():
        row.seen_at -= time
        row.expire_date -= time
        row.save(update_fields=["seen_at", "expire_date"])


def test_after_half_an_hour_without_a_click_one_is_signed_out():
    client = signed_in()
    pass_by(timedelta(minutes=29))
    before = is_signed_in(client)
    pass_by(timedelta(minutes=31))

    assert (before, is_signed_in(client)) == (True, False)


def test_each_click_starts_the_half_hour_anew():
    client = signed_in()

    for _ in range(4):
        pass_by(timedelta(minutes=20))
        assert is_signed_in(client)


def test_what_a_page_looks_up_by_itself_keeps_nothing_open():
    client = signed_in()
    for _ in range(2):
        client.get("/pulse/", headers=LOOK)
        pass_by(timedelta(minutes=16))

    assert client.get("/pulse/", headers=LOOK).status_code == 302


def test_after_twelve_hours_one_is_signed_out_whatever_was_clicked():
    client = signed_in()
    session = client.session
    session["started_at"] = (timezone.now() - timedelta(hours=11, minutes=50)).timestamp()
    session.save()
    before = StaffSession.objects.get().expire_date - timezone.now()
    pass_by(timedelta(minutes=5))
    is_signed_in(client)

    assert before < timedelta(minutes=11)
    assert StaffSession.objects.get().expire_date - timezone.now() < timedelta(minutes=11)


def test_both_limits_are_settable(settings):
    settings.SESSION_IDLE, settings.SESSION_LONGEST = timedelta(hours=3), timedelta(hours=2)
    signed_in()

    left = StaffSession.objects.get().expire_date - timezone.now()

    assert timedelta(minutes=118) < left <= timedelta(hours=2)


def test_a_key_from_the_database_opens_nothing():
    client = signed_in()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    row = StaffSession.objects.get()

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key

    assert key not in repr(StaffSession.objects.values_list()[0])
    assert (is_signed_in(client), is_signed_in(thief)) == (True, False)


def test_signing_out_leaves_nothing_behind():
    client = signed_in()
    key = client.cookies[settings.SESSION_COOKIE_NAME].value

    client.post("/sign-out/")
    again = Client()
    again.cookies[settings.SESSION_COOKIE_NAME] = key

    assert (is_signed_in(again), StaffSession.objects.count()) == (False, 0)


def test_a_key_from_before_signing_in_is_worth_nothing_after():
    make_user("ann", group="receptionist")
    client = Client()
    client.get("/account/app/")
    session = client.session
    session["x"] = 1
    session.save()
    planted = session.session_key or ""
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    client.post("/sign-in/", RIGHT)

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert (is_signed_in(client), is_signed_in(thief)) == (True, False)


def test_one_sees_where_one_is_signed_in_and_ends_it_elsewhere():
    user, other = make_user("ann", group="receptionist"), signed_in()
    here, there = Client(), Client(REMOTE_ADDR="192.0.2.7")
    here.post("/sign-in/", RIGHT)
    there.post("/sign-in/", RIGHT)

    page = here.get("/account/").content.decode()
    here.post("/account/elsewhere/")

    assert "192.0.2.7" in page
    assert [is_signed_in(one) for one in (here, there, other)] == [True, False, True]
    assert StaffSession.objects.filter(user=user).count() == 1


def test_looking_often_writes_once_a_minute(django_assert_max_num_queries):
    client = signed_in()
    is_signed_in(client)
    seen = StaffSession.objects.get().seen_at
    is_signed_in(client)

    assert StaffSession.objects.get().seen_at == seen
