"""The call list: who has not confirmed for the next two working days, and what was tried to reach
them.

Those whom no text can reach come first, people on one phone stand together. What follows from a
call is `calls`' business.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from reminders.domain.common.etags import digest
from reminders.domain.common.rows import fetch
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.models import Location

WORKING_DAYS = 2
MOST_TOGETHER = 12
"""A number that more visits share than this is a clinic's own or a mistake; it is shown in parts.
"""
SEARCHED_DAYS = 21


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
    """One unconfirmed appointment, as far as sorting and grouping need it; `place` is its place by
    time.
    """

    place: int
    id: int
    phone: str
    local_date: date
    obstacle: str
    tried: bool


class Try(NamedTuple):
    """Something that was done to reach a patient: a text with its state, or a call with its
    outcome.

    `code` is a message's state or a call's outcome, `words` the provider's news or who called.
    Times UTC.
    """

    appointment_id: int
    at: datetime
    is_call: bool
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """One appointment to call about: what the day sheet knows, the obstacle, and what was tried so
    far.
    """

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
        """How many appointments there are by whether there is an obstacle and whether somebody
        called.
        """
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
    working = [day for day in days if day.isoweekday() in location.open_days] or days
    return tomorrow, working[:WORKING_DAYS][-1]


def calls_to_make(
    locations: Iterable[Location], *, now: datetime, day: date | None = None
) -> Calls:
    """Who is to be called; one statement. With `day`, only that local date. `now` is UTC."""
    spans = [(location.pk, *coming_days(location, now=now)) for location in locations]
    last = max((span[2] for span in spans), default=now.date())
    given = {
        "locations": [span[0] for span in spans],
        "firsts": [span[1] for span in spans],
        "lasts": [span[2] for span in spans],
        "now": now,
        "until": last + timedelta(days=2),
    }
    found = fetch(AppointmentToCall, _FIND, given)
    days = sorted({one.local_date for one in found})
    groups = _together(one for one in found if day in (None, one.local_date))
    return Calls(sorted(groups, key=_urgency), days)


def _together(found: Iterable[AppointmentToCall]) -> list[list[AppointmentToCall]]:
    by_phone: dict[str, list[AppointmentToCall]] = defaultdict(list)
    for one in found:
        by_phone[one.phone or f"#{one.id}"].append(one)
    return [
        group[start : start + MOST_TOGETHER]
        for group in by_phone.values()
        for start in range(0, len(group), MOST_TOGETHER)
    ]


def _urgency(group: Sequence[AppointmentToCall]) -> tuple[bool, int]:
    return (not any(found.obstacle for found in group), group[0].place)


def households(groups: Sequence[Sequence[AppointmentToCall]], *, now: datetime) -> list[Household]:
    """All that is shown of these groups; two statements, however many. Keeps the order."""
    ids = [found.id for group in groups for found in group]
    rows = {row.id: row for row in rows_of(ids, now=now)} if ids else {}
    tries = _tries(ids)
    listed = []
    for group in groups:
        calls = [
            CallRow(rows[found.id], Obstacle(found.obstacle), tuple(tries[found.id]))
            for found in group
            if found.id in rows
        ]
        if calls:
            listed.append(Household(group[0].phone, tuple(calls)))
    return listed


def _tries(ids: Sequence[int]) -> dict[int, list[Try]]:
    found: dict[int, list[Try]] = defaultdict(list)
    for one in fetch(Try, _TRIES, {"ids": list(ids)}) if ids else ():
        found[one.appointment_id].append(one)
    return found


# Of an appointment's texts the latest that was due decides whether they arrive; a wrong number
# counts until it is corrected. Texts and calls are read by arrays of appointments: for 3,000 of
# them one by one the statement took half as long again.
_FIND = """
WITH visit AS MATERIALIZED (
    SELECT appointment.id, appointment.starts_at, appointment.local_date, appointment.version,
           contact.phone, contact.phone_kind, contact.channel, contact.wrong_number
    FROM unnest(%(locations)s::bigint[], %(firsts)s::date[], %(lasts)s::date[])
         AS span (location_id, first, last)
    JOIN reminders_appointment appointment
        ON appointment.location_id = span.location_id
       AND appointment.local_date BETWEEN span.first AND span.last
    JOIN reminders_contact contact ON contact.id = appointment.contact_id
    WHERE appointment.status = 'booked'
      AND appointment.starts_at > %(now)s AND appointment.starts_at < %(until)s
), last_due AS (
    SELECT DISTINCT ON (reminder.appointment_id)
           reminder.appointment_id, reminder.state, reminder.reason
    FROM reminders_reminder reminder
    JOIN visit ON visit.id = reminder.appointment_id AND visit.version = reminder.version
    WHERE reminder.appointment_id = ANY(ARRAY(SELECT id FROM visit))
      AND (
          reminder.state IN ('failed', 'expired')
          OR reminder.state IN ('sent', 'skipped') AND reminder.due_at <= %(now)s
      )
    ORDER BY reminder.appointment_id, reminder.due_at DESC
), called AS (
    SELECT DISTINCT attempt.appointment_id
    FROM reminders_callattempt attempt
    WHERE attempt.appointment_id = ANY(ARRAY(SELECT id FROM visit)) AND attempt.undone_at IS NULL
)
SELECT row_number() OVER (ORDER BY visit.starts_at, visit.id) AS place, visit.id, visit.phone,
       visit.local_date,
       CASE
           WHEN visit.phone = '' THEN 'no_phone'
           WHEN visit.wrong_number = visit.phone THEN 'wrong_number'
           WHEN visit.phone IN (
               SELECT suppression.phone
               FROM reminders_suppression suppression
               WHERE suppression.lifted_at IS NULL
           ) THEN 'opted_out'
           WHEN visit.channel = 'none' THEN 'no_messages'
           WHEN last_due.state IN ('failed', 'expired')
               OR last_due.state = 'skipped' AND last_due.reason IN
                  ('refused', 'not_delivered', 'capped', 'shared_number', 'wording') THEN 'failed'
           WHEN visit.phone_kind = 'landline' AND visit.channel = 'sms' THEN 'landline'
           ELSE ''
       END AS obstacle,
       called.appointment_id IS NOT NULL AS tried
FROM visit
LEFT JOIN last_due ON last_due.appointment_id = visit.id
LEFT JOIN called ON called.appointment_id = visit.id
ORDER BY place
"""

_TRIES = """
SELECT DISTINCT carried.appointment_id, message.scheduled_at AS at, false AS is_call,
       message.state AS code, message.words
FROM (
    SELECT reminder.appointment_id, reminder.message_id
    FROM reminders_reminder reminder
    WHERE reminder.appointment_id = ANY(%(ids)s) AND reminder.message_id IS NOT NULL
    UNION
    SELECT own.appointment_id, own.id
    FROM reminders_message own
    WHERE own.appointment_id = ANY(%(ids)s)
) carried
JOIN reminders_message message ON message.id = carried.message_id
WHERE message.state <> 'cancelled'
UNION ALL
SELECT attempt.appointment_id, attempt.at, true, attempt.outcome,
       coalesce(
           nullif(trim(caller.first_name || ' ' || caller.last_name), ''), caller.username, ''
       )
FROM reminders_callattempt attempt
LEFT JOIN auth_user caller ON caller.id = attempt.by_id
WHERE attempt.appointment_id = ANY(%(ids)s) AND attempt.undone_at IS NULL
ORDER BY appointment_id, at
"""
