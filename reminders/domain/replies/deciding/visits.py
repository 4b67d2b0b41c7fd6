"""What a yes or no does to the appointments that it is about, while they are to come. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from reminders.domain.replies.outcomes import Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Interpretation
from reminders.models import Appointment, InboxItem

Status = Appointment.Status
Kind = InboxItem.Kind


def yes_or_no(
    yes: bool, chosen: Sequence[RepliedAppointment], *, said_at: datetime, now: datetime
) -> Decision:
    coming = [subject for subject in chosen if hindrance(subject, now=now) is None]
    others = [subject for subject in chosen if subject not in coming]
    if not coming:
        decision = _nothing_to_change(yes, others[0], said_at=said_at, now=now)
        others = others[1:]
    else:
        decision = _confirm(coming) if yes else _decline(coming, said_at=said_at)
    if others:
        decision.cards.setdefault(Kind.UNCLEAR, others[0].id)
    return decision


def hindrance(subject: RepliedAppointment, *, now: datetime) -> ReplyOutcome | None:
    """Why an answer to the text may not change the appointment any more."""
    if subject.status == Status.CANCELLED:
        return ReplyOutcome.CALLED_OFF
    if subject.ends_at <= now:
        return ReplyOutcome.PASSED
    if subject.status in (Status.ARRIVED, Status.NO_SHOW):
        return ReplyOutcome.SETTLED
    if subject.starts_at <= now:
        return ReplyOutcome.UNDER_WAY
    if subject.given_away:
        return ReplyOutcome.GIVEN_AWAY
    return ReplyOutcome.MOVED if subject.moved else None


def _nothing_to_change(
    yes: bool, subject: RepliedAppointment, *, said_at: datetime, now: datetime
) -> Decision:
    outcome = hindrance(subject, now=now) or ReplyOutcome.SETTLED
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
    # By when it was written: our own delay must not make a no a late one.
    return subject.starts_at - said_at < timedelta(hours=subject.late_hours)


def with_the_rest(
    decision: Decision, answer: Interpretation, chosen: Sequence[RepliedAppointment]
) -> Decision:
    """What else the reply said: a remark, no more texts."""
    if "no_more" in answer.also:
        decision.no_more = tuple(subject.id for subject in chosen)
    if "card" in answer.also and not decision.cards:
        decision.cards[Kind.REMARK] = chosen[0].id
    return decision


def means_another_day(
    answer: Interpretation, chosen: Sequence[RepliedAppointment], *, said_at: datetime
) -> bool:
    """Whether "tomorrow" is not the day of the visit: then nobody knows which of the two is
    meant.
    """
    named = [ahead for word, ahead in (("today", 0), ("tomorrow", 1)) if word in answer.also]
    return any(
        _day(subject, subject.starts_at) != _day(subject, said_at) + timedelta(days=ahead)
        for ahead in named
        for subject in chosen
        if not subject.moved  # told of another day: the answer tells them the new one
    )


def _day(subject: RepliedAppointment, moment: datetime) -> date:
    # On the clock of the visit's place: near midnight “tomorrow” is another day in UTC.
    return moment.astimezone(ZoneInfo(subject.zone)).date()
