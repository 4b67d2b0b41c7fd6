"""Those who sign in, as one list: their role, their second factor, and when they were last here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db.models import Count, Exists, OuterRef, Q

from reminders.domain.signing_in.second_factor import FACTORS, roles_that_need_one

MOST = 500


@dataclass(frozen=True, slots=True)
class Person:
    """One user."""

    user: User
    name: str
    roles: str
    has_factor: bool
    needs_factor: bool
    last_here: datetime | None


@dataclass(frozen=True, slots=True)
class Role:
    """One role: how many have it, and whether a password alone is enough for them."""

    role: Group
    members: int
    needs_factor: bool


def people(seen: Q) -> list[Person]:
    """The active users among those that a condition lets see, by name; the first MOST."""
    needing = set(roles_that_need_one().values_list("pk", flat=True))
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    users = (
        User.objects.filter(seen, is_active=True)
        .annotate(factor=Exists(factors))
        .prefetch_related("groups")
        .order_by("first_name", "last_name", "username")
    )
    return [_person(user, needing) for user in users[:MOST]]


def switched_off(seen: Q) -> list[User]:
    """Those of them who left, by name; the first MOST."""
    rows = User.objects.filter(seen, is_active=False)
    return list(rows.order_by("first_name", "last_name", "username")[:MOST])


def _person(user: User, needing: Iterable[int]) -> Person:
    groups = list(user.groups.all())
    names = ["Owner"] if user.is_superuser else []
    return Person(
        user,
        user.get_full_name() or user.get_username(),
        ", ".join(names + [group.name.capitalize() for group in groups]),
        has_factor=bool(getattr(user, "factor", False)),
        needs_factor=user.is_superuser or any(group.pk in needing for group in groups),
        last_here=user.last_login,
    )


def roles() -> list[Role]:
    """Every role, by name."""
    needing = set(roles_that_need_one().values_list("pk", flat=True))
    counted = Group.objects.annotate(members=Count("user", filter=Q(user__is_active=True)))
    return [Role(one, one.members, one.pk in needing) for one in counted.order_by("name")]
