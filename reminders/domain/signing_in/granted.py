"""What a user is granted, by themselves and by their roles: one look at the database a request.

Django takes three: the user's own permissions, their groups', and the page asks for the groups'
names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.db.models import Model, Value

BACKEND = "reminders.domain.signing_in.granted.OneLookBackend"
"""By whose means people are signed in and permissions found: what Django calls a backend."""


class Granted(NamedTuple):
    """Permissions as `app.codename`, and the names of the groups."""

    permissions: frozenset[str]
    groups: frozenset[str]


class OneLookBackend(ModelBackend):
    """Django's own, which also checks passwords, but for how often it looks."""

    # Any: Django's stubs know a user here by a name of their own.
    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """The user's permissions, just as Django gives them: none of who is switched off."""
        # All or nothing: for these Django looks no role up.
        settled = not user_obj.is_active or user_obj.is_anonymous or user_obj.is_superuser
        if settled or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        return set(granted(user_obj).permissions)


def granted(user: User) -> Granted:
    """What the user is granted, kept with this object as Django keeps permissions."""
    found: Granted | None = getattr(user, "_granted", None)
    if found is None:
        found = user._granted = _read(user)  # type: ignore[attr-defined]  # kept there, as said
    return found


def _read(user: User) -> Granted:
    own = Permission.objects.filter(user=user).order_by()
    rows = own.values_list(Value(""), "content_type__app_label", "codename").union(
        # A group without any permission has a row, too.
        user.groups.values_list(
            "name", "permissions__content_type__app_label", "permissions__codename"
        ),
        all=True,
    )
    permissions, groups = set(), set()
    for group, app, codename in rows:
        if codename:
            permissions.add(f"{app}.{codename}")
        if group:
            groups.add(group)
    return Granted(frozenset(permissions), frozenset(groups))
