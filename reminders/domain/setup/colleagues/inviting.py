"""A new colleague: the user, their role and locations, and the link by which they choose a
password.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.domain.setup.colleagues import helping
from reminders.domain.setup.colleagues.granting import Before
from reminders.models import Location, StaffProfile


@dataclass(frozen=True)
class Colleague:
    """Who is invited, and what they get."""

    username: str
    first_name: str
    last_name: str
    email: str
    role: Group
    locations: Collection[Location]
    everywhere: bool


def invite(by: User, who: Colleague) -> User:
    """Make the user, who cannot sign in before choosing a password. Raises GrantError."""
    with transaction.atomic():
        before = Before.change_by(by)
        user = User(
            username=who.username,
            first_name=who.first_name,
            last_name=who.last_name,
            email=who.email,
        )
        user.set_unusable_password()
        user.save()
        user.groups.add(who.role)
        profile = StaffProfile.objects.create(user=user, all_locations=who.everywhere)
        profile.locations.set(() if who.everywhere else who.locations)
        # Asked of what was written, as the administration does: nobody gives what is not theirs.
        helping.check_invited(before, by, user)
    return user
