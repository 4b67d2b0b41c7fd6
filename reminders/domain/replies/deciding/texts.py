"""What a reply does about the texts themselves: opt-out, opt-in, help, a pause, no more of one
visit.

Pure.
"""

from __future__ import annotations

from collections.abc import Sequence

from reminders.domain.replies.outcomes import Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.models import InboxItem

Kind = InboxItem.Kind


def only(subjects: Sequence[RepliedAppointment]) -> int | None:
    return subjects[0].id if len(subjects) == 1 and not subjects[0].not_theirs else None


ABOUT_TEXTS = frozenset({Intent.STOP, Intent.START, Intent.HELP})


def about_texts(answer: Interpretation, listed: Sequence[RepliedAppointment]) -> Decision:
    if answer.intent is Intent.START:
        return Decision(ReplyOutcome.STARTED, purpose="started", start=True)
    if answer.intent is Intent.HELP:
        return Decision(ReplyOutcome.HELPED, purpose="help")
    cards = {Kind.MAY_CANCEL: only(listed)} if "may_cancel" in answer.also else {}
    # Without an answer: the provider confirms a STOP itself, and blocks what follows it.
    return Decision(ReplyOutcome.STOPPED, cards=cards, stop=True)


def may_turn(answer: Interpretation) -> bool:
    """Whether a reply may change what its number gets."""
    return answer.intent in (Intent.STOP, Intent.START) or wants_silence(answer)


def wants_silence(answer: Interpretation) -> bool:
    return answer.intent is Intent.PAUSE or (
        answer.intent is Intent.UNCLEAR and "suggest_opt_out" in answer.also
    )


def pause(answer: Interpretation, listed: Sequence[RepliedAppointment]) -> Decision:
    """A wish for no more texts in free words: nothing is sent until a person has decided."""
    cards = {Kind.OPT_OUT: only(listed)}
    if "may_cancel" in answer.also:
        cards[Kind.MAY_CANCEL] = only(listed)
    return Decision(ReplyOutcome.PAUSED, cards=cards, pause=True)


def no_more_texts(chosen: Sequence[RepliedAppointment]) -> Decision:
    ids = tuple(subject.id for subject in chosen)
    single = only(chosen)
    if single:
        return Decision(ReplyOutcome.NO_MORE, purpose="no_more_texts", about=ids, no_more=ids)
    return Decision(
        ReplyOutcome.NO_MORE, cards={Kind.REMARK: None}, purpose="unclear_received", no_more=ids
    )
