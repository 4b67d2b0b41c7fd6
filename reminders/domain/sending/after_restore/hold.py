"""Whether the application stands still because a backup was restored.

A restored database knows nothing of what was handed over, answered or withdrawn since its backup:
sent from as it stands, patients would be texted twice. Which work stands still is said here; how
the lost hours are caught up with is `domain.backup`'s.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from reminders.models import RestoreHold

STAND_STILL = frozenset(
    {
        *("send", "withdraw", "reconcile", "replies", "reports", "apply", "expire", "check"),
        *("whatsapp", "email"),
        *("plan", "push_blocked", "sync_blocked", "tidy", "forget", "offers"),
    }
)
"""The periodic tasks that do nothing while texts are held."""
REMEMBERED_FOR = timedelta(days=45)
"""So long the provider tells of a text, and so long a text of the lost hours may turn up here."""


def hold_in_force() -> RestoreHold | None:
    """The hold, while nobody has said that texts may go again."""
    return RestoreHold.objects.filter(pk=1, went_on_at=None).first()


def is_held() -> bool:
    """Whether nothing may be handed over, withdrawn or answered."""
    return RestoreHold.objects.filter(pk=1, went_on_at=None).exists()


def lost_hours(*, now: datetime) -> tuple[datetime, datetime] | None:
    """From when until when the last restore lost what happened; None if that was long ago."""
    lately = RestoreHold.objects.filter(pk=1, restored_at__gt=now - REMEMBERED_FOR)
    return lately.values_list("backup_at", "restored_at").first()


def stands_still(task: str) -> bool:
    """Whether this periodic task has to wait until a person has said that texts may go again."""
    return task in STAND_STILL and is_held()
