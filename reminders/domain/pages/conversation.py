"""A contact's texts as on a phone: both ways, in their order, with what became of each in plain
words.

A phone may be a family's: everything on the number is shown, and says whom it was for. Sending is
`staff_actions`' business, opting out is `consent`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet

from reminders.domain.common.access import Scope
from reminders.domain.common.digest import digest
from reminders.domain.common.wording_catalogue import values_for
from reminders.domain.pages.day_sheet import DayRow, read_rows
from reminders.domain.wording import WordingError, compile_wording
from reminders.models import (
    Appointment,
    CannedReply,
    Contact,
    Location,
    Message,
    Reply,
    Suppression,
)

SHOWN = 40
STATE_WORDS = {
    "queued": "Going out now",
    "submitting": "Going out now",
    "unknown": "Not known whether it arrived",
    "accepted": "On its way",
    "enroute": "On its way",
    "held": "Held back by the provider",
    "submitted": "With the carrier",
    "delivered": "Delivered",
    "failed": "Not delivered",
    "rejected": "Not delivered",
    "expired": "Not sent in time",
    "cancelled": "Withdrawn, not sent",
}


class Bubble(NamedTuple):
    """One text. `at` is when it reached or should reach the phone, `made_at` its place in the
    pages; UTC.
    """

    key: str
    at: datetime
    made_at: datetime
    outgoing: bool
    text: str
    kind: str
    state: str
    words: str
    by: str
    other_name: str
    appointment_id: int | None

    def state_words(self, now: datetime) -> str:
        """What became of it, as staff read it."""
        if not self.outgoing:
            return ""
        if self.state in ("accepted", "held") and self.at > now:
            return "Planned"
        plain = STATE_WORDS[self.state]
        return (
            f"{plain}: {self.words}"
            if self.state in ("failed", "rejected") and self.words
            else plain
        )

    @property
    def kind_words(self) -> str:
        """Who wrote it: a rule, the application or somebody of the staff."""
        if self.outgoing and self.kind == Message.Kind.STAFF:
            return self.by or "Staff"
        return str(Message.Kind(self.kind).label) if self.outgoing else ""

    @property
    def failed(self) -> bool:
        """Whether it never arrived."""
        return self.outgoing and self.state in ("failed", "rejected", "expired")

    @property
    def message_id(self) -> UUID:
        """Our id of an outgoing text."""
        return UUID(self.key[1:])

    def may_be_asked_about(self, now: datetime) -> bool:
        """Whether the provider may know more of it than we do."""
        return self.outgoing and self.state in Message.AT_PROVIDER and self.at <= now

    @property
    def digest(self) -> str:
        """A short token that changes with anything shown."""
        return digest(tuple(self))


def thread(
    *,
    contact_id: int | None,
    phone: str,
    scope: Scope | None,
    before: datetime | None = None,
    limit: int = SHOWN,
) -> list[Bubble]:
    """The latest `limit` texts of a contact and of their number, the oldest first; one statement.

    A limited `scope` narrows them, both ways, to what its user may read, for two statements more.
    `before` (UTC) is the `made_at` of the earliest bubble seen so far.
    """
    given: dict[str, Any] = {
        "contact": contact_id,
        "phone": phone,
        "before": before,
        "limit": limit,
    }
    statement = _THREAD
    if scope is not None and scope.restricted:
        statement = _READABLE
        mine = Q(contact=contact_id, contact__isnull=False) | Q(phone=phone) & ~Q(phone="")
        texts = Message.objects.filter(scope.seen_messages(), mine).exclude(kind=Message.Kind.TEST)
        replies = Reply.objects.filter(scope.seen_replies(), mine).exclude(outcome="duplicate")
        given["out"] = _latest(texts, "created_at", before=before, limit=limit)
        given["in"] = _latest(replies, "received_at", before=before, limit=limit)
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        found = [Bubble(*row) for row in cursor.fetchall()]
    return sorted(found, key=lambda bubble: (bubble.at, bubble.made_at))


def _latest(rows: QuerySet[Model], at: str, *, before: datetime | None, limit: int) -> list[Any]:
    """Ids of the latest rows."""
    earlier = rows.filter(**{f"{at}__lt": before}) if before else rows
    return list(earlier.order_by(f"-{at}").values_list("pk", flat=True)[:limit])


def visits(
    contact: Contact, *, location_ids: Collection[int] | None, now: datetime, most: int = 6
) -> list[DayRow]:
    """Appointments around now of everybody on the contact's phone, the coming ones first; two
    statements.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _VISITS,
            {
                "contact": contact.pk,
                "phone": contact.phone,
                "locations": None if location_ids is None else list(location_ids),
                "now": now,
                "most": most,
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    rows = read_rows("a.id = ANY(%(ids)s)", {"ids": ids}, now=now) if ids else []
    coming = [row for row in rows if row.starts_at > now]
    past = [row for row in reversed(rows) if row.starts_at <= now]
    return (coming + past)[:most]


def opt_out_in_force(phone: str) -> Suppression | None:
    """The opt-out of this number, if it must not be texted."""
    return (
        Suppression.objects.filter(phone=phone, lifted_at=None).select_related("by").first()
        if phone
        else None
    )


def ready_lines(
    contact: Contact | None, appointment: Appointment | None, place: Location | None
) -> list[tuple[str, str]]:
    """The canned lines as they would be sent: pairs of title and text. Faulty ones are left out."""
    lines = []
    for line in CannedReply.objects.all():
        text = _fill(line.text, contact, appointment, place)
        if text:
            lines.append((line.title, text))
    return lines


def _fill(
    text: str, contact: Contact | None, appointment: Appointment | None, place: Location | None
) -> str:
    place = appointment.location if appointment else place
    try:
        template = compile_wording(text)
        about_visit = {"date", "time"} & set(template.placeholders)
        if about_visit and (appointment is None or place is None):
            return ""
        values = values_for(
            first_name=contact.first_name if contact else "",
            name=contact.name if contact else "",
            starts_at=appointment.starts_at if appointment else _ANY_TIME,
            zone=place.zone if place else "UTC",
            language=(contact.language if contact else "") or (place.language if place else "en"),
            country=place.country if place else "",
            location=place.name if place else "",
            phone=place.phone if place else "",
            practitioner=_name(appointment.practitioner) if appointment else "",
            service=_name(appointment.service) if appointment else "",
        )
        return template.render(values)
    except WordingError:
        return ""


def _name(thing: object | None) -> str:
    return str(thing) if thing else ""


def people_at(phone: str, *, scope: Scope, most: int = 8) -> Sequence[Contact]:
    """The first contacts on a number whom a user may see."""
    return list(scope.contacts().filter(phone=phone).order_by("pk")[:most]) if phone else []


_ANY_TIME = datetime.fromisoformat("2000-01-01T00:00:00+00:00")

_OUT = """
SELECT m.id FROM reminders_message m
WHERE {which} AND (%(before)s::timestamptz IS NULL OR m.created_at < %(before)s) AND m.kind <> 'test'
ORDER BY m.created_at DESC LIMIT %(limit)s
"""
_IN = """
SELECT y.id FROM reminders_reply y
WHERE {which} AND (%(before)s::timestamptz IS NULL OR y.received_at < %(before)s)
  AND y.outcome <> 'duplicate'
ORDER BY y.received_at DESC LIMIT %(limit)s
"""
_TEXTS = """
SELECT * FROM (
    SELECT 'm' || m.id, m.scheduled_at, m.created_at AS made_at, true, m.text, m.kind, m.state, m.words,
           coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username, ''),
           CASE WHEN m.contact_id IS DISTINCT FROM %(contact)s THEN coalesce(c.name, '') ELSE '' END,
           m.appointment_id
    FROM reminders_message m
    LEFT JOIN auth_user u ON u.id = m.created_by_id
    LEFT JOIN reminders_contact c ON c.id = m.contact_id
    WHERE __OUT__
    UNION ALL
    SELECT 'r' || y.id, y.received_at, y.received_at, false,
           y.text || CASE WHEN y.pictures > 0 THEN ' (sent a picture)' ELSE '' END, y.intent, '', '', '', '', NULL
    FROM reminders_reply y
    WHERE __IN__
) texts ORDER BY made_at DESC LIMIT %(limit)s
"""
_EVERY_OUT = f"""m.id IN (({_OUT.format(which="m.contact_id = %(contact)s")})
                   UNION ({_OUT.format(which="m.phone = %(phone)s AND %(phone)s <> ''")}))"""
_EVERY_IN = f"""y.id IN (({_IN.format(which="y.contact_id = %(contact)s")})
                   UNION ({_IN.format(which="y.phone = %(phone)s AND %(phone)s <> ''")}))"""
_THREAD = _TEXTS.replace("__OUT__", _EVERY_OUT).replace("__IN__", _EVERY_IN)
_READABLE = _TEXTS.replace("__OUT__", "m.id = ANY(%(out)s)").replace("__IN__", "y.id = ANY(%(in)s)")

_VISITS = """
WITH people AS (
    SELECT %(contact)s::bigint AS id
    UNION (SELECT c.id FROM reminders_contact c
           WHERE c.phone = %(phone)s AND c.phone <> '' ORDER BY c.id LIMIT 20))
SELECT a.id FROM people p CROSS JOIN LATERAL (
    (SELECT a.id, a.starts_at FROM reminders_appointment a
     WHERE a.contact_id = p.id AND a.starts_at > %(now)s
       AND (%(locations)s::bigint[] IS NULL OR a.location_id = ANY(%(locations)s))
     ORDER BY a.starts_at LIMIT %(most)s)
    UNION ALL
    (SELECT a.id, a.starts_at FROM reminders_appointment a
     WHERE a.contact_id = p.id AND a.starts_at <= %(now)s
       AND (%(locations)s::bigint[] IS NULL OR a.location_id = ANY(%(locations)s))
     ORDER BY a.starts_at DESC LIMIT 2)) a
ORDER BY abs(extract(epoch FROM a.starts_at - %(now)s)) LIMIT 2 * %(most)s
"""
