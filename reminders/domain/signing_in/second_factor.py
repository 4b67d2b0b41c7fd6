"""Whose password alone is not enough: by role, and as long as texts reach real people.

An administrator chooses for each role; a role of which nothing was chosen needs a second factor if
it sees the set-up or helps others in again: all but the receptionist. An owner always does.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from reminders.domain.rights.permissions import HELP, SEE_RULES
from reminders.domain.rights.roles import code
from reminders.domain.trail.write import Kind, note
from reminders.models import RoleSignIn

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_VALID = timedelta(seconds=90)
"""How long a code can be used, before and after it is shown; `MFA_TOTP_TOLERANCE` says so."""


def is_due(user: User) -> bool:
    """Whether this user must set a second factor up before anything else."""
    # The sandbox texts nobody, and its logins are printed: there is nothing behind a second lock.
    if settings.MESSAGES_API_IS_SANDBOX:
        return False
    return is_needed(user) and not has_one(user)


def is_needed(user: User) -> bool:
    """Whether a role of this user's needs a second factor."""
    return user.is_superuser or roles_that_need_one().filter(user=user).exists()


def has_one(user: User) -> bool:
    """Whether an app or a passkey is set up; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def roles_that_need_one() -> QuerySet[Group]:
    """The roles for which a password alone is not enough."""
    by_rights = Q()
    for app, name in (code(SEE_RULES), code(HELP)):
        by_rights |= Q(permissions__codename=name, permissions__content_type__app_label=app)
    undecided = Q(sign_in__isnull=True) & by_rights
    return Group.objects.filter(Q(sign_in__second_factor=True) | undecided).distinct()


def lacking() -> int:
    """How many active users need a second factor and have none."""
    having = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    needing = Q(is_superuser=True) | Q(groups__in=roles_that_need_one())
    return User.objects.filter(needing, ~Exists(having), is_active=True).distinct().count()


def choose(role: Group, *, second_factor: bool) -> None:
    """Say for a role whether its members need a second factor; it holds from their next sign-in."""
    RoleSignIn.objects.update_or_create(role=role, defaults={"second_factor": second_factor})
    needed = "second step needed" if second_factor else "no second step needed"
    note(Kind.RIGHTS, details={"role": role.pk, "change": needed})


def forget_factors(user: User) -> int:
    """Take away every second factor, for somebody who lost the telephone; return how many."""
    note(Kind.SECOND_STEP, details={"change": "taken away", "user": user.pk})
    return int(Authenticator.objects.filter(user=user).delete()[0])


def use_code(authenticator_id: int, code: str, *, now: datetime) -> bool:
    """Note that a code of an app was used; False where it had been used before.

    A code holds for a minute and more: who looks over a shoulder must not be in time with it. Kept
    with the factor, since the library's own note is kept in the memory of one web process.
    """
    with transaction.atomic():
        # Locked: the same code, sent twice at one moment, would be taken twice.
        row = Authenticator.objects.select_for_update().get(pk=authenticator_id)
        since = (now - _VALID).timestamp()
        used = [(one, at) for one, at in row.data.get("used", []) if at > since]
        if code in {one for one, _ in used}:
            return False
        row.data["used"] = [*used, (code, now.timestamp())]
        row.save(update_fields=["data"])
    return True
