"""Every text that was due and did not go, with its planned time and the reason in words.

Reminders by their state; texts of staff, answers and corrections by what became of the message.
Sending one anyway is `staff_actions`' business; here it is only said where that still makes sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from reminders.domain.common.csv_cells import csv_lines
from reminders.domain.diary.staff_actions import LEAST_NOTICE
from reminders.domain.pages.moments import read_moment, write_moment
from reminders.domain.phones.parsing import display
from reminders.domain.planning.reach import why_not_reached
from reminders.models import (
    Appointment,
    Contact,
    Location,
    Message,
    Reminder,
    ReminderRule,
    Suppression,
)

ROWS = 50
MOST_EXPORTED = 20_000
LONGEST_PERIOD = timedelta(days=92)
_KEY = re.compile(r"r\d{1,18}|t[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_SENT = (Reminder.State.SKIPPED, Reminder.State.EXPIRED, Reminder.State.FAILED)
FAILED_TEXT = "text_failed"
"""The reason code of texts that are no reminders; their words are the provider's."""


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at: due times from (inclusive) until (exclusive), both UTC, at these
    locations.
    """

    since: datetime
    until: datetime
    location_ids: tuple[int, ...]
    reason: str = ""

    def reminders(self) -> QuerySet[Reminder]:
        """Those that did not go, with any reason."""
        # Both bounds on the time alone: they are what the index over these states is entered by.
        return Reminder.objects.filter(
            state__in=NOT_SENT,
            due_at__gte=self.since,
            due_at__lt=self.until,
            location_id__in=self.location_ids,
        )

    def texts(self) -> QuerySet[Message]:
        """What is no reminder and did not arrive; what belongs to no location is everybody's."""
        theirs = Q(location_id__in=self.location_ids) | Q(location=None)
        failed = Message.objects.filter(
            theirs,
            state__in=Message.UNDELIVERED,
            scheduled_at__gte=self.since,
            scheduled_at__lt=self.until,
        )
        # Of a copy that came back nothing is lost: its text went beside it.
        return failed.exclude(
            kind__in=(Message.Kind.REMINDER, Message.Kind.TEST, Message.Kind.COPY)
        )


class Unsent(NamedTuple):
    """One text that did not go. Datetimes are UTC; `reminder_id` is None for texts that are no
    reminders.

    `may_send` says that staff may still have it sent: before the start, to a usable number.
    """

    due_at: datetime
    key: str
    reminder_id: int | None
    what: str
    reason: str
    words: str
    appointment_id: int | None
    starts_at: datetime | None
    status: str
    location: str
    zone: str
    country: str
    contact_id: int | None
    name: str
    phone: str
    may_send: bool
    message_id: UUID | None

    @property
    def reason_words(self) -> str:
        """Why it did not go, as staff read it; the provider's own news where there is some."""
        if self.reason == FAILED_TEXT or (
            self.words and self.reason in ("refused", "not_delivered")
        ):
            return self.words or "Not delivered"
        return label(self.reason)


def label(reason: str) -> str:
    """A reason's code in words."""
    if reason == FAILED_TEXT:
        return "A text of your own or an answer did not arrive"
    return str(Reminder.Reason(reason).label) if reason in Reminder.Reason.values else reason


def unsent(period: Period, *, now: datetime, before: str = "", limit: int = ROWS) -> list[Unsent]:
    """The texts of a period, the latest first; two statements. `before` is the `cursor` of the row
    above.
    """
    reminders, texts = _behind(before, period.reminders(), period.texts())
    if period.reason:
        reminders = reminders.filter(reason=period.reason)
        texts = texts if period.reason == FAILED_TEXT else texts.none()
    rows = [_of_reminder(row, now=now) for row in _with_all(reminders)[:limit]]
    rows += [_of_text(row) for row in _with_names(texts)[:limit]]
    return sorted(rows, key=_place, reverse=True)[:limit]


def _place(row: Unsent) -> tuple[datetime, bool, int]:
    """Of the same moment, texts of our own stand above reminders, the latest of each first."""
    if row.message_id:
        return row.due_at, True, row.message_id.int
    return row.due_at, False, row.reminder_id or 0


def _behind(
    before: str, reminders: QuerySet[Reminder], texts: QuerySet[Message]
) -> tuple[QuerySet[Reminder], QuerySet[Message]]:
    """Only what comes after the row that this cursor names, in the order of `_place`."""
    written, _, key = before.partition("_")
    # Both halves or none: a made-up key would start the list somewhere in the middle.
    at = read_moment(written) if _KEY.fullmatch(key) else None
    if at is None:
        return reminders, texts
    # The bound on the time is what an index can use; the rest decides within the moment.
    reminders = reminders.filter(due_at__lte=at)
    if key.startswith("r"):
        later = reminders.filter(Q(due_at__lt=at) | Q(pk__lt=int(key[1:])))
        return later, texts.filter(scheduled_at__lt=at)
    texts = texts.filter(scheduled_at__lte=at)
    return reminders, texts.filter(Q(scheduled_at__lt=at) | Q(pk__lt=UUID(key[1:])))


def _with_all(reminders: QuerySet[Reminder]) -> QuerySet[Reminder]:
    """Reminders in their order, with all that is shown of them."""
    opted_out = Suppression.objects.filter(phone=OuterRef("phone"), lifted_at=None)
    people = "appointment__contact__responsible"
    rows = reminders.select_related("rule", "message", "location", people)
    return rows.annotate(opted_out=Exists(opted_out)).order_by("-due_at", "-pk")


def _with_names(texts: QuerySet[Message]) -> QuerySet[Message]:
    rows = texts.select_related(
        "location", "contact", "appointment__contact", "appointment__location"
    )
    return rows.order_by("-scheduled_at", "-pk")


def _of_reminder(row: Any, *, now: datetime) -> Unsent:  # Any: a `Reminder` with `opted_out`
    visit, message = row.appointment, row.message
    return Unsent(
        due_at=row.due_at,
        key=f"r{row.pk}",
        reminder_id=row.pk,
        what=row.rule.name,
        reason=row.reason,
        words=message.words if message else "",
        **_about(visit, visit.contact, row.location),
        phone=visit.texted.phone or (message.phone if message else ""),
        may_send=_may_send(row, opted_out=row.opted_out, now=now),
        message_id=None,
    )


def _of_text(row: Message) -> Unsent:
    visit = row.appointment
    contact = visit.contact if visit else row.contact
    place = row.location or (visit.location if visit else None)
    return Unsent(
        due_at=row.scheduled_at,
        key=f"t{row.pk}",
        reminder_id=None,
        what=row.kind,
        reason=FAILED_TEXT,
        words=row.words,
        **_about(visit, contact, place),
        phone=(contact.phone if contact else "") or row.phone,
        may_send=False,
        message_id=row.pk,
    )


def _about(
    visit: Appointment | None, contact: Contact | None, place: Location | None
) -> dict[str, Any]:  # Any: fields of an `Unsent`
    return {
        "appointment_id": visit.pk if visit else None,
        "starts_at": visit.starts_at if visit else None,
        "status": visit.status if visit else "",
        "location": place.name if place else "",
        "zone": place.zone if place else "",
        "country": place.country if place else "",
        "contact_id": contact.pk if contact else None,
        "name": contact.name if contact else "",
    }


def _may_send(row: Reminder, *, opted_out: bool, now: datetime) -> bool:
    """Whether staff may still have it sent, as far as the list can tell."""
    visit = row.appointment
    holds = row.version == visit.version and visit.status in ReminderRule.HOLDS[row.rule.kind]
    why_not = why_not_reached(visit.texted, patient=visit.contact, opted_out=opted_out)
    return (
        # What is unknown may be on the phone already: a second one is worse than none.
        row.reason not in (Reminder.Reason.UNKNOWN, Reminder.Reason.SUPERSEDED)
        and holds
        and visit.starts_at - now >= LEAST_NOTICE
        and not why_not
    )


def cursor_of(row: Unsent) -> str:
    """Where the next page begins: after this row."""
    return f"{write_moment(row.due_at)}_{row.key}"


def count_by_reason(period: Period) -> list[tuple[str, int]]:
    """How many there are of each reason, the most frequent first; ignores the filter by reason."""
    counts = period.reminders().values("reason").annotate(number=Count("pk")).order_by()
    found = {row["reason"]: row["number"] for row in counts}
    if texts := period.texts().count():
        found[FAILED_TEXT] = texts
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def export(period: Period, *, now: datetime) -> Iterator[str]:
    """The whole period as lines of a CSV file that spreadsheets open without harm, times local."""
    return csv_lines(_lines(period, now=now))


def _lines(period: Period, *, now: datetime) -> Iterator[list[str]]:
    yield ["planned", "kind", "reason", "patient", "phone", "location", "appointment", "status"]
    before, left = "", MOST_EXPORTED
    while left > 0 and (rows := unsent(period, now=now, before=before, limit=min(1_000, left))):
        yield from map(_cells, rows)
        before, left = cursor_of(rows[-1]), left - len(rows)


def _cells(row: Unsent) -> list[str]:
    zone = ZoneInfo(row.zone or "UTC")
    starts = f"{row.starts_at.astimezone(zone):%Y-%m-%d %H:%M}" if row.starts_at else ""
    return [
        f"{row.due_at.astimezone(zone):%Y-%m-%d %H:%M}",
        row.what,
        row.reason_words,
        row.name,
        display(row.phone, row.country) if row.phone and row.country else row.phone,
        row.location,
        starts,
        row.status,
    ]
