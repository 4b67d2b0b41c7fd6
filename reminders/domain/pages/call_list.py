"""The call list: who has not confirmed for the next two working days, and what was tried to reach
them.

Those whom no text can reach come first, people on one phone stand together. What follows from a
call is `calls`' business.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from reminders.domain.common.audit import name_of
from reminders.domain.common.etags import digest
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.models import (
    Appointment,
    CallAttempt,
    Contact,
    Location,
    Message,
    Reminder,
    Suppression,
)

WORKING_DAYS = 2
MOST_TOGETHER = 12
"""A number that more visits share than this is a clinic's own or a mistake; it is shown in parts.
"""
SEARCHED_DAYS = 21

State, Reason = Reminder.State, Reminder.Reason
ENDED = (State.FAILED, State.EXPIRED)
NOT_SENT = (
    Reason.REFUSED,
    Reason.NOT_DELIVERED,
    Reason.CAPPED,
    Reason.SHARED,
    Reason.WORDING,
)
"""Why a text was left out although its patient wants one: it has to be told by a call."""


class Obstacle(StrEnum):
    """Why no text reaches a patient."""

    NONE = ""
    NO_PHONE = "no_phone"
    WRONG_NUMBER = "wrong_number"
    OPTED_OUT = "opted_out"
    NO_MESSAGES = "no_messages"
    LANDLINE = "landline"
    FAILED = "failed"

    @property
    def words(self) -> str:
        """The obstacle in words for staff."""
        return _WORDS[self]


_WORDS = {
    Obstacle.NONE: "",
    Obstacle.NO_PHONE: "No usable phone number",
    Obstacle.WRONG_NUMBER: "Wrong number, as a call showed",
    Obstacle.OPTED_OUT: "Opted out of texts",
    Obstacle.NO_MESSAGES: "Gets no messages",
    Obstacle.LANDLINE: "Landline: texts may not arrive",
    Obstacle.FAILED: "The last text did not arrive",
}


class AppointmentToCall(NamedTuple):
    """One unconfirmed appointment, for sorting and grouping; `place` is its place by time."""

    place: int
    id: int
    phone: str
    local_date: date
    obstacle: str
    tried: bool


class Try(NamedTuple):
    """What was done to reach a patient: a text with its state, or a call with its outcome.

    `code` is a message's state or a call's outcome, `words` the news or who called. Times UTC.
    """

    appointment_id: int
    at: datetime
    is_call: bool
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """An appointment to call about: what the day sheet knows, the obstacle, what was tried."""

    day: DayRow
    obstacle: Obstacle
    tries: tuple[Try, ...]


@dataclass(frozen=True, slots=True)
class Household:
    """The appointments that one call can settle: all on one phone, or a single one without."""

    phone: str
    rows: tuple[CallRow, ...]

    @property
    def key(self) -> int:
        """The first appointment's id: it names the household on the page."""
        return self.rows[0].day.id

    @property
    def ids(self) -> list[int]:
        """The household's appointments, in the order of their time."""
        return [row.day.id for row in self.rows]

    @property
    def digest(self) -> str:
        """A short token that changes with anything shown."""
        return digest([(row.day.digest, row.obstacle, row.tries) for row in self.rows])


@dataclass
class Calls:
    """Everybody to call, in the order of calling; each inner list is one household."""

    groups: list[list[AppointmentToCall]]
    days: list[date] = field(default_factory=list)

    @cached_property
    def kinds(self) -> Counter[tuple[bool, bool]]:
        """How many appointments, by whether there is an obstacle and whether somebody called."""
        return Counter(
            (found.obstacle != "", found.tried) for group in self.groups for found in group
        )

    def count(self, *, obstacle: bool | None = None, tried: bool | None = None) -> int:
        """How many appointments are of that kind."""
        return sum(
            number
            for (hard, called), number in self.kinds.items()
            if obstacle in (None, hard) and tried in (None, called)
        )

    def only(
        self, *, obstacle: bool | None = None, tried: bool | None = None
    ) -> list[list[AppointmentToCall]]:
        """The households with an appointment of that kind, whole."""
        if obstacle is None and tried is None:
            return self.groups
        return [
            group for group in self.groups if any(_fits(found, obstacle, tried) for found in group)
        ]


def _fits(found: AppointmentToCall, obstacle: bool | None, tried: bool | None) -> bool:
    return obstacle in (None, bool(found.obstacle)) and tried in (None, found.tried)


def coming_days(location: Location, *, now: datetime) -> tuple[date, date]:
    """Tomorrow and the second working day from then on, by the location's calendar and working
    days.

    Days in between on which the location is closed are included: somebody may be booked then.
    """
    tomorrow = now.astimezone(location.tz).date() + timedelta(days=1)
    days = [tomorrow + timedelta(days=ahead) for ahead in range(SEARCHED_DAYS)]
    # “or days”: a location that is open on no day would else have no list at all.
    working = [day for day in days if day.isoweekday() in location.open_days] or days
    return tomorrow, working[:WORKING_DAYS][-1]


def calls_to_make(
    locations: Iterable[Location], *, now: datetime, day: date | None = None
) -> Calls:
    """Who is to be called; three statements. With `day`, only that local date. `now` is UTC."""
    found = _with_obstacles(_booked(locations, now=now), now=now)
    # Before the filter by day: the other days stay there to be chosen.
    days = sorted({one.local_date for one in found})
    groups = _together(one for one in found if day in (None, one.local_date))
    return Calls(sorted(groups, key=_urgency), days)


class _Booked(NamedTuple):
    """A booked appointment, and what may stand in a text's way to its patient."""

    id: int
    local_date: date
    phone: str
    phone_kind: str
    channel: str
    wrong_number: str
    opted_out: bool


def _booked(locations: Iterable[Location], *, now: datetime) -> list[_Booked]:
    """The unconfirmed appointments of these locations' next working days, by time."""
    spans: dict[tuple[date, date], list[int]] = defaultdict(list)
    for location in locations:
        spans[coming_days(location, now=now)].append(location.pk)
    if not spans:
        return []
    latest = max(last for _, last in spans)
    # One condition for all locations with the same days, which mostly are all of them.
    theirs = [Q(local_date__range=span, location_id__in=ids) for span, ids in spans.items()]
    visits = Appointment.objects.filter(
        reduce(or_, theirs),
        status=Appointment.Status.BOOKED,
        starts_at__gt=now,
        # A bound that an index can use: local dates lie up to a day off UTC on either side.
        starts_at__lt=datetime.combine(latest + timedelta(days=2), time(), UTC),
    )
    opted_out = Suppression.objects.filter(phone=OuterRef("contact__phone"), lifted_at=None)
    rows = visits.annotate(opted_out=Exists(opted_out)).values_list(
        "pk",
        "local_date",
        "contact__phone",
        "contact__phone_kind",
        "contact__channel",
        "contact__wrong_number",
        "opted_out",
    )
    return [_Booked(*row) for row in rows.order_by("starts_at", "pk")]


def _with_obstacles(booked: Sequence[_Booked], *, now: datetime) -> list[AppointmentToCall]:
    ids = [visit.id for visit in booked]
    unreached = _whose_last_text_failed(ids, now=now)
    calls = CallAttempt.objects.filter(appointment_id__in=ids, undone_at=None)
    called = set(calls.values_list("appointment_id", flat=True))
    return [
        AppointmentToCall(
            place,
            visit.id,
            visit.phone,
            visit.local_date,
            _obstacle(visit, failed=visit.id in unreached),
            visit.id in called,
        )
        for place, visit in enumerate(booked)
    ]


def _whose_last_text_failed(ids: Sequence[int], *, now: datetime) -> set[int]:
    """Of these appointments, those whose latest text that was due did not arrive."""
    ended = Q(state__in=ENDED)
    due = Q(state__in=(State.SENT, State.SKIPPED), due_at__lte=now)
    # Of the appointment as it is now: what was planned for another time of it says nothing.
    theirs = Reminder.objects.filter(appointment_id__in=ids, version=F("appointment__version"))
    last = theirs.filter(ended | due).order_by("appointment_id", "-due_at")
    return {
        appointment_id
        for appointment_id, state, reason in last.distinct("appointment_id").values_list(
            "appointment_id", "state", "reason"
        )
        if state in ENDED or (state == State.SKIPPED and reason in NOT_SENT)
    }


def _obstacle(visit: _Booked, *, failed: bool) -> Obstacle:
    """The first that holds: what keeps every text away comes before what became of one."""
    if not visit.phone:
        return Obstacle.NO_PHONE
    if visit.wrong_number == visit.phone:
        return Obstacle.WRONG_NUMBER
    if visit.opted_out:
        return Obstacle.OPTED_OUT
    if visit.channel == Contact.Channel.NONE:
        return Obstacle.NO_MESSAGES
    if failed:
        return Obstacle.FAILED
    by_sms = visit.channel == Contact.Channel.SMS
    landline = visit.phone_kind == Contact.PhoneKind.LANDLINE and by_sms
    return Obstacle.LANDLINE if landline else Obstacle.NONE


def _together(found: Iterable[AppointmentToCall]) -> list[list[AppointmentToCall]]:
    by_phone: dict[str, list[AppointmentToCall]] = defaultdict(list)
    for one in found:
        # Without a number everybody is a household of their own, never one of all who have none.
        by_phone[one.phone or f"#{one.id}"].append(one)
    return [
        group[start : start + MOST_TOGETHER]
        for group in by_phone.values()
        for start in range(0, len(group), MOST_TOGETHER)
    ]


def _urgency(group: Sequence[AppointmentToCall]) -> tuple[bool, int]:
    return (not any(found.obstacle for found in group), group[0].place)


def households(groups: Sequence[Sequence[AppointmentToCall]], *, now: datetime) -> list[Household]:
    """All that is shown of these groups; three statements, however many. Keeps the order."""
    ids = [found.id for group in groups for found in group]
    rows = {row.id: row for row in rows_of(ids, now=now)} if ids else {}
    tries = _tries(ids)
    listed = []
    for group in groups:
        calls = [
            CallRow(rows[found.id], Obstacle(found.obstacle), tuple(tries.get(found.id, ())))
            for found in group
            # An appointment may have been deleted between the two statements.
            if found.id in rows
        ]
        if calls:
            listed.append(Household(group[0].phone, tuple(calls)))
    return listed


def _tries(ids: Sequence[int]) -> dict[int, list[Try]]:
    """What was tried about each of these appointments, in its order."""
    if not ids:
        return {}
    calls = CallAttempt.objects.filter(appointment_id__in=ids, undone_at=None)
    tries = {
        Try(call.appointment_id, call.at, True, call.outcome, name_of(call.by))
        for call in calls.select_related("by")
    }
    # A family's text is about one appointment and carries the reminders of all: once for each.
    own = Message.objects.filter(appointment_id__in=ids)
    carried = Reminder.objects.filter(appointment_id__in=ids, message__isnull=False)
    texts = own.values_list("appointment_id", "scheduled_at", "state", "words").union(
        carried.values_list(
            "appointment_id", "message__scheduled_at", "message__state", "message__words"
        )
    )
    tries |= {
        Try(appointment_id, at, False, state, words)
        for appointment_id, at, state, words in texts
        if state != Message.State.CANCELLED
    }
    found: dict[int, list[Try]] = defaultdict(list)
    for one in sorted(tries, key=lambda one: one.at):
        found[one.appointment_id].append(one)
    return found
