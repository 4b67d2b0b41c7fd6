"""Write what was decided about a batch of replies, set by set: statuses, consent, answers, cards,
marks.

Appointments are locked already; in the transaction of whoever calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from reminders.domain.common.audit import PATIENT, record_each
from reminders.domain.common.cards import NewCard, open_all, open_once
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.consent.suppressions import (
    OptOut,
    opt_in_all,
    opt_out_all,
    withdraw_waiting,
)
from reminders.domain.diary.appointments import set_statuses
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.replies.acting.case import Case
from reminders.domain.replies.auto_reply import (
    Visit,
)
from reminders.domain.replies.inbox import settle_answered
from reminders.domain.replies.match import adoptable
from reminders.domain.replies.special.pacing import withdraw_waiting_answers
from reminders.domain.replies.statements import MARK_REPLIES
from reminders.domain.sending.message_updates import StatusUpdate, apply_status_updates
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem, Message, Reply, Suppression

ONCE_A_NUMBER = frozenset({InboxItem.Kind.LOOP, InboxItem.Kind.OPT_OUT})
"""Kinds of cards of which a number has one at a time."""


def write(
    cases: Sequence[Case], coming: dict[str, list[int]], visits: dict[int, Visit], *, now: datetime
) -> None:
    """Write everything that was decided; appointments are locked already."""
    # A text of unknown outcome that was answered has arrived: it must not be sent once more.
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
    # Before these numbers are planned: planning reads the opt-outs.
    quiet, again = _write_consent(cases, now=now)
    for phone in (*quiet, *again):
        to_plan.update(coming.get(phone, ()))
    if to_plan:
        plan_appointments(sorted(to_plan), now=now)
    withdraw_waiting(quiet, now=now)
    # Before the new ones are stored: one that has to wait would be withdrawn with the old.
    withdraw_waiting_answers([case.message for case in cases if case.message], now=now)
    Message.objects.bulk_create(case.message for case in cases if case.message)
    settle_answered(_asked_about(cases), now=now)
    open_all(_cards(cases, visits), now=now)
    if any(InboxItem.Kind.EMERGENCY in case.decision.cards for case in cases):
        enqueue_after_commit("alert")
    open_once(_cards_once(cases, visits), now=now)
    # In the same transaction: a worker that dies leaves the replies unmarked, and nothing written.
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
    # A number is in a batch once, so that no order among these turns a wish round.
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
    """Those that stand for all that a number writes of a kind; none where it gets no texts
    anyway.
    """
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
        Reply.appointments.through(reply_id=case.reply.id, appointment_id=appointment_id)
        for case in cases
        for appointment_id in {*case.decision.about, *case.decision.statuses} or _spoken_of(case)
    ]
    with connection.cursor() as cursor:
        cursor.execute(MARK_REPLIES, given)
    Reply.appointments.through.objects.bulk_create(links, ignore_conflicts=True)
