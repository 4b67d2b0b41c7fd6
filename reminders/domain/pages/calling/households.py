"""The households of the call list as they are shown: their visits, and what was tried.

What follows from a call is `diary.calls`' business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from reminders.domain.common.audit import name_of
from reminders.domain.common.etags import digest, etag
from reminders.domain.pages.calling.whom import (
    CORRECTABLE,
    AppointmentToCall,
    Obstacle,
    Section,
    section_of,
)
from reminders.domain.pages.day_sheet import DayRow, rows_of
from reminders.domain.phones.parsing import PROBLEM_WORDS
from reminders.models import CallAttempt, Contact, Message, Reminder


class Try(NamedTuple):
    """What was done to reach a patient: a text with its state, or a call with its outcome.

    `code` is a message's state or a call's outcome, `words` the news or who called. Times UTC.
    """

    appointment_id: int
    at: datetime
    is_call: bool
    code: str
    words: str


class RawNumber(NamedTuple):
    """What was given as a patient's number, to be corrected; `seen` is the etag of their row."""

    given: str
    problem: str
    seen: str


@dataclass(frozen=True, slots=True)
class CallRow:
    """An appointment to call about: what the day sheet knows, the obstacle, what was tried.

    `raw` is there where another number would help.
    """

    day: DayRow
    obstacle: Obstacle
    tries: tuple[Try, ...]
    raw: RawNumber | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """The appointments that one call can settle: all on one phone, or a single one without."""

    phone: str
    section: Section
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
        return digest([(row.day.digest, row.obstacle, row.tries, row.raw) for row in self.rows])


def households(groups: Sequence[Sequence[AppointmentToCall]], *, now: datetime) -> list[Household]:
    """All that is shown of these groups; four statements, however many. Keeps the order."""
    ids = [found.id for group in groups for found in group]
    rows = {row.id: row for row in rows_of(ids, now=now)} if ids else {}
    tries = _tries(ids)
    raw = _raw_numbers(
        {
            rows[one.id].contact_id
            for group in groups
            for one in group
            if one.id in rows and _correctable(one, rows[one.id])
        }
    )
    listed = []
    for group in groups:
        calls = [
            CallRow(
                rows[found.id],
                Obstacle(found.obstacle),
                tuple(tries.get(found.id, ())),
                raw.get(rows[found.id].contact_id) if _correctable(found, rows[found.id]) else None,
            )
            for found in group
            # An appointment may have been deleted between the two statements.
            if found.id in rows
        ]
        if calls:
            listed.append(Household(group[0].phone, section_of(group), tuple(calls)))
    return listed


def _correctable(found: AppointmentToCall, row: DayRow) -> bool:
    """Whether the number can be corrected here: that of somebody else is corrected with them."""
    return found.obstacle in CORRECTABLE and not row.represented


def _raw_numbers(contact_ids: Collection[int]) -> dict[int, RawNumber]:
    """What was given as these people's numbers."""
    people = Contact.objects.filter(pk__in=contact_ids) if contact_ids else ()
    problems = {str(problem): words for problem, words in PROBLEM_WORDS.items()}
    return {
        one.pk: RawNumber(
            one.phone_as_given or one.phone,
            problems.get(one.phone_problem, ""),
            etag(one),
        )
        for one in people
    }


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
