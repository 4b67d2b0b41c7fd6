"""The story of one appointment, readable: who did what and when, every text, every reply, every
call.

What is stored as codes becomes sentences here; how they look is the views' business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.db.models import Model, Q

from reminders.domain.common.audit import name_of
from reminders.domain.links.addresses import hidden
from reminders.domain.pages.words import (
    BOOKED,
    EVENT_TEXTS,
    EVENT_WORDS,
    FIELD_WORDS,
    SOURCE_WORDS,
    TEXT_TITLES,
    text_state,
)
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    Contact,
    Location,
    Message,
    Practitioner,
    Reminder,
    ReminderRule,
    Reply,
    Service,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the story. `side` is out or in for texts, blank for what happened here.

    `kind` is that of an `AuditEntry`, or one of text, text_waits, reply and call.
    """

    at: datetime
    title: str
    kind: str
    who: str = ""
    text: str = ""
    state: str = ""
    side: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    undo: int | None = None
    struck: bool = False


def timeline(appointment: Appointment, *, now: datetime) -> list[Moment]:
    """All that happened to an appointment, the latest first; the statements are always as many."""
    moments = [
        *_events(appointment),
        *_texts(appointment, now=now),
        *_untold(appointment, now=now),
        *_replies(appointment),
        *_calls(appointment),
    ]
    story = sorted(moments, key=lambda moment: moment.at, reverse=True)
    return (
        story
        if any(moment.title == BOOKED for moment in story)
        else [*story, _beginning(appointment)]
    )


def _beginning(appointment: Appointment) -> Moment:
    """How it came here: an import leaves no line of its own for each of a million rows."""
    imported = appointment.imported_by
    return Moment(
        at=appointment.created_at,
        title=BOOKED,
        kind="created",
        who=SOURCE_WORDS[AuditEntry.Source.IMPORT] if imported else "",
        state=imported.filename if imported else "",
    )


def changes_since(since: datetime, *, appointment: Appointment) -> list[Moment]:
    """What others did to it after a moment, the latest first."""
    return list(_events(appointment, since=since))


def contact_changes_since(since: datetime, *, contact: Contact) -> list[Moment]:
    """What others did to a contact's details after a moment, the latest first."""
    events = contact.events.filter(at__gt=since).select_related("user")
    names = _Names()
    return [_moment(event, names=names) for event in events]


def _events(appointment: Appointment, *, since: datetime | None = None) -> Iterator[Moment]:
    events = list(
        appointment.events.filter(Q(at__gt=since) if since else Q())
        .select_related("user")
        .order_by("-at", "-pk")
    )
    names = _Names()
    # Only the latest change can be undone: taking back an earlier one would skip those after it.
    last_status = next(
        (e for e in events if e.kind != "undone" and "to" in e.details and not e.undone_at), None
    )
    for event in events:
        # Not where the appointment changed by another way since, such as an import.
        can_undo = event is last_status and event.details.get("to") == appointment.status
        yield _moment(event, names=names, undo=event.pk if can_undo else None)


def _moment(event: AuditEntry, *, names: _Names, undo: int | None = None) -> Moment:
    # A kind that is missing in the table still shows: history must not have holes.
    title = EVENT_WORDS.get(event.kind, event.kind.replace("_", " ").capitalize())
    if event.kind == "send_now" and event.details.get("rule"):
        title = f"Asked to send at once: {event.details['rule']}"
    return Moment(
        at=event.at,
        title=title,
        kind=event.kind,
        who=_who(event),
        changes=tuple(_changes(event.details, names=names)),
        undo=undo,
        struck=event.undone_at is not None,
    )


def _who(event: AuditEntry) -> str:
    words = SOURCE_WORDS.get(AuditEntry.Source(event.source))
    if words and event.user:
        return f"{words}, by {person(event.user)}"
    return words or person(event.user)


def person(user: Any) -> str:
    """How staff are named in the history."""
    return name_of(user) if isinstance(user, User) else "Somebody"


class _Names:
    """Names behind ids in old and new values; each table is read once, when first asked."""

    _MODELS: ClassVar[dict[str, type[Model]]] = {
        "location_id": Location,
        "practitioner_id": Practitioner,
        "service_id": Service,
    }

    def __init__(self) -> None:
        self._tables: dict[str, dict[int, str]] = {}

    def of(self, field: str, value: Any) -> str:
        """The value as people read it."""
        if value in (None, ""):
            return "–"
        if field == "channel":
            return str(dict(Contact.Channel.choices).get(value, value))
        if field in self._MODELS and field not in self._tables:
            self._tables[field] = dict(
                self._MODELS[field]._default_manager.values_list("pk", "name")
            )
        if field == "contact_id":
            return str(
                Contact.objects.filter(pk=value).values_list("name", flat=True).first() or "–"
            )
        return self._tables.get(field, {}).get(value) or _written(value)


def _written(value: Any) -> str:
    """Dates and times as people write them."""
    text = str(value)
    # Values are kept as JSON, so a date is a text again; what is none stays as it was written.
    for read, form in ((date.fromisoformat, "%a %d %b %Y"), (time.fromisoformat, "%H:%M")):
        try:
            return read(text).strftime(form)
        except ValueError:
            continue
    return text if len(text) <= 80 else text[:79] + "…"


def _changes(details: Mapping[str, Any], *, names: _Names) -> Iterator[tuple[str, str, str]]:
    for field, pair in details.items():
        title = FIELD_WORDS.get(field)
        # Details hold other things, too; only a pair is an old and a new value.
        if title and isinstance(pair, list) and len(pair) == 2:
            yield title, names.of(field, pair[0]), names.of(field, pair[1])


NEXT_ROAD = {
    str(Message.Road.WHATSAPP): "WhatsApp did not bring it",
    str(Message.Road.EMAIL): "the e-mail was not opened",
}
FOLLOWING = {
    str(Message.Road.SMS): "Text by SMS",
    str(Message.Road.WHATSAPP): "Text by WhatsApp",
    str(Message.Road.EMAIL): "E-mail",
}
BY_ROAD = {str(Message.Road.WHATSAPP): " by WhatsApp", str(Message.Road.EMAIL): " by e-mail"}


def _texts(appointment: Appointment, *, now: datetime) -> Iterator[Moment]:
    # Two steps, each through its index; one condition over both tables would read every message
    # there is.
    rows = appointment.reminders.exclude(message=None)
    carried = dict(rows.values_list("message_id", "rule__kind"))
    mine = Q(appointment=appointment) | Q(pk__in=carried)
    beside = ("created_by", "link", "instead_of", "by_whatsapp")
    for message in Message.objects.filter(mine).select_related(*beside):
        if (link := getattr(message, "link", None)) and link.opened_at:
            yield _opened(link.opened_at, link.last_opened_at)
        waits = message.scheduled_at > now and not message.is_final
        yield Moment(
            at=message.scheduled_at,
            title=_text_title(message, carried.get(message.pk, ""), waits=waits),
            kind="text_waits" if waits else "text",
            who=person(message.created_by) if message.created_by else "",
            text=hidden(message.text),
            state=text_state(message.state, news=message.words, planned=waits),
            side="out",
            struck=message.state == Message.State.CANCELLED,
        )
        read_at = message.by_whatsapp.read_at if hasattr(message, "by_whatsapp") else None
        if read_at:
            yield Moment(at=read_at, title="Read on WhatsApp", kind="text", side="out")


def _opened(first: datetime, last: datetime | None) -> Moment:
    state = "and later again" if last and last > first else ""
    return Moment(at=first, title="Link opened", kind="opened", state=state, side="in")


def _text_title(message: Message, rule_kind: str, *, waits: bool) -> str:
    about = f" {EVENT_TEXTS[rule_kind]}" if rule_kind in EVENT_TEXTS else ""
    if message.instead_of and message.instead_of.road != Message.Road.SMS:
        why = NEXT_ROAD[message.instead_of.road]
        went = FOLLOWING[message.road]
        return f"{went}, as {why}{f': {about.strip()}' if about else ''}"
    if message.instead_of_id and not waits:
        return "Text sent to the second number, as the first one failed"
    if waits:
        what = "E-mail" if message.road == Message.Road.EMAIL else "Text"
        return f"{what} ready to go out:{about}" if about else f"{what} ready to go out"
    title = TEXT_TITLES.get(message.kind, "Text")
    title += BY_ROAD.get(message.road, "")
    return f"{title}:{about}" if about else title


def _untold(appointment: Appointment, *, now: datetime) -> Iterator[Moment]:
    """Texts about what happened to it that wait for corrections, or that did not go, and why."""
    rows = appointment.reminders.filter(
        Q(state=Reminder.State.PLANNED)
        | Q(state__in=[Reminder.State.SKIPPED, Reminder.State.EXPIRED, Reminder.State.FAILED]),
        rule__kind__in=ReminderRule.EVENTS,
        message=None,
    )
    for row in rows.select_related("rule"):
        waits = row.state == Reminder.State.PLANNED
        about = EVENT_TEXTS[row.rule.kind]
        yield Moment(
            at=row.due_at,
            title=f"Text to go out: {about}" if waits else f"Text not sent: {about}",
            kind="text_waits" if waits or row.due_at > now else "text",
            state=str(row.get_reason_display()),
            side="out",
            struck=not waits,
        )


def _replies(appointment: Appointment) -> Iterator[Moment]:
    for reply in Reply.objects.filter(appointments=appointment):
        by_link = reply.source == Reply.Source.LINK
        title = "Answered on the page" if by_link else "Reply"
        yield Moment(
            at=reply.received_at, title=title, kind="reply", text=hidden(reply.shown), side="in"
        )


def _calls(appointment: Appointment) -> Iterator[Moment]:
    for call in CallAttempt.objects.filter(appointment=appointment).select_related("by"):
        yield Moment(
            at=call.at,
            title=f"Phone: {call.get_outcome_display().lower()}",
            kind="call",
            who=person(call.by),
            struck=call.undone_at is not None,
        )
