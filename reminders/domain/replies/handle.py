"""Act on replies: match, read, decide, and write what follows, a batch in one transaction.

Each reply is acted on exactly once, whoever stored it: it is claimed by lock, and marked in the
transaction that acts. Replies of one number take turns in the order in which they were written. One
that can't be acted on becomes a card and holds nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg.types.json import Jsonb

from reminders.domain.common.audit import PATIENT, record_each
from reminders.domain.common.cards import NewCard, open_all, open_once
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.consent.suppressions import (
    OptOut,
    is_textable,
    opt_in_all,
    opt_out_all,
    withdraw_waiting,
)
from reminders.domain.diary.appointments import set_statuses
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.auto_reply import (
    AnswerContext,
    Recipient,
    Visit,
    read_visits,
    write_answer,
)
from reminders.domain.replies.decide import decide_all, may_turn, with_emergency
from reminders.domain.replies.inbox import settle_answered
from reminders.domain.replies.match import Incoming, ReplyMatch, adoptable, match_replies
from reminders.domain.replies.number_activity import NumberActivity, read_number_activity
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
from reminders.domain.replies.special.pacing import next_answers, withdraw_waiting_answers
from reminders.domain.replies.subjects import Subjects, moved_since
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem, Message, Reply, Suppression

logger = logging.getLogger(__name__)

BATCH = 100
LOOK_AHEAD = 5_000
"""How many waiting replies are looked at to find those that come first for their number."""
UNSUSPICIOUS = frozenset(
    {ReplyOutcome.STOPPED, ReplyOutcome.PAUSED, ReplyOutcome.DUPLICATE, ReplyOutcome.THANKS}
)
LEAVES_OPEN = frozenset({ReplyOutcome.HELPED, ReplyOutcome.STARTED})
"""After the answers to these, what was asked before is still to be answered."""
VAGUE = frozenset({InboxItem.Kind.UNCLEAR, InboxItem.Kind.UNMATCHED, InboxItem.Kind.REMARK})
ONCE_A_NUMBER = frozenset({InboxItem.Kind.LOOP, InboxItem.Kind.OPT_OUT})
"""Kinds of cards of which a number has one at a time."""


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
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"look_ahead": LOOK_AHEAD, "limit": limit, "only": only})
        return [Incoming(*row) for row in cursor.fetchall()]


def _act(replies: Sequence[Incoming], desk: AnswerContext, *, now: datetime) -> int:
    """Decide about locked replies and write what follows; return how many answers that gives."""
    if not replies:
        return 0
    matches = match_replies(replies, now=now)
    facts = read_number_activity([reply.id for reply in replies], now=now)
    readings = {
        reply.id: read_reply(_whole(reply, facts[reply.id]), matches[reply.id], desk)
        for reply in replies
    }
    coming = _coming_on(_turning_numbers(replies, readings), now=now)
    ids = {
        told.appointment_id for match in matches.values() for told in (*match.told, *match.numbers)
    }
    visits = read_visits(ids.union(*coming.values()), lock=True)
    cases = []
    subjects = Subjects(visits, _moved_since(matches.values()), desk)
    for reply in replies:
        match, reading = matches[reply.id], readings[reply.id]
        decision = _decide(reply, match, facts[reply.id], reading, subjects, now=now)
        language = languages_read(match, desk)[0]
        kept = reading_to_keep(reading.answer, reply.text, match, language=language)
        cases.append(Case(reply, match, facts[reply.id], reading.answer, decision, kept))
    paced = next_answers([reply.phone for reply in replies], now=now)
    for case in cases:
        _answer(case, visits, desk, paced, now=now)
    _write(cases, coming, visits, now=now)
    return sum(case.message is not None for case in cases)


def _whole(reply: Incoming, facts: NumberActivity) -> Incoming:
    """The reply with the parts of it that came before, as separate texts."""
    return reply._replace(text=facts.begun + reply.text)


def _turning_numbers(replies: Sequence[Incoming], readings: dict[int, ContextReading]) -> list[str]:
    """The numbers whose consent may change."""
    return [reply.phone for reply in replies if may_turn(readings[reply.id].answer)]


def _coming_on(phones: Sequence[str], *, now: datetime) -> dict[str, list[int]]:
    """The appointments still to come on each number."""
    found: dict[str, list[int]] = {phone: [] for phone in phones if is_textable(phone)}
    coming = Appointment.objects.filter(contact__phone__in=list(found), starts_at__gt=now)
    coming = coming.exclude(contact__phone="")
    for phone, appointment_id in coming.values_list("contact__phone", "pk") if found else ():
        found[phone].append(appointment_id)
    return found


def _moved_since(matches: Iterable[ReplyMatch]) -> set[tuple[int, datetime]]:
    """Of texts that did not keep the start they told: the appointments that were moved after them."""
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
        others=bool(match.waiting - {told.appointment_id for told in match.told}),
    )
    listed = subjects.of(reading.told, phone=reply.phone)
    decision = decide_all(
        (answer, *reading.further), listed, asked=asked, said_at=reply.received_at, now=now
    )
    danger = reply.source != Reply.Source.NOTICE and may_be_emergency(facts.begun + reply.text)
    return with_emergency(decision, listed) if danger else decision


def _answer(
    case: Case,
    visits: dict[int, Visit],
    desk: AnswerContext,
    paced: dict[str, datetime],
    *,
    now: datetime,
) -> None:
    """Write the answer, or fall silent; what then shows nowhere else becomes a card."""
    decision, reply, match = case.decision, case.reply, case.match
    if decision.outcome not in UNSUSPICIOUS and _silenced(case):
        return
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
        if case.message and decision.outcome in LEAVES_OPEN and match.asks:
            case.message.asks = match.asks
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
    urgent = InboxItem.Kind.EMERGENCY in case.decision.cards and not repeats
    if urgent or not (repeats or case.facts.many_answers):
        return False
    cards = case.decision.cards
    if repeats:
        case.decision.cards = {kind: about for kind, about in cards.items() if kind not in VAGUE}
    case.decision.cards[InboxItem.Kind.LOOP] = None
    return True


def _write(
    cases: Sequence[Case], coming: dict[str, list[int]], visits: dict[int, Visit], *, now: datetime
) -> None:
    """Write everything that was decided; appointments are locked already."""
    adopted = adoptable([case.match for case in cases], [case.reply for case in cases])
    apply_status_updates(
        [
            StatusUpdate(pk, Message.State.ACCEPTED, provider_id=provider_id)
            for pk, provider_id in adopted
        ],
        now=now,
    )
    statuses = {
        pk: Appointment.Status(status)
        for case in cases
        for pk, status in case.decision.statuses.items()
    }
    if statuses:
        set_statuses(statuses, by=PATIENT, now=now)
    to_plan = _write_no_more(cases, now=now)
    quiet, again = _write_consent(cases, now=now)
    for phone in (*quiet, *again):
        to_plan.update(coming.get(phone, ()))
    if to_plan:
        plan_appointments(sorted(to_plan), now=now)
    withdraw_waiting(quiet, now=now)
    withdraw_waiting_answers([case.message for case in cases if case.message], now=now)
    Message.objects.bulk_create(case.message for case in cases if case.message)
    settle_answered(_asked_about(cases), now=now)
    open_all(_cards(cases, visits), now=now)
    if any(InboxItem.Kind.EMERGENCY in case.decision.cards for case in cases):
        enqueue_after_commit("alert")
    open_once(_cards_once(cases, visits), now=now)
    _mark(cases, now=now)


def _write_no_more(cases: Sequence[Case], *, now: datetime) -> set[int]:
    ids = {pk for case in cases for pk in case.decision.no_more}
    if ids:
        Appointment.objects.filter(pk__in=ids).update(no_more_texts=True, updated_at=now)
        record_each("no_more_texts", [(pk, {}) for pk in sorted(ids)], by=PATIENT, now=now)
    return ids


def _write_consent(cases: Sequence[Case], *, now: datetime) -> tuple[list[str], list[str]]:
    """Opt out, pause and opt in; return the numbers that get no more texts, and those that get them
    again.
    """
    out = [
        OptOut(case.reply.phone, Suppression.Reason.PATIENT, case.reply.text, case.reply.id)
        for case in cases
        if case.decision.stop
    ]
    back = [(case.reply.phone, case.reply.text) for case in cases if case.decision.start]
    paused = [
        OptOut(case.reply.phone, Suppression.Reason.PAUSED, case.reply.text, case.reply.id)
        for case in cases
        if case.decision.pause
    ]
    quiet = opt_out_all(out, by=PATIENT, now=now) + opt_out_all(paused, by=PATIENT, now=now)
    return quiet, opt_in_all(back, by=PATIENT, now=now)


def _asked_about(cases: Sequence[Case]) -> list[int]:
    """Replies of which we asked which appointment they mean, and now know."""
    known = (
        case.match for case in cases if case.match.asks is Asks.WHICH and case.decision.statuses
    )
    return [match.answered_id for match in known if match.answered_id]


def _cards(cases: Sequence[Case], visits: dict[int, Visit]) -> Iterator[NewCard]:
    for case in cases:
        for kind, appointment_id in case.decision.cards.items():
            if kind not in ONCE_A_NUMBER:
                yield _card(case, kind, visits.get(appointment_id) if appointment_id else None)


def _cards_once(cases: Sequence[Case], visits: dict[int, Visit]) -> list[NewCard]:
    """Those that stand for all that a number writes of a kind; none where it gets no texts anyway."""
    return [
        _card(case, kind, visits.get(appointment_id) if appointment_id else None)
        for case in cases
        for kind, appointment_id in case.decision.cards.items()
        if kind in ONCE_A_NUMBER and not (case.decision.pause and case.facts.opted_out)
    ]


def _card(case: Case, kind: InboxItem.Kind, visit: Visit | None) -> NewCard:
    return NewCard(
        kind,
        phone=case.reply.phone,
        reply_id=case.reply.id,
        message_id=case.match.message_id or case.match.texted_elsewhere,
        appointment_id=visit.id if visit else None,
        contact_id=visit.contact_id if visit else case.match.contact_id,
        location_id=visit.location_id if visit else case.match.location_id,
    )


def _spoken_of(case: Case) -> list[int]:
    return [told.appointment_id for told in case.match.told if told.theirs]


def _is_shown(case: Case) -> bool:
    """Whether staff may ask how it was read: it has a card, or they taught what decided."""
    return bool(case.decision.cards) or case.answer.taught is not None


def _mark(cases: Sequence[Case], *, now: datetime) -> None:
    """Mark the replies as acted on, with what was found and done, and link them to their
    appointments.
    """
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        "now": now,
        "ids": [case.reply.id for case in cases],
        "messages": [case.match.message_id for case in cases],
        "contacts": [case.match.contact_id for case in cases],
        "matched": [str(case.match.by) for case in cases],
        "intents": [str(case.answer.intent) for case in cases],
        "outcomes": [str(case.decision.outcome) for case in cases],
        "readings": [Jsonb(case.kept if _is_shown(case) else {}) for case in cases],
    }
    links = [
        (case.reply.id, appointment_id)
        for case in cases
        for appointment_id in {*case.decision.about, *case.decision.statuses} or _spoken_of(case)
    ]
    with connection.cursor() as cursor:
        cursor.execute(_MARK, given)
        if links:
            replies, appointments = zip(*links, strict=True)
            cursor.execute(_LINK, [list(replies), list(appointments)])


_CLAIM = """
WITH waiting AS (
    SELECT id, phone, received_at FROM reminders_reply
    WHERE applied_at IS NULL ORDER BY received_at, id LIMIT %(look_ahead)s),
first AS (SELECT DISTINCT ON (phone) id FROM waiting ORDER BY phone, received_at, id)
SELECT r.id, r.source, r.message_uuid, r.message_provider_id, r.phone, r.text, r.received_at,
    r.pictures
FROM reminders_reply r JOIN first USING (id)
WHERE r.applied_at IS NULL AND (%(only)s::bigint IS NULL OR r.id = %(only)s)
ORDER BY r.received_at, r.id LIMIT %(limit)s
FOR NO KEY UPDATE OF r SKIP LOCKED
"""

_MARK = """
UPDATE reminders_reply r
SET applied_at = %(now)s, message_id = v.message_id, contact_id = v.contact_id, matched_by = v.matched_by,
    intent = v.intent, outcome = v.outcome, reading = v.reading
FROM unnest(%(ids)s::bigint[], %(messages)s::uuid[], %(contacts)s::bigint[], %(matched)s::text[],
            %(intents)s::text[], %(outcomes)s::text[], %(readings)s::jsonb[])
     AS v (id, message_id, contact_id, matched_by, intent, outcome, reading)
WHERE r.id = v.id
"""

_LINK = """
INSERT INTO reminders_reply_appointments (reply_id, appointment_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING
"""
