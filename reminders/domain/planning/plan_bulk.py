"""Plan many appointments by planning one of each kind: those that differ only in whom they are for.

A rule's times depend on the start, the place and the moment an appointment became known, so an
import of a hundred thousand has a few thousand different answers. Which they are is still up to
`planning`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from reminders.domain.planning import statements
from reminders.domain.planning.desired import DesiredReminder, PlannableAppointment
from reminders.domain.planning.event_rules import event_texts
from reminders.domain.planning.rule_book import RuleSet
from reminders.domain.planning.staging import asked_of, stage
from reminders.models import ReminderRule, VisitChange
from reminders.models.in_sql.rows import read_dicts
from reminders.models.in_sql.states import STATES

OF_CHANGE = ("version", "at", "knew", "knew_starts_at", "knew_location_id", "telling")


def as_array(ids: Sequence[int]) -> str:
    """These ids as PostgreSQL writes them: made once for several statements, quicker than by the
    driver.
    """
    return "{" + ",".join(map(str, ids)) + "}"


def read_representatives(
    cursor: Any, ids: str, *, book: RuleSet, fresh: bool = False
) -> list[PlannableAppointment]:  # Any: Django's cursor
    """Lock these appointments in the order of their ids; return one of each kind.

    Nobody else sees those that are `fresh`, made by this very transaction.
    """
    # A service without rules of its own makes no difference to what is planned.
    special = {rule.service_id for rule in book.rules if rule.service_id is not None}
    people = {rule.practitioner_id for rule in book.rules if rule.practitioner_id is not None}
    given = asked_of(book) | {"special": list(special), "special_people": list(people)}
    cursor.execute(_CREATE)
    # Locks all of them, not only one of each kind: the others are written to as well.
    cursor.execute(_READ_FRESH if fresh else _READ, given | {"ids": ids})
    cursor.execute(_REPRESENTATIVES)
    return [_plannable(row) for row in read_dicts(cursor)]


def _plannable(row: dict[str, Any]) -> PlannableAppointment:  # Any: columns of several types
    times = {name: _instant(row[name]) for name in ("starts_at", "changed_at")}
    return PlannableAppointment(**(row | times))


# Read as text: a diary has few different times, and a driver reads each one again.
@lru_cache(maxsize=16_384)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def give_representatives(cursor: Any, wanted: Iterable[DesiredReminder]) -> None:  # Any: as above
    """Lay out what each representative is to have."""
    with cursor.copy("COPY wanted_alike FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(("int8", "int8", "timestamptz", "timestamptz", "text"))
        for row in wanted:
            copy.write_row((row.appointment_id, row.rule_id, row.due_at, row.cutoff_at, row.reason))


def expand_to_all(cursor: Any) -> None:  # Any: as above
    """Give every appointment what its representative was given."""
    cursor.execute(_EXPAND)


def write_fresh(cursor: Any, *, now: datetime, until: datetime) -> tuple[int, bool]:
    """Write what is laid out for appointments that this transaction has made, of which there can
    be nothing yet; return how many reminders, and whether one is due `until` then.
    """
    cursor.execute(_ADD_FRESH, STATES | {"now": now})
    written = cursor.rowcount
    cursor.execute(_ANY_FRESH_DUE, {"until": until})
    return written, bool(cursor.fetchone()[0])


def find_events(cursor: Any, *, book: RuleSet) -> bool:  # Any: as above
    """Find the appointments of which something happened that a rule tells of; whether any."""
    if not book.events:
        return False
    after = [rule.changed_at for rule in book.events if rule.kind == ReminderRule.Kind.AFTER]
    cursor.execute(_FIND_EVENTS, STATES | {"after": min(after, default=None)})
    return bool(cursor.rowcount)


def stage_events_of_kinds(cursor: Any, *, book: RuleSet) -> None:  # Any: as above
    """What `staging.stage_events` does, of the appointments that `find_events` found."""
    cursor.execute(_EVENT_REPRESENTATIVES)
    subjects, changes = [], {}
    for row in read_dicts(cursor):
        of_change = {name: row.pop(f"change_{name}") for name in OF_CHANGE}
        subject = _plannable(row)
        subjects.append(subject)
        if of_change["version"] is not None:
            changes[subject.id] = VisitChange(appointment_id=subject.id, **of_change)
    texts = event_texts(subjects, changes, book=book)
    stage(cursor, texts.wanted, into="wanted_event")
    cursor.execute(_EXPAND_EVENTS)
    if texts.giving_way:
        appointments, rules = map(list, zip(*texts.giving_way, strict=True))
        given = {"appointments": appointments, "rules": rules}
        cursor.execute(_GIVE_WAY, STATES | given)


_CREATE = """
CREATE TEMP TABLE IF NOT EXISTS planned_alike (
    id bigint, version int, status text, starts_at timestamptz, local_date date,
    changed_at timestamptz, location_id bigint, service_id bigint, no_more_texts bool, phone text,
    channel text, opted_out bool, wrong_number bool, practitioner_id bigint, new_patient bool,
    last_missed timestamptz,
    like_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS wanted_alike (
    like_id bigint, rule_id bigint, due_at timestamptz, cutoff_at timestamptz, reason text
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS event_alike (
    LIKE planned_alike, change_version int, change_at timestamptz, change_knew text,
    change_knew_starts_at timestamptz, change_knew_location_id bigint, change_telling text,
    event_id bigint
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS wanted_event (LIKE wanted_reminder) ON COMMIT DELETE ROWS;
TRUNCATE planned_alike, wanted_alike, event_alike, wanted_event
"""

_READ_FRESH = """
INSERT INTO planned_alike
WITH locked AS MATERIALIZED (SELECT <columns> <locked>)
SELECT locked.*, min(id) OVER (
    PARTITION BY
        starts_at, changed_at, location_id,
        CASE WHEN service_id = ANY(%(special)s::bigint[]) THEN service_id END,
        CASE WHEN practitioner_id = ANY(%(special_people)s::bigint[]) THEN practitioner_id END,
        new_patient, status, no_more_texts, phone = '', channel, opted_out, wrong_number,
        last_missed
)
FROM locked
""".replace("<columns>", statements.PLANNABLE_COLUMNS)
_READ = _READ_FRESH.replace("<locked>", statements.LOCKED)
_READ_FRESH = _READ_FRESH.replace("<locked>", "")

# Times as text: a diary has few different ones, and the driver would read each again.
_COLUMNS = """
    id, version, status, starts_at::text, local_date, changed_at::text, location_id, service_id,
    no_more_texts, phone, channel, opted_out, wrong_number, practitioner_id, new_patient,
    last_missed
"""
_REPRESENTATIVES = "SELECT <columns> FROM planned_alike WHERE id = like_id".replace(
    "<columns>", _COLUMNS
)

_EXPAND = """
INSERT INTO wanted_reminder
SELECT
    planned.id, wanted.rule_id, planned.version, wanted.due_at, wanted.cutoff_at, wanted.reason,
    planned.location_id, planned.starts_at, planned.local_date, planned.phone, 0
FROM wanted_alike wanted
JOIN planned_alike planned ON planned.like_id = wanted.like_id
"""

_ADD_FRESH = """
INSERT INTO reminders_reminder (
    appointment_id, rule_id, version, state, reason, due_at, cutoff_at,
    location_id, starts_at, local_date, phone, forced, updated_at
)
SELECT
    planned.id, wanted.rule_id, planned.version, <state>, wanted.reason, wanted.due_at,
    wanted.cutoff_at, planned.location_id, planned.starts_at, planned.local_date, planned.phone,
    false, %(now)s
FROM wanted_alike wanted
JOIN planned_alike planned ON planned.like_id = wanted.like_id
""".replace("<state>", statements.WANTED_STATE)

_ANY_FRESH_DUE = """
SELECT EXISTS (SELECT 1 FROM wanted_alike WHERE reason = '' AND due_at <= %(until)s)
"""

# Those of which something is noted, and where a rule tells of visits that are over, all of these.
# Alike are those that are so but for what happened, too, and of which nothing was changed since.
_FIND_EVENTS = """
INSERT INTO event_alike
SELECT planned.*, change.version, change.at, change.knew, change.knew_starts_at,
       change.knew_location_id, change.telling,
       min(planned.id) OVER (PARTITION BY planned.like_id, planned.version > change.version,
           change.at, change.knew, change.knew_starts_at, change.knew_location_id, change.telling)
FROM planned_alike planned
LEFT JOIN reminders_visitchange change ON change.appointment_id = planned.id
WHERE change.appointment_id IS NOT NULL
   OR planned.starts_at >= %(after)s::timestamptz AND planned.status = ANY(%(took_place)s)
"""

_EVENT_REPRESENTATIVES = """
SELECT <columns>, change_version, change_at, change_knew, change_knew_starts_at,
       change_knew_location_id, change_telling
FROM event_alike WHERE id = event_id
""".replace("<columns>", _COLUMNS)

# When and where a text tells of may be what the patient knew; the rest is each appointment's own.
_EXPAND_EVENTS = """
INSERT INTO wanted_reminder
SELECT
    each.id, wanted.rule_id, each.version, wanted.due_at, wanted.cutoff_at, wanted.reason,
    wanted.location_id, wanted.starts_at, each.local_date, each.phone,
    CASE WHEN wanted.told_since = 0 THEN 0 ELSE each.change_version END
FROM wanted_event wanted
JOIN event_alike each ON each.event_id = wanted.appointment_id
"""

_GIVE_WAY = """
UPDATE wanted_reminder wanted SET reason = %(reason_told)s
FROM unnest(%(appointments)s::bigint[], %(rules)s::bigint[]) AS given (event_id, rule_id)
JOIN event_alike each ON each.event_id = given.event_id
WHERE (wanted.appointment_id, wanted.rule_id) = (each.id, given.rule_id) AND wanted.reason = ''
"""
