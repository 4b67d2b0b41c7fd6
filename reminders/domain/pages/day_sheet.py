"""The day sheet: every appointment of a day with its one state, the last texts, and the counts.

What `day_sheet_sql` reads is judged here in plain code; how it looks is the page's business.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache, cached_property
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from reminders.domain.common.etags import digest
from reminders.domain.common.rows import fetch
from reminders.domain.pages.day_sheet_sql import ROWS, STANDINGS
from reminders.models import InboxItem, Message, Reminder, ReminderRule
from reminders.models.in_sql.states import STATES, as_text

FAILED: frozenset[str] = frozenset(Message.UNDELIVERED)
_MAY_HAVE_ARRIVED = (*Message.AT_PROVIDER, Message.State.DELIVERED, Message.State.UNKNOWN)
# Told that it is booked, a patient is still to be asked.
_ONLY_COURTESY = frozenset(ReminderRule.EVENTS) - {ReminderRule.Kind.MOVED}
_GIVEN = STATES | {
    "may_have_arrived": as_text(_MAY_HAVE_ARRIVED),
    "only_courtesy": as_text(_ONLY_COURTESY),
}
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
    str(kind)
    for kind in (
        InboxItem.Kind.DECLINED,
        InboxItem.Kind.UNREACHABLE,
        InboxItem.Kind.STALE,
        InboxItem.Kind.UNTOLD,
    )
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
        """The state as staff read it, in a word or two."""
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
    "booked": "Told it is booked",
    "moved": "Told of the move",
    "cancelled": "Told it is cancelled",
    "missed": "Wrote that they were missed",
    "after": "Wrote after the visit",
    "staff": "Your text",
    "answer": "Answered",
    "correction": "Corrected",
    "notice": "Told",
    "offer": "Asked to come sooner",
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
    represented: bool
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
    card_id: int | None

    @property
    def state(self) -> DayState:
        """The one state, decided from the row alone."""
        return _state(
            self.status,
            self.card_kind,
            self.out_state,
            self.reason,
            # Somebody else was told: the patient is to be called, as if nothing had gone out.
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
        # The present state first: a stored reason is of the day when it was planned.
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
    """What decides the state of one appointment of a day; the fields are those of `DayRow`.

    `starts` is in seconds since 1970, `initial` the first letter of the name by which the patient
    is looked up.
    """

    id: int
    location_id: int
    starts: int
    initial: str
    practitioner_id: int | None
    practitioner: str
    status: str
    textable: bool
    out_state: str
    told: bool
    reason: str
    card_kind: str

    @property
    def letter(self) -> str:
        """The letter under which a list of names has this patient."""
        return letter_of(self.initial)

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

    Only a booked appointment looks at its texts: `STANDINGS` reads them of no other.
    """
    if status in SETTLED:
        return DayState(status)
    # Before the answer: a confirmed visit with an unread remark must not look settled.
    if card_kind and card_kind not in NOT_A_REPLY:
        return DayState.CHECK
    if status in (DayState.DECLINED, DayState.CONFIRMED):
        return DayState(status)
    # Before “asked”: the last text decides, also where an earlier one had arrived.
    if out_state in FAILED:
        return DayState.UNREACHABLE
    if told:
        return DayState.ASKED
    return (
        DayState.UNREACHABLE if reason in UNREACHABLE_REASONS or not textable else DayState.NOTHING
    )


@cache
def letter_of(initial: str) -> str:
    """“E” for “É” and “e”; “#” for what is no letter."""
    # Kept: there are a few dozen of them, and a day asks for two thousand.
    plain = unicodedata.normalize("NFKD", initial).upper()[:1]
    return plain if plain.isalpha() else "#"


@dataclass(frozen=True)
class DaySheet:
    """A day's appointments as filtered, with the counts of what the state filter would leave.

    All that is shown of a page's worth of them is read by `rows_of`.
    """

    everyone: list[DayStanding]
    rows: list[DayStanding]
    counts: Counter[DayState]
    practitioners: list[tuple[int, str]]

    @property
    def total(self) -> int:
        """Appointments before the filter by state."""
        return sum(self.counts.values())

    @cached_property
    def letters(self) -> list[str]:
        """The letters that the patients' names begin with, before the filters by state and
        letter.
        """
        return sorted({row.letter for row in self.everyone})


def day_sheet(
    *,
    days: Mapping[int, date],
    now: datetime,
    practitioner_id: int | None = None,
    state: DayState | None = None,
    letter: str = "",
) -> DaySheet:
    """The appointments of each location's local date, by location as given and then by time.

    `now` is UTC. One statement for each date there is among `days`: one, unless midnight lies
    between the locations. The counts and the choice of practitioners ignore the filters by state
    and letter, so that all stay clickable.
    """
    everyone: list[DayStanding] = []
    for day in sorted(set(days.values())):
        places = sorted(place for place, its_day in days.items() if its_day == day)
        given = _GIVEN | {"day": day, "locations": places, "now": now}
        everyone += fetch(DayStanding, STANDINGS, given)
    order = {place: number for number, place in enumerate(days)}
    # Stable: within a location the statement's order by time and name stays.
    everyone.sort(key=lambda row: order[row.location_id])
    people = sorted(
        {(row.practitioner_id, row.practitioner) for row in everyone if row.practitioner_id},
        key=lambda pair: pair[1],
    )
    # Worked out once for each row: the state is a property that decides anew each time.
    theirs = [
        (row, row.state) for row in everyone if practitioner_id in (None, row.practitioner_id)
    ]
    rows = [row for row, one in theirs if state in (None, one) and letter in ("", row.letter)]
    return DaySheet(
        everyone=[row for row, _ in theirs],
        rows=rows,
        counts=Counter(one for _, one in theirs),
        practitioners=[(pk, name) for pk, name in people if pk],
    )


def rows_of(appointment_ids: Sequence[int], *, now: datetime) -> list[DayRow]:
    """All that is shown of chosen appointments, by time; one statement."""
    return fetch(DayRow, ROWS, _GIVEN | {"ids": list(appointment_ids), "now": now})
