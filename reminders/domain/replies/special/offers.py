"""Answers to the offer of a free time: a yes or no to it never touches the visit that they have.

What is left open is a person's to read, as with any reply; who wants no more texts gets none.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from reminders.domain.replies.auto_reply import Visit
from reminders.domain.replies.deciding.texts import (
    ABOUT_TEXTS,
    about_texts,
    only,
    pause,
    wants_silence,
)
from reminders.domain.replies.match import MatchedBy, ReplyMatch
from reminders.domain.replies.outcomes import Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.sooner.answers import Answers, Verdict, numbers_being_asked
from reminders.domain.wording.questions import Asks
from reminders.models import InboxItem, Message

Kind = InboxItem.Kind
UNCLEAR = Interpretation(Intent.UNCLEAR)
_DONE = {
    Verdict.THEIRS: (ReplyOutcome.OFFER_ACCEPTED, "offer_accepted"),
    Verdict.ALREADY: (ReplyOutcome.OFFER_ACCEPTED, "already_answered"),
    Verdict.LOST: (ReplyOutcome.OFFER_LOST, "offer_taken"),
    Verdict.KEPT: (ReplyOutcome.OFFER_DECLINED, "offer_declined"),
}


def put_into_light(matches: dict[int, ReplyMatch], phones: dict[int, str]) -> Answers:
    """Read which offers are answered, and have a day or time in the reply compared with theirs.

    Where two questions are open on a number, and nothing tells which a reply answers, it is for a
    person.
    """
    answers = Answers.read(
        match.message_id for match in matches.values() if match.asks is Asks.OFFER
    )
    asked = numbers_being_asked(
        phones[pk] for pk, match in matches.items() if match.by == MatchedBy.NUMBER
    )
    for pk, match in matches.items():
        offer = answers.offers.get(match.message_id) if match.message_id else None
        if offer:
            start, place = offer.slot.starts_at, offer.slot.location_id
            match.told = [told._replace(starts_at=start, location_id=place) for told in match.told]
        if match.by == MatchedBy.NUMBER and phones[pk] in asked and _may_mean_another(match):
            match.in_doubt = True
    return answers


def _may_mean_another(match: ReplyMatch) -> bool:
    if match.asks is Asks.OFFER:
        return bool(match.waiting)
    return match.message_kind == Message.Kind.REMINDER


def decide_offer(
    answer: Interpretation,
    listed: Sequence[RepliedAppointment],
    message_id: uuid.UUID,
    answers: Answers,
    *,
    now: datetime,
) -> Decision:
    """Decide about a reply to an offer; `answers` holds what then has to be written."""
    if answer.intent in ABOUT_TEXTS or wants_silence(answer):
        if answer.intent is Intent.STOP or wants_silence(answer):
            answers.no(message_id)
        return pause(answer, listed) if wants_silence(answer) else about_texts(answer, listed)
    if answer.intent is Intent.COURTESY:
        return Decision(ReplyOutcome.THANKS)
    if answer.picks or answer.intent not in (Intent.YES, Intent.NO) or not listed:
        return _for_a_person(listed)
    if listed[0].not_theirs:
        return _for_a_person(())
    if answer.intent is Intent.NO:
        verdict = answers.no(message_id)
    else:
        verdict = answers.yes(message_id, now=now)
    if verdict is Verdict.PERSON:
        return _for_a_person(listed)
    outcome, purpose = _DONE[verdict]
    decision = Decision(outcome, purpose=purpose, about=(listed[0].id,))
    if "card" in answer.also:
        decision.cards[Kind.REMARK] = listed[0].id
    return decision


def _for_a_person(listed: Sequence[RepliedAppointment]) -> Decision:
    return Decision(
        ReplyOutcome.UNCLEAR, cards={Kind.UNCLEAR: only(listed)}, purpose="unclear_received"
    )


def with_new_times(visits: dict[int, Visit], answers: Answers) -> None:
    """Have the answers tell the times that are theirs from now on."""
    for offer in answers.won:
        slot = offer.slot
        visits[offer.appointment_id] = visits[offer.appointment_id]._replace(
            starts_at=slot.starts_at, location_id=slot.location_id
        )
