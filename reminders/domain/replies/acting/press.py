"""Act on a button that a patient pressed on the page behind a link: a reply like any other.

It is stored, decided and written by what does so for texts; only its meaning need not be read. What
the page showed must still hold, else nothing is done. No text answers it: the page does.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import retry_on_conflict
from reminders.domain.replies.acting.answer import answer
from reminders.domain.replies.acting.case import Case
from reminders.domain.replies.acting.write import write
from reminders.domain.replies.auto_reply import AnswerContext, Visit, read_visits
from reminders.domain.replies.decide import decide, with_emergency
from reminders.domain.replies.deciding.visits import hindrance
from reminders.domain.replies.handle import coming_on
from reminders.domain.replies.match import ReplyMatch, match_replies
from reminders.domain.replies.matching.number_activity import read_number_activity
from reminders.domain.replies.matching.texts import Incoming
from reminders.domain.replies.outcomes import Asked, RepliedAppointment
from reminders.domain.replies.reading.interpret import Intent, Interpretation
from reminders.domain.replies.special.emergencies import may_be_emergency
from reminders.domain.replies.subjects import Subjects
from reminders.domain.wording.questions import Asks
from reminders.models import Message, Reply


class Pressed(StrEnum):
    """What came of it."""

    DONE = "done"
    CHANGED = "changed"
    """The visit is not as the page showed it: nothing was done."""


@dataclass(frozen=True, slots=True)
class Press:
    """One press. `about` is the visit, None where it is about the texts themselves; `words` what
    the reply says, `written` the part of it that the patient wrote. `key` is the same for a second
    click on the same page.
    """

    message: Message
    intent: Intent
    about: int | None
    words: str
    key: str
    written: str = ""


StillHolds = Callable[[Mapping[int, Visit]], bool]


@retry_on_conflict
def act_on_press(
    press: Press, visit_ids: Sequence[int], still_holds: StillHolds, *, now: datetime
) -> Pressed:
    """Do what was pressed, once; `visit_ids` are those of the link, locked before anything else.

    `still_holds` says of the locked visits whether they are what the page showed.
    """
    with transaction.atomic():
        coming = coming_on([press.message.phone], now=now) if press.about is None else {}
        ids = {*visit_ids, *(pk for some in coming.values() for pk in some)}
        visits = read_visits(sorted(ids), lock=True)
        # Under the lock: of two clicks at once the second finds the first one's reply.
        if before := Reply.objects.filter(provider_id=press.key).first():
            return Pressed.CHANGED if _is_outdone(before, press) else Pressed.DONE
        if not still_holds(visits):
            return Pressed.CHANGED
        desk = AnswerContext.load()
        reply = _store(press, now=now)
        match = match_replies([reply], now=now)[reply.id]
        subjects = _subjects(press, match, visits, desk)
        if press.about is not None and not _may_act(press, subjects, now=now):
            # What was stored a moment ago goes with the transaction.
            transaction.set_rollback(True)
            return Pressed.CHANGED
        case = _case(press, reply, match, subjects, now=now)
        answer(case, visits, desk, {}, now=now)
        write([case], coming, visits, now=now)
    if case.message:
        enqueue_after_commit("send")
    return Pressed.DONE


def _is_outdone(before: Reply, press: Press) -> bool:
    """Whether something else was said since: then this is no second click, but an older page that
    somebody went back to.
    """
    later = Reply.objects.filter(phone=before.phone, pk__gt=before.pk)
    about_texts = Q(intent__in=(Intent.STOP, Intent.START))
    if press.about is None:
        return later.filter(about_texts).exists()
    return later.filter(~about_texts, appointments=press.about).exists()


def _store(press: Press, *, now: datetime) -> Incoming:
    row = Reply.objects.create(
        provider_id=press.key,
        source=Reply.Source.LINK,
        message_uuid=press.message.pk,
        message_provider_id=press.message.provider_id or "",
        phone=press.message.phone,
        text=press.words,
        received_at=now,
        stored_at=now,
    )
    texted = (row.message_uuid, row.message_provider_id, row.phone, row.text, row.received_at)
    return Incoming(row.pk, row.source, *texted)


def _subjects(
    press: Press, match: ReplyMatch, visits: dict[int, Visit], desk: AnswerContext
) -> list[RepliedAppointment]:
    """The visit as the page shows it: where and when it is now, whatever the text told."""
    told = [one for one in match.told if press.about in (None, one.appointment_id)]
    found = Subjects(visits, set(), desk).of(told, phone=press.message.phone)
    return [replace(one, moved=False) for one in found]


def _may_act(press: Press, subjects: Sequence[RepliedAppointment], *, now: datetime) -> bool:
    if len(subjects) != 1 or subjects[0].not_theirs:
        return False
    [subject] = subjects
    # Whose time was given away can't come any more, but may ask for another one.
    asks_only = press.intent is Intent.RESCHEDULE and subject.given_away
    return asks_only or hindrance(subject, now=now) is None


def _case(
    press: Press,
    reply: Incoming,
    match: ReplyMatch,
    subjects: Sequence[RepliedAppointment],
    *,
    now: datetime,
) -> Case:
    meant = Interpretation(press.intent, certain=True, states=True)
    decision = decide(meant, subjects, asked=Asked(Asks.YES_NO), said_at=now, now=now)
    decision.purpose = ""
    if press.written and may_be_emergency(press.written):
        decision = with_emergency(decision, subjects)
    facts = read_number_activity([reply.id], now=now)[reply.id]
    return Case(reply, match, facts, meant, decision, {})


def key_of(*parts: object) -> str:
    """The id under which a press is stored: random for others, the same for the same page."""
    return f"page-{uuid.uuid5(uuid.NAMESPACE_OID, '/'.join(map(str, parts))).hex}"
