"""Act on replies: match, read, decide, and write what follows, a batch in one transaction.

Each reply is acted on exactly once, whoever stored it: it is claimed by lock, and marked in the
transaction that acts. Replies of one number take turns in the order in which they were written. One
that can't be acted on becomes a card and holds nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from reminders.domain.common.cards import NewCard, open_all
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.rows import fetch
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.consent.suppressions import (
    is_textable,
)
from reminders.domain.replies.acting.answer import answer
from reminders.domain.replies.acting.case import Case
from reminders.domain.replies.acting.write import write
from reminders.domain.replies.auto_reply import (
    AnswerContext,
    read_visits,
)
from reminders.domain.replies.decide import decide_all, with_emergency
from reminders.domain.replies.deciding.texts import may_turn
from reminders.domain.replies.match import ReplyMatch, match_replies
from reminders.domain.replies.matching.number_activity import NumberActivity, read_number_activity
from reminders.domain.replies.matching.texts import Incoming
from reminders.domain.replies.outcomes import Asked, Decision, ReplyOutcome
from reminders.domain.replies.read_in_context import (
    ContextReading,
    languages_read,
    numbers_of,
    read_reply,
)
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.review.explain import reading_to_keep
from reminders.domain.replies.special.emergencies import may_be_emergency
from reminders.domain.replies.special.offers import decide_offer, put_into_light, with_new_times
from reminders.domain.replies.special.pacing import next_answers
from reminders.domain.replies.statements import CLAIM_REPLIES
from reminders.domain.replies.subjects import Subjects, moved_since
from reminders.domain.sooner.answers import Answers
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem, Message, Reply
from reminders.models.care.reached import reached_on

logger = logging.getLogger(__name__)

BATCH = 100
LOOK_AHEAD = 5_000
"""How many waiting replies are looked at to find those that come first for their number."""


@dataclass(slots=True)
class Acted:
    """What a run came to: replies dealt with, and automatic answers written."""

    replies: int = 0
    answers: int = 0


def apply_waiting_replies(*, now: datetime, go_on: GoOn = for_ever) -> int:
    """Act on every stored reply that waits, and have the answers sent; return how many replies.

    Several workers share the work. Raises the database's OperationalError when it fails; then the
    rest waits for the next round.
    """
    if not Reply.objects.filter(applied_at=None).exists():
        return 0
    acted = act_on_waiting(AnswerContext.load(), now=now, go_on=go_on)
    if acted.answers:
        enqueue_after_commit("send")
    return acted.replies


def act_on_waiting(desk: AnswerContext, *, now: datetime, go_on: GoOn = for_ever) -> Acted:
    """As `apply_waiting_replies`, but rings for nobody."""
    acted = Acted()
    while True:
        done, answers = _apply_batch(desk, now=now)
        acted.replies += done
        acted.answers += answers
        if not done or not go_on():
            return acted


def _apply_batch(desk: AnswerContext, *, now: datetime) -> tuple[int, int]:
    """Act on one batch: how many replies were dealt with, and how many answers were written."""
    replies: list[Incoming] = []
    try:
        with transaction.atomic():
            replies = claim_replies(limit=BATCH)
            return len(replies), _act(replies, desk, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if not replies:
            raise
        logger.warning("A batch of replies is acted on one by one: %s", type(error).__name__)
    return len(replies), sum(_apply_one(reply.id, desk, now=now) for reply in replies)


def _apply_one(reply_id: int, desk: AnswerContext, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _act(claim_replies(limit=1, only=reply_id), desk, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Without the error's own text, which may hold what the patient wrote.
        logger.error("Reply %s can't be acted on: %s", reply_id, type(error).__name__)
        problem = f"Could not be acted on ({type(error).__name__})"
    with transaction.atomic():
        reply = Reply.objects.select_for_update().get(pk=reply_id)
        reply.applied_at, reply.problem, reply.outcome = now, problem, ReplyOutcome.UNREADABLE
        reply.save(update_fields=["applied_at", "problem", "outcome"])
        open_all(
            [NewCard(InboxItem.Kind.UNREADABLE, phone=reply.phone, reply_id=reply.pk)], now=now
        )
    return 0


def claim_replies(*, limit: int, only: int | None = None) -> list[Incoming]:
    """Lock replies that wait, of each number the first one. In the caller's transaction."""
    given = {"look_ahead": LOOK_AHEAD, "limit": limit, "only": only}
    return fetch(Incoming, CLAIM_REPLIES, given)


def _act(replies: Sequence[Incoming], desk: AnswerContext, *, now: datetime) -> int:
    """Decide about locked replies and write what follows; return how many answers that gives."""
    if not replies:
        return 0
    matches = match_replies(replies, now=now)
    offers = put_into_light(matches, {reply.id: reply.phone for reply in replies})
    facts = read_number_activity([reply.id for reply in replies], now=now)
    readings = {
        reply.id: read_reply(_whole(reply, facts[reply.id]), matches[reply.id], desk)
        for reply in replies
    }
    coming = coming_on(_turning_numbers(replies, readings), now=now)
    ids = {
        told.appointment_id for match in matches.values() for told in (*match.told, *match.numbers)
    }
    visits = read_visits(ids.union(offers.visits, *coming.values()), lock=True)
    offers.lock()
    cases = []
    subjects = Subjects(visits, _moved_since(matches.values()), desk)
    for reply in replies:
        match, reading = matches[reply.id], readings[reply.id]
        decision = _decide(reply, match, facts[reply.id], reading, subjects, offers, now=now)
        language = languages_read(match, desk)[0]
        kept = reading_to_keep(reading.answer, reply.text, match, language=language)
        cases.append(Case(reply, match, facts[reply.id], reading.answer, decision, kept))
    with_new_times(visits, offers)
    paced = next_answers([reply.phone for reply in replies], now=now)
    for case in cases:
        answer(case, visits, desk, paced, now=now)
    write(cases, coming, visits, now=now)
    offers.write(now=now)
    return sum(case.message is not None for case in cases)


def _whole(reply: Incoming, facts: NumberActivity) -> Incoming:
    """The reply with the parts of it that came before, as separate texts."""
    return reply._replace(text=facts.begun + reply.text)


def _turning_numbers(replies: Sequence[Incoming], readings: dict[int, ContextReading]) -> list[str]:
    """The numbers whose consent may change."""
    return [reply.phone for reply in replies if may_turn(readings[reply.id].answer)]


def coming_on(phones: Sequence[str], *, now: datetime) -> dict[str, list[int]]:
    """The appointments still to come on each number."""
    found: dict[str, list[int]] = {phone: [] for phone in phones if is_textable(phone)}
    coming = Appointment.objects.filter(contact__in=reached_on(found), starts_at__gt=now)
    # Both numbers: whoever is texted may change with the patient's age.
    both = ("contact__phone", "contact__responsible__phone")
    for *phones, appointment_id in coming.values_list(*both, "pk") if found else ():
        for phone in {*phones} & found.keys():
            found[phone].append(appointment_id)
    return found


def _moved_since(matches: Iterable[ReplyMatch]) -> set[tuple[int, datetime]]:
    """Of texts that did not keep the start they told: the appointments that were moved
    after them.
    """
    unsure = {
        (told.appointment_id, told.since)
        for match in matches
        for told in match.told
        if not told.starts_at
    }
    return moved_since(sorted(unsure))


def _decide(
    reply: Incoming,
    match: ReplyMatch,
    facts: NumberActivity,
    reading: ContextReading,
    subjects: Subjects,
    offers: Answers,
    *,
    now: datetime,
) -> Decision:
    answer, textable = reading.answer, is_textable(reply.phone)
    # A number that is not opted out by now has changed its mind twice: then the stop counts.
    if facts.twin and (answer.intent is not Intent.STOP or facts.opted_out):
        return Decision(ReplyOutcome.DUPLICATE)
    if answer.intent in (Intent.STOP, Intent.START, Intent.PAUSE) and not textable:
        answer = Interpretation(Intent.UNCLEAR)
    asked = Asked(
        match.asks,
        family=subjects.of(numbers_of(match), phone=reply.phone),
        invited=match.message_kind == Message.Kind.RECALL,
        others=bool(match.waiting - {told.appointment_id for told in match.told}),
    )
    listed = subjects.of(reading.told, phone=reply.phone)
    if asked.asks is Asks.OFFER and match.message_id in offers.offers:
        decision = decide_offer(answer, listed, match.message_id, offers, now=now)
    else:
        decision = decide_all(
            (answer, *reading.further), listed, asked=asked, said_at=reply.received_at, now=now
        )
    danger = reply.source != Reply.Source.NOTICE and may_be_emergency(facts.begun + reply.text)
    return with_emergency(decision, listed) if danger else decision
