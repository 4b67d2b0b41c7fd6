"""Shared desks: after a while the page is locked, and opened by one's own PIN and nobody else's."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone

from reminders.domain.common.audit import SYSTEM
from reminders.domain.signing_in import desks
from reminders.models import DeskPin, StaffSession, TrailEntry, TrustedDesk
from tests.factories import make_user
from tests.views.door.steps import RIGHT

pytestmark = pytest.mark.django_db
PIN = "271828"
HTMX = {"hx-request": "true", "hx-current-url": "http://testserver/calls/"}


@pytest.fixture
def ann():
    user = make_user("ann", group="receptionist")
    desks.set_pin(user, PIN)
    return user


@pytest.fixture
def desk(ann):
    """A browser that is trusted, in which Ann is signed in."""
    client = Client()
    client.cookies["desk"] = desks.trust("Front desk", by=SYSTEM, now=timezone.now())
    client.post("/sign-in/", RIGHT)
    return client


def leave(minutes: int) -> None:
    """Nobody clicks for so long."""
    gone = timezone.now() - timedelta(minutes=minutes)
    StaffSession.objects.update(seen_at=gone)


def unlock(client: Client, pin: str = PIN):
    return client.post("/locked/", {"pin": pin, "next": "/calls/"})


def test_after_the_idle_limit_it_is_locked_and_the_pin_opens_it(desk):
    before = desk.get("/calls/").status_code
    leave(31)

    asked = desk.get("/calls/")
    opened = unlock(desk)

    assert (before, asked.headers["Location"]) == (200, "/locked/?next=%2Fcalls%2F")
    assert "Robin" not in desk.get("/locked/").content.decode()
    assert (opened.headers["Location"], desk.get("/calls/").status_code) == ("/calls/", 200)


def test_within_the_limit_nothing_is_locked(desk):
    leave(29)

    assert desk.get("/calls/").status_code == 200


def test_nothing_but_the_lock_is_shown_however_often_one_clicks(desk):
    leave(31)

    answers = [desk.get("/calls/").status_code for _ in range(3)]
    posted = desk.post("/contacts/", {"q": "lee"})

    assert (answers, posted.headers["Location"]) == ([302] * 3, "/locked/?next=%2F")


def test_a_page_that_looks_by_itself_hears_that_it_is_to_hide(desk):
    leave(31)

    answer = desk.get("/pulse/", headers=HTMX | {"x-looked-by-itself": "1"})
    dialog = desk.get("/sign-in/?here=1", headers=HTMX, follow=True).content.decode()

    assert (answer.status_code, answer.headers["HX-Trigger"]) == (401, '{"signed-out": {}}')
    assert ('name="pin"' in dialog, 'name="username"' in dialog) == (True, False)


def test_unlocked_in_the_dialog_the_page_goes_on(desk):
    leave(31)
    desk.get("/pulse/", headers=HTMX)

    answer = desk.post("/locked/?here=1", {"pin": PIN}, headers=HTMX)

    assert (answer.status_code, "signed-in" in answer.headers["HX-Trigger"]) == (204, True)


def test_after_five_wrong_ones_the_right_one_opens_nothing_but_the_password_does(desk, ann):
    leave(31)
    desk.get("/calls/")

    wrong = [unlock(desk, "000111").status_code for _ in range(desks.TRIES)]
    right = unlock(desk)
    desk.post("/proof/?next=/calls/", {"password": RIGHT["password"]})

    assert (wrong, right.status_code) == ([422] * 5, 422)
    assert 'name="pin"' not in right.content.decode()
    assert (desk.get("/calls/").status_code, desks.tries_left(ann)) == (200, 5)


def test_wrong_ones_before_a_right_one_are_forgotten(desk, ann):
    leave(31)
    desk.get("/calls/")
    unlock(desk, "000111")
    unlock(desk)

    assert desks.tries_left(ann) == desks.TRIES


def test_who_signs_in_by_name_again_is_not_locked_any_more(desk):
    leave(31)
    desk.get("/calls/")

    desk.post("/sign-in/?here=1", RIGHT, headers=HTMX)

    assert desk.get("/calls/").status_code == 200


def test_a_pin_signs_nobody_in(ann):
    client = Client()
    client.cookies["desk"] = desks.trust("Front desk", by=SYSTEM, now=timezone.now())

    unlock(client)

    assert client.get("/calls/").status_code == 302


def test_elsewhere_one_is_signed_out_as_ever(ann):
    client = Client()
    client.cookies["desk"] = "made-up"
    client.post("/sign-in/", RIGHT)
    session = StaffSession.objects.get(user=ann)

    assert session.expire_date - session.seen_at <= django_settings.SESSION_IDLE


def test_who_has_neither_pin_nor_passkey_is_signed_out_there_too(ann):
    DeskPin.objects.all().delete()
    client = Client()
    client.cookies["desk"] = desks.trust("Front desk", by=SYSTEM, now=timezone.now())
    client.post("/sign-in/", RIGHT)
    session = StaffSession.objects.get(user=ann)

    assert session.expire_date - session.seen_at <= django_settings.SESSION_IDLE


def test_the_hours_in_all_hold_at_a_desk_too(desk, ann):
    session = StaffSession.objects.get(user=ann)

    assert session.expire_date == session.started_at + django_settings.SESSION_LONGEST


def test_a_desk_that_is_trusted_no_more_ends_what_is_open_there(desk):
    TrustedDesk.objects.all().delete()

    assert desk.get("/calls/").headers["Location"].startswith("/sign-in/")
    assert StaffSession.objects.filter(user__isnull=False).count() == 0


@pytest.mark.parametrize("pin", ["12345", "1234567890123", "abcdef", "111111", "123456", "987654"])
def test_what_is_no_good_as_a_pin(ann, pin):
    with pytest.raises(desks.PinError):
        desks.set_pin(ann, pin)


def test_the_database_holds_neither_pin_nor_cookie(desk, ann):
    assert PIN not in DeskPin.objects.get(user=ann).hash
    assert desk.cookies["desk"].value != TrustedDesk.objects.get().digest


def test_an_administrator_trusts_the_browser_at_hand_and_ends_it():
    make_user("bob", group="administrator")
    client = Client()
    client.post("/sign-in/", RIGHT | {"username": "bob"})

    client.post("/set-up/people/desks/", {"desk": "Front desk"})
    made = TrustedDesk.objects.get()
    cookie = client.cookies["desk"]

    assert (made.name, desks.desk_of(cookie.value), bool(cookie["httponly"])) == (
        "Front desk",
        made,
        True,
    )
    assert "Front desk" in client.get("/set-up/people/").content.decode()
    client.post(f"/set-up/people/desks/{made.pk}/end/")
    assert TrustedDesk.objects.count() == 0


def test_ones_own_pin_is_set_and_taken_away(ann):
    client = Client()
    client.post("/sign-in/", RIGHT)

    client.post("/account/pin/", {"pin": "314159"})
    set_now = desks.opens(ann, "314159")
    client.post("/account/pin/", {"pin": "", "remove": "yes"})

    assert (set_now, desks.has_pin(ann)) == (True, False)


def test_an_open_browser_sets_no_pin(ann):
    client = Client()
    client.post("/sign-in/", RIGHT)
    session = client.session
    session["proved_at"] = 0
    session.save()

    client.post("/account/pin/", {"pin": "314159"})

    assert desks.opens(ann, PIN)


def test_the_trail_says_who_unlocked_and_who_failed_to(desk, ann):
    leave(31)
    desk.get("/calls/")
    unlock(desk, "000111")
    unlock(desk)

    told = TrailEntry.objects.filter(user=ann).order_by("pk").values_list("kind", "details")
    assert list(told)[-2:] == [("refused", {"why": "pin"}), ("proof", {"by": "pin"})]
