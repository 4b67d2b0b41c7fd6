"""Switching off a user who left, and on again. Nobody is deleted: what they did stays theirs."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.granting import Before
from reminders.domain.signing_in.sessions import end_all
from reminders.models import SignInLink


def switch_off(by: User, user: User) -> None:
    """From now on they are out, wherever they are signed in. Raises GrantError for the last
    administrator.
    """
    with transaction.atomic():
        before = Before.change_by(by)
        user.is_active = False
        user.save(update_fields=["is_active"])
        end_all(user)
        # A link that they were given would let them choose a password again.
        SignInLink.objects.filter(user=user).delete()
        granting.check_change(before)


def switch_on(by: User, user: User) -> None:
    """They sign in again, with the rights that they had. Raises GrantError where one has fewer."""
    with transaction.atomic():
        before = Before.change_by(by)
        user.is_active = True
        user.save(update_fields=["is_active"])
        granting.check_change(before, user=user)
