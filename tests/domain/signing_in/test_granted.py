"""What a user is granted: with one look, and just what Django's own backend grants."""

from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from reminders.domain.signing_in.granted import OneLookBackend, granted

pytestmark = pytest.mark.django_db


def _user(**columns: Any) -> User:
    """Somebody with a permission of their own, two roles that share one, and an empty group."""
    user = User.objects.create_user("kim", **columns)
    some = list(Permission.objects.order_by("codename")[:4])
    user.user_permissions.set(some[:1])
    for name, theirs in (("desk", some[1:3]), ("night", some[2:4]), ("empty", [])):
        group = Group.objects.create(name=name)
        group.permissions.set(theirs)
        user.groups.add(group)
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("columns", [{}, {"is_active": False}, {"is_superuser": True}], ids=str)
def test_it_grants_what_django_grants(columns: dict[str, bool]) -> None:
    user = _user(**columns)
    again = User.objects.get(pk=user.pk)

    assert OneLookBackend().get_all_permissions(user) == ModelBackend().get_all_permissions(again)


def test_nobody_is_granted_nothing_and_nothing_is_granted_for_one_thing_alone() -> None:
    backend, user = OneLookBackend(), _user()

    assert backend.get_all_permissions(AnonymousUser()) == set()
    assert backend.get_all_permissions(user, obj=user) == set()


def test_one_look_tells_permissions_and_groups(django_assert_num_queries) -> None:
    user = _user()

    with django_assert_num_queries(1):
        assert len(OneLookBackend().get_all_permissions(user)) == 4
        assert granted(user).groups == {"desk", "night", "empty"}
        assert not user.has_perm("reminders.fly")
