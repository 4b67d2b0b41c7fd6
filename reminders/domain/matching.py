"""Whose reply is it, and which appointments is it about.

By our UUID in the metadata, else by the provider's id of the text it answers, else by the number: the
appointments of which that number was told lately and which are still to come. One candidate, or the
appointments of one single text, match; several or none are for a person. What follows is `replying`'s.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from reminders.models import Message, Reply

MatchedBy = Reply.MatchedBy
LATELY = timedelta(days=14)
HANDED_OVER_BEFORE = timedelta(days=2)
"""How long before its time a text may have been written at most, with room to spare."""


class Incoming(NamedTuple):
    """A reply that waits to be acted on, as far as matching and reading need it. Times are UTC."""

    id: int
    source: str
    message_uuid: uuid.UUID | None
    message_provider_id: str
    phone: str
    text: str
    received_at: datetime


class Told(NamedTuple):
    """What a text told of an appointment, and whose it was then.

    `starts_at` is None where nothing has kept it; then `since` tells when it was written, and the appointment
    must not have been moved after that. Names and language are those of the person whose it is now.
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


@dataclass(slots=True)
class Match:
    """What a reply is about. `told` is in the order in which the text lists the appointments."""

    by: Reply.MatchedBy = MatchedBy.NOTHING
    message_id: uuid.UUID | None = None
    message_kind: str = ""
    message_state: str = ""
    contact_id: int | None = None
    location_id: int | None = None
    language: str = ""
    told: list[Told] = field(default_factory=list)


class _Text(NamedTuple):
    """A text of ours that a reply answers. `contact_id` is None when its person has another number now."""

    reply_id: int
    id: uuid.UUID
    kind: str
    state: str
    contact_id: int | None
    location_id: int | None
    created_at: datetime
    same_number: bool
    by_metadata: bool


def match_replies(replies: Sequence[Incoming], *, now: datetime) -> dict[int, Match]:
    """Match replies; by reply id. Locks nothing: what a reply changes is locked, and read again, later."""
    texts = {text.reply_id: text for text in _find_texts([reply.id for reply in replies])}
    told = _read_told([text.id for text in texts.values()])
    unknown = {reply.phone for reply in replies if reply.id not in texts and reply.phone}
    by_number = _find_by_number(sorted(unknown), now=now)
    people = _find_people(sorted({reply.phone for reply in replies if reply.phone}))
    found = {}
    for reply in replies:
        text = texts.get(reply.id)
        match = _by_text(text, told) if text else by_number.get(reply.phone, Match())
        contact_id, location_id, language = people.get(reply.phone, (None, None, ""))
        match.contact_id = match.contact_id or contact_id
        match.location_id = match.location_id or location_id
        match.language = next((told.language for told in match.told if told.theirs), language)
        found[reply.id] = match
    return found


def _by_text(text: _Text, told: dict[uuid.UUID, list[Told]]) -> Match:
    """A reply from another number than the one that was texted is for a person."""
    if not text.same_number:
        return Match(location_id=text.location_id)
    return Match(
        by=MatchedBy.METADATA if text.by_metadata else MatchedBy.PROVIDER_ID,
        message_id=text.id,
        message_kind=text.kind,
        message_state=text.state,
        contact_id=text.contact_id,
        location_id=text.location_id,
        told=told.get(text.id, []),
    )


def _find_texts(reply_ids: Sequence[int]) -> list[_Text]:
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, [list(reply_ids)])
        return [_Text(*row) for row in cursor.fetchall()]


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


def _find_by_number(phones: Sequence[str], *, now: datetime) -> dict[str, Match]:
    """For each number the single text whose appointments are all that the number may be speaking of."""
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
    by_phone: dict[str, dict[int, tuple[Match, Told]]] = defaultdict(dict)
    for phone, message_id, kind, state, contact_id, location_id, *told in rows:
        match = Match(MatchedBy.NUMBER, message_id, kind, state, contact_id, location_id)
        item = Told(*told)
        by_phone[phone].setdefault(item.appointment_id, (match, item))
    single = {phone: _single(found.values()) for phone, found in by_phone.items()}
    return {phone: match for phone, match in single.items() if match}


def _single(candidates: Iterable[tuple[Match, Told]]) -> Match | None:
    found = list(candidates)
    if len({match.message_id for match, _ in found}) != 1:
        return None
    match = found[0][0]
    match.told = [told for _, told in found]
    return match


def _find_people(phones: Sequence[str]) -> dict[str, tuple[int | None, int | None, str]]:
    """For each number its contact, if it is one person's, the location that texted it last, the language."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [list(phones)])
        return {phone: (contact, location, tongue) for phone, contact, location, tongue in cursor.fetchall()}


def moved_since(unsure: Sequence[tuple[int, datetime]]) -> set[tuple[int, datetime]]:
    """Of pairs of an appointment and when a text about it was written: those told of another start or place.

    Changed since then, and no reminder written before told what holds now.
    """
    if not unsure:
        return set()
    ids, since = zip(*unsure, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [list(ids), list(since)])
        return {(row[0], row[1]) for row in cursor.fetchall()}


def adoptable(matches: Iterable[Match], replies: Iterable[Incoming]) -> list[tuple[uuid.UUID, str]]:
    """Texts of unknown outcome that a reply proves to be with the provider: our id and the provider's."""
    lost = (Message.State.UNKNOWN, Message.State.SUBMITTING)
    return [
        (match.message_id, reply.message_provider_id)
        for match, reply in zip(matches, replies, strict=True)
        if match.message_id and match.message_state in lost and reply.message_provider_id
    ]


_TEXTS = """
SELECT r.id, m.id, m.kind, m.state, c.id, m.location_id, m.created_at, m.phone = r.phone,
       mu.id IS NOT NULL
FROM reminders_reply r
LEFT JOIN reminders_message mu ON mu.id = r.message_uuid
LEFT JOIN reminders_message mp
    ON mu.id IS NULL AND r.message_provider_id <> '' AND mp.provider_id = r.message_provider_id
JOIN reminders_message m ON m.id = coalesce(mu.id, mp.id)
LEFT JOIN reminders_contact c ON c.id = m.contact_id AND c.phone = m.phone AND c.wrong_number <> m.phone
WHERE r.id = ANY(%s)
"""

# Whose the appointment was when the text was written, and whether the number still is that person's. A text
# keeps the person of its first appointment only; of the others history tells whether they were handed on.
_WAS = """coalesce(
           CASE WHEN m.appointment_id = a.id THEN m.contact_id END,
           (SELECT (coalesce(e.details -> 'contact', e.details -> 'contact_id') ->> 0)::bigint
            FROM reminders_event e
            WHERE e.appointment_id = a.id AND e.at > m.created_at
              AND e.details ?| ARRAY['contact', 'contact_id'] ORDER BY e.at, e.id LIMIT 1),
           a.contact_id)"""
_PERSON = f"{_WAS}, c.phone = m.phone AND c.wrong_number <> m.phone AND {_WAS} = c.id"

_TOLD = """
SELECT told.message_id, told.appointment_id, told.starts_at, told.location_id, told.since,
       <person>, c.first_name, c.name, c.language
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
ORDER BY told.source, told.place, told.tie
""".replace("<person>", _PERSON)

# What reached the phone, or may have: the latest text about each appointment comes first.
_LATELY = """
SELECT m.phone, m.id, m.kind, m.state, own.id, m.location_id,
       r.appointment_id, r.starts_at, r.location_id, m.created_at, <person>,
       c.first_name, c.name, c.language
FROM reminders_message m
JOIN reminders_reminder r ON r.message_id = m.id
JOIN reminders_appointment a ON a.id = r.appointment_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN reminders_contact own
    ON own.id = m.contact_id AND own.phone = m.phone AND own.wrong_number <> m.phone
WHERE m.phone = ANY(%(phones)s) AND m.created_at > %(written)s
  AND m.scheduled_at BETWEEN %(lately)s AND %(now)s
  AND m.state IN ('submitting', 'unknown', 'accepted', 'enroute', 'held', 'submitted', 'delivered')
  AND a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed', 'declined')
ORDER BY m.scheduled_at DESC, m.created_at DESC, r.starts_at, r.id
""".replace("<person>", _PERSON)

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

_MOVED = """
SELECT a.id, v.since
FROM unnest(%s::bigint[], %s::timestamptz[]) AS v (id, since)
JOIN reminders_appointment a ON a.id = v.id
WHERE a.changed_at > v.since AND NOT EXISTS (
    SELECT 1 FROM reminders_reminder r JOIN reminders_message m ON m.id = r.message_id
    WHERE r.appointment_id = a.id AND r.starts_at = a.starts_at AND r.location_id = a.location_id
      AND m.created_at <= v.since)
"""
