"""What a reply does: to its appointments, to consent, to the inbox, and which answer goes back.

Pure functions of the words as they were read and the appointments as they stand. Only a text about an
appointment that is still to come, as the text told it, changes anything; all else is for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from reminders.domain.answer_words import fold
from reminders.domain.answers import Answer, Intent
from reminders.models import Appointment, Card, Message

Status = Appointment.Status
Kind = Card.Kind
Asking = frozenset({Message.Kind.REMINDER, Message.Kind.ANSWER, Message.Kind.CORRECTION})
"""Kinds of text that ask for an answer which may be acted on. What staff wrote themselves, staff read."""


class Outcome(StrEnum):
    """What a reply did, as it is stored with it."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"
    DECLINED_LATE = "declined_late"
    ALREADY_CONFIRMED = "already_confirmed"
    ALREADY_DECLINED = "already_declined"
    PASSED = "passed"
    MOVED = "moved"
    NOT_THEIRS = "not_theirs"
    CALLED_OFF = "called_off"
    SETTLED = "settled"
    RESCHEDULE = "reschedule"
    NO_MORE = "no_more"
    STOPPED = "stopped"
    STARTED = "started"
    HELPED = "helped"
    THANKS = "thanks"
    UNCLEAR = "unclear"
    UNMATCHED = "unmatched"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"


OUTCOME_WORDS: dict[str, str] = {
    Outcome.CONFIRMED: "Confirmed",
    Outcome.DECLINED: "Declined",
    Outcome.DECLINED_LATE: "Declined at short notice",
    Outcome.ALREADY_CONFIRMED: "Was confirmed already",
    Outcome.ALREADY_DECLINED: "Was declined already",
    Outcome.PASSED: "Came after the appointment",
    Outcome.MOVED: "Was about a time that has changed since",
    Outcome.NOT_THEIRS: "Was about an appointment that is somebody else's now",
    Outcome.CALLED_OFF: "Was about a cancelled appointment",
    Outcome.SETTLED: "Came when it was settled already",
    Outcome.RESCHEDULE: "Wants another time",
    Outcome.NO_MORE: "No more texts about this appointment",
    Outcome.STOPPED: "Opted out",
    Outcome.STARTED: "Opted in again",
    Outcome.HELPED: "Asked for help",
    Outcome.THANKS: "Said thanks",
    Outcome.UNCLEAR: "For a person to read",
    Outcome.UNMATCHED: "Not known whose it is",
    Outcome.DUPLICATE: "The same again",
    Outcome.UNREADABLE: "Could not be read",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """An appointment that a reply may be about. `moved`: it is not where or when the text said. UTC.

    `not_theirs`: it is another person's by now, or its person has another number. Such a one keeps its place
    in the list, so that "2 no" means what the text numbered 2, but is neither changed nor spoken of.
    """

    id: int
    status: str
    starts_at: datetime
    zone: str
    late_hours: int
    moved: bool = False
    not_theirs: bool = False
    first_name: str = ""
    name: str = ""


@dataclass(slots=True)
class Decision:
    """What is to be done: `cards` are kinds with their appointment, `purpose` and `about` the answer's."""

    outcome: Outcome
    statuses: dict[int, Appointment.Status] = field(default_factory=dict)
    cards: dict[Card.Kind, int | None] = field(default_factory=dict)
    purpose: str = ""
    about: tuple[int, ...] = ()
    no_more: tuple[int, ...] = ()
    stop: bool = False
    start: bool = False


def decide(
    answer: Answer, listed: Sequence[Subject], *, asked_by: str, said_at: datetime, now: datetime
) -> Decision:
    """Decide about one reply.

    `listed` are the appointments of the text it answers, in its order; none when it is not known. `asked_by`
    is that text's kind. `said_at` is when the patient wrote, `now` when it is acted on; both aware.
    """
    if answer.intent in _ABOUT_TEXTS:
        return _about_texts(answer, listed)
    if answer.intent in _FOR_A_PERSON or asked_by not in Asking or not listed:
        return _for_a_person(answer, listed, asked_by=asked_by)
    chosen = choose(answer, listed)
    if chosen is None:
        if answer.intent is Intent.RESCHEDULE:
            return _reschedule(listed)
        return _for_a_person(answer, listed, asked_by=asked_by)
    theirs = [subject for subject in chosen if not subject.not_theirs]
    if not theirs:
        return Decision(Outcome.NOT_THEIRS, cards={Kind.UNCLEAR: None}, purpose="unclear_received")
    decision = _about_visits(answer, theirs, asked_by=asked_by, said_at=said_at, now=now)
    if len(theirs) < len(chosen):
        decision.cards.setdefault(Kind.UNCLEAR, None)
    return decision


def _about_visits(
    answer: Answer, theirs: Sequence[Subject], *, asked_by: str, said_at: datetime, now: datetime
) -> Decision:
    if answer.intent is Intent.RESCHEDULE:
        return _reschedule(theirs)
    if answer.intent is Intent.NO_MORE:
        return _no_more(theirs)
    if _means_another_day(answer, theirs, said_at=said_at):
        return _for_a_person(answer, theirs, asked_by=asked_by)
    decision = _yes_or_no(answer.intent is Intent.YES, theirs, said_at=said_at, now=now)
    return _with_the_rest(decision, answer, theirs)


def choose(answer: Answer, listed: Sequence[Subject]) -> list[Subject] | None:
    """The appointments that an answer picks from the list; None when that is not certain.

    A bare yes is for all of them; a bare no to several could be about any of them.
    """
    if not answer.picks:
        for_all = len(listed) == 1 or answer.intent in (Intent.YES, Intent.NO_MORE)
        return list(listed) if for_all else None
    if len(listed) == 1 and answer.intent is Intent.NO and 1 in answer.picks:
        return None  # "No 1": the first and only one, or number one, which is a yes?
    chosen: dict[int, Subject] = {}
    for pick in answer.picks:
        found = _numbered(pick, listed) if isinstance(pick, int) else _named(pick, listed)
        if found is None:
            return None
        chosen[found.id] = found
    return list(chosen.values())


def _numbered(pick: int, listed: Sequence[Subject]) -> Subject | None:
    return listed[pick - 1] if 1 <= pick <= len(listed) else None


def _named(pick: str, listed: Sequence[Subject]) -> Subject | None:
    wanted = fold(pick)
    theirs = [subject for subject in listed if not subject.not_theirs]
    found = [subject for subject in theirs if wanted in (fold(subject.first_name), fold(subject.name))]
    return found[0] if len(found) == 1 else None


_ABOUT_TEXTS = frozenset({Intent.STOP, Intent.START, Intent.HELP})


def _about_texts(answer: Answer, listed: Sequence[Subject]) -> Decision:
    if answer.intent is Intent.START:
        return Decision(Outcome.STARTED, purpose="started", start=True)
    if answer.intent is Intent.HELP:
        return Decision(Outcome.HELPED, purpose="help")
    cards = {Kind.MAY_CANCEL: _only(listed)} if "may_cancel" in answer.also else {}
    return Decision(Outcome.STOPPED, cards=cards, stop=True)


_FOR_A_PERSON = frozenset({Intent.UNCLEAR, Intent.PAUSE, Intent.COURTESY})


def _for_a_person(answer: Answer, listed: Sequence[Subject], *, asked_by: str) -> Decision:
    by_staff = asked_by == Message.Kind.STAFF
    if "polite" in answer.also and (by_staff or _all_answered(listed)):
        return Decision(Outcome.THANKS)
    purpose = "" if by_staff else "unclear_received"
    if "suggest_opt_out" in answer.also:
        kind = Kind.OPT_OUT
    elif "may_cancel" in answer.also:
        kind = Kind.MAY_CANCEL
    elif not listed and not asked_by:
        return Decision(Outcome.UNMATCHED, cards={Kind.UNMATCHED: None}, purpose=purpose)
    else:
        kind = Kind.UNCLEAR
    return Decision(Outcome.UNCLEAR, cards={kind: _only(listed)}, purpose=purpose)


def _all_answered(listed: Sequence[Subject]) -> bool:
    return bool(listed) and all(subject.status != Status.BOOKED for subject in listed)


def _reschedule(about: Sequence[Subject]) -> Decision:
    """Another time is for staff to find. Of several appointments, nobody knows which unless it was picked."""
    single = _only(about)
    return Decision(
        Outcome.RESCHEDULE,
        cards={Kind.RESCHEDULE: single},
        purpose="reschedule_received" if single else "unclear_received",
        about=(single,) if single else (),
    )


def _no_more(chosen: Sequence[Subject]) -> Decision:
    ids = tuple(subject.id for subject in chosen)
    single = _only(chosen)
    if single:
        return Decision(Outcome.NO_MORE, purpose="no_more_texts", about=ids, no_more=ids)
    return Decision(Outcome.NO_MORE, cards={Kind.REMARK: None}, purpose="unclear_received", no_more=ids)


def _yes_or_no(yes: bool, chosen: Sequence[Subject], *, said_at: datetime, now: datetime) -> Decision:
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


def _hindrance(subject: Subject, *, now: datetime) -> Outcome | None:
    """Why an answer to the text may not change the appointment any more."""
    if subject.status == Status.CANCELLED:
        return Outcome.CALLED_OFF
    if subject.starts_at <= now:
        return Outcome.PASSED
    if subject.status in (Status.ARRIVED, Status.NO_SHOW):
        return Outcome.SETTLED
    return Outcome.MOVED if subject.moved else None


def _nothing_to_change(yes: bool, subject: Subject, *, said_at: datetime, now: datetime) -> Decision:
    outcome = _hindrance(subject, now=now) or Outcome.SETTLED
    decision = Decision(outcome, about=(subject.id,))
    if outcome is Outcome.PASSED:
        # Written in time but read too late by us: telling the patient that it is over would blame them.
        decision.purpose = "already_passed" if said_at >= subject.starts_at else ""
        if not yes:
            decision.cards[Kind.LATE] = subject.id
    elif outcome is Outcome.MOVED:
        decision.purpose = "moved_since"
    else:
        decision.purpose = "unclear_received"
        decision.cards[Kind.UNCLEAR] = subject.id
    return decision


def _confirm(coming: Sequence[Subject]) -> Decision:
    fresh = [subject for subject in coming if subject.status != Status.CONFIRMED]
    decision = Decision(
        Outcome.CONFIRMED if fresh else Outcome.ALREADY_CONFIRMED,
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


def _decline(coming: Sequence[Subject], *, said_at: datetime) -> Decision:
    fresh = [subject for subject in coming if subject.status != Status.DECLINED]
    about = tuple(subject.id for subject in coming)
    if not fresh:
        purpose = "already_answered" if len(coming) == 1 else "family_declined"
        return Decision(Outcome.ALREADY_DECLINED, purpose=purpose, about=about)
    late = [subject.id for subject in fresh if is_late(subject, said_at=said_at)]
    changed_mind = [subject.id for subject in fresh if subject.status == Status.CONFIRMED]
    decision = Decision(
        Outcome.DECLINED_LATE if late else Outcome.DECLINED,
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


def is_late(subject: Subject, *, said_at: datetime) -> bool:
    """Whether a no comes so late that the patient is asked to call as well."""
    return subject.starts_at - said_at < timedelta(hours=subject.late_hours)


def _with_the_rest(decision: Decision, answer: Answer, chosen: Sequence[Subject]) -> Decision:
    """What else the reply said: a remark, no more texts."""
    if "no_more" in answer.also:
        decision.no_more = tuple(subject.id for subject in chosen)
    if "card" in answer.also and not decision.cards:
        decision.cards[Kind.REMARK] = chosen[0].id
    return decision


def _means_another_day(answer: Answer, chosen: Sequence[Subject], *, said_at: datetime) -> bool:
    """Whether "tomorrow" is not the day of the visit: then nobody knows which of the two is meant."""
    named = [ahead for word, ahead in (("today", 0), ("tomorrow", 1)) if word in answer.also]
    return any(
        _day(subject, subject.starts_at) != _day(subject, said_at) + timedelta(days=ahead)
        for ahead in named
        for subject in chosen
        if not subject.moved  # told of another day: the answer tells them the new one
    )


def _day(subject: Subject, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(subject.zone)).date()


def _only(subjects: Sequence[Subject]) -> int | None:
    return subjects[0].id if len(subjects) == 1 and not subjects[0].not_theirs else None
