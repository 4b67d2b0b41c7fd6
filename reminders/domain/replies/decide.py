"""What a reply does: to its appointments, to consent, to the inbox, and which answer goes back.

Pure functions of the words as they were read, of what was asked, and the appointments as they
stand. Only a text about an appointment that is still to come, as the text told it, changes
anything; all else is for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.replies.outcomes import Asked, Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.reading.vocabulary import fold
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
    if answer.intent in _ABOUT_TEXTS:
        return _about_texts(answer, listed)
    if _wants_silence(answer):
        return _pause(answer, listed)
    if answer.intent in _FOR_A_PERSON or asked.asks in (None, Asks.STAFF) or not listed:
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
    decision.cards = {Kind.EMERGENCY: _only(listed), **cards}
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
    return any(not one.not_theirs and _hindrance(one, now=now) is None for one in listed)


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
        ReplyOutcome.UNCLEAR, cards={Kind.UNCLEAR: _only(listed)}, purpose=purpose
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
    coming = [one for one in family if not one.not_theirs and _hindrance(one, now=now) is None]
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
        return _no_more(theirs)
    if _means_another_day(answer, theirs, said_at=said_at):
        return _for_a_person(answer, theirs, asked)
    decision = _yes_or_no(answer.intent is Intent.YES, theirs, said_at=said_at, now=now)
    return _with_the_rest(decision, answer, theirs)


def choose(
    answer: Interpretation, listed: Sequence[RepliedAppointment]
) -> list[RepliedAppointment] | None:
    """The appointments that an answer picks from the list; None when that is not certain.

    A bare yes is for all of them; a bare no to several could be about any of them.
    """
    if not answer.picks:
        for_all = answer.intent in (Intent.YES, Intent.NO_MORE) or "all" in answer.also
        return list(listed) if for_all or len(listed) == 1 else None
    if len(listed) == 1 and answer.intent is Intent.NO and 1 in answer.picks:
        return None  # "No 1": the first and only one, or number one, which is a yes?
    chosen: dict[int, RepliedAppointment] = {}
    for pick in answer.picks:
        found = _numbered(pick, listed) if isinstance(pick, int) else _named(pick, listed)
        if found is None:
            return None
        chosen[found.id] = found
    return list(chosen.values())


def _numbered(pick: int, listed: Sequence[RepliedAppointment]) -> RepliedAppointment | None:
    return listed[pick - 1] if 1 <= pick <= len(listed) else None


def _named(pick: str, listed: Sequence[RepliedAppointment]) -> RepliedAppointment | None:
    wanted = fold(pick)
    theirs = [subject for subject in listed if not subject.not_theirs]
    found = [
        subject for subject in theirs if wanted in (fold(subject.first_name), fold(subject.name))
    ]
    return found[0] if len(found) == 1 else None


_ABOUT_TEXTS = frozenset({Intent.STOP, Intent.START, Intent.HELP})


def _about_texts(answer: Interpretation, listed: Sequence[RepliedAppointment]) -> Decision:
    if answer.intent is Intent.START:
        return Decision(ReplyOutcome.STARTED, purpose="started", start=True)
    if answer.intent is Intent.HELP:
        return Decision(ReplyOutcome.HELPED, purpose="help")
    cards = {Kind.MAY_CANCEL: _only(listed)} if "may_cancel" in answer.also else {}
    return Decision(ReplyOutcome.STOPPED, cards=cards, stop=True)


_FOR_A_PERSON = frozenset({Intent.UNCLEAR, Intent.COURTESY})
_ONLY_TELLS = frozenset({Asks.NOTICE, Asks.AUTOMATIC})
_ASKS_NOTHING = _ONLY_TELLS | {Asks.WHICH}
"""Kinds of text to which a courtesy is no answer; after the question which one, a card waits
already.
"""


def may_turn(answer: Interpretation) -> bool:
    """Whether a reply may change what its number gets."""
    return answer.intent in (Intent.STOP, Intent.START) or _wants_silence(answer)


def _wants_silence(answer: Interpretation) -> bool:
    return answer.intent is Intent.PAUSE or (
        answer.intent is Intent.UNCLEAR and "suggest_opt_out" in answer.also
    )


def _pause(answer: Interpretation, listed: Sequence[RepliedAppointment]) -> Decision:
    """A wish for no more texts in free words: nothing is sent until a person has decided."""
    cards = {Kind.OPT_OUT: _only(listed)}
    if "may_cancel" in answer.also:
        cards[Kind.MAY_CANCEL] = _only(listed)
    return Decision(ReplyOutcome.PAUSED, cards=cards, pause=True)


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
    return Decision(ReplyOutcome.UNCLEAR, cards={kind: _only(listed)}, purpose=purpose)


def _all_answered(listed: Sequence[RepliedAppointment]) -> bool:
    return bool(listed) and all(subject.status != Status.BOOKED for subject in listed)


def _reschedule(about: Sequence[RepliedAppointment]) -> Decision:
    """Another time is for staff to find. Of several appointments, nobody knows which unless it was
    picked.
    """
    single = _only(about)
    return Decision(
        ReplyOutcome.RESCHEDULE,
        cards={Kind.RESCHEDULE: single},
        purpose="reschedule_received" if single else "unclear_received",
        about=(single,) if single else (),
    )


def _no_more(chosen: Sequence[RepliedAppointment]) -> Decision:
    ids = tuple(subject.id for subject in chosen)
    single = _only(chosen)
    if single:
        return Decision(ReplyOutcome.NO_MORE, purpose="no_more_texts", about=ids, no_more=ids)
    return Decision(
        ReplyOutcome.NO_MORE, cards={Kind.REMARK: None}, purpose="unclear_received", no_more=ids
    )


def _yes_or_no(
    yes: bool, chosen: Sequence[RepliedAppointment], *, said_at: datetime, now: datetime
) -> Decision:
    coming = [subject for subject in chosen if _hindrance(subject, now=now) is None]
    others = [subject for subject in chosen if subject not in coming]
    if not coming:
        decision = _nothing_to_change(yes, others[0], said_at=said_at, now=now)
        others = others[1:]
    else:
        decision = _confirm(coming) if yes else _decline(coming, said_at=said_at)
    if others:
        decision.cards.setdefault(Kind.UNCLEAR, others[0].id)
    return decision


def _hindrance(subject: RepliedAppointment, *, now: datetime) -> ReplyOutcome | None:
    """Why an answer to the text may not change the appointment any more."""
    if subject.status == Status.CANCELLED:
        return ReplyOutcome.CALLED_OFF
    if subject.ends_at <= now:
        return ReplyOutcome.PASSED
    if subject.status in (Status.ARRIVED, Status.NO_SHOW):
        return ReplyOutcome.SETTLED
    if subject.starts_at <= now:
        return ReplyOutcome.UNDER_WAY
    return ReplyOutcome.MOVED if subject.moved else None


def _nothing_to_change(
    yes: bool, subject: RepliedAppointment, *, said_at: datetime, now: datetime
) -> Decision:
    outcome = _hindrance(subject, now=now) or ReplyOutcome.SETTLED
    decision = Decision(outcome, about=(subject.id,))
    if outcome is ReplyOutcome.PASSED:
        # Written in time but read too late by us: telling the patient that it is over would blame
        # them.
        decision.purpose = "already_passed" if said_at >= subject.ends_at else ""
        if not yes:
            decision.cards[Kind.LATE] = subject.id
    elif outcome is ReplyOutcome.UNDER_WAY:
        expected = yes and subject.status != Status.DECLINED  # a declined time may be given away
        decision.purpose = "expecting_now" if expected else "unclear_received"
        decision.cards[Kind.LATE] = subject.id
    elif outcome is ReplyOutcome.MOVED:
        decision.purpose = "moved_since"
    elif outcome is ReplyOutcome.CALLED_OFF:
        decision.purpose = "was_cancelled"
        decision.cards[Kind.UNCLEAR] = subject.id
    else:
        decision.purpose = "unclear_received"
        decision.cards[Kind.UNCLEAR] = subject.id
    return decision


def _confirm(coming: Sequence[RepliedAppointment]) -> Decision:
    fresh = [subject for subject in coming if subject.status != Status.CONFIRMED]
    decision = Decision(
        ReplyOutcome.CONFIRMED if fresh else ReplyOutcome.ALREADY_CONFIRMED,
        statuses={subject.id: Status.CONFIRMED for subject in fresh},
        purpose="confirmed" if fresh else "already_answered",
        about=tuple(subject.id for subject in coming),
    )
    if len(coming) > 1:
        decision.purpose = "family_confirmed"
    changed_mind = [subject.id for subject in fresh if subject.status == Status.DECLINED]
    if changed_mind:
        decision.cards[Kind.CONTRADICTION] = changed_mind[0]
    return decision


def _decline(coming: Sequence[RepliedAppointment], *, said_at: datetime) -> Decision:
    fresh = [subject for subject in coming if subject.status != Status.DECLINED]
    about = tuple(subject.id for subject in coming)
    if not fresh:
        purpose = "already_answered" if len(coming) == 1 else "family_declined"
        return Decision(ReplyOutcome.ALREADY_DECLINED, purpose=purpose, about=about)
    late = [subject.id for subject in fresh if is_late(subject, said_at=said_at)]
    changed_mind = [subject.id for subject in fresh if subject.status == Status.CONFIRMED]
    decision = Decision(
        ReplyOutcome.DECLINED_LATE if late else ReplyOutcome.DECLINED,
        statuses={subject.id: Status.DECLINED for subject in fresh},
        purpose="declined_too_late" if late else "declined",
        about=about,
    )
    if len(coming) > 1:
        decision.purpose = "family_declined"
    if changed_mind:
        decision.cards[Kind.CONTRADICTION] = changed_mind[0]
    if late:
        decision.cards[Kind.LATE] = late[0]
    if not decision.cards:
        decision.cards[Kind.DECLINED] = fresh[0].id
    return decision


def is_late(subject: RepliedAppointment, *, said_at: datetime) -> bool:
    """Whether a no comes so late that the patient is asked to call as well."""
    return subject.starts_at - said_at < timedelta(hours=subject.late_hours)


def _with_the_rest(
    decision: Decision, answer: Interpretation, chosen: Sequence[RepliedAppointment]
) -> Decision:
    """What else the reply said: a remark, no more texts."""
    if "no_more" in answer.also:
        decision.no_more = tuple(subject.id for subject in chosen)
    if "card" in answer.also and not decision.cards:
        decision.cards[Kind.REMARK] = chosen[0].id
    return decision


def _means_another_day(
    answer: Interpretation, chosen: Sequence[RepliedAppointment], *, said_at: datetime
) -> bool:
    """Whether "tomorrow" is not the day of the visit: then nobody knows which of the two is meant."""
    named = [ahead for word, ahead in (("today", 0), ("tomorrow", 1)) if word in answer.also]
    return any(
        _day(subject, subject.starts_at) != _day(subject, said_at) + timedelta(days=ahead)
        for ahead in named
        for subject in chosen
        if not subject.moved  # told of another day: the answer tells them the new one
    )


def _day(subject: RepliedAppointment, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(subject.zone)).date()


def _only(subjects: Sequence[RepliedAppointment]) -> int | None:
    return subjects[0].id if len(subjects) == 1 and not subjects[0].not_theirs else None
