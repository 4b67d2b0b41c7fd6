"""What each staged row means for the diary: a new appointment, a change of one, or nothing new.

Only reads; the outcome stands in temporary tables that `summary` counts and `applying` carries
out. An appointment is found by its diary id, else by location, phone and start. Who the people are
is `identity`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.diary_import.problems import MOST_SHOWN, Problems
from reminders.domain.diary_import.read.cells.names import same_name_in_sql
from reminders.domain.diary_import.write import aliases
from reminders.domain.diary_import.write.identity import gather_people, recognise_people


def match_rows(*, diary: str, now: datetime, only: frozenset[int] | None = None) -> None:
    """Fill the tables `import_match` and `import_result`, and those of `identity`.

    `only` are the locations whose people may be changed and linked, without it all. Each row that
    may change keeps the `xmin` with which it was compared, for `locking`.
    """
    given: dict[str, Any] = {"diary": diary, "now": now}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_match, pg_temp.import_result")
        gather_people()
        cursor.execute(_MATCH_BY_ID, given)
        cursor.execute(_MATCH_BY_PLACE, given)
        if aliases.any_merged():
            cursor.execute(aliases.MATCH_BY_PLACE, given)
        cursor.execute("ANALYZE import_match")
        recognise_people(diary=diary, only=only)
        cursor.execute(_RESULT, given)
        cursor.execute("ANALYZE import_result")


def find_gone(
    *, diary: str, by_id: bool, now: datetime, faulty: Sequence[str] = ()
) -> tuple[int, int]:
    """Fill `import_gone`: coming appointments within the file's dates and locations that it does
    not have.

    Only appointments that came from a diary count, never those that staff booked here. Nor those of
    `faulty` rows, which were left because of a mistake: ids, "" for a row without one, which may be
    anybody's. Returns how many are gone, and of how many expected ones.
    """
    given: dict[str, Any] = {"diary": diary, "now": now, "by_id": by_id}
    given |= {"faulty": list(faulty), "unknown": "" in faulty}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_gone")
        cursor.execute(_GONE, given)
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE gone) FROM import_gone")
        expected, gone = cursor.fetchone() or (0, 0)
        cursor.execute("DELETE FROM import_gone WHERE NOT gone")
    return gone, expected


def stop_at_other_sites(allowed: Iterable[int], *, column: str) -> None:
    """Refuse rows that would move an appointment away from a location the importer does not look
    after.
    """
    problems = Problems()
    with connection.cursor() as cursor:
        cursor.execute(_AT_OTHER_SITES, [list(allowed), MOST_SHOWN])
        for (number,) in cursor.fetchall():
            problems.add(
                "This diary id belongs to an appointment of a location that you do not look after.",
                row=number,
                column=column,
            )
    problems.stop_if_any()


_AT_OTHER_SITES = """
SELECT m.number FROM import_match m JOIN reminders_appointment a ON a.id = m.appointment_id
WHERE a.location_id <> ALL(%s) ORDER BY 1 LIMIT %s
"""

_MATCH_BY_ID = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.number, a.id AS appointment_id, a.contact_id
FROM import_staged s
JOIN reminders_appointment a ON a.external_id = s.external_id AND a.diary = %(diary)s
    AND a.external_id <> ''
"""

# Each row takes its best candidate, if it is that one's best row too: siblings may share phone and
# start.
_MATCH_BY_PLACE = """
INSERT INTO import_match
WITH rest AS MATERIALIZED (
    SELECT s.number, s.external_id, s.location_id, s.local_date, s.starts_at, s.phone,
           trim(concat(s.first_name, ' ', s.last_name)) AS name
    FROM import_staged s WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.number = s.number)
)
SELECT number, appointment_id, contact_id FROM (
    SELECT s.number, a.id AS appointment_id, a.contact_id,
           row_number() OVER (PARTITION BY s.number ORDER BY x.same DESC, a.status = 'cancelled',
               a.id) AS of_row,
           row_number() OVER (PARTITION BY a.id ORDER BY x.same DESC, s.number) AS of_appointment
    FROM rest s
    JOIN reminders_appointment a
        ON a.location_id = s.location_id AND a.local_date = s.local_date
       AND a.starts_at = s.starts_at
    JOIN reminders_contact c ON c.id = a.contact_id AND c.phone = coalesce(s.phone, '')
    CROSS JOIN LATERAL (SELECT <same name> AS same) x
    WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.appointment_id = a.id)
      AND a.diary IN ('', %(diary)s)
      AND (s.external_id IS NULL OR (a.external_id = '' AND x.same))
      AND (s.phone IS NOT NULL OR x.same)
) pairs WHERE of_row = 1 AND of_appointment = 1
""".replace("<same name>", same_name_in_sql("c.name", "s.name"))

# An appointment that was cancelled here by staff stays so, unless the diary moves it; one that was
# cancelled because it was gone from the diary is booked again when it is back.
_STATUS_TO = """
CASE
    WHEN s.status = 'cancelled' THEN
        CASE WHEN a.status IN ('booked', 'confirmed', 'declined') THEN 'cancelled' END
    WHEN s.status IN ('arrived', 'no_show') THEN
        CASE WHEN a.status IN ('booked', 'confirmed') THEN s.status END
    WHEN a.status = 'cancelled' THEN
        CASE WHEN gone.was THEN coalesce(s.status, 'booked')
             WHEN s.status IS NOT NULL
                 AND (a.starts_at <> s.starts_at OR gone.by_us IS NOT TRUE) THEN s.status END
    WHEN a.starts_at <> s.starts_at AND a.status IN ('confirmed', 'declined', 'no_show')
         AND coalesce(s.status, 'booked') = 'booked' THEN 'booked'
    WHEN s.status = 'confirmed' AND a.status = 'booked' THEN 'confirmed'
END
"""

_RESULT = """
CREATE TEMP TABLE import_result ON COMMIT DROP AS
SELECT r.*,
       CASE WHEN r.appointment_id IS NULL THEN 'new'
            WHEN r.touched OR r.contact_changed THEN 'changed'
            ELSE 'unchanged' END AS outcome,
       r.moved OR r.other_person OR r.other_service OR (
           r.status_to IS NOT NULL
           AND (r.status_to IN ('booked', 'confirmed')) <> (r.old_status IN ('booked', 'confirmed'))
       ) AS matters
FROM (
    SELECT s.number, s.person, m.appointment_id, k.contact_id, p.id AS practitioner_id,
           v.id AS service_id, f.*, a.xmin AS seen, a.status AS old_status,
           cc.contact_id IS NOT NULL AS contact_changed,
           a.id IS NOT NULL AND (
               f.moved OR f.other_person OR f.other_practitioner OR f.other_service
               OR f.other_duration OR f.other_notes OR f.other_extra OR f.takes_id
               OR f.status_to IS NOT NULL
           ) AS touched,
           CASE WHEN coalesce(f.status_to, s.status) = 'cancelled' THEN ''
                WHEN s.texts <> 'yes' THEN s.texts
                WHEN s.phone IS NOT NULL THEN ''
                WHEN c.responsible_id IS NOT NULL
                    AND (s.local_date >= c.responsible_until) IS NOT TRUE THEN ''
                WHEN k.contact_id IS NULL OR s.phone_given IS NOT NULL
                    THEN coalesce(s.phone_problem, 'missing')
                WHEN c.phone = '' THEN coalesce(nullif(c.phone_problem, ''), 'missing')
                ELSE '' END AS cannot
    FROM import_staged s
    LEFT JOIN import_match m ON m.number = s.number
    LEFT JOIN import_known k ON k.person = s.person
    LEFT JOIN reminders_contact c ON c.id = k.contact_id
    LEFT JOIN reminders_appointment a ON a.id = m.appointment_id
    LEFT JOIN reminders_practitioner p ON p.name = s.practitioner
    LEFT JOIN reminders_service v ON v.name = s.service
    LEFT JOIN import_contact_change cc ON cc.contact_id = k.contact_id
    LEFT JOIN LATERAL (
        SELECT e.details ?| ARRAY['gone', 'undone'] AS was,
               e.source IN ('staff', 'patient') AS by_us
        FROM reminders_auditentry e
        WHERE a.status = 'cancelled' AND e.appointment_id = a.id
          AND (e.details ->> 'to' = 'cancelled' OR e.details #>> '{status,1}' = 'cancelled')
        ORDER BY e.at DESC, e.id DESC LIMIT 1) gone ON true
    CROSS JOIN LATERAL (SELECT
        coalesce(a.starts_at <> s.starts_at OR a.location_id <> s.location_id, false) AS moved,
        a.id IS NOT NULL AND k.contact_id IS DISTINCT FROM a.contact_id AS other_person,
        a.id IS NOT NULL AND s.practitioner IS NOT NULL
            AND p.id IS DISTINCT FROM a.practitioner_id AS other_practitioner,
        a.id IS NOT NULL AND s.service IS NOT NULL
            AND v.id IS DISTINCT FROM a.service_id AS other_service,
        a.id IS NOT NULL AND s.duration IS NOT NULL
            AND s.duration IS DISTINCT FROM a.duration AS other_duration,
        coalesce(s.notes <> a.notes, false) AS other_notes,
        coalesce(NOT a.extra @> s.extra, false) AS other_extra,
        coalesce(s.external_id IS NOT NULL AND a.external_id = '', false) AS takes_id,
        <status> AS status_to) f
) r
""".replace("<status>", _STATUS_TO)

_GONE = """
CREATE TEMP TABLE import_gone ON COMMIT DROP AS
SELECT a.id AS appointment_id, a.xmin AS seen, a.status,
       r.appointment_id IS NULL AND NOT %(unknown)s AND a.external_id <> ALL(%(faulty)s) AS gone
FROM (
    SELECT location_id, min(local_date) AS first, max(local_date) AS last
    FROM import_staged GROUP BY 1
) span
JOIN reminders_appointment a ON a.location_id = span.location_id
    AND a.local_date BETWEEN span.first AND span.last
LEFT JOIN import_result r ON r.appointment_id = a.id
WHERE a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed') AND a.diary = %(diary)s
  AND (a.external_id <> '' OR (NOT %(by_id)s AND a.imported_by_id IS NOT NULL))
"""
