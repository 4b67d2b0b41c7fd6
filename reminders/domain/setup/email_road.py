"""Change how this site writes by e-mail. Switched off, it leaves the mails that wait to SMS."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.consent.emails import let_all_agree
from reminders.domain.roads.email import access
from reminders.models import EmailRoad

COLUMNS = ("on", "sender", "diary_agrees")


def save_road(values: Mapping[str, Any], *, by: Actor, now: datetime) -> int:
    """Save these columns; return how many people more have agreed by that."""
    row = access.road()
    changed = {name: values[name] for name in COLUMNS if values[name] != getattr(row, name)}
    if not changed:
        return 0
    details = {name: [getattr(row, name), value] for name, value in changed.items()}
    EmailRoad.objects.filter(pk=1).update(**changed)
    record("email_set_up", by=by, now=now, details=details)
    enqueue_after_commit("email")
    return let_all_agree(by=by, now=now) if changed.get("diary_agrees") else 0
