"""The day sheet: every appointment of a day with its one state, the last text each way, and the
counts.

One statement reads what decides the states of a whole day, another all that is shown of the rows on
the page; both take the facts from the same place. What these come to is decided here in plain code;
how it looks is the page's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from reminders.domain.common.digest import digest
from reminders.models import InboxItem, Reminder

Value = str | date | list[int]
FAILED = frozenset({"failed", "rejected", "expired"})
UNREACHABLE_REASONS = frozenset(
    str(reason)
    for reason in (
        Reminder.Reason.NO_PHONE,
        Reminder.Reason.WRONG_NUMBER,
        Reminder.Reason.OPTED_OUT,
        Reminder.Reason.REFUSED,
        Reminder.Reason.NOT_DELIVERED,
        Reminder.Reason.SHARED,
    )
)
# Cards that say nothing about a reply waiting to be read.
NOT_A_REPLY = frozenset(
    {str(InboxItem.Kind.DECLINED), str(InboxItem.Kind.UNREACHABLE), str(InboxItem.Kind.STALE)}
)


class DayState(StrEnum):
    """The one coloured state of an appointment."""

    CHECK = "check"
    UNREACHABLE = "unreachable"
    DECLINED = "declined"
    NOTHING = "nothing"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    ARRIVED = "arrived"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"

    @property
    def words(self) -> str:
        """The state in words."""
        return WORDS[self]


WORDS = {
    DayState.CHECK: "Check reply",
    DayState.UNREACHABLE: "Could not reach",
    DayState.DECLINED: "Declined",
    DayState.NOTHING: "Nothing sent",
    DayState.ASKED: "Asked",
    DayState.CONFIRMED: "Confirmed",
    DayState.ARRIVED: "Arrived",
    DayState.NO_SHOW: "Did not come",
    DayState.CANCELLED: "Cancelled",
}
OUT_TITLES = {
    "confirmation": "Asked",
    "reminder": "Reminded",
    "staff": "Your text",
    "answer": "Answered",
    "correction": "Corrected",
}
SETTLED = frozenset({DayState.ARRIVED, DayState.NO_SHOW, DayState.CANCELLED})


@dataclass(frozen=True, slots=True)
class DayRow:
    """What the day sheet shows of one appointment. Datetimes are UTC; `zone` is the location's.

    `out_*` is the last text that has left, `in_*` the last reply, `next_at` when the next text is
    due; `reason` is a code of `Reminder.Reason` for a text that was not sent.
    """

    id: int
    location_id: int
    location: str
    zone: str
    country: str
    starts_at: datetime
    local_date: date
    local_time: time
    duration: int | None
    status: str
    notes: str
    contact_id: int
    name: str
    phone: str
    opted_out: bool
    wrong_number: bool
    practitioner_id: int | None
    practitioner: str
    service: str
    out_id: UUID | None
    out_kind: str
    out_rule: str
    out_text: str
    out_state: str
    out_words: str
    out_at: datetime | None
    told: bool
    stale: bool
    next_at: datetime | None
    reason: str
    in_text: str
    in_at: datetime | None
    card_kind: str

    @property
    def state(self) -> DayState:
        """The one state."""
        return _state(
            self.status,
            self.card_kind,
            self.out_state,
            self.reason,
            told=self.told and not self.wrong_number,
            textable=self.textable,
        )

    @property
    def textable(self) -> bool:
        """Whether there is a number that is theirs, and its owner wants texts."""
        return self.phone != "" and not self.opted_out and not self.wrong_number

    @property
    def out_title(self) -> str:
        """What the last text was for, in a word or two."""
        return OUT_TITLES.get(self.out_rule) or OUT_TITLES.get(self.out_kind, "Text")

    @property
    def reason_words(self) -> str:
        """Why a text was not sent, as staff read it."""
        if not self.phone:
            return Reminder.Reason.NO_PHONE.label
        if self.wrong_number:
            return Reminder.Reason.WRONG_NUMBER.label
        if self.opted_out:
            return Reminder.Reason.OPTED_OUT.label
        return str(Reminder.Reason(self.reason).label) if self.reason else ""

    @property
    def card_words(self) -> str:
        """What a reply asks of staff."""
        return str(InboxItem.Kind(self.card_kind).label) if self.card_kind else ""

    @property
    def digest(self) -> str:
        """A short token that changes with anything shown of this row."""
        return digest(_values(self))


_values = attrgetter(*(field.name for field in fields(DayRow)))


class DayStanding(NamedTuple):
    """What decides the state of one appointment of a day; the fields are those of `DayRow`."""

    id: int
    practitioner_id: int | None
    practitioner: str
    status: str
    textable: bool
    out_state: str
    told: bool
    reason: str
    card_kind: str

    @property
    def state(self) -> DayState:
        """The one state, as that of the `DayRow`."""
        return _state(
            self.status,
            self.card_kind,
            self.out_state,
            self.reason,
            told=self.told,
            textable=self.textable,
        )


def _state(
    status: str, card_kind: str, out_state: str, reason: str, *, told: bool, textable: bool
) -> DayState:
    """What a person has to act upon comes first, but not after the visit.

    Only a booked appointment looks at its texts: `_STANDINGS` reads them of no other.
    """
    if status in SETTLED:
        return DayState(status)
    if card_kind and card_kind not in NOT_A_REPLY:
        return DayState.CHECK
    if status in (DayState.DECLINED, DayState.CONFIRMED):
        return DayState(status)
    if out_state in FAILED:
        return DayState.UNREACHABLE
    if told:
        return DayState.ASKED
    return (
        DayState.UNREACHABLE if reason in UNREACHABLE_REASONS or not textable else DayState.NOTHING
    )


@dataclass(frozen=True)
class DaySheet:
    """A day's appointments as filtered, with the counts of what the state filter would leave.

    All that is shown of a page's worth of them is read by `rows_of`.
    """

    rows: list[DayStanding]
    counts: Counter[DayState]
    practitioners: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """Appointments before the filter by state."""
        return sum(self.counts.values())


def day_sheet(
    *,
    day: date,
    location_ids: Collection[int],
    now: datetime,
    practitioner_id: int | None = None,
    state: DayState | None = None,
) -> DaySheet:
    """The appointments of a local date at these locations, by time; one statement. `now` is UTC.

    The counts and the choice of practitioners ignore the filter by state, so that both stay
    clickable.
    """
    given: dict[str, Value] = {"day": day, "locations": list(location_ids), "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS, given)
        everyone = [DayStanding(*row) for row in cursor.fetchall()]
    people = sorted(
        {(row.practitioner_id, row.practitioner) for row in everyone if row.practitioner_id},
        key=lambda pair: pair[1],
    )
    theirs = [
        (row, row.state) for row in everyone if practitioner_id in (None, row.practitioner_id)
    ]
    counts = Counter(one for _, one in theirs)
    rows = [row for row, one in theirs if state in (None, one)]
    return DaySheet(
        rows=rows, counts=counts, practitioners=[(pk, name) for pk, name in people if pk]
    )


def rows_of(appointment_ids: Sequence[int], *, now: datetime) -> list[DayRow]:
    """All that is shown of chosen appointments, by time; one statement."""
    return read_rows("a.id = ANY(%(ids)s)", {"ids": list(appointment_ids)}, now=now)


def read_rows(condition: str, given: Mapping[str, Value], *, now: datetime) -> list[DayRow]:
    """Rows of appointments `a` that meet a condition written in SQL; never made from what users
    type.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.replace("__WHERE__", condition), {**given, "now": now})
        return [DayRow(*row) for row in cursor.fetchall()]


# The facts of appointments `a`: `planned` are the reminders of those whose texts matter, `o` the
# last text that has left, `t` what the reminders come to, `k` the card. Whole sets are joined:
# looked up row by row the same took 170 ms for a day of 1,900 appointments, so it takes 25.
_FACTS = """
WITH a AS MATERIALIZED (
    SELECT a.*, c.name, c.last_name, c.first_name, c.phone, c.wrong_number
    FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
    WHERE __WHERE__
), planned AS MATERIALIZED (
    SELECT r.appointment_id, r.message_id, r.state, r.reason, r.due_at, r.version = a.version AS current,
           r.starts_at = a.starts_at AND r.location_id = a.location_id AS holds, r.phone = a.phone AS to_them,
           a.status = 'cancelled' AS cancelled, m.state AS became, m.scheduled_at, m.created_at, m.final_at,
           m.cancel_requested_at
    FROM a
    JOIN reminders_reminder r ON r.appointment_id = a.id
    LEFT JOIN reminders_message m ON m.id = r.message_id
    WHERE __TEXTS__
), o AS (
    SELECT DISTINCT ON (appointment_id) appointment_id, id, became
    FROM (SELECT appointment_id, message_id AS id, became, scheduled_at, created_at, final_at FROM planned
          WHERE message_id IS NOT NULL
          UNION ALL
          SELECT a.id, m.id, m.state, m.scheduled_at, m.created_at, m.final_at
          FROM a JOIN reminders_message m ON m.appointment_id = a.id
          WHERE __TEXTS__) texts
    WHERE became <> 'cancelled' AND (scheduled_at <= %(now)s OR final_at IS NOT NULL)
    ORDER BY appointment_id, scheduled_at DESC, created_at DESC
), t AS (
    SELECT planned.appointment_id,
           bool_or(holds AND to_them AND scheduled_at <= %(now)s
                   AND became IN ('accepted', 'enroute', 'held', 'submitted', 'delivered', 'unknown')
                  ) AS told,
           bool_or((NOT holds OR (cancelled AND cancel_requested_at IS NOT NULL))
                   AND to_them AND became IN ('enroute', 'submitted', 'delivered')
                   AND NOT EXISTS (
                       SELECT 1 FROM reminders_message fix
                       WHERE fix.appointment_id = planned.appointment_id AND fix.kind = 'correction'
                         AND fix.state <> 'cancelled' AND fix.created_at > planned.scheduled_at))
               AND NOT coalesce(bool_or(
                   holds AND NOT cancelled AND became IN ('enroute', 'submitted', 'delivered')), false
               ) AS stale,
           min(coalesce(scheduled_at, due_at)) FILTER (
               WHERE current AND coalesce(scheduled_at, due_at) > %(now)s
                 AND state IN ('planned', 'sending', 'sent', 'withdrawing')) AS next_at,
           (array_agg(reason ORDER BY due_at) FILTER (
               WHERE current AND reason <> '' AND state IN ('skipped', 'expired', 'failed')))[1] AS reason
    FROM planned GROUP BY planned.appointment_id
), k AS (
    SELECT DISTINCT ON (appointment_id) appointment_id, kind
    FROM (SELECT a.id AS appointment_id, k.kind, k.opened_at
          FROM a JOIN reminders_inboxitem k ON k.appointment_id = a.id
          WHERE k.done_at IS NULL
          UNION ALL
          SELECT a.id, k.kind, k.opened_at
          FROM a JOIN reminders_inboxitem k ON k.contact_id = a.contact_id
          WHERE k.done_at IS NULL AND k.appointment_id IS NULL) cards
    ORDER BY appointment_id, kind IN ('declined', 'unreachable', 'stale'), opened_at DESC
)
"""
_OPTED_OUT = (
    "EXISTS (SELECT 1 FROM reminders_suppression s WHERE s.phone = a.phone AND s.lifted_at IS NULL)"
)
_WRONG = "(a.wrong_number <> '' AND a.wrong_number = a.phone)"
_IN_ORDER = "ORDER BY a.starts_at, a.last_name, a.first_name, a.id"

_ROWS = f"""
{_FACTS.replace("__TEXTS__", "true")}
SELECT a.id, l.id, l.name, l.zone, l.country, a.starts_at, a.local_date, a.local_time, a.duration, a.status,
       a.notes, a.contact_id, a.name, a.phone, a.phone <> '' AND {_OPTED_OUT}, {_WRONG},
       p.id, coalesce(p.name, ''), coalesce(v.name, ''),
       m.id, coalesce(m.kind, ''),
       coalesce((SELECT u.kind FROM reminders_reminder r JOIN reminders_reminderrule u ON u.id = r.rule_id
                 WHERE r.message_id = m.id LIMIT 1), ''),
       coalesce(m.text, ''), coalesce(m.state, ''), coalesce(m.words, ''), m.scheduled_at,
       coalesce(t.told, false), coalesce(t.stale, false), t.next_at, coalesce(t.reason, ''),
       coalesce(i.text, ''), i.received_at, coalesce(k.kind, '')
FROM a
JOIN reminders_location l ON l.id = a.location_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN reminders_service v ON v.id = a.service_id
LEFT JOIN o ON o.appointment_id = a.id
LEFT JOIN reminders_message m ON m.id = o.id
LEFT JOIN t ON t.appointment_id = a.id
LEFT JOIN LATERAL (
    SELECT y.text, y.received_at
    FROM reminders_reply_appointments ra JOIN reminders_reply y ON y.id = ra.reply_id
    WHERE ra.appointment_id = a.id ORDER BY y.received_at DESC LIMIT 1
) i ON true
LEFT JOIN k ON k.appointment_id = a.id
{_IN_ORDER}
"""  # noqa: S608 -- our own words only

_ON_THE_DAY = "a.local_date = %(day)s AND a.location_id = ANY(%(locations)s)"
_STANDINGS = f"""
{_FACTS.replace("__WHERE__", _ON_THE_DAY).replace("__TEXTS__", "a.status = 'booked'")}
SELECT a.id, a.practitioner_id, coalesce(p.name, ''), a.status,
       a.phone <> '' AND NOT {_OPTED_OUT} AND NOT {_WRONG},
       coalesce(o.became, ''), coalesce(t.told, false) AND NOT {_WRONG}, coalesce(t.reason, ''),
       coalesce(k.kind, '')
FROM a
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN o ON o.appointment_id = a.id
LEFT JOIN t ON t.appointment_id = a.id
LEFT JOIN k ON k.appointment_id = a.id
{_IN_ORDER}
"""  # noqa: S608 -- our own words only
