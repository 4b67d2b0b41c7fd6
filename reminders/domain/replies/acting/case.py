"""One reply of a batch with all that is known and decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reminders.domain.replies.match import ReplyMatch
from reminders.domain.replies.matching.number_activity import NumberActivity
from reminders.domain.replies.matching.texts import Incoming
from reminders.domain.replies.outcomes import Decision
from reminders.domain.replies.reading.interpret import Interpretation
from reminders.models import Message


@dataclass(slots=True)
class Case:
    """One reply with all that is known and decided about it."""

    reply: Incoming
    match: ReplyMatch
    facts: NumberActivity
    answer: Interpretation
    decision: Decision
    kept: dict[str, Any]
    message: Message | None = None
