"""The day sheet: every appointment of a day with its one state, the last text each way, and the counts.

One statement reads the day, however long it is; what the facts come to is decided here in plain code. How
it looks is the page's business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from uuid import UUID

from django.db import connection

from reminders.models import Card, Reminder

Value = str | date | list[int]
FAILED = frozenset({"failed", "rejected", "expired"})
UNREACHABLE_REASONS = frozenset(
    str(reason)
    for reason in (
        Reminder.Reason.NO_PHONE,
        Reminder.Reason.OPTED_OUT,
        Reminder.Reason.REFUSED,
        Reminder.Reason.NOT_DELIVERED,
        Reminder.Reason.SHARED,
    )
)
# Cards that say nothing about a reply waiting to be read.
NOT_A_REPLY = frozenset({str(Card.Kind.DECLINED), str(Card.Kind.UNREACHABLE), str(Card.Kind.STALE)})


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

    `out_*` is the last text that has left, `in_*` the last reply, `next_at` when the next text is due;
    `reason` is a code of `Reminder.Reason` for a text that was not sent.
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
        """The one state; what a person has to act upon comes first, but not after the visit."""
        if self.status in SETTLED:
            return DayState(self.status)
        if self.card_kind and self.card_kind not in NOT_A_REPLY:
            return DayState.CHECK
        if self.status in (DayState.DECLINED, DayState.CONFIRMED):
            return DayState(self.status)
        return self._sent_state()

    def _sent_state(self) -> DayState:
        if self.out_state in FAILED:
            return DayState.UNREACHABLE
        if self.told:
            return DayState.ASKED
        if self.reason in UNREACHABLE_REASONS or not self.phone or self.opted_out:
            return DayState.UNREACHABLE
        return DayState.NOTHING

    @property
    def out_title(self) -> str:
        """What the last text was for, in a word or two."""
        return OUT_TITLES.get(self.out_rule) or OUT_TITLES.get(self.out_kind, "Text")

    @property
    def reason_words(self) -> str:
        """Why a text was not sent, as staff read it."""
        if not self.phone:
            return Reminder.Reason.NO_PHONE.label
        if self.opted_out:
            return Reminder.Reason.OPTED_OUT.label
        return str(Reminder.Reason(self.reason).label) if self.reason else ""

    @property
    def card_words(self) -> str:
        """What a reply asks of staff."""
        return str(Card.Kind(self.card_kind).label) if self.card_kind else ""

    @property
    def digest(self) -> str:
        """A short token that changes with anything shown of this row."""
        return digest(_values(self))


_values = attrgetter(*(field.name for field in fields(DayRow)))


@dataclass(frozen=True)
class DaySheet:
    """A day's rows as filtered, with the counts of what the state filter would leave."""

    rows: list[DayRow]
    counts: Counter[DayState]
    practitioners: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """Appointments before the filter by state."""
        return sum(self.counts.values())

    @property
    def stale(self) -> int:
        """How many rows shown went out with words that no longer hold."""
        return sum(row.stale for row in self.rows)


def day_sheet(
    *,
    day: date,
    location_ids: Collection[int],
    now: datetime,
    practitioner_id: int | None = None,
    state: DayState | None = None,
) -> DaySheet:
    """The appointments of a local date at these locations, by time; one statement. `now` is UTC.

    The counts and the choice of practitioners ignore the filter by state, so that both stay clickable.
    """
    everyone = read_rows("a.local_date = %(day)s AND a.location_id = ANY(%(locations)s)",
                         {"day": day, "locations": list(location_ids)}, now=now)  # fmt: skip
    people = sorted(
        {(row.practitioner_id, row.practitioner) for row in everyone if row.practitioner_id},
        key=lambda pair: pair[1],
    )
    theirs = [row for row in everyone if practitioner_id in (None, row.practitioner_id)]
    counts = Counter(row.state for row in theirs)
    rows = [row for row in theirs if state in (None, row.state)]
    return DaySheet(rows=rows, counts=counts, practitioners=[(pk, name) for pk, name in people if pk])


def rows_of(appointment_ids: Sequence[int], *, now: datetime) -> list[DayRow]:
    """The same facts for chosen appointments, by time."""
    return read_rows("a.id = ANY(%(ids)s)", {"ids": list(appointment_ids)}, now=now)


def read_rows(condition: str, given: Mapping[str, Value], *, now: datetime) -> list[DayRow]:
    """Rows of appointments `a` that meet a condition written in SQL; never made from what users type."""
    with connection.cursor() as cursor:
        cursor.execute(_READ.replace("__WHERE__", condition), {**given, "now": now})
        return [DayRow(*row) for row in cursor.fetchall()]


def digest(value: object) -> str:
    """A short token of anything whose `repr` tells it whole."""
    return blake2b(repr(value).encode(), digest_size=8).hexdigest()


_READ = """
WITH a AS (SELECT * FROM reminders_appointment a WHERE __WHERE__)
SELECT a.id, l.id, l.name, l.zone, l.country, a.starts_at, a.local_date, a.local_time, a.duration, a.status,
       a.notes, c.id, c.name, c.phone,
       c.phone <> '' AND EXISTS (
           SELECT 1 FROM reminders_suppression s WHERE s.phone = c.phone AND s.lifted_at IS NULL),
       p.id, coalesce(p.name, ''), coalesce(v.name, ''),
       o.id, coalesce(o.kind, ''), coalesce(o.rule, ''), coalesce(o.text, ''), coalesce(o.state, ''),
       coalesce(o.words, ''), o.scheduled_at,
       coalesce(t.told, false), coalesce(t.stale, false), t.next_at, coalesce(t.reason, ''),
       coalesce(i.text, ''), i.received_at, coalesce(k.kind, '')
FROM a
JOIN reminders_location l ON l.id = a.location_id
JOIN reminders_contact c ON c.id = a.contact_id
LEFT JOIN reminders_practitioner p ON p.id = a.practitioner_id
LEFT JOIN reminders_service v ON v.id = a.service_id
LEFT JOIN LATERAL (
    SELECT m.id, m.kind, m.text, m.state, m.words, m.scheduled_at,
           (SELECT u.kind FROM reminders_reminder r JOIN reminders_reminderrule u ON u.id = r.rule_id
            WHERE r.message_id = m.id LIMIT 1) AS rule
    FROM (SELECT r.message_id AS id FROM reminders_reminder r
          WHERE r.appointment_id = a.id AND r.message_id IS NOT NULL
          UNION
          SELECT own.id FROM reminders_message own WHERE own.appointment_id = a.id) mine
    JOIN reminders_message m ON m.id = mine.id
    WHERE m.state <> 'cancelled' AND (m.scheduled_at <= %(now)s OR m.final_at IS NOT NULL)
    ORDER BY m.scheduled_at DESC, m.created_at DESC LIMIT 1
) o ON true
LEFT JOIN LATERAL (
    SELECT bool_or(r.starts_at = a.starts_at AND r.location_id = a.location_id AND r.phone = c.phone
                   AND m.scheduled_at <= %(now)s
                   AND m.state IN ('accepted', 'enroute', 'held', 'submitted', 'delivered', 'unknown')
                  ) AS told,
           bool_or((r.starts_at <> a.starts_at OR r.location_id <> a.location_id
                    OR (a.status = 'cancelled' AND m.cancel_requested_at IS NOT NULL))
                   AND r.phone = c.phone AND m.state IN ('enroute', 'submitted', 'delivered')
                   AND NOT EXISTS (
                       SELECT 1 FROM reminders_message fix
                       WHERE fix.appointment_id = a.id AND fix.kind = 'correction'
                         AND fix.state <> 'cancelled' AND fix.created_at > m.scheduled_at))
               AND NOT coalesce(bool_or(
                   r.starts_at = a.starts_at AND r.location_id = a.location_id AND a.status <> 'cancelled'
                   AND m.state IN ('enroute', 'submitted', 'delivered')), false) AS stale,
           min(coalesce(m.scheduled_at, r.due_at)) FILTER (
               WHERE r.version = a.version AND coalesce(m.scheduled_at, r.due_at) > %(now)s
                 AND r.state IN ('planned', 'sending', 'sent', 'withdrawing')) AS next_at,
           (array_agg(r.reason ORDER BY r.due_at) FILTER (
               WHERE r.version = a.version AND r.reason <> ''
                 AND r.state IN ('skipped', 'expired', 'failed')))[1] AS reason
    FROM reminders_reminder r LEFT JOIN reminders_message m ON m.id = r.message_id
    WHERE r.appointment_id = a.id
) t ON true
LEFT JOIN LATERAL (
    SELECT y.text, y.received_at
    FROM reminders_reply_appointments ra JOIN reminders_reply y ON y.id = ra.reply_id
    WHERE ra.appointment_id = a.id ORDER BY y.received_at DESC LIMIT 1
) i ON true
LEFT JOIN LATERAL (
    SELECT k.kind FROM reminders_card k
    WHERE k.done_at IS NULL
      AND (k.appointment_id = a.id OR (k.appointment_id IS NULL AND k.contact_id = a.contact_id))
    ORDER BY k.kind IN ('declined', 'unreachable', 'stale'), k.opened_at DESC LIMIT 1
) k ON true
ORDER BY a.starts_at, c.last_name, c.first_name, a.id
"""
