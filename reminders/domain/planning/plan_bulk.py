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

from reminders.domain.planning.rule_book import RuleSet


def as_array(ids: Sequence[int]) -> str:
    """These ids as PostgreSQL writes them: made once for several statements, quicker than by the
    driver.
    """
    return "{" + ",".join(map(str, ids)) + "}"


def read_representatives(
    cursor: Any, ids: str, *, book: RuleSet
) -> list[tuple[Any, ...]]:  # Any: Django's cursor and its rows
    """Lock these appointments in the order of their ids; return one of each kind, as `Subject` has
    them.
    """
    special = {rule.service_id for rule in book.rules if rule.service_id is not None}
    cursor.execute(_TABLES)
    cursor.execute(_READ, {"ids": ids, "special": list(special)})
    cursor.execute(_REPRESENTATIVES)
    return [
        (*row[:3], _instant(row[3]), row[4], _instant(row[5]), *row[6:])
        for row in cursor.fetchall()
    ]


# Read as text: a diary has few different times, and a driver reads each one anew.
@lru_cache(maxsize=65_536)
def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def expand_to_all(
    cursor: Any, wanted: Iterable[tuple[int, int, datetime, datetime, str]]
) -> None:  # Any: Django's cursor
    """Give every appointment what its representative was given: id, rule, due, cut-off and reason."""
    with cursor.copy("COPY wanted_alike FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "int8", "timestamptz", "timestamptz", "text"])
        for row in wanted:
            copy.write_row(row)
    cursor.execute(_EXPAND)


_TABLES = """
CREATE TEMP TABLE IF NOT EXISTS planned_alike (
    id bigint, version int, status text, starts_at timestamptz, local_date date, changed_at timestamptz,
    location_id bigint, service_id bigint, no_more_texts bool, phone text, channel text, opted_out bool,
    wrong_number bool, like_id bigint) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS wanted_alike (
    like_id bigint, rule_id bigint, due_at timestamptz, cutoff_at timestamptz, reason text)
ON COMMIT DELETE ROWS;
TRUNCATE planned_alike, wanted_alike
"""

_READ = """
INSERT INTO planned_alike
WITH locked AS MATERIALIZED (
    SELECT a.id, a.version, a.status, a.starts_at, a.local_date, a.changed_at, a.location_id, a.service_id,
           a.no_more_texts, c.phone, c.channel,
           c.phone <> '' AND EXISTS (
               SELECT 1 FROM reminders_suppression s WHERE s.phone = c.phone
                   AND s.lifted_at IS NULL) AS opted_out,
           c.wrong_number <> '' AND c.wrong_number = c.phone AS wrong_number
    FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
    WHERE a.id = ANY(%(ids)s) ORDER BY a.id FOR NO KEY UPDATE OF a
)
SELECT locked.*, min(id) OVER (
    PARTITION BY starts_at, changed_at, location_id,
        CASE WHEN service_id = ANY(%(special)s::bigint[]) THEN service_id END,
        status, no_more_texts, phone = '', channel, opted_out, wrong_number)
FROM locked
"""

_REPRESENTATIVES = """
SELECT id, version, status, starts_at::text, local_date, changed_at::text, location_id, service_id,
    no_more_texts, phone, channel, opted_out, wrong_number
FROM planned_alike WHERE id = like_id
"""

_EXPAND = """
INSERT INTO wanted_reminder
SELECT p.id, w.rule_id, p.version, w.due_at, w.cutoff_at, w.reason, p.location_id, p.starts_at,
    p.local_date, p.phone
FROM wanted_alike w JOIN planned_alike p ON p.like_id = w.like_id
"""
