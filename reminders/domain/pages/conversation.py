"""A contact's texts as on a phone: both ways, in their order, with what became of each in plain
words.

A phone may be a family's: everything on the number is shown, and says whom it was for. Sending is
`staff_actions`' business, opting out is `consent`'s.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from reminders.domain.common.access import Scope
from reminders.domain.common.audit import name_of
from reminders.domain.common.etags import digest
from reminders.domain.common.wording_catalogue import values_for
from reminders.domain.links.addresses import hidden
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.domain.pages.words import text_state
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
MOST_PEOPLE = 20
"""Of a number that very many share, only the first ones' visits are looked at."""

Text = TypeVar("Text", Message, Reply)


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
    opened_at: datetime | None = None
    """When the page behind the text's link was last looked at."""
    by_page: bool = False
    """Whether a reply was given on that page."""
    address: str = ""
    """To which e-mail address it went."""
    road: str = Message.Road.SMS
    read_at: datetime | None = None

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
        return self.outgoing and self.state in Message.UNDELIVERED

    @property
    def message_id(self) -> UUID:
        """Our id of an outgoing text."""
        return UUID(self.key[1:])

    def may_be_asked_about(self, now: datetime) -> bool:
        """Whether the provider may know more of it than we do."""
        # Not before its time: until then the provider can only say that it has it.
        asked = self.outgoing and self.road == Message.Road.SMS
        return asked and self.state in Message.AT_PROVIDER and self.at <= now

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
    """The latest `limit` texts of a contact and of their number, the oldest first; two statements.

    A limited `scope` narrows them, both ways, to what its user may read. `before` (UTC) is the
    `made_at` of the earliest bubble seen so far.
    """
    limited = scope if scope is not None and scope.restricted else None
    sent = Message.objects.exclude(kind=Message.Kind.TEST)
    came = Reply.objects.exclude(outcome="duplicate")
    if limited:
        sent, came = sent.filter(limited.seen_messages()), came.filter(limited.seen_replies())
    whose = _Whose(contact_id, phone, before, limit, narrowed=limited is not None)
    texts = whose.latest(
        sent.select_related("contact", "created_by", "by_whatsapp", "by_email", "link"),
        "created_at",
    )
    bubbles = [_sent(row, contact_id) for row in texts]
    bubbles += [_came(row) for row in whose.latest(came, "received_at")]
    latest = sorted(bubbles, key=lambda bubble: bubble.made_at)[-limit:]
    return sorted(latest, key=lambda bubble: (bubble.at, bubble.made_at))


class _Whose(NamedTuple):
    """Whose texts are looked for, and how many of them."""

    contact_id: int | None
    phone: str
    before: datetime | None
    limit: int
    narrowed: bool

    def latest(self, rows: QuerySet[Text], at: str) -> QuerySet[Text]:
        """The latest texts of the contact and of the number."""
        earlier = rows.filter(**{f"{at}__lt": self.before}) if self.before else rows
        newest_first = earlier.order_by(f"-{at}")
        # An unknown contact or a blank number must match nobody, and not everybody without one.
        theirs = Q(contact=self.contact_id, contact__isnull=False)
        on_it = Q(phone=self.phone) & ~Q(phone="")
        if self.narrowed:
            return newest_first.filter(theirs | on_it)[: self.limit]
        # Each through an index of its own, and only what both leave is read whole: one condition
        # over both would read every text of a shared phone.
        keys = [newest_first.filter(which).values("pk")[: self.limit] for which in (theirs, on_it)]
        return newest_first.filter(pk__in=keys[0].union(keys[1]))[: self.limit]


def _sent(row: Message, contact_id: int | None) -> Bubble:
    others = row.contact if row.contact_id != contact_id else None
    link = getattr(row, "link", None)
    return Bubble(
        key=f"m{row.pk}",
        at=row.scheduled_at,
        made_at=row.created_at,
        outgoing=True,
        text=hidden(row.text),
        kind=row.kind,
        state=row.state,
        words=row.words,
        by=name_of(row.created_by),
        other_name=others.name if others else "",
        appointment_id=row.appointment_id,
        road=row.road,
        read_at=row.by_whatsapp.read_at if hasattr(row, "by_whatsapp") else None,
        opened_at=link.last_opened_at if link else None,
        address=row.by_email.address if hasattr(row, "by_email") else "",
    )


def _came(row: Reply) -> Bubble:
    return Bubble(
        key=f"r{row.pk}",
        at=row.received_at,
        made_at=row.received_at,
        outgoing=False,
        # Also what they wrote: some send the text back and ask what it is.
        text=hidden(f"{row.text} (sent a picture)" if row.pictures else row.text),
        kind=row.intent,
        state="",
        words="",
        by="",
        other_name="",
        appointment_id=None,
        road=_road_of(row),
        by_page=row.source == Reply.Source.LINK,
    )


def _road_of(row: Reply) -> str:
    by_whatsapp = row.source == Reply.Source.WHATSAPP
    return Message.Road.WHATSAPP if by_whatsapp else Message.Road.SMS


def visits(
    contact: Contact, *, location_ids: Collection[int] | None, now: datetime, most: int = 6
) -> list[DayRow]:
    """Appointments around now of everybody on the contact's phone, and of those in whose place
    they are texted, the coming ones first; five statements.
    """
    others = Contact.objects.filter(phone=contact.phone).exclude(phone="").order_by("pk")
    people = {contact.pk, *others.values_list("pk", flat=True)[:MOST_PEOPLE]}
    people |= set(contact.wards.order_by("pk").values_list("pk", flat=True)[:MOST_PEOPLE])
    theirs = Appointment.objects.filter(contact_id__in=people)
    if location_ids is not None:
        theirs = theirs.filter(location_id__in=location_ids)
    coming = theirs.filter(starts_at__gt=now).order_by("starts_at")
    # The last two of each: a mother's long past must not hide that her child was here last week.
    nth = Window(RowNumber(), partition_by="contact_id", order_by="-starts_at")
    past = theirs.filter(starts_at__lte=now).annotate(nth=nth).filter(nth__lte=2)
    ids = list(coming.values_list("pk", flat=True)[:most])
    ids += past.order_by("-starts_at").values_list("pk", flat=True)[: most - len(ids)]
    found = {row.id: row for row in rows_of(ids, now=now)} if ids else {}
    return [found[pk] for pk in ids if pk in found]


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
    """The ready lines as they would be sent: pairs of title and text. Faulty ones are left out."""
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
        # “See you on {date}” without a visit would be sent with the date of the stand-in below.
        if about_visit and (appointment is None or place is None):
            return ""
        values = values_for(
            first_name=contact.greeting if contact else "",
            name=contact.name if contact else "",
            # Never shown: a line that tells a time is left out above where there is no visit.
            starts_at=appointment.starts_at if appointment else _ANY_TIME,
            place=place,
            language=(contact.language if contact else "") or (place.language if place else "en"),
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
