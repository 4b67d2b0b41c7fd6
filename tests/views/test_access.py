"""Every page and action, for every role, at an own and at a foreign location: the server decides."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from reminders.domain.access import PERMISSIONS, seed_roles
from reminders.domain.history import SYSTEM, remember
from reminders.models import Contact
from tests.factories import (
    NOON,
    make_appointment,
    make_confirmation_rule,
    make_handed_over,
    make_location,
    make_user,
)

pytestmark = pytest.mark.django_db

DAY = date(2030, 5, 6)
ROLES = ("receptionist", "manager", "administrator")
EVERYWHERE = (
    ("GET", "/"),
    ("GET", "/day/rows/"),
    ("GET", "/appointments/"),
    ("POST", "/appointments/"),
    ("GET", "/appointments/new/"),
    ("POST", "/appointments/pick/"),
    ("GET", "/contacts/"),
    ("POST", "/contacts/"),
    ("GET", "/contacts/new/"),
    ("GET", "/pulse/"),
    ("POST", "/text-size/"),
)
AT_A_LOCATION = (
    ("GET", "/appointments/{appointment}/"),
    ("GET", "/appointments/{appointment}/edit/"),
    ("GET", "/appointments/{appointment}/menu/"),
    ("POST", "/appointments/{appointment}/status/"),
    ("GET", "/appointments/{appointment}/text/"),
    ("POST", "/appointments/{appointment}/correct/"),
    ("GET", "/contacts/{contact}/edit/"),
    ("POST", "/reminders/{reminder}/send/"),
    ("POST", "/reminders/{reminder}/hold/"),
    ("POST", "/reminders/{reminder}/release/"),
    ("POST", "/undo/{event}/"),
)


def ask(client: Client, method: str, address: str) -> int:
    return (client.get if method == "GET" else client.post)(address).status_code


def things(place) -> dict[str, int]:
    appointment = make_appointment(day=DAY, location=place)
    reminder = make_handed_over(appointment, make_confirmation_rule())
    event = remember("confirmed", by=SYSTEM, now=NOON, appointment_id=appointment.pk)
    return {
        "appointment": appointment.pk,
        "contact": appointment.contact_id,
        "reminder": reminder.pk,
        "event": event.pk,
    }


@pytest.mark.parametrize(("method", "address"), EVERYWHERE)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_the_daily_work(sign_in, role, method, address):
    assert ask(sign_in(role), method, address) == 200


@pytest.mark.parametrize(("method", "address"), AT_A_LOCATION)
@pytest.mark.parametrize("role", ROLES)
def test_what_belongs_to_another_location_is_not_there(sign_in, role, method, address):
    mine, other = make_location(), make_location()
    client = sign_in(role, mine)

    own = ask(client, method, address.format(**things(mine)))
    foreign = ask(client, method, address.format(**things(other)))

    assert (own in (200, 302), foreign) == (True, 404)


@pytest.mark.parametrize(("method", "address"), [*EVERYWHERE, *AT_A_LOCATION])
def test_strangers_and_users_without_a_role_get_nothing(sign_in, method, address):
    place = address.format(**things(make_location()))

    assert ask(Client(), method, place) == 302
    assert ask(sign_in(""), method, place) == 403


@pytest.mark.parametrize(("method", "address"), [one for one in AT_A_LOCATION if one[0] == "POST"])
def test_what_changes_something_is_never_a_link(sign_in, method, address):
    if address in ("/appointments/{appointment}/text/",):
        return

    assert ask(sign_in(), "GET", address.format(**things(make_location()))) == 405


def test_a_user_who_left_is_a_stranger():
    client = Client()
    user = make_user(group="manager")
    client.force_login(user)
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert client.get("/").status_code == 302


def test_every_permission_of_the_roles_exists():
    granted = {
        role: set(Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename"))
        for role in PERMISSIONS
    }

    assert granted == PERMISSIONS


def test_a_role_keeps_what_an_administrator_made_of_it():
    group = Group.objects.get(name="receptionist")
    group.permissions.clear()

    seed_roles()

    assert group.permissions.count() == 0


def test_a_restricted_receptionist_changes_no_contact_of_another_location(sign_in):
    mine, other = make_location(), make_location()
    contact = Contact.objects.get(pk=things(other)["contact"])

    sign_in("receptionist", mine).post(f"/contacts/{contact.pk}/edit/", {"first_name": "Changed"})

    contact.refresh_from_db()
    assert contact.first_name == "Ann"
