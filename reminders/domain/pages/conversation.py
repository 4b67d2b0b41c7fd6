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
from reminders.domain.common.etags import digest
from reminders.domain.common.rows import fetch
from reminders.domain.common.wording_catalogue import values_for
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.domain.pages.text_states import text_state
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
        return text_state(self.state, news=self.words, planned=self.at > now)

    @property
    def kind_words(self) -> str:
        """Who wrote it: a rule, the application or somebody of the staff."""
        if self.outgoing and self.kind == Message.Kind.STAFF:
            return self.by or "Staff"
        return str(Message.Kind(self.kind).label) if self.outgoing else ""

    @property
    def failed(self) -> bool:
        """Whether this text of ours never arrived."""
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
    found = fetch(Bubble, statement, given)
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
    rows = rows_of(ids, now=now) if ids else []
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
            first_name=contact.greeting if contact else "",
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

# The latest of each kind are looked up by contact and by number through an index each, and only
# what both leave is read whole: one condition over both would read every text of a shared phone.
_OUT = """
    SELECT message.id
    FROM reminders_message message
    WHERE {which} AND message.kind <> 'test'
      AND (%(before)s::timestamptz IS NULL OR message.created_at < %(before)s)
    ORDER BY message.created_at DESC
    LIMIT %(limit)s
"""
_IN = """
    SELECT reply.id
    FROM reminders_reply reply
    WHERE {which} AND reply.outcome <> 'duplicate'
      AND (%(before)s::timestamptz IS NULL OR reply.received_at < %(before)s)
    ORDER BY reply.received_at DESC
    LIMIT %(limit)s
"""
_TEXTS = """
SELECT *
FROM (
    SELECT 'm' || message.id AS key, message.scheduled_at AS at, message.created_at AS made_at,
           true AS outgoing, message.text, message.kind, message.state, message.words,
           coalesce(
               nullif(trim(author.first_name || ' ' || author.last_name), ''), author.username, ''
           ) AS by,
           CASE WHEN message.contact_id IS DISTINCT FROM %(contact)s
                THEN coalesce(contact.name, '') ELSE '' END AS other_name,
           message.appointment_id
    FROM reminders_message message
    LEFT JOIN auth_user author ON author.id = message.created_by_id
    LEFT JOIN reminders_contact contact ON contact.id = message.contact_id
    WHERE __OUT__
    UNION ALL
    SELECT 'r' || reply.id, reply.received_at, reply.received_at, false,
           reply.text || CASE WHEN reply.pictures > 0 THEN ' (sent a picture)' ELSE '' END,
           reply.intent, '', '', '', '', NULL
    FROM reminders_reply reply
    WHERE __IN__
) texts
ORDER BY made_at DESC
LIMIT %(limit)s
"""


def _either(column: str, latest: str, row: str) -> str:
    """Those of the contact and those on the number."""
    theirs = latest.format(which=f"{row}.contact_id = %(contact)s")
    on_it = latest.format(which=f"{row}.phone = %(phone)s AND %(phone)s <> ''")
    return f"{column} IN (({theirs}) UNION ({on_it}))"


_THREAD = _TEXTS.replace("__OUT__", _either("message.id", _OUT, "message"))
_THREAD = _THREAD.replace("__IN__", _either("reply.id", _IN, "reply"))
_READABLE = _TEXTS.replace("__OUT__", "message.id = ANY(%(out)s)")
_READABLE = _READABLE.replace("__IN__", "reply.id = ANY(%(in)s)")

_VISITS = """
WITH people AS (
    SELECT %(contact)s::bigint AS id
    UNION (
        SELECT contact.id
        FROM reminders_contact contact
        WHERE contact.phone = %(phone)s AND contact.phone <> ''
        ORDER BY contact.id
        LIMIT 20
    )
)
SELECT visit.id
FROM people
CROSS JOIN LATERAL (
    (
        SELECT coming.id, coming.starts_at
        FROM reminders_appointment coming
        WHERE coming.contact_id = people.id AND coming.starts_at > %(now)s
          AND (%(locations)s::bigint[] IS NULL OR coming.location_id = ANY(%(locations)s))
        ORDER BY coming.starts_at
        LIMIT %(most)s
    )
    UNION ALL
    (
        SELECT past.id, past.starts_at
        FROM reminders_appointment past
        WHERE past.contact_id = people.id AND past.starts_at <= %(now)s
          AND (%(locations)s::bigint[] IS NULL OR past.location_id = ANY(%(locations)s))
        ORDER BY past.starts_at DESC
        LIMIT 2
    )
) visit
ORDER BY abs(extract(epoch FROM visit.starts_at - %(now)s))
LIMIT 2 * %(most)s
"""
