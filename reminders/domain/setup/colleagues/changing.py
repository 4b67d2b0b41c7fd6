"""What a colleague is called, may do and sees: changed by who may give as much."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.granting import Before, GrantError
from reminders.models import Location, StaffProfile


@dataclass(frozen=True)
class Changed:
    """What a colleague is to be from now on."""

    first_name: str
    last_name: str
    email: str
    roles: Collection[Group]
    locations: Collection[Location]
    everywhere: bool


def change_colleague(by: User, user: User, to: Changed) -> None:
    """Write it, at once for who is signed in, too. Raises GrantError, and then nothing changed."""
    with transaction.atomic():
        before = Before.change_by(by)
        # Also of what is taken away: a right that one does not have is not one's to take.
        if not granting.may_change_user(by, user):
            raise GrantError(granting.TOO_MUCH)
        user.first_name, user.last_name, user.email = to.first_name, to.last_name, to.email
        user.save(update_fields=["first_name", "last_name", "email"])
        user.groups.set(to.roles)
        profile, _ = StaffProfile.objects.get_or_create(user=user)
        profile.all_locations = to.everywhere
        profile.save(update_fields=["all_locations"])
        profile.locations.set(() if to.everywhere else to.locations)
        granting.check_change(before, user=user)
