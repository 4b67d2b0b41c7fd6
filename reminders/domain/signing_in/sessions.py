"""Where somebody is signed in, and ending it elsewhere."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from reminders.models import StaffSession


def open_sessions(user: User) -> QuerySet[StaffSession]:
    """A user's sessions that have not run out, the latest first."""
    return StaffSession.objects.filter(user=user, expire_date__gt=timezone.now()).order_by(
        "-seen_at"
    )


def end_all(user: User) -> int:
    """End every session of a user; return how many."""
    return StaffSession.objects.filter(user=user).delete()[0]


def end_others(user: User, *, keep: str) -> int:
    """End all of them but the one whose digest is given; return how many."""
    return open_sessions(user).exclude(session_key=keep).delete()[0]
