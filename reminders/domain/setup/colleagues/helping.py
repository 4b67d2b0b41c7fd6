"""Whom somebody may invite, and whom they may let in again, without a right to give rights.

Who gives rights, an administrator, may what `granting` says. Everybody else invites receptionists
only. A manager helps those whom they could have invited; the help desk helps everybody who cannot
give rights. Nobody reaches beyond their own locations, nor helps themselves.
"""

from __future__ import annotations

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Exists, OuterRef, Q, QuerySet

from reminders.domain.rights.permissions import GRANTING, HELP, INVITE, USERS
from reminders.domain.rights.roles import RECEPTIONIST, code
from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.granting import Before, GrantError, Rights
from reminders.models import StaffProfile

NOT_THIS_ROLE = "You can invite receptionists of your own locations. An administrator gives more."


def grants(by: User) -> bool:
    """Whether this user gives rights to others."""
    return by.has_perm(USERS)


def invitable_roles(by: User) -> QuerySet[Group]:
    """The roles in which this user may invite a colleague."""
    if not by.has_perm(INVITE):
        return Group.objects.none()
    if grants(by):
        return granting.grantable_roles(by)
    # By name, since the help desk has nothing of what a receptionist may; and an administrator may
    # have made more of that role than anybody should get from a help desk.
    giving = _named(GRANTING).filter(group=OuterRef("pk"))
    plain = Group.objects.filter(~Exists(giving), name=RECEPTIONIST)
    if by.has_perm(HELP):
        return plain
    return plain.filter(pk__in=granting.grantable_roles(by).values("pk"))


def check_invited(before: Before, by: User, user: User) -> None:
    """Look at a new user as they were written, in that transaction. Raises GrantError."""
    if grants(by):
        granting.check_change(before, user=user)
        return
    roles = set(user.groups.values_list("pk", flat=True))
    allowed = set(invitable_roles(by).values_list("pk", flat=True))
    if not roles or not roles <= allowed or not _within(before.rights, granting.rights_of(user)):
        raise GrantError(NOT_THIS_ROLE)


def _within(mine: Rights, theirs: Rights) -> bool:
    everywhere = mine.everywhere or not theirs.everywhere
    return everywhere and (mine.everywhere or theirs.locations <= mine.locations)


def helped_by(by: User) -> QuerySet[User]:
    """Those whom this user may give a new link; with HELP also what else lets somebody in again."""
    rights = granting.rights_of(by)
    others = User.objects.exclude(pk=by.pk)
    if rights.owner:
        return others
    others = others.filter(is_superuser=False)
    if not rights.everywhere:
        beyond = StaffProfile.locations.through.objects.filter(staffprofile__user=OuterRef("pk"))
        everywhere = StaffProfile.objects.filter(user=OuterRef("pk"), all_locations=True)
        others = others.filter(
            ~Exists(beyond.exclude(location__in=rights.locations)), ~Exists(everywhere)
        )
    if not grants(by) and by.has_perm(HELP):
        # By what they may give, not by the name of a role: it would make them an administrator.
        return _without(others, _named(GRANTING))
    # Whoever lets somebody in may do what they may: they could sign in as them.
    others = _without(others, Permission.objects.exclude(pk__in=rights.permissions))
    if grants(by):
        return others
    higher = Group.objects.filter(user=OuterRef("pk")).exclude(pk__in=invitable_roles(by))
    return others.filter(~Exists(higher))


def _named(permissions: frozenset[str]) -> QuerySet[Permission]:
    named = Q()
    for app, name in map(code, permissions):
        named |= Q(content_type__app_label=app, codename=name)
    return Permission.objects.filter(named)


def _without(users: QuerySet[User], permissions: QuerySet[Permission]) -> QuerySet[User]:
    return users.filter(
        ~Exists(permissions.filter(group__user=OuterRef("pk"))),
        ~Exists(permissions.filter(user=OuterRef("pk"))),
    )
