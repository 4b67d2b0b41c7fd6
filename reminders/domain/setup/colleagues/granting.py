"""Who may give rights to whom: nobody gives what they do not have, and nothing to themselves.

A user's rights are what their roles allow and where; whoever changes a user, or sets a password,
must have all of that user's. Roles hold for all locations. The last administrator stays one.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, OuterRef, Q, QuerySet

from reminders.domain.common.locks import AdvisoryLock, take
from reminders.domain.rights.permissions import ROLES, USERS
from reminders.models import Location, StaffProfile

LAST_ADMINISTRATOR = "The last administrator stays. First make somebody else one, of all locations."
TOO_MUCH = "You can give only the roles and locations that you have yourself."


class GrantError(Exception):
    """A change of rights that may not be; the text says what to do."""


@dataclass(frozen=True)
class Rights:
    """What somebody may do (ids of permissions) and where (ids of locations)."""

    owner: bool
    permissions: frozenset[int]
    everywhere: bool
    locations: frozenset[int]

    def cover(self, other: Rights) -> bool:
        """Whether nothing of the other's is missing here."""
        if self.owner:
            return True
        # “Everywhere” includes locations that are still to come: no list of them covers it.
        where = self.everywhere or (not other.everywhere and other.locations <= self.locations)
        return where and not other.owner and other.permissions <= self.permissions


def rights_of(user: User) -> Rights:
    """Read somebody's rights; also what they would have again, once switched on."""
    profile = StaffProfile.objects.filter(user=user).first()
    # Read from the tables: `get_all_permissions` is empty for a user who is switched off.
    given = Permission.objects.filter(Q(group__user=user) | Q(user=user))
    return Rights(
        owner=user.is_superuser,
        permissions=frozenset(given.values_list("pk", flat=True)),
        everywhere=user.is_superuser or bool(profile and profile.all_locations),
        locations=frozenset(profile.locations.values_list("pk", flat=True))
        if profile
        else frozenset(),
    )


def may_change_user(by: User, user: User) -> bool:
    """Whether one may change the other's details and password; of oneself only the details."""
    return by.pk == user.pk or rights_of(by).cover(rights_of(user))


def may_change_role(by: User, role: Group) -> bool:
    """Whether one may change what a role allows: not a role of one's own, nor one that exceeds
    one's own.

    Nor one of somebody whom one may not change: a role's rights are theirs.
    """
    rights = rights_of(by)
    if rights.owner:
        return True
    members = User.objects.filter(groups=role)
    # One member above them is enough: with the role one would change what that member may do.
    more = Q(is_superuser=True) | Q(Exists(_beyond(rights, Q(group__user=OuterRef("pk")))))
    more |= Q(Exists(_beyond(rights, Q(user=OuterRef("pk")))))
    return (
        rights.everywhere
        and not members.filter(pk=by.pk).exists()
        and not members.filter(more).exists()
        and grantable_roles(by).filter(pk=role.pk).exists()
    )


def grantable_roles(by: User) -> QuerySet[Group]:
    """The roles that allow nothing but what this user may do."""
    rights = rights_of(by)
    if rights.owner:
        return Group.objects.order_by("name")
    return Group.objects.filter(~Exists(_beyond(rights, Q(group=OuterRef("pk"))))).order_by("name")


def grantable_permissions(by: User) -> QuerySet[Permission]:
    """What this user may do."""
    rights = rights_of(by)
    every = Permission.objects.all()
    return every if rights.owner else every.filter(pk__in=rights.permissions)


def grantable_locations(by: User) -> QuerySet[Location]:
    """The locations that this user may see."""
    rights = rights_of(by)
    every = Location.objects.all()
    return every if rights.everywhere else every.filter(pk__in=rights.locations)


def _beyond(rights: Rights, whose: Q) -> QuerySet[Permission]:
    return Permission.objects.filter(whose).exclude(pk__in=rights.permissions)


def has_administrator() -> bool:
    """Whether an active user may change users and roles, at all locations."""
    everywhere = User.objects.filter(Q(staff_profile__all_locations=True), is_active=True)
    # Both at all locations, or nobody could give back what was taken.
    for needed in (USERS, ROLES):
        app, _, code = needed.partition(".")
        mine = Q(group__user=OuterRef("pk")) | Q(user=OuterRef("pk"))
        everywhere = everywhere.filter(
            Exists(Permission.objects.filter(mine, content_type__app_label=app, codename=code))
        )
    return User.objects.filter(is_superuser=True, is_active=True).exists() or everywhere.exists()


@dataclass(frozen=True)
class Before:
    """What held before a change: the rights of who makes it, and whether there was an
    administrator.
    """

    rights: Rights
    administered: bool

    @classmethod
    def change_by(cls, user: User) -> Before:
        """What holds now, before this user writes anything. Call it in the change's transaction."""
        return cls(rights_of(user), has_administrator())


def check_change(before: Before, *, user: User | None = None) -> None:
    """Look at what was written, in its transaction: `user` got no more, and the last administrator
    stays.

    Raises GrantError. Of two who take rights from each other the second waits here, and is refused.
    """
    # Read again: the object at hand still carries the permissions that it cached.
    if user and not before.rights.cover(rights_of(User.objects.get(pk=user.pk))):
        raise GrantError(TOO_MUCH)
    # Taken before the look: two who each take the other's rights would both still see one left.
    take(AdvisoryLock.RIGHTS)
    if before.administered and not has_administrator():
        raise GrantError(LAST_ADMINISTRATOR)
