"""Whom to call: who has not confirmed, today and the next two working days, and why they are there.

Those whom no text reaches come first, then those who were asked and did not answer; whom a text
will still ask need no call yet. People on one phone stand together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from reminders.domain.clock.closed_days import NEVER_CLOSED, ClosedDays
from reminders.domain.common.rows import fetch
from reminders.domain.planning.closed_days import read_closed_days
from reminders.models import Location, Reminder
from reminders.models.in_sql.texted import CHANNEL, TEXTED

WORKING_DAYS = 2
MOST_TOGETHER = 12
"""A number that more visits share than this is a clinic's own or a mistake; it is shown in parts.
"""
SEARCHED_DAYS = 70

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
    NOT_TOLD = "not_told"

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
    Obstacle.NOT_TOLD: "No text was sent",
}
CORRECTABLE = (Obstacle.NO_PHONE, Obstacle.WRONG_NUMBER, Obstacle.LANDLINE, Obstacle.FAILED)
"""Where another number would help."""


class Section(StrEnum):
    """Why somebody is on the list, the most pressing first."""

    UNREACHED = "unreached"
    ASKED = "asked"
    COMING = "coming"


ALL = tuple(Section)
URGENCY = {section: place for place, section in enumerate(Section)}
TO_CALL = frozenset({Section.UNREACHED, Section.ASKED})
"""Whom to call now. The others are asked by a text first."""


class AppointmentToCall(NamedTuple):
    """One unconfirmed appointment, for sorting and grouping; `place` is its place by time."""

    place: int
    id: int
    phone: str
    local_date: date
    obstacle: str
    told: bool
    tried: bool

    @property
    def section(self) -> Section:
        """Where it belongs by itself."""
        if self.obstacle:
            return Section.UNREACHED
        return Section.ASKED if self.told else Section.COMING


@dataclass
class Calls:
    """Everybody to call, in the order of calling; each inner list is one household."""

    groups: list[list[AppointmentToCall]]
    days: list[date] = field(default_factory=list)

    @cached_property
    def kinds(self) -> Counter[tuple[Section, bool]]:
        """How many appointments, by the section of their household and whether somebody called."""
        return Counter(
            (section, found.tried)
            for section, group in zip(self.sections, self.groups, strict=True)
            for found in group
        )

    @cached_property
    def sections(self) -> list[Section]:
        """The section of each household: the most pressing of its appointments."""
        return [section_of(group) for group in self.groups]

    def count(self, sections: Collection[Section] = ALL, *, tried: bool | None = None) -> int:
        """How many appointments of these sections; `tried`: only those called before, or not."""
        return sum(
            number
            for (section, called), number in self.kinds.items()
            if section in sections and tried in (None, called)
        )

    def only(
        self, sections: Collection[Section] = ALL, *, tried: bool | None = None
    ) -> list[list[AppointmentToCall]]:
        """The households with an appointment of that kind, whole."""
        return [
            group
            for section, group in zip(self.sections, self.groups, strict=True)
            if section in sections
            and (tried is None or any(found.tried == tried for found in group))
        ]


def section_of(group: Sequence[AppointmentToCall]) -> Section:
    """The section of a household: the most pressing of its appointments'."""
    # Nearly all are of one, and each of thousands is asked for twice.
    if len(group) == 1:
        return group[0].section
    return min((found.section for found in group), key=URGENCY.__getitem__)


def coming_days(
    location: Location, closed: ClosedDays = NEVER_CLOSED, *, now: datetime
) -> tuple[date, date]:
    """Today and the second working day after it, by the location's calendar and working days.

    Days in between on which the location is closed are included: somebody may be booked then.
    """
    today = now.astimezone(location.tz).date()
    days = [today + timedelta(days=ahead) for ahead in range(1, SEARCHED_DAYS + 1)]
    # “or days”: a location that is open on no day would else have no list at all.
    working = [
        day for day in days if day.isoweekday() in location.open_days and not closed.holds(day)
    ] or days
    return today, working[:WORKING_DAYS][-1]


def calls_to_make(
    locations: Iterable[Location], *, now: datetime, day: date | None = None
) -> Calls:
    """Who is to be called; one statement. With `day`, only that local date. `now` is UTC."""
    places = list(locations)
    closed = read_closed_days(place.pk for place in places)
    spans = {
        place.pk: coming_days(place, closed.get(place.pk, NEVER_CLOSED), now=now)
        for place in places
    }
    found = _found(spans, now=now) if spans else []
    # Before the filter by day: the other days stay there to be chosen.
    days = sorted({one.local_date for one in found})
    groups = _together(one for one in found if day in (None, one.local_date))
    return Calls(sorted(groups, key=_urgency), days)


def _found(spans: Mapping[int, tuple[date, date]], *, now: datetime) -> list[AppointmentToCall]:
    """The unconfirmed appointments of each location's days, by time."""
    latest = max(last for _, last in spans.values())
    given = _STATES | {
        "locations": list(spans),
        "first": [first for first, _ in spans.values()],
        "last": [last for _, last in spans.values()],
        "now": now,
        # A bound that an index can use: local dates lie up to a day off UTC on either side.
        "until": datetime.combine(latest + timedelta(days=2), time(), UTC),
    }
    return fetch(AppointmentToCall, _TO_CALL, given)


_STATES = {
    "ended": [str(state) for state in ENDED],
    "not_sent": [str(reason) for reason in NOT_SENT],
    "to_come": [str(state) for state in (State.PLANNED, State.SENDING, State.WITHDRAWING)],
}
# Of the appointment as it is now: what was planned for another time of it says nothing. The first
# obstacle that holds counts: what keeps every text away comes before what became of one.
_TO_CALL = """
WITH span AS (
    SELECT *
    FROM unnest(%(locations)s::bigint[], %(first)s::date[], %(last)s::date[])
        AS span (location_id, first_day, last_day)
), visit AS MATERIALIZED (
    SELECT appointment.id, appointment.version, appointment.starts_at, appointment.local_date,
           contact.phone, contact.phone_kind, __CHANNEL__ AS channel, contact.wrong_number
    FROM span
    JOIN reminders_appointment appointment ON appointment.location_id = span.location_id
        AND appointment.local_date BETWEEN span.first_day AND span.last_day
    __TEXTED__
    WHERE appointment.status = 'booked' AND appointment.starts_at > %(now)s
      AND appointment.starts_at < %(until)s
), texts AS (
    SELECT visit.id,
           max(due_at) FILTER (
               WHERE state = ANY(%(ended)s)
                  OR state = 'skipped' AND due_at <= %(now)s AND reason = ANY(%(not_sent)s)
           ) = max(due_at) FILTER (
               WHERE state = ANY(%(ended)s)
                  OR state IN ('sent', 'skipped') AND due_at <= %(now)s
           ) AS failed,
           bool_or(state = 'sent' AND due_at <= %(now)s) AS told,
           bool_or(state = ANY(%(to_come)s) OR state = 'sent' AND due_at > %(now)s) AS to_come
    FROM visit
    JOIN reminders_reminder reminder ON reminder.appointment_id = visit.id
        AND reminder.version = visit.version
    GROUP BY visit.id
)
SELECT row_number() OVER (ORDER BY visit.starts_at, visit.id) AS place, visit.id, visit.phone,
       visit.local_date,
       CASE
           WHEN visit.phone = '' THEN 'no_phone'
           WHEN visit.wrong_number = visit.phone THEN 'wrong_number'
           WHEN visit.phone IN (
               SELECT phone
               FROM reminders_suppression
               WHERE lifted_at IS NULL
           ) THEN 'opted_out'
           WHEN visit.channel = 'none' THEN 'no_messages'
           WHEN texts.failed THEN 'failed'
           WHEN visit.phone_kind = 'landline' AND visit.channel = 'sms' THEN 'landline'
           WHEN texts.told OR texts.to_come THEN ''
           ELSE 'not_told'
       END AS obstacle,
       coalesce(texts.told, false) AS told,
       EXISTS (
           SELECT 1
           FROM reminders_callattempt attempt
           WHERE attempt.appointment_id = visit.id AND attempt.undone_at IS NULL
       ) AS tried
FROM visit
LEFT JOIN texts ON texts.id = visit.id
ORDER BY place
""".replace("__TEXTED__", TEXTED).replace("__CHANNEL__", CHANNEL)


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


def _urgency(group: Sequence[AppointmentToCall]) -> tuple[int, int]:
    return URGENCY[section_of(group)], group[0].place
