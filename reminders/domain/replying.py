"""Act on replies: match, read, decide, and write what follows, a batch in one transaction.

Each reply is acted on exactly once, whoever stored it: it is claimed by lock, and marked in the transaction
that acts. Replies of one number take turns in the order in which they were written. One that can't be
acted on becomes a card and holds nobody up.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from reminders.domain import inbox
from reminders.domain.answering import Desk, Recipient, Visit, read_visits, write_answer
from reminders.domain.answers import Answer, Intent, read_answer
from reminders.domain.appointments import set_statuses
from reminders.domain.consent import OptOut, is_textable, opt_in_all, opt_out_all
from reminders.domain.deciding import Decision, Outcome, Subject, decide
from reminders.domain.doorbell import ring
from reminders.domain.history import PATIENT, remember_each
from reminders.domain.inbox import NewCard
from reminders.domain.lately import Facts, read_facts
from reminders.domain.matching import Incoming, Match, adoptable, match_replies, moved_since
from reminders.domain.news import News, apply_news
from reminders.domain.planning import plan_appointments
from reminders.models import Appointment, Card, Message, Reply, Suppression

logger = logging.getLogger(__name__)

BATCH = 100
LOOK_AHEAD = 5_000
"""How many waiting replies are looked at to find those that come first for their number."""
UNSUSPICIOUS = frozenset({Outcome.STOPPED, Outcome.DUPLICATE, Outcome.THANKS})
VAGUE = frozenset({Card.Kind.UNCLEAR, Card.Kind.UNMATCHED, Card.Kind.REMARK, Card.Kind.OPT_OUT})


@dataclass(slots=True)
class Case:
    """One reply with all that is known and decided about it."""

    reply: Incoming
    match: Match
    facts: Facts
    answer: Answer
    decision: Decision
    message: Message | None = None


@dataclass(slots=True)
class Acted:
    """What a run came to: replies dealt with, and automatic answers written."""

    replies: int = 0
    answers: int = 0


def apply_waiting_replies(*, now: datetime) -> int:
    """Act on every stored reply that waits, and have the answers sent; return how many replies.

    Several workers share the work. Raises the database's OperationalError when it fails; then the rest waits
    for the next round.
    """
    if not Reply.objects.filter(applied_at=None).exists():
        return 0
    acted = act_on_waiting(Desk.load(), now=now)
    if acted.answers:
        ring("send")
    return acted.replies


def act_on_waiting(desk: Desk, *, now: datetime) -> Acted:
    """As `apply_waiting_replies`, but rings for nobody."""
    acted = Acted()
    while True:
        done, answers = _apply_batch(desk, now=now)
        acted.replies += done
        acted.answers += answers
        if not done:
            return acted


def _apply_batch(desk: Desk, *, now: datetime) -> tuple[int, int]:
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


def _apply_one(reply_id: int, desk: Desk, *, now: datetime) -> int:
    try:
        with transaction.atomic():
            return _act(claim_replies(limit=1, only=reply_id), desk, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # Without the error's own text, which may hold what the patient wrote.
        logger.error("Reply %s can't be acted on: %s", reply_id, type(error).__name__)  # noqa: TRY400 -- as above
        problem = f"Could not be acted on ({type(error).__name__})"
    with transaction.atomic():
        reply = Reply.objects.select_for_update().get(pk=reply_id)
        reply.applied_at, reply.problem, reply.outcome = now, problem, Outcome.UNREADABLE
        reply.save(update_fields=["applied_at", "problem", "outcome"])
        inbox.open_all([NewCard(Card.Kind.UNREADABLE, phone=reply.phone, reply_id=reply.pk)], now=now)
    return 0


def claim_replies(*, limit: int, only: int | None = None) -> list[Incoming]:
    """Lock replies that wait, of each number the first one. In the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"look_ahead": LOOK_AHEAD, "limit": limit, "only": only})
        return [Incoming(*row) for row in cursor.fetchall()]


def _act(replies: Sequence[Incoming], desk: Desk, *, now: datetime) -> int:
    """Decide about locked replies and write what follows; return how many answers that gives."""
    if not replies:
        return 0
    matches = match_replies(replies, now=now)
    facts = read_facts([reply.id for reply in replies], now=now)
    answers = {reply.id: _read(reply, matches[reply.id], desk) for reply in replies}
    turning = _turning_numbers(replies, answers)
    coming = _coming_on(turning, now=now)
    ids = {told.appointment_id for match in matches.values() for told in match.told}
    visits = read_visits(ids.union(*coming.values()), lock=True)
    moved = _moved_since(matches.values())
    cases = []
    for reply in replies:
        match, answer = matches[reply.id], answers[reply.id]
        subjects = _subjects(reply.phone, match, visits, moved, desk)
        decision = _decide(reply, match, facts[reply.id], answer, subjects, now=now)
        cases.append(Case(reply, match, facts[reply.id], answer, decision))
    for case in cases:
        _answer(case, visits, desk, now=now)
    _write(cases, coming, visits, now=now)
    return sum(case.message is not None for case in cases)


def _read(reply: Incoming, match: Match, desk: Desk) -> Answer:
    """What the words mean, in the languages of the patient and the location; English is read always."""
    place = desk.place(match.location_id)
    languages = [tag for tag in (match.language, place.language if place else "", "en") if tag]
    names = {name for told in match.told if told.theirs for name in (told.first_name, told.name) if name}
    answer = read_answer(
        reply.text,
        languages=languages,
        names=sorted(names) if match.told else None,
        listed=len(match.told) > 1,
    )
    if reply.source == Reply.Source.NOTICE:
        return replace(answer, intent=Intent.STOP, also=answer.also & {"may_cancel"})
    return answer


def _turning_numbers(replies: Sequence[Incoming], answers: dict[int, Answer]) -> list[str]:
    """The numbers whose consent may change."""
    turning = (Intent.STOP, Intent.START)
    return [reply.phone for reply in replies if answers[reply.id].intent in turning]


def _coming_on(phones: Sequence[str], *, now: datetime) -> dict[str, list[int]]:
    """The appointments still to come on each number."""
    found: dict[str, list[int]] = {phone: [] for phone in phones if is_textable(phone)}
    coming = Appointment.objects.filter(contact__phone__in=list(found), starts_at__gt=now)
    coming = coming.exclude(contact__phone="")
    for phone, appointment_id in coming.values_list("contact__phone", "pk") if found else ():
        found[phone].append(appointment_id)
    return found


def _moved_since(matches: Iterable[Match]) -> set[tuple[int, datetime]]:
    """Of texts that did not keep the start they told: the appointments that were moved after them."""
    unsure = {
        (told.appointment_id, told.since) for match in matches for told in match.told if not told.starts_at
    }
    return moved_since(sorted(unsure))


def _subjects(
    phone: str, match: Match, visits: dict[int, Visit], moved: set[tuple[int, datetime]], desk: Desk
) -> list[Subject]:
    found = []
    for told in match.told:
        visit = visits.get(told.appointment_id)
        place = desk.locations.get(visit.location_id) if visit else None
        if visit is None or place is None:
            continue
        elsewhere = told.starts_at is not None and (told.starts_at, told.location_id) != (
            visit.starts_at,
            visit.location_id,
        )
        found.append(
            Subject(
                id=visit.id,
                status=visit.status,
                starts_at=visit.starts_at,
                zone=place.zone,
                late_hours=place.late_decline_hours,
                moved=elsewhere or (visit.id, told.since) in moved,
                not_theirs=not told.theirs or (visit.phone, visit.contact_id) != (phone, told.contact_id),
                first_name=visit.first_name,
                name=visit.name,
            )
        )
    return found


def _decide(
    reply: Incoming,
    match: Match,
    facts: Facts,
    answer: Answer,
    subjects: Sequence[Subject],
    *,
    now: datetime,
) -> Decision:
    # A number that is not opted out by now has changed its mind twice: then the stop counts.
    if facts.twin and (answer.intent is not Intent.STOP or facts.opted_out):
        return Decision(Outcome.DUPLICATE)
    if answer.intent in (Intent.STOP, Intent.START) and not is_textable(reply.phone):
        answer = Answer(Intent.UNCLEAR)
    return decide(answer, subjects, asked_by=match.message_kind, said_at=reply.received_at, now=now)


def _answer(case: Case, visits: dict[int, Visit], desk: Desk, *, now: datetime) -> None:
    """Write the answer, or fall silent; what then shows nowhere else becomes a card."""
    decision, reply, match = case.decision, case.reply, case.match
    if decision.outcome not in UNSUSPICIOUS and _silenced(case):
        return
    purpose = decision.purpose
    welcome = not case.facts.opted_out or decision.start
    if purpose == "unclear_received" and case.facts.told_that_read:
        welcome = False
    if purpose and welcome:
        to = Recipient(
            reply.id, reply.phone, reply.received_at, match.contact_id, match.location_id, match.language
        )
        about = [visits[pk] for pk in decision.about]
        case.message = write_answer(desk, purpose, to, about, now=now)
    if decision.outcome is Outcome.MOVED and case.message is None:
        decision.cards.setdefault(Card.Kind.UNCLEAR, decision.about[0])


def _silenced(case: Case) -> bool:
    """Whether this looks like a machine: no answer then, and one card for all that it says."""
    to_reminder = case.match.message_kind == Message.Kind.REMINDER and case.match.by != Reply.MatchedBy.NUMBER
    repeats = case.facts.repeats(to_reminder=to_reminder)
    if not repeats and not case.facts.many_answers:
        return False
    cards = case.decision.cards
    if repeats:
        case.decision.cards = {kind: about for kind, about in cards.items() if kind not in VAGUE}
    case.decision.cards[Card.Kind.LOOP] = None
    return True


def _write(
    cases: Sequence[Case], coming: dict[str, list[int]], visits: dict[int, Visit], *, now: datetime
) -> None:
    """Write everything that was decided; appointments are locked already."""
    adopted = adoptable([case.match for case in cases], [case.reply for case in cases])
    apply_news(
        [News(pk, Message.State.ACCEPTED, provider_id=provider_id) for pk, provider_id in adopted], now=now
    )
    statuses = {
        pk: Appointment.Status(status) for case in cases for pk, status in case.decision.statuses.items()
    }
    if statuses:
        set_statuses(statuses, by=PATIENT, now=now)
    to_plan = _write_no_more(cases, now=now)
    for phone in _write_consent(cases, now=now):
        to_plan.update(coming.get(phone, ()))
    if to_plan:
        plan_appointments(sorted(to_plan), now=now)
    Message.objects.bulk_create(case.message for case in cases if case.message)
    inbox.open_all(_cards(cases, visits), now=now)
    inbox.open_once(_loop_cards(cases), now=now)
    _mark(cases, now=now)


def _write_no_more(cases: Sequence[Case], *, now: datetime) -> set[int]:
    ids = {pk for case in cases for pk in case.decision.no_more}
    if ids:
        Appointment.objects.filter(pk__in=ids).update(no_more_texts=True, updated_at=now)
        remember_each("no_more_texts", [(pk, {}) for pk in sorted(ids)], by=PATIENT, now=now)
    return ids


def _write_consent(cases: Sequence[Case], *, now: datetime) -> list[str]:
    """Opt out and in; return the numbers whose consent changed."""
    out = [
        OptOut(case.reply.phone, Suppression.Reason.PATIENT, case.reply.text, case.reply.id)
        for case in cases
        if case.decision.stop
    ]
    back = [(case.reply.phone, case.reply.text) for case in cases if case.decision.start]
    return opt_out_all(out, by=PATIENT, now=now) + opt_in_all(back, by=PATIENT, now=now)


def _cards(cases: Sequence[Case], visits: dict[int, Visit]) -> Iterator[NewCard]:
    for case in cases:
        for kind, appointment_id in case.decision.cards.items():
            if kind is not Card.Kind.LOOP:
                yield _card(case, kind, visits.get(appointment_id) if appointment_id else None)


def _loop_cards(cases: Sequence[Case]) -> list[NewCard]:
    looping = [case for case in cases if Card.Kind.LOOP in case.decision.cards]
    return [_card(case, Card.Kind.LOOP, None) for case in looping]


def _card(case: Case, kind: Card.Kind, visit: Visit | None) -> NewCard:
    return NewCard(
        kind,
        phone=case.reply.phone,
        reply_id=case.reply.id,
        message_id=case.match.message_id,
        appointment_id=visit.id if visit else None,
        contact_id=visit.contact_id if visit else case.match.contact_id,
        location_id=visit.location_id if visit else case.match.location_id,
    )


def _spoken_of(case: Case) -> list[int]:
    return [told.appointment_id for told in case.match.told if told.theirs]


def _mark(cases: Sequence[Case], *, now: datetime) -> None:
    """Mark the replies as acted on, with what was found and done, and link them to their appointments."""
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        "now": now,
        "ids": [case.reply.id for case in cases],
        "messages": [case.match.message_id for case in cases],
        "contacts": [case.match.contact_id for case in cases],
        "matched": [str(case.match.by) for case in cases],
        "intents": [str(case.answer.intent) for case in cases],
        "outcomes": [str(case.decision.outcome) for case in cases],
    }
    links = [
        (case.reply.id, appointment_id)
        for case in cases
        for appointment_id in case.decision.about or _spoken_of(case)
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
SELECT r.id, r.source, r.message_uuid, r.message_provider_id, r.phone, r.text, r.received_at
FROM reminders_reply r JOIN first USING (id)
WHERE r.applied_at IS NULL AND (%(only)s::bigint IS NULL OR r.id = %(only)s)
ORDER BY r.received_at, r.id LIMIT %(limit)s
FOR NO KEY UPDATE OF r SKIP LOCKED
"""

_MARK = """
UPDATE reminders_reply r
SET applied_at = %(now)s, message_id = v.message_id, contact_id = v.contact_id, matched_by = v.matched_by,
    intent = v.intent, outcome = v.outcome
FROM unnest(%(ids)s::bigint[], %(messages)s::uuid[], %(contacts)s::bigint[], %(matched)s::text[],
            %(intents)s::text[], %(outcomes)s::text[])
     AS v (id, message_id, contact_id, matched_by, intent, outcome)
WHERE r.id = v.id
"""

_LINK = """
INSERT INTO reminders_reply_appointments (reply_id, appointment_id)
SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT DO NOTHING
"""
