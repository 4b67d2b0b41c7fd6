"""Whether a decided reply gets its automatic answer: not twice a day the same, nothing to a
machine.

What then shows nowhere else becomes a card. How an answer is worded is `auto_reply`'s.
"""

from __future__ import annotations

from datetime import datetime

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.replies.acting.case import Case
from reminders.domain.replies.auto_reply import (
    AnswerContext,
    Recipient,
    Visit,
    write_answer,
)
from reminders.domain.replies.match import ReplyMatch
from reminders.domain.replies.outcomes import ReplyOutcome
from reminders.domain.replies.read_in_context import (
    numbers_of,
)
from reminders.models import InboxItem, Message, Reply

UNSUSPICIOUS = frozenset(
    {ReplyOutcome.STOPPED, ReplyOutcome.PAUSED, ReplyOutcome.DUPLICATE, ReplyOutcome.THANKS}
)


LEAVES_OPEN = frozenset({ReplyOutcome.HELPED, ReplyOutcome.STARTED})
"""After the answers to these, what was asked before is still to be answered."""


VAGUE = frozenset({InboxItem.Kind.UNCLEAR, InboxItem.Kind.UNMATCHED, InboxItem.Kind.REMARK})


def answer(
    case: Case,
    visits: dict[int, Visit],
    desk: AnswerContext,
    paced: dict[str, datetime],
    *,
    now: datetime,
) -> None:
    """Write the answer, or fall silent; what then shows nowhere else becomes a card."""
    decision, reply, match = case.decision, case.reply, case.match
    # Before anything is written: an answering machine and we would go on all night. A page that
    # is pressed gets no text, and no machine presses it.
    by_text = reply.source != Reply.Source.LINK
    if by_text and decision.outcome not in UNSUSPICIOUS and _silenced(case):
        return
    # A START is answered: the opt-out, still in force as read, is lifted in this transaction.
    welcome = not case.facts.opted_out or decision.start
    purpose = _purpose(case, desk, now=now)
    if purpose and welcome:
        to = Recipient(
            reply.id,
            reply.phone,
            reply.received_at,
            match.contact_id,
            match.location_id,
            match.language,
        )
        about = [visits[pk] for pk in decision.about]
        case.message = write_answer(
            desk,
            purpose,
            to,
            about,
            numbers=_numbers(match),
            now=now,
            after=paced.get(reply.phone),
        )
        if case.message and reply.source == Reply.Source.WHATSAPP:
            # Back by the way on which they wrote; SMS takes over where that fails.
            case.message.road = Message.Road.WHATSAPP
            enqueue_after_commit("whatsapp")
        if case.message and decision.outcome in LEAVES_OPEN and match.asks:
            case.message.asks = match.asks
    # The answer would have told the new time: without it only a person can.
    if decision.outcome is ReplyOutcome.MOVED and case.message is None:
        decision.cards.setdefault(InboxItem.Kind.UNCLEAR, decision.about[0])


def _purpose(case: Case, desk: AnswerContext, *, now: datetime) -> str:
    """Which answer: that somebody reads it is told once a day, that nobody is there once in twelve
    hours.
    """
    purpose, facts = case.decision.purpose, case.facts
    if purpose != "unclear_received" or not case.decision.cards:
        return purpose
    if desk.is_closed(case.match.location_id, now=now):
        return "" if facts.told_closed else "out_of_hours"
    return "" if facts.told_that_read else purpose


def _numbers(match: ReplyMatch) -> dict[int, int]:
    """The numbers that the list gave its appointments: an answer that names several keeps them."""
    return {told.appointment_id: number for number, told in enumerate(numbers_of(match), start=1)}


def _silenced(case: Case) -> bool:
    """Whether this looks like a machine: no answer then, and one card for all that it says."""
    to_reminder = (
        case.match.message_kind == Message.Kind.REMINDER and case.match.by != Reply.MatchedBy.NUMBER
    )
    repeats = case.facts.repeats(to_reminder=to_reminder)
    # Many answers in an hour never hide an emergency; only the very same text again does.
    urgent = InboxItem.Kind.EMERGENCY in case.decision.cards and not repeats
    if urgent or not (repeats or case.facts.many_answers):
        return False
    cards = case.decision.cards
    if repeats:
        case.decision.cards = {kind: about for kind, about in cards.items() if kind not in VAGUE}
    case.decision.cards[InboxItem.Kind.LOOP] = None
    return True
