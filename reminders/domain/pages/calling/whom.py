"""Whom to call: who has not confirmed, today and the next two working days, and why they are there.

Those whom no text reaches come first, then those who were asked and did not answer; whom a text
will still ask need no call yet. People on one phone stand together.
"""

from __future__ import annotations

from collections import Counter
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
from reminders.models.in_sql.texted import CHANNEL, TEXTED_IN_PASSING

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
_UNREACHED, _ASKED, _COMING = URGENCY.values()
TO_CALL = frozenset({Section.UNREACHED, Section.ASKED})
"""Whom to call now. The others are asked by a text first."""


class AppointmentToCall(NamedTuple):
    """One unconfirmed appointment, for sorting and grouping."""

    id: int
    phone: str
    local_date: date
    obstacle: str
    told: bool
    tried: bool

    @property
    def urgency(self) -> int:
        """The place of the section in which it belongs by itself."""
        # Numbers, for it is asked of thousands, several times each.
        if self.obstacle:
            return _UNREACHED
        return _ASKED if self.told else _COMING


@dataclass
class Calls:
    """Everybody to call, in the order of calling; each inner list is one household."""

    groups: list[list[AppointmentToCall]]
    days: list[date] = field(default_factory=list)

    @cached_property
    def urgencies(self) -> list[int]:
        """The place of each household's section."""
        return [_urgency(group) for group in self.groups]

    @cached_property
    def kinds(self) -> Counter[tuple[int, bool]]:
        """How many appointments, by their household's urgency and whether somebody called."""
        return Counter(
            (urgency, found.tried)
            for urgency, group in zip(self.urgencies, self.groups, strict=True)
            for found in group
        )

    def count(self, sections: Collection[Section] = ALL, *, tried: bool | None = None) -> int:
        """How many appointments of these sections; `tried`: only those called before, or not."""
        wanted = {URGENCY[section] for section in sections}
        return sum(
            number
            for (urgency, called), number in self.kinds.items()
            if urgency in wanted and tried in (None, called)
        )

    def only(
        self, sections: Collection[Section] = ALL, *, tried: bool | None = None
    ) -> list[list[AppointmentToCall]]:
        """The households with an appointment of that kind, whole."""
        wanted = {URGENCY[section] for section in sections}
        return [
            group
            for urgency, group in zip(self.urgencies, self.groups, strict=True)
            if urgency in wanted and (tried is None or any(found.tried == tried for found in group))
        ]


def section_of(group: Sequence[AppointmentToCall]) -> Section:
    """The section of a household: the most pressing of its appointments'."""
    return ALL[_urgency(group)]


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
    # Both are in the order of time, which sorting by urgency keeps.
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
)
SELECT appointment.id, contact.phone, appointment.local_date,
       CASE
           WHEN contact.phone = '' THEN 'no_phone'
           WHEN contact.wrong_number = contact.phone THEN 'wrong_number'
           WHEN contact.phone IN (
               SELECT phone
               FROM reminders_suppression
               WHERE lifted_at IS NULL
           ) THEN 'opted_out'
           WHEN __CHANNEL__ = 'none' THEN 'no_messages'
           WHEN texts.failed THEN 'failed'
           WHEN contact.phone_kind = 'landline' AND contact.channel = 'sms' THEN 'landline'
           WHEN texts.told OR texts.to_come THEN ''
           ELSE 'not_told'
       END AS obstacle,
       coalesce(texts.told, false) AS told,
       EXISTS (
           SELECT 1
           FROM reminders_callattempt attempt
           WHERE attempt.appointment_id = appointment.id AND attempt.undone_at IS NULL
       ) AS tried
FROM span
JOIN reminders_appointment appointment ON appointment.location_id = span.location_id
    AND appointment.local_date BETWEEN span.first_day AND span.last_day
__TEXTED__
LEFT JOIN LATERAL (
    SELECT max(due_at) FILTER (
               WHERE state = ANY(%(ended)s)
                  OR state = 'skipped' AND due_at <= %(now)s AND reason = ANY(%(not_sent)s)
           ) = max(due_at) FILTER (
               WHERE state = ANY(%(ended)s)
                  OR state IN ('sent', 'skipped') AND due_at <= %(now)s
           ) AS failed,
           bool_or(state = 'sent' AND due_at <= %(now)s) AS told,
           bool_or(state = ANY(%(to_come)s) OR state = 'sent' AND due_at > %(now)s) AS to_come
    FROM reminders_reminder reminder
    WHERE reminder.appointment_id = appointment.id AND reminder.version = appointment.version
) texts ON true
WHERE appointment.status = 'booked' AND appointment.starts_at > %(now)s
  AND appointment.starts_at < %(until)s
ORDER BY appointment.starts_at, appointment.id
""".replace("__TEXTED__", TEXTED_IN_PASSING).replace("__CHANNEL__", CHANNEL)


def _together(found: Iterable[AppointmentToCall]) -> list[list[AppointmentToCall]]:
    by_phone: dict[str, list[AppointmentToCall]] = {}
    groups = []
    for one in found:
        # Without a number everybody is a household of their own, never one of all who have none.
        group = by_phone.get(one.phone) if one.phone else None
        if group is None or len(group) == MOST_TOGETHER:
            group = by_phone[one.phone] = []
            groups.append(group)
        group.append(one)
    return groups


def _urgency(group: Sequence[AppointmentToCall]) -> int:
    return group[0].urgency if len(group) == 1 else min(found.urgency for found in group)
