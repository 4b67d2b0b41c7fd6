"""Whose reply is it, and which appointments is it about.

By our UUID in the metadata, else by the provider's id of the text it answers, else by the number:
the text that had reached it last. Where that is a reminder, the appointments of which the number
was told lately and which are still to come must be those of that single text; several or none are
for a person. What follows is `replying`'s.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from reminders.domain.common.asking import asked_by
from reminders.domain.replies.open_questions import (
    HANDED_OVER_BEFORE,
    LATELY,
    in_staff_hands,
    last_lists,
    last_texts,
)
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, Message, Reply

MatchedBy = Reply.MatchedBy


class Incoming(NamedTuple):
    """A reply that waits to be acted on, as far as matching and reading need it. Times are UTC."""

    id: int
    source: str
    message_uuid: uuid.UUID | None
    message_provider_id: str
    phone: str
    text: str
    received_at: datetime
    pictures: int = 0


class Told(NamedTuple):
    """What a text told of an appointment, and whose it was then.

    `starts_at` is None where nothing has kept it; then `since` tells when it was written, and the
    appointment must not have been moved after that. Names and language are those of the person
    whose it is now; `status`, `begins_at` and `place_id` are the appointment's now, read without a
    lock.
    """

    appointment_id: int
    starts_at: datetime | None
    location_id: int | None
    since: datetime
    contact_id: int
    theirs: bool
    first_name: str
    name: str
    language: str
    status: str
    begins_at: datetime
    place_id: int
    practitioner: str


@dataclass(slots=True)
class ReplyMatch:
    """What a reply is about. `told` is in the order in which the text lists the appointments.

    `texted_elsewhere`: the text that it answers, where that went to another number; staff decide.
    `stored_asks` is what is stored of what may be answered to the text, `text` its words,
    `answered_id` the reply that it answered itself. `numbers` are the appointments of the last list
    that still holds, in its order. `waiting` are appointments that the number was told of lately
    and that have no answer. `with_staff`: somebody of the staff is talking with that number.
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

    @property
    def asks(self) -> Asks | None:
        """What may be answered to the text; None where it is not known which text is answered."""
        if self.with_staff:
            return Asks.STAFF
        return asked_by(self.stored_asks, self.message_kind, listed=len(self.told))


class _Text(NamedTuple):
    """A text of ours that a reply answers. `contact_id` is None when its person has another number
    now.
    """

    reply_id: int
    id: uuid.UUID
    kind: str
    state: str
    contact_id: int | None
    location_id: int | None
    asks: str
    text: str
    answered_id: int | None
    same_number: bool
    by: str


def match_replies(replies: Sequence[Incoming], *, now: datetime) -> dict[int, ReplyMatch]:
    """Match replies; by reply id. Locks nothing: what a reply changes is locked, and read again,
    later.
    """
    ids, phones = (
        [reply.id for reply in replies],
        sorted({reply.phone for reply in replies if reply.phone}),
    )
    texts = _find_texts(ids)
    lists, with_staff = last_lists(ids), in_staff_hands(ids)
    told = _read_told([*(text.id for text in texts.values()), *lists.values()])
    lately = _told_lately(phones, now=now)
    people = _find_people(phones)
    found = {}
    for reply in replies:
        match = _match(texts.get(reply.id), told, lately.get(reply.phone, []))
        match.numbers = told.get(lists[reply.id], []) if reply.id in lists else []
        match.waiting = _waiting(lately.get(reply.phone, []))
        match.with_staff = reply.id in with_staff
        contact_id, location_id, language = people.get(reply.phone, (None, None, ""))
        match.contact_id = match.contact_id or contact_id
        match.location_id = match.location_id or location_id
        match.language = next((told.language for told in match.told if told.theirs), language)
        found[reply.id] = match
    return found


def _match(
    text: _Text | None, told: dict[uuid.UUID, list[Told]], lately: Sequence[tuple[ReplyMatch, Told]]
) -> ReplyMatch:
    """A reply from another number than the one that was texted is for a person."""
    if text is None:
        return _single(lately) or ReplyMatch()
    if text.by == MatchedBy.NUMBER and text.kind == Message.Kind.REMINDER and lately:
        return _single(lately) or ReplyMatch()
    if not text.same_number:  # a second number of the family, or a stranger's: staff see the text
        return ReplyMatch(texted_elsewhere=text.id, location_id=text.location_id)
    return ReplyMatch(
        by=MatchedBy(text.by),
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


def _find_texts(reply_ids: Sequence[int]) -> dict[int, _Text]:
    """By reply, the text that it says it answers, else the last one that had reached its number."""
    found = _read_texts(_TEXTS, list(reply_ids))
    last = last_texts([reply_id for reply_id in reply_ids if reply_id not in found])
    return found | _read_texts(_LAST_TEXTS, list(last), list(last.values()))


def _read_texts(statement: str, *given: list[Any]) -> dict[int, _Text]:  # Any: ids of two kinds
    if not given[0]:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        texts = [_Text(*row) for row in cursor.fetchall()]
    return {text.reply_id: text for text in texts}


def _read_told(message_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Told]]:
    """What each text told. Its reminders know best; an answer speaks of what the reply was about."""
    if not message_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"ids": list(message_ids)})
        rows = cursor.fetchall()
    found: dict[uuid.UUID, dict[int, Told]] = defaultdict(dict)
    for message_id, *told in rows:
        item = Told(*told)
        found[message_id].setdefault(item.appointment_id, item)
    return {message_id: list(items.values()) for message_id, items in found.items()}


def _told_lately(
    phones: Sequence[str], *, now: datetime
) -> dict[str, list[tuple[ReplyMatch, Told]]]:
    """For each number the appointments of which it was told lately, each with the last text about
    it.
    """
    if not phones:
        return {}
    given: dict[str, Any] = {  # Any: the driver adapts arrays and times
        "phones": list(phones),
        "now": now,
        "lately": now - LATELY,
        "written": now - LATELY - HANDED_OVER_BEFORE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LATELY, given)
        rows = cursor.fetchall()
    by_phone: dict[str, dict[int, tuple[ReplyMatch, Told]]] = defaultdict(dict)
    for phone, message_id, kind, state, contact_id, location_id, asks, text, *told in rows:
        match = ReplyMatch(
            MatchedBy.NUMBER, message_id, kind, state, contact_id, location_id, asks, text
        )
        item = Told(*told)
        by_phone[phone].setdefault(item.appointment_id, (match, item))
    return {phone: list(found.values()) for phone, found in by_phone.items()}


def _single(found: Sequence[tuple[ReplyMatch, Told]]) -> ReplyMatch | None:
    """The single text whose appointments are all that a number may be speaking of."""
    if len({match.message_id for match, _ in found}) != 1:
        return None
    return replace(found[0][0], told=[told for _, told in found])


def _waiting(lately: Iterable[tuple[ReplyMatch, Told]]) -> frozenset[int]:
    return frozenset(
        told.appointment_id
        for _, told in lately
        if told.status == Appointment.Status.BOOKED and told.theirs
    )


def _find_people(phones: Sequence[str]) -> dict[str, tuple[int | None, int | None, str]]:
    """For each number its contact, if it is one person's, the location that texted it last, the
    language.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [list(phones)])
        return {
            phone: (contact, location, tongue)
            for phone, contact, location, tongue in cursor.fetchall()
        }


def adoptable(
    matches: Iterable[ReplyMatch], replies: Iterable[Incoming]
) -> list[tuple[uuid.UUID, str]]:
    """Texts of unknown outcome that a reply proves to be with the provider: our id and the
    provider's.
    """
    lost = (Message.State.UNKNOWN, Message.State.SUBMITTING)
    return [
        (match.message_id, reply.message_provider_id)
        for match, reply in zip(matches, replies, strict=True)
        if match.message_id and match.message_state in lost and reply.message_provider_id
    ]


_TEXT = (
    "SELECT r.id, m.id, m.kind, m.state, c.id, m.location_id, m.asks, m.text, m.answers_id, "
    "m.phone = r.phone"
)

_TEXTS = f"""
{_TEXT}, CASE WHEN mu.id IS NULL THEN 'provider_id' ELSE 'metadata' END
FROM reminders_reply r
LEFT JOIN reminders_message mu ON mu.id = r.message_uuid
LEFT JOIN reminders_message mp
    ON mu.id IS NULL AND r.message_provider_id <> '' AND mp.provider_id = r.message_provider_id
JOIN reminders_message m ON m.id = coalesce(mu.id, mp.id)
LEFT JOIN reminders_contact c ON c.id = m.contact_id AND c.phone = m.phone AND c.wrong_number <> m.phone
WHERE r.id = ANY(%s)
"""

_LAST_TEXTS = f"""
{_TEXT}, 'number'
FROM unnest(%s::bigint[], %s::uuid[]) AS v (reply_id, message_id)
JOIN reminders_reply r ON r.id = v.reply_id
JOIN reminders_message m ON m.id = v.message_id
LEFT JOIN reminders_contact c ON c.id = m.contact_id AND c.phone = m.phone
"""

# Whose the appointment was when the text was written, and whether the number still is that
# person's. A text keeps the person of its first appointment only; of the others history tells
# whether they were handed on.
_WAS = """coalesce(
           CASE WHEN m.appointment_id = a.id THEN m.contact_id END,
           (SELECT (coalesce(e.details -> 'contact', e.details -> 'contact_id') ->> 0)::bigint
            FROM reminders_auditentry e
            WHERE e.appointment_id = a.id AND e.at > m.created_at
              AND e.details ?| ARRAY['contact', 'contact_id'] ORDER BY e.at, e.id LIMIT 1),
           a.contact_id)"""
_PERSON = (
    f"{_WAS}, c.phone = m.phone AND c.wrong_number <> m.phone AND {_WAS} = c.id, "
    "c.first_name, c.name, c.language"
)
_NOW = "a.status, a.starts_at, a.location_id, coalesce(p.name, '')"

_TOLD = """
SELECT told.message_id, told.appointment_id, told.starts_at, told.location_id, told.since,
       <person>, <now>
FROM (
    SELECT 1 AS source, m.id AS message_id, r.appointment_id, r.starts_at, r.location_id,
           m.created_at AS since, r.starts_at AS place, r.id AS tie
    FROM reminders_message m JOIN reminders_reminder r ON r.message_id = m.id
    WHERE m.id = ANY(%(ids)s)
    UNION ALL
    SELECT 2, m.id, link.appointment_id, NULL, NULL, m.created_at, a.starts_at, a.id
    FROM reminders_message m
    JOIN reminders_reply_appointments link ON link.reply_id = m.answers_id
    JOIN reminders_appointment a ON a.id = link.appointment_id
    WHERE m.id = ANY(%(ids)s)
    UNION ALL
    SELECT 3, m.id, m.appointment_id, NULL, NULL, m.created_at, NULL, 0
    FROM reminders_message m
    WHERE m.id = ANY(%(ids)s) AND m.appointment_id IS NOT NULL
) told
JOIN reminders_message m ON m.id = told.message_id
JOIN reminders_appointment a ON a.id = told.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
ORDER BY told.source, told.place, told.tie
""".replace("<person>", _PERSON).replace("<now>", _NOW)

# What reached the phone, or may have: the latest text about each appointment comes first.
_LATELY = """
SELECT m.phone, m.id, m.kind, m.state, own.id, m.location_id, m.asks, m.text,
       r.appointment_id, r.starts_at, r.location_id, m.created_at, <person>, <now>
FROM reminders_message m
JOIN reminders_reminder r ON r.message_id = m.id
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN reminders_contact own
    ON own.id = m.contact_id AND own.phone = m.phone AND own.wrong_number <> m.phone
WHERE m.phone = ANY(%(phones)s) AND m.created_at > %(written)s
  AND m.scheduled_at BETWEEN %(lately)s AND %(now)s
  AND m.state IN ('submitting', 'unknown', 'accepted', 'enroute', 'held', 'submitted', 'delivered')
  AND a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed', 'declined')
ORDER BY m.scheduled_at DESC, m.created_at DESC, r.starts_at, r.id
""".replace("<person>", _PERSON).replace("<now>", _NOW)

_PEOPLE = """
SELECT v.phone, CASE WHEN c.people = 1 THEN c.id END,
       (SELECT m.location_id FROM reminders_message m
        WHERE m.phone = v.phone AND m.location_id IS NOT NULL ORDER BY m.created_at DESC LIMIT 1),
       coalesce(c.language, '')
FROM unnest(%s::text[]) AS v (phone)
CROSS JOIN LATERAL (
    SELECT count(*) AS people, min(id) AS id, min(language) AS language
    FROM reminders_contact WHERE phone = v.phone AND phone <> '' AND wrong_number <> phone) c
"""
