"""Whose reply is it, and which appointments is it about.

By our UUID in the metadata, else by the provider's id of the text it answers, else by the number:
the text that had reached it last. Where that is a reminder, the appointments of which the number
was told lately and which are still to come must be those of that single text; several or none are
for a person. What follows is `decide`'s.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reminders.domain.common.asking import asked_by
from reminders.domain.replies.matching.open_questions import in_staff_hands, last_lists
from reminders.domain.replies.matching.texts import AnsweredText, Incoming, find_texts
from reminders.domain.replies.matching.told import (
    Person,
    TellingText,
    Told,
    find_people,
    read_told,
    told_lately,
)
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, Message, Reply

MatchedBy = Reply.MatchedBy


@dataclass(slots=True)
class ReplyMatch:
    """What a reply is about. `told` is in the order in which the text lists the appointments.

    `texted_elsewhere`: the text that it answers, where that went to another number; staff decide.
    `stored_asks` is what is stored of what may be answered to the text, `text` its words,
    `answered_id` the reply that it answered itself. `numbers` are the appointments of the last list
    that still holds, in its order. `waiting` are appointments that the number was told of lately
    and that have no answer. `with_staff`: somebody of the staff is talking with that number.
    `in_doubt`: two texts of ours wait for an answer, and nothing tells which one this is to.
    """

    by: Reply.MatchedBy = MatchedBy.NOTHING
    message_id: uuid.UUID | None = None
    message_kind: str = ""
    message_state: str = ""
    contact_id: int | None = None
    location_id: int | None = None
    stored_asks: str = ""
    text: str = ""
    answered_id: int | None = None
    language: str = ""
    told: list[Told] = field(default_factory=list)
    numbers: list[Told] = field(default_factory=list)
    waiting: frozenset[int] = frozenset()
    with_staff: bool = False
    texted_elsewhere: uuid.UUID | None = None
    in_doubt: bool = False

    @property
    def asks(self) -> Asks | None:
        """What may be answered to the text; None where it is not known which text is answered."""
        if self.with_staff:
            return Asks.STAFF
        if self.in_doubt:
            return None
        return asked_by(self.stored_asks, self.message_kind, listed=len(self.told))


def match_replies(replies: Sequence[Incoming], *, now: datetime) -> dict[int, ReplyMatch]:
    """Match replies; by reply id. Locks nothing: what a reply changes is locked, and read again,
    later.
    """
    ids = [reply.id for reply in replies]
    phones = sorted({reply.phone for reply in replies if reply.phone})
    texts = find_texts(replies)
    lists, with_staff = last_lists(ids), in_staff_hands(ids)
    told = read_told([*(text.id for text in texts.values()), *lists.values()])
    lately, people = told_lately(phones, now=now), find_people(phones)
    found = {}
    for reply in replies:
        match = _match(texts.get(reply.id), told, lately.get(reply.phone, []))
        match.numbers = told.get(lists[reply.id], []) if reply.id in lists else []
        match.waiting = _waiting(lately.get(reply.phone, []))
        # A button belongs to its own text, whatever staff and the patient talk about.
        match.with_staff = reply.id in with_staff and not reply.button
        person = people.get(reply.phone) or Person(reply.phone, None, None, "")
        match.contact_id = match.contact_id or person.contact_id
        match.location_id = match.location_id or person.location_id
        spoken = (told.language for told in match.told if told.theirs)
        match.language = next(spoken, person.language)
        found[reply.id] = match
    return found


def _match(
    text: AnsweredText | None, told: dict[uuid.UUID, list[Told]], lately: Sequence[TellingText]
) -> ReplyMatch:
    """A reply from another number than the one that was texted is for a person."""
    if text is None:
        return _single(lately) or ReplyMatch()
    # The last text is only a guess: with several to answer, a bare yes may be to any of them.
    if text.by == MatchedBy.NUMBER and text.kind == Message.Kind.REMINDER and lately:
        return _single(lately) or ReplyMatch()
    if not text.same_number:  # a second number of the family, or a stranger's: staff see the text
        return ReplyMatch(texted_elsewhere=text.id, location_id=text.location_id)
    return ReplyMatch(
        by=text.by,
        message_id=text.id,
        message_kind=text.kind,
        message_state=text.state,
        contact_id=text.contact_id,
        location_id=text.location_id,
        stored_asks=text.asks,
        text=text.text,
        answered_id=text.answered_id,
        told=told.get(text.id, []),
    )


def _single(found: Sequence[TellingText]) -> ReplyMatch | None:
    """The single text whose appointments are all that a number may be speaking of."""
    if len({text.message_id for text in found}) != 1:
        return None
    text = found[0]
    return ReplyMatch(
        by=MatchedBy.NUMBER,
        message_id=text.message_id,
        message_kind=text.kind,
        message_state=text.state,
        contact_id=text.own_contact_id,
        location_id=text.told_location_id,
        stored_asks=text.asks,
        text=text.text,
        told=[each.told for each in found],
    )


def _waiting(lately: Iterable[TellingText]) -> frozenset[int]:
    told = (text.told for text in lately)
    return frozenset(
        one.appointment_id for one in told if one.status == Appointment.Status.BOOKED and one.theirs
    )


def adoptable(
    matches: Iterable[ReplyMatch], replies: Iterable[Incoming]
) -> list[tuple[uuid.UUID, str]]:
    """Texts of unknown outcome that a reply proves to be with the provider: our id and the
    provider's.
    """
    lost = (Message.State.UNKNOWN, Message.State.SUBMITTING)
    # Only with the provider's id: without it a text could neither be asked about nor withdrawn.
    return [
        (match.message_id, reply.message_provider_id)
        for match, reply in zip(matches, replies, strict=True)
        if match.message_id and match.message_state in lost and reply.message_provider_id
    ]
