"""States as parameters of statements, by name: no statement spells a state itself.

A statement asks for `%(message_queued)s`, `%(reminder_planned)s`, or a group of them:
`= ANY(%(expected)s)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from reminders.models import message_states
from reminders.models.appointments import Appointment
from reminders.models.message_states import WITHDRAW_MARGIN, MessageState
from reminders.models.reminders import Reminder
from reminders.models.rules import ReminderRule

Given: TypeAlias = dict[str, Any]  # Any: arrays, times, ids, numbers
"""The parameters of a statement, by name; the driver adapts arrays, times and ids."""


def as_text(states: Iterable[str]) -> list[str]:
    """States as plain text: the driver writes members of an enum by their Python names."""
    return [str(state) for state in states]


STATES: Given = {
    **{f"message_{state.name.lower()}": str(state) for state in MessageState},
    **{f"reminder_{state.name.lower()}": str(state) for state in Reminder.State},
    **{f"reason_{reason.name.lower()}": str(reason) for reason in Reminder.Reason},
    "took_place": as_text(Appointment.TOOK_PLACE),
    "held_kinds": [str(kind) for kind, held in ReminderRule.HOLDS.items() for _ in held],
    "held_statuses": as_text(status for held in ReminderRule.HOLDS.values() for status in held),
    "expected": as_text(Appointment.EXPECTED),
    "handed_over": as_text(Reminder.HANDED_OVER),
    "open_reminders": as_text(Reminder.OPEN),
    "withdrawable": as_text(message_states.WITHDRAWABLE),
    "open_messages": as_text(message_states.OPEN),
    "with_us": as_text(message_states.WITH_US),
    "at_provider": as_text(message_states.AT_PROVIDER),
    "gone_out": as_text(message_states.OUT),
    "undelivered": as_text(message_states.UNDELIVERED),
}

MAY_HOLD = """
(rule.kind, appointment.status) IN (
    SELECT * FROM unnest(%(held_kinds)s::text[], %(held_statuses)s::text[])
)
"""
"""Whether the visit's state allows a text of this rule; of tables called `rule` and
`appointment`.
"""

IS_WITHDRAWABLE = """
message.cancel_requested_at IS NULL
AND message.state = ANY(%(withdrawable)s)
AND (message.state <> %(message_accepted)s OR message.scheduled_at > %(withdrawable_after)s)
"""
"""`MessageQuerySet.withdrawable` for statements, of a table called `message`; with its parameters
from `withdrawable_at`.
"""


def withdrawable_at(now: datetime) -> Given:
    """The states, and the time that `IS_WITHDRAWABLE` wants besides."""
    return STATES | {"withdrawable_after": now + WITHDRAW_MARGIN}
