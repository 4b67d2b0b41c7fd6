"""Count what an import would do, and sum it up so that a later look can tell whether it is still
so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.clock import rule_schedule, wall_time
from reminders.domain.diary_import.write.follow_up import OTHERWISE_NAMED
from reminders.domain.planning import handed_over
from reminders.domain.planning.rule_book import RuleSet
from reminders.models.in_sql.rows import read_dicts
from reminders.models.in_sql.states import IS_WITHDRAWABLE, withdrawable_at

FEW = 10
"""So few rows that a share of them says nothing."""


@dataclass
class Counts:
    """What an import does or would do. `fingerprint` sums up every row's outcome with its old
    values.

    `apart`: new people who came with the patient number of somebody else.

    `expected` coming appointments stand in the diary within the file's dates, which are `first_day`
    to `last_day`.

    `left_out` are rows that are no appointment, by a code of `left_out.Reason`, with the first few
    of each in `left_out_rows`; `set_aside` columns that are only kept; `errors` rows that were left
    because of a mistake. New names stand with the number of their rows.
    """

    rows: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    cannot_be_reminded: int = 0
    moved: int = 0
    cancelled: int = 0
    flagged: int = 0
    expected: int = 0
    new_contacts: int = 0
    changed_contacts: int = 0
    apart: int = 0
    first_day: str = ""
    last_day: str = ""
    to_withdraw: int = 0
    to_withdraw_with_gone: int = 0
    at_once: int = 0
    new_practitioners: list[tuple[str, int]] = field(default_factory=list)
    new_services: list[tuple[str, int]] = field(default_factory=list)
    fingerprint: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    left_out_rows: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)
    errors: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain values, for the Import's `counts`."""
        return asdict(self)


def count_result() -> Counts:
    """Read the counts from the tables that matching filled."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT)
        [rows] = read_dicts(cursor)
        cursor.execute(_COUNT_CONTACTS)
        [people] = read_dicts(cursor)
        fingerprint = f"{rows.pop('signs')}/{people.pop('signs')}"
        counts = Counts(**rows, **people, fingerprint=fingerprint)
        cursor.execute(_NEW_NAMES.format(table="practitioner"))
        counts.new_practitioners = cursor.fetchall()
        cursor.execute(_NEW_NAMES.format(table="service"))
        counts.new_services = cursor.fetchall()
    return counts


def second_question(counts: Mapping[str, Any], *, cancel_gone: bool) -> str:
    """What wants a second yes before it is done, in words; "" when nothing does.

    That is cancelling more than a fifth of the diary within the file's dates, because appointments
    are gone from the file or because it calls many of them cancelled.
    """
    gone = int(counts.get("gone", 0)) if cancel_gone else 0
    called = int(counts.get("cancelled", 0))
    cancelled, expected = gone + (called if called >= FEW else 0), int(counts.get("expected", 0))
    if cancelled * 5 > expected and cancelled:
        share = f", {round(100 * cancelled / expected)} % of those in its dates" if expected else ""
        return f"cancel {cancelled:,} {'appointment' if cancelled == 1 else 'appointments'}{share}"
    return ""


def list_without_phone(*, limit: int) -> list[tuple[int, str]]:
    """Rows whose patient cannot be texted: their numbers, with a code of `PhoneProblem`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, cannot FROM import_result WHERE cannot <> '' ORDER BY number LIMIT %s",
            [limit],
        )
        return [(number, code) for number, code in cursor.fetchall()]


def texts_to_withdraw(*, cancel_gone: bool, now: datetime) -> int:
    """How many texts that the provider holds the import would withdraw."""
    named = []
    with connection.cursor() as cursor:
        for names, statement in OTHERWISE_NAMED:
            cursor.execute(statement, {"now": now})
            named += handed_over.mentioning([row[0] for row in cursor.fetchall()], names, now=now)
        given = withdrawable_at(now) | {"now": now, "cancel": cancel_gone, "named": named}
        cursor.execute(_TO_WITHDRAW, given)
        return int((cursor.fetchone() or (0,))[0])


def texts_at_once(*, now: datetime) -> int:
    """How many texts the import would send at once, as it stands before anything of it is
    written.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TEXTS, {"now": now})
        cursor.execute(
            "SELECT DISTINCT location_id, service_id, starts_at, confirmed FROM import_texts"
        )
        due = list(_due_slots(cursor.fetchall(), now=now))
        if not due:
            return 0
        cursor.execute(_COUNT_TEXTS, [list(column) for column in zip(*due, strict=True)])
        return int((cursor.fetchone() or (0,))[0])


def _due_slots(slots: Iterable[tuple[Any, ...]], *, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Each slot with each rule of which a text would be due at once."""
    book = RuleSet.load()
    # Slots and not rows: thousands of visits begin at a few hundred different moments.
    for location_id, service_id, starts_at, confirmed in slots:
        for rule in book.rules_for(location_id, service_id):
            plan = rule_schedule.plan(
                rule.schedule,
                book.hours[location_id],
                starts_at=starts_at,
                known_since=max(now, rule.changed_at),
            )
            due = plan.skipped is None and plan.due_at <= now + wall_time.SECOND
            # Who missed a visit is known of people, not of slots: their few extra texts are left
            # out.
            if due and not rule.missed_within and not (confirmed and rule.not_if_confirmed):
                yield location_id, service_id, starts_at, confirmed, rule.id


_COUNT = """
SELECT count(*) AS rows,
       count(*) FILTER (WHERE r.outcome = 'new') AS new,
       count(*) FILTER (WHERE r.outcome = 'changed') AS changed,
       count(*) FILTER (WHERE r.outcome = 'unchanged') AS unchanged,
       count(*) FILTER (WHERE r.cannot <> '') AS cannot_be_reminded,
       count(*) FILTER (WHERE r.moved) AS moved,
       count(*) FILTER (WHERE r.status_to = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE s.words IS NOT NULL) AS flagged,
       coalesce(sum(hashtextextended(concat_ws(
           '|', r.number, r.outcome, r.appointment_id, r.contact_id, r.status_to, r.moved,
           r.other_person, r.other_service, r.other_practitioner, r.contact_changed, a.version,
           r.cannot
       ), 0)::numeric), 0) AS signs
FROM import_result r JOIN import_staged s ON s.number = r.number
LEFT JOIN reminders_appointment a ON a.id = r.appointment_id
"""

_COUNT_CONTACTS = """
SELECT (SELECT count(*) FROM import_people p
        WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)) AS new_contacts,
       (SELECT count(*) FROM import_contact_change) AS changed_contacts,
       (SELECT count(*) FROM import_apart) AS apart,
       (SELECT coalesce(sum(hashtextextended(concat_ws('|', contact_id, details), 0)::numeric), 0)
        FROM import_contact_change) AS signs
"""

_NEW_NAMES = """
SELECT named.* FROM (
    SELECT {table} AS name, count(*) FROM import_staged WHERE {table} IS NOT NULL GROUP BY 1
) named
WHERE NOT EXISTS (SELECT 1 FROM reminders_{table} x WHERE x.name = named.name)
ORDER BY 1 LIMIT 50
"""

_TO_WITHDRAW = """
SELECT count(*) FROM (SELECT message.id
FROM (
    SELECT appointment_id FROM import_result WHERE matters AND appointment_id IS NOT NULL
    UNION SELECT a.id FROM import_contact_change x
        JOIN reminders_appointment a ON a.contact_id = x.contact_id
        WHERE x.matters AND a.starts_at > %(now)s
    UNION SELECT appointment_id FROM import_gone WHERE %(cancel)s
) changed
JOIN reminders_reminder r ON r.appointment_id = changed.appointment_id
    AND r.state = ANY(%(handed_over)s)
JOIN reminders_message message ON message.id = r.message_id AND <withdrawable>
UNION SELECT unnest(%(named)s::uuid[])) texts
""".replace("<withdrawable>", IS_WITHDRAWABLE)

_TEXTS = """
DROP TABLE IF EXISTS pg_temp.import_texts;
CREATE TEMP TABLE import_texts ON COMMIT DROP AS
SELECT location_id, service_id, starts_at, status = 'confirmed' AS confirmed, id, phone, local_date
FROM (
    SELECT s.number AS id, s.local_date, s.location_id,
           coalesce(r.service_id, a.service_id) AS service_id, s.starts_at,
           coalesce(s.phone, c.phone) AS phone,
           coalesce(r.status_to, s.status, a.status, 'booked') AS status,
           coalesce(a.no_more_texts, false) OR coalesce(x.channel, c.channel, 'sms') = 'none'
               OR s.person IN (SELECT person FROM import_people WHERE texts <> 'yes')
               OR coalesce(c.wrong_number = coalesce(s.phone, c.phone), false) AS unwanted
    FROM import_result r JOIN import_staged s ON s.number = r.number
    LEFT JOIN reminders_appointment a ON a.id = r.appointment_id
    LEFT JOIN reminders_contact c ON c.id = r.contact_id
    LEFT JOIN import_contact_change x ON x.contact_id = c.id
    WHERE (r.outcome = 'new' OR r.matters) AND r.cannot = '' AND s.starts_at > %(now)s
    UNION ALL
    SELECT -a.id, a.local_date, a.location_id, a.service_id, a.starts_at,
           coalesce(x.phone, c.phone), a.status,
           a.no_more_texts OR coalesce(x.channel, c.channel) = 'none'
               OR c.wrong_number = coalesce(x.phone, c.phone)
    FROM import_contact_change x JOIN reminders_contact c ON c.id = x.contact_id
    JOIN reminders_appointment a ON a.contact_id = c.id
    WHERE x.matters AND a.starts_at > %(now)s
      AND NOT EXISTS (SELECT 1 FROM import_result r WHERE r.appointment_id = a.id AND r.touched)
) t
WHERE status IN ('booked', 'confirmed') AND phone <> '' AND NOT unwanted AND NOT EXISTS (
    SELECT 1 FROM reminders_suppression p WHERE p.phone = t.phone AND p.lifted_at IS NULL)
"""

# A family shares one text about a day, where the location wants it so.
_COUNT_TEXTS = """
SELECT count(DISTINCT (t.location_id, d.rule_id, t.phone, t.local_date,
                       CASE WHEN l.family_messages THEN 0 ELSE t.id END))
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::boolean[], %s::bigint[])
    AS d (location_id, service_id, starts_at, confirmed, rule_id)
JOIN import_texts t
    ON (t.location_id, t.starts_at, t.confirmed) = (d.location_id, d.starts_at, d.confirmed)
    AND t.service_id IS NOT DISTINCT FROM d.service_id
JOIN reminders_location l ON l.id = t.location_id
"""
