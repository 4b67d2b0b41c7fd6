"""Apply what the provider says of a message, wherever it was said: report, status, detail report.

Final states never change, and a message never goes back from "on its way" to "with the provider":
late and repeated news is counted and dropped.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from reminders.domain.common.locks import lock_messages
from reminders.domain.sending import statements
from reminders.domain.sending.second_numbers import try_second_numbers
from reminders.models import Message, Reminder, message_states
from reminders.models.in_sql.states import STATES, Given, as_text
from reminders.models.message_states import MessageState


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """One piece of news: a state, the words for staff, the provider's id and code, and what was
    charged.
    """

    message_id: uuid.UUID
    state: str
    words: str = ""
    code: int | None = None
    provider_id: str | None = None
    units: int | None = None

    @property
    def reached(self) -> MessageState:
        """The state as the message keeps it."""
        return MessageState(self.state)


def apply_status_updates(news: Sequence[StatusUpdate], *, now: datetime) -> list[uuid.UUID]:
    """Move messages and their reminders on; return the ids of those that moved. In the caller's
    transaction.

    With several pieces of news for one message the furthest wins. A message whose outcome was
    unknown is adopted. A text that failed, or that somebody else cancelled at the provider, makes
    its reminders failed; one asked to be withdrawn that turns out to have gone is settled as sent.
    """
    furthest = {}
    # In rising rank, so that of several the furthest is the one that stays in the dictionary.
    for item in sorted(news, key=lambda item: item.reached.rank):
        furthest[item.message_id] = item
    # By id: two that apply reports of the same messages at once would else stop each other.
    rows = sorted(furthest.values(), key=lambda item: item.message_id)
    if not rows:
        return []
    lock_messages([row.message_id for row in rows])
    with connection.cursor() as cursor:
        cursor.execute(statements.MOVE, STATES | _columns(rows) | {"now": now})
        moved = [message_id for (message_id,) in cursor.fetchall()]
    # Only those that moved: a repeated report must not settle a reminder that was planned again
    # since.
    if moved:
        settle_reminders(moved, now=now)
        try_second_numbers(moved, now=now)
    return moved


def _columns(rows: Sequence[StatusUpdate]) -> Given:
    return {
        "ids": [row.message_id for row in rows],
        "states": as_text(row.state for row in rows),
        "ranks": [row.reached.rank for row in rows],
        "finals": [row.reached.is_final for row in rows],
        "words": [row.words[:300] for row in rows],
        "codes": [row.code for row in rows],
        "provider_ids": [row.provider_id for row in rows],
        "units": [row.units for row in rows],
        "open_ranks": [state.rank for state in message_states.OPEN],
    }


def settle_reminders(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Bring reminders in line with messages that moved: sent, failed, or no longer waiting to be
    withdrawn.

    Those of messages that we had cancelled are left to `planning.release_reminders`.
    """
    # Gone out: nothing is left to withdraw.
    Message.objects.filter(
        pk__in=message_ids,
        state__in=Message.OUT,
        cancel_requested_at__isnull=False,
        cancel_settled_at=None,
    ).update(cancel_settled_at=now)
    # Conditions on the message and not joins: the reminder's own state is then asked once more of a
    # row that somebody has changed meanwhile.
    theirs = Reminder.objects.filter(message_id__in=message_ids)
    # One that is being sent is sent as soon as the provider has its text.
    theirs.filter(
        Q(_message_is(*Message.AT_PROVIDER, *Message.OUT), state=Reminder.State.SENDING)
        | Q(_message_is(*Message.OUT), state=Reminder.State.WITHDRAWING)
    ).update(state=Reminder.State.SENT, updated_at=now)
    # A text that we called off ourselves is not failed: its reminders go back to the plan.
    by_provider = _message_is(Message.State.CANCELLED, cancel_requested_at=None)
    theirs.filter(
        Q(_message_is(*Message.UNDELIVERED)) | Q(by_provider), state__in=Reminder.HANDED_OVER
    ).update(state=Reminder.State.FAILED, reason=Reminder.Reason.NOT_DELIVERED, updated_at=now)


def _message_is(*states: MessageState, **also: Any) -> Exists:  # Any: as in every filter
    """The condition that a reminder's message is in one of these states."""
    return Exists(Message.objects.filter(pk=OuterRef("message_id"), state__in=states, **also))
