"""Sign-in by an organisation's own service (OpenID Connect): whose account it is, and what its
groups
give.

What the service says holds at each sign-in: roles and locations are set again, so that who changes
desks there changes them here. An owner is never reached this way: the service may be what is
broken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.models import Location, StaffProfile

NO_ROLE = "Your organisation has given you no role here. Please ask who looks after it."
OWNERS_OWN = "An owner signs in with the password."
_LONGEST = 150


class NotLetIn(Exception):
    """The service knows them and we do not let them in; the text says why."""


@dataclass(frozen=True)
class Grant:
    """What a group of the service gives: a role, at some locations or, without names, at all."""

    role: str
    locations: tuple[str, ...] = ()


@dataclass
class Rights:
    """What somebody's groups come to."""

    roles: set[str] = field(default_factory=set)
    everywhere: bool = False
    locations: set[str] = field(default_factory=set)


def read_grants(written: str) -> dict[str, Grant]:
    """Read `Front desk=receptionist@North,South; IT=administrator`. Raises ValueError."""
    found: dict[str, Grant] = {}
    for one in filter(None, map(str.strip, written.split(";"))):
        match = re.fullmatch(r"([^=]+)=([^@=]+)(?:@([^=]+))?", one)
        if match is None:
            raise ValueError(one)
        group, role, places = (part.strip() for part in match.groups(default=""))
        names = tuple(name.strip() for name in places.split(",") if name.strip())
        found[group] = Grant(role, names)
    return found


def rights_of(claims: Mapping[str, Any]) -> Rights | None:
    """What the claims of a sign-in give; None where groups give nothing here."""
    said = claims.get(settings.OIDC_GROUPS_CLAIM, [])
    groups = {said} if isinstance(said, str) else {str(one) for one in said or ()}
    grants = read_grants(settings.OIDC_GROUPS)
    rights = Rights()
    for grant in (grants[group] for group in groups & grants.keys()):
        rights.roles.add(grant.role)
        rights.everywhere |= not grant.locations
        rights.locations.update(grant.locations)
    return rights if rights.roles else None


def user_for(claims: Mapping[str, Any], known: User | None) -> User:
    """The user of these claims, with the rights that they give. Raises NotLetIn.

    Known by the service's own id from an earlier time; else by an address that the service has
    checked; else made, where groups give rights.
    """
    rights = rights_of(claims) if settings.OIDC_GROUPS else None
    if settings.OIDC_GROUPS and rights is None:
        raise NotLetIn(NO_ROLE)
    with transaction.atomic():
        # The service's own id first: an address may pass to the next person at the desk.
        user = known or _by_address(claims)
        if user is None and rights is None:
            raise NotLetIn(NO_ROLE)
        user = user or _make(claims)
        if user.is_superuser:
            raise NotLetIn(OWNERS_OWN)
        if rights is not None:
            _give(user, rights)
    return user


def _by_address(claims: Mapping[str, Any]) -> User | None:
    address = str(claims.get("email") or "")
    # Unchecked, anybody could write a colleague's address into their own profile there.
    # And only the truth value: the text “false”, as some services write it, would count as true.
    if not address or claims.get("email_verified") is not True:
        return None
    found = User.objects.filter(email__iexact=address, is_active=True)[:2]
    # Of two with one address nobody knows who is meant: then it opens neither.
    return found[0] if len(found) == 1 else None


def _make(claims: Mapping[str, Any]) -> User:
    wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    # The name that one signs in with elsewhere may be taken by somebody else here.
    name = re.sub(r"[^\w.@+-]", "", wanted)[: _LONGEST - 8] or "user"
    number, free = 1, name
    while User.objects.filter(username__iexact=free).exists():
        number += 1
        free = f"{name}-{number}"
    user = User(username=free, email=str(claims.get("email") or "")[:254])
    user.first_name = str(claims.get("given_name") or "")[:_LONGEST]
    user.last_name = str(claims.get("family_name") or "")[:_LONGEST]
    user.set_unusable_password()
    user.save()
    return user


def _give(user: User, rights: Rights) -> None:
    user.groups.set(Group.objects.filter(name__in=rights.roles))
    profile, _ = StaffProfile.objects.get_or_create(user=user)
    profile.all_locations = rights.everywhere
    profile.save(update_fields=["all_locations"])
    profile.locations.set(Location.objects.filter(name__in=rights.locations))
