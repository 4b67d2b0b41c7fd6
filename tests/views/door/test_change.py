"""Changing a colleague's roles and locations: by whoever may give as much, and by nobody else."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from reminders.models import TrailEntry
from tests.factories import make_appointment, make_location, make_user

pytestmark = pytest.mark.django_db


def change(client, user: User, *roles: str, **given):
    ids = [Group.objects.get(name=role).pk for role in roles]
    return client.post(
        f"/set-up/people/{user.pk}/",
        {"first_name": "Ann", "last_name": "Lee", "email": "", "roles": ids} | given,
    )


def test_a_receptionist_becomes_a_manager_of_another_location_at_once(sign_in):
    old, new = make_location(), make_location()
    visit = make_appointment(location=old)
    user = make_user("ann", group="receptionist", locations=(old,))
    theirs = Client()
    theirs.force_login(user)
    before = theirs.get(f"/appointments/{visit.pk}/").status_code

    answer = change(sign_in("administrator"), user, "manager", locations=[new.pk])

    assert (before, theirs.get(f"/appointments/{visit.pk}/").status_code) == (200, 404)
    assert theirs.get("/set-up/rules/").status_code == 200
    user.refresh_from_db()
    assert (answer["Location"], user.get_full_name()) == ("/set-up/people/", "Ann Lee")
    assert TrailEntry.objects.filter(kind="rights").exists()


def test_the_form_shows_what_they_have_and_wants_a_location(sign_in):
    place = make_location()
    user = make_user("ann", group="receptionist", locations=(place,))
    client = sign_in("administrator")

    page = client.get(f"/set-up/people/{user.pk}/")
    answer = change(client, user, "receptionist")

    assert [role.name for role in page.context["form"].initial["roles"]] == ["receptionist"]
    assert page.context["form"].initial["locations"] == [place]
    assert (answer.status_code, "choose where they work" in answer.content.decode()) == (422, True)


def test_nobody_changes_themselves_or_who_is_above_them(sign_in):
    place = make_location()
    boss = make_user("boss", group="administrator")
    limited = sign_in("administrator", place)
    oneself = User.objects.exclude(pk=boss.pk).get()

    answers = [
        change(limited, one, "receptionist", locations=[place.pk]).status_code
        for one in (boss, oneself)
    ]

    assert answers == [404, 404]
    assert boss.groups.get().name == "administrator"


def test_of_all_locations_somebody_of_one_gives_none(sign_in):
    mine, other = make_location(), make_location()
    user = make_user("ann", group="receptionist", locations=(mine,))

    answer = change(sign_in("administrator", mine), user, "receptionist", locations=[other.pk])

    assert answer.status_code == 422
    assert list(user.staff_profile.locations.all()) == [mine]


@pytest.mark.parametrize("role", ["manager", "help desk", "receptionist", "auditor"])
def test_no_other_role_changes_anybody(sign_in, role):
    place = make_location()
    user = make_user("ann", group="receptionist", locations=(place,))

    assert change(sign_in(role), user, "manager", locations=[place.pk]).status_code == 403
