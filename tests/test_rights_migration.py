"""The migration of rights: who could do something goes on to see it, and managers may invite."""

from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission

from reminders.domain.rights.roles import PERMISSIONS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
RIGHTS = import_module("reminders.migrations.0023_rights")


def held(group: Group) -> set[str]:
    return set(group.permissions.values_list("codename", flat=True))


def test_a_role_of_ones_own_keeps_the_pages_that_it_had() -> None:
    own = Group.objects.create(name="our own")
    changing = ("change_appointment", "add_import", "change_location", "change_wording")
    own.permissions.set(Permission.objects.filter(codename__in=changing))

    RIGHTS.give(apps, None)

    gained = {"view_appointment", "view_import", "view_erasure", "view_wording"}
    assert held(own) == {*changing, *gained}


def test_what_an_administrator_took_from_a_role_stays_away() -> None:
    receptionist = Group.objects.get(name="receptionist")
    receptionist.permissions.clear()

    RIGHTS.give(apps, None)

    assert held(receptionist) == set()


@pytest.mark.parametrize("role", ["manager", "administrator"])
def test_the_roles_of_a_former_version_become_those_of_this_one(role: str) -> None:
    group = Group.objects.get(name=role)
    new = ("view_erasure", "view_staffprofile", "add_staffprofile", "change_staffprofile")
    group.permissions.remove(*Permission.objects.filter(codename__in=new))

    RIGHTS.give(apps, None)

    assert held(group) == {name for _, name in PERMISSIONS[role]}


def test_a_permission_of_one_user_counts_as_well() -> None:
    user = make_user()
    user.user_permissions.add(Permission.objects.get(codename="change_reminderrule"))

    RIGHTS.give(apps, None)

    assert user.has_perm("reminders.view_reminderrule")


def test_a_permission_that_is_not_made_yet_is_made() -> None:
    Permission.objects.filter(codename="view_erasure").delete()

    RIGHTS.give(apps, None)

    assert "view_erasure" in held(Group.objects.get(name="manager"))
