"""What a reply does: to its appointments, to consent, to the inbox, and which answer goes back.

Pure functions of the words as they were read, of what was asked, and the appointments as they
stand. Only a text about an appointment that is still to come, as the text told it, changes
anything; all else is for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reminders.domain.replies.deciding.choose import choose
from reminders.domain.replies.deciding.texts import (
    ABOUT_TEXTS,
    about_texts,
    no_more_texts,
    only,
    pause,
    wants_silence,
)
from reminders.domain.replies.deciding.visits import (
    hindrance,
    means_another_day,
    with_the_rest,
    yes_or_no,
)
from reminders.domain.replies.outcomes import Asked, Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem

Status = Appointment.Status
Kind = InboxItem.Kind


def decide(
    answer: Interpretation,
    listed: Sequence[RepliedAppointment],
    *,
    asked: Asked,
    said_at: datetime,
    now: datetime,
) -> Decision:
    """Decide about one reply.

    `listed` are the appointments that it is about, in the order of their numbers; none when it is
    not known. `said_at` is when the patient wrote, `now` when it is acted on; both aware.
    """
    if answer.intent in ABOUT_TEXTS:
        return about_texts(answer, listed)
    if wants_silence(answer):
        return pause(answer, listed)
    if answer.intent is Intent.SOONER:
        return _sooner(listed, asked)
    if asked.invited:
        return _invited(answer)
    if answer.intent in _FOR_A_PERSON or asked.asks in (None, Asks.STAFF, Asks.OFFER) or not listed:
        return _for_a_person(answer, listed, asked)
    if asked.asks in _ONLY_TELLS and _is_bare(answer) and _may_change(listed, now=now):
        return _after_our_answer(answer.intent is Intent.YES, listed, asked, now=now)
    chosen = None if _picks_none(answer, asked) else choose(answer, listed)
    if chosen is None:
        return _nobody_chosen(answer, listed, asked, now=now)
    theirs = [subject for subject in chosen if not subject.not_theirs]
    if not theirs:
        return Decision(
            ReplyOutcome.NOT_THEIRS, cards={Kind.UNCLEAR: None}, purpose="unclear_received"
        )
    decision = _about_visits(answer, theirs, asked, said_at=said_at, now=now)
    if len(theirs) < len(chosen):
        decision.cards.setdefault(Kind.UNCLEAR, None)
    return decision


def decide_all(
    answers: Sequence[Interpretation],
    listed: Sequence[RepliedAppointment],
    *,
    asked: Asked,
    said_at: datetime,
    now: datetime,
) -> Decision:
    """As `decide`, for what one reply says of several of a family; one of it acts only if all do.

    The patient hears of those that are confirmed, staff of the others.
    """
    found = [decide(each, listed, asked=asked, said_at=said_at, now=now) for each in answers]
    if len(found) == 1:
        return found[0]
    if any(each.outcome not in _ACTED for each in found):
        return _for_a_person(Interpretation(Intent.UNCLEAR), listed, asked)
    told = next((each for each in found if each.outcome in _TELLS_OF_YES), found[0])
    for each in found:
        told.statuses.update(each.statuses)
        for kind, about in each.cards.items():
            told.cards.setdefault(kind, about)
    return told


_TELLS_OF_YES = frozenset({ReplyOutcome.CONFIRMED, ReplyOutcome.ALREADY_CONFIRMED})
_ACTED = _TELLS_OF_YES | {
    ReplyOutcome.DECLINED,
    ReplyOutcome.DECLINED_LATE,
    ReplyOutcome.ALREADY_DECLINED,
}


def with_emergency(decision: Decision, listed: Sequence[RepliedAppointment]) -> Decision:
    """The same, where the text may come from somebody in danger: a red card in place of a plain
    one, and an answer that tells whom to call, unless the number wants no texts.
    """
    cards = {kind: about for kind, about in decision.cards.items() if kind not in _PLAIN_CARDS}
    decision.cards = {Kind.EMERGENCY: only(listed), **cards}
    if not decision.statuses and not decision.stop and not decision.pause:
        decision.outcome = ReplyOutcome.EMERGENCY
    decision.purpose = "" if decision.stop or decision.pause else "emergency"
    return decision


_PLAIN_CARDS = frozenset({Kind.UNCLEAR, Kind.UNMATCHED, Kind.REMARK})


def _picks_none(answer: Interpretation, asked: Asked) -> bool:
    """Whether it does not say which, although that was the question."""
    return asked.asks is Asks.WHICH and not answer.picks and "all" not in answer.also


def _is_bare(answer: Interpretation) -> bool:
    """Whether it is a yes or no that says nothing by itself: it wants a question."""
    return answer.intent in (Intent.YES, Intent.NO) and not answer.picks and not answer.states


def _may_change(listed: Sequence[RepliedAppointment], *, now: datetime) -> bool:
    return any(not one.not_theirs and hindrance(one, now=now) is None for one in listed)


def _after_our_answer(
    yes: bool, listed: Sequence[RepliedAppointment], asked: Asked, *, now: datetime
) -> Decision:
    """A bare yes or no to a text that asked nothing: what is so already stays, all else is for a
    person.

    A yes is not answered again: it may well mean our answer.
    """
    said = Status.CONFIRMED if yes else Status.DECLINED
    about = [subject for subject in asked.family or listed if not subject.not_theirs]
    if about and not asked.others and all(subject.status == said for subject in about):
        return Decision(
            ReplyOutcome.ALREADY_CONFIRMED if yes else ReplyOutcome.ALREADY_DECLINED,
            about=tuple(subject.id for subject in about),
        )
    which = None if yes else _ask_which(asked.family, now=now)
    purpose = "" if yes else "unclear_received"
    return which or Decision(
        ReplyOutcome.UNCLEAR, cards={Kind.UNCLEAR: only(listed)}, purpose=purpose
    )


def _nobody_chosen(
    answer: Interpretation, listed: Sequence[RepliedAppointment], asked: Asked, *, now: datetime
) -> Decision:
    """It is not certain which of several is meant: a no is asked about, once."""
    if answer.intent is Intent.RESCHEDULE:
        return _reschedule(listed)
    which = None
    if answer.intent is Intent.NO and not answer.picks and asked.asks is not Asks.WHICH:
        which = _ask_which(listed, now=now)
    return which or _for_a_person(answer, listed, asked)


def _ask_which(family: Sequence[RepliedAppointment], *, now: datetime) -> Decision | None:
    """Ask which of a family's coming appointments is off; None where that is no question."""
    coming = [one for one in family if not one.not_theirs and hindrance(one, now=now) is None]
    if len(coming) < 2:
        return None
    about = tuple(subject.id for subject in coming)
    return Decision(
        ReplyOutcome.ASKED_WHICH, cards={Kind.UNCLEAR: None}, purpose="which_one", about=about
    )


def _about_visits(
    answer: Interpretation,
    theirs: Sequence[RepliedAppointment],
    asked: Asked,
    *,
    said_at: datetime,
    now: datetime,
) -> Decision:
    if answer.intent is Intent.RESCHEDULE:
        return _reschedule(theirs)
    if answer.intent is Intent.NO_MORE:
        return no_more_texts(theirs)
    if means_another_day(answer, theirs, said_at=said_at):
        return _for_a_person(answer, theirs, asked)
    decision = yes_or_no(answer.intent is Intent.YES, theirs, said_at=said_at, now=now)
    return with_the_rest(decision, answer, theirs)


_FOR_A_PERSON = frozenset({Intent.UNCLEAR, Intent.COURTESY})
_ONLY_TELLS = frozenset({Asks.NOTICE, Asks.AUTOMATIC})
_ASKS_NOTHING = _ONLY_TELLS | {Asks.WHICH}
"""Kinds of text to which a courtesy is no answer; after the question which one, a card waits
already.
"""


def _invited(answer: Interpretation) -> Decision:
    """Whatever is said to an invitation, a yes above all, is a wish: nothing is booked by it."""
    if answer.intent is Intent.COURTESY:
        return Decision(ReplyOutcome.THANKS)
    return Decision(ReplyOutcome.UNCLEAR, cards={Kind.RECALL: None}, purpose="unclear_received")


def _for_a_person(
    answer: Interpretation, listed: Sequence[RepliedAppointment], asked: Asked
) -> Decision:
    by_staff = asked.asks is Asks.STAFF
    courteous = answer.intent is Intent.COURTESY or "polite" in answer.also
    if courteous and (by_staff or asked.asks in _ASKS_NOTHING or _all_answered(listed)):
        return Decision(ReplyOutcome.THANKS)
    purpose = "" if by_staff else "unclear_received"
    if "may_cancel" in answer.also:
        kind = Kind.MAY_CANCEL
    elif not listed and not by_staff:
        return Decision(ReplyOutcome.UNMATCHED, cards={Kind.UNMATCHED: None}, purpose=purpose)
    else:
        kind = Kind.UNCLEAR
    return Decision(ReplyOutcome.UNCLEAR, cards={kind: only(listed)}, purpose=purpose)


def _all_answered(listed: Sequence[RepliedAppointment]) -> bool:
    return bool(listed) and all(subject.status != Status.BOOKED for subject in listed)


def _sooner(listed: Sequence[RepliedAppointment], asked: Asked) -> Decision:
    """Staff are offered to put them on the list: when they could come only they can say."""
    purpose = "" if asked.asks is Asks.STAFF else "unclear_received"
    return Decision(ReplyOutcome.SOONER, cards={Kind.SOONER: only(listed)}, purpose=purpose)


def _reschedule(about: Sequence[RepliedAppointment]) -> Decision:
    """Another time is for staff to find. Of several appointments, nobody knows which unless it was
    picked.
    """
    single = only(about)
    return Decision(
        ReplyOutcome.RESCHEDULE,
        cards={Kind.RESCHEDULE: single},
        purpose="reschedule_received" if single else "unclear_received",
        about=(single,) if single else (),
    )
