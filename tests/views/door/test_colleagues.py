"""The page of colleagues as a manager, the help desk and an auditor have it."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client

from tests.factories import make_contact, make_location, make_user
from tests.views.door.steps import is_signed_in, with_app
from tests.views.door.test_links import invite, path_in, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_location()


def test_the_help_desk_begins_with_its_own_page_and_sees_no_patient(sign_in, place):
    make_contact(first_name="Quill")
    client = sign_in("help desk", place)

    start = client.get("/", follow=True)
    page = start.content.decode()

    assert start.redirect_chain == [("/set-up/people/", 302)]
    assert {name: name in page for name in ("Inbox", "Quill", "Find a patient", "banners")} == (
        dict.fromkeys(("Inbox", "Quill", "Find a patient", "banners"), False)
    )
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 403


def test_who_has_no_role_at_all_reads_that_it_is_not_for_them(sign_in):
    assert sign_in("").get("/").status_code == 403


def test_the_help_desk_invites_and_neither_role_nor_place_goes_further(sign_in, place):
    other, client = make_location(), sign_in("help desk", place)

    refused = [
        invite(client, role="manager", locations=[place.pk]),
        invite(client, locations=[other.pk]),
        invite(client, everywhere="on"),
    ]
    done = invite(client, locations=[place.pk])

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    bo = User.objects.get(username="bo")
    assert (done.status_code, [group.name for group in bo.groups.all()]) == (200, ["receptionist"])


@pytest.mark.usefixtures("mail_server")
def test_a_link_of_the_help_desk_goes_to_its_owner_only(sign_in, place):
    user = make_user("ann", group="manager", locations=(place,), email="ann@x.example")

    page = sign_in("help desk", place).post(f"/set-up/people/{user.pk}/link/").content.decode()

    assert path_in(sent(1)[0]) not in page
    assert "ann@x.example" in page


@pytest.mark.usefixtures("mail_server")
def test_without_an_address_the_help_desk_hands_the_link_over(sign_in, place):
    user = make_user("ann", group="manager", locations=(place,))

    page = sign_in("help desk", place).post(f"/set-up/people/{user.pk}/link/").content.decode()

    assert (bool(path_in(page)), mail.outbox) == (True, [])


@pytest.mark.parametrize("what", ["link", "lost-phone", "switch"])
def test_an_administrator_is_not_there_for_the_help_desk(sign_in, place, what):
    boss = with_app("boss", group="administrator", locations=(place,))

    answer = sign_in("help desk", place).post(f"/set-up/people/{boss.pk}/{what}/")

    boss.refresh_from_db()
    assert (answer.status_code, boss.is_active) == (404, True)
    assert Authenticator.objects.filter(user=boss).exists()


def test_who_has_left_is_signed_out_and_only_an_administrator_brings_them_back(sign_in, place):
    user = make_user("ann", group="receptionist", locations=(place,))
    theirs, desk = Client(), sign_in("help desk", place)
    theirs.force_login(user)
    address = f"/set-up/people/{user.pk}/switch/"

    desk.post(address, {"to": "off"})
    out = (is_signed_in(theirs), User.objects.get(pk=user.pk).is_active)
    by_desk = desk.post(address, {"to": "on"}).status_code
    shown = "Switch on" in desk.get("/set-up/people/").content.decode()
    sign_in("administrator").post(address, {"to": "on"})

    assert (out, by_desk, shown) == ((False, False), 403, False)
    assert User.objects.get(pk=user.pk).is_active is True


def test_a_manager_makes_a_link_for_a_receptionist_and_for_nobody_else(sign_in, place):
    group = {
        role: make_user(group=role, locations=(place,)) for role in ("receptionist", "manager")
    }
    client = sign_in("manager", place)

    statuses = {
        role: client.post(f"/set-up/people/{user.pk}/link/").status_code
        for role, user in group.items()
    }
    taking = client.post(f"/set-up/people/{group['receptionist'].pk}/lost-phone/").status_code

    assert (statuses, taking) == ({"receptionist": 200, "manager": 404}, 403)


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("auditor", set()),
        ("manager", {"invite", "link"}),
        ("help desk", {"invite", "link", "lost-phone", "switch"}),
        ("administrator", {"invite", "link", "lost-phone", "switch", "roles"}),
    ],
)
def test_each_is_offered_what_they_may(sign_in, place, role, offered):
    with_app("ann", group="receptionist", locations=(place,))
    client = sign_in(role)

    page = client.get("/set-up/people/").content.decode()

    words = ("invite", "link", "lost-phone", "switch", "roles")
    assert {word for word in words if f"/{word}/" in page} == offered


def test_an_auditor_reads_which_roles_need_a_second_step(sign_in):
    page = sign_in("auditor").get("/set-up/people/").content.decode()

    assert "More than a password" in page
    assert page.count("disabled") >= Group.objects.count()
