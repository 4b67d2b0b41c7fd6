"""The administration: what is set up rarely, and everything else to look at.

Display and buttons only: whatever a change means for texts goes through `reminders.domain`.
"""

from reminders.admin import (
    appointments,
    consent,
    imports,
    messages,
    operations,
    people,
    reminders,
    replies,
    rules,
    schedules,
    users,
)

__all__ = [
    "appointments",
    "consent",
    "imports",
    "messages",
    "operations",
    "people",
    "reminders",
    "replies",
    "rules",
    "schedules",
    "users",
]
