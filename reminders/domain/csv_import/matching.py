"""What each staged row means for the diary: a new appointment, a change of one, or nothing new.

Only reads; the outcome stands in temporary tables that `checking` counts and `applying` carries out. An
appointment is found by its diary id, else by location, phone and start; a person by the patient number,
else by phone and name. Two people are never made one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from reminders.domain.csv_import.problems import MOST_SHOWN, Problems


def match_rows(*, diary: str, now: datetime) -> None:
    """Fill the tables `import_match`, `import_known`, `import_contact_change` and `import_result`.

    Each row that may change keeps the `xmin` with which it was compared, for `holding`.
    """
    given: dict[str, Any] = {"diary": diary, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_PEOPLE, given)
        cursor.execute("ANALYZE import_people (person, patient_id, phone, phone_given)")
        cursor.execute(_MATCH_BY_ID, given)
        cursor.execute(_MATCH_BY_PLACE, given)
        cursor.execute("ANALYZE import_match")
        for statement in (_KNOWN_BY_NUMBER, _KNOWN_BY_PHONE, _KNOWN_BY_GIVEN, _KNOWN_BY_APPOINTMENT):
            cursor.execute(statement, given)
        cursor.execute("ANALYZE import_known")
        cursor.execute(_CONTACT_CHANGES, given)
        cursor.execute("ANALYZE import_contact_change")
        cursor.execute(_RESULT, given)
        cursor.execute("ANALYZE import_result")


def find_gone(*, diary: str, by_id: bool, now: datetime) -> tuple[int, int]:
    """Fill `import_gone`: coming appointments within the file's dates and locations that it does not have.

    Only appointments that came from a diary count, never those that staff booked here. Returns how many are
    gone, and of how many expected ones.
    """
    given: dict[str, Any] = {"diary": diary, "now": now, "by_id": by_id}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.import_gone")
        cursor.execute(_GONE, given)
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE gone) FROM import_gone")
        expected, gone = cursor.fetchone() or (0, 0)
        cursor.execute("DELETE FROM import_gone WHERE NOT gone")
    return gone, expected


_FORGET = "; ".join(
    f"DROP TABLE IF EXISTS pg_temp.{name}"
    for name in ("import_people", "import_match", "import_known", "import_contact_change", "import_result")
)


def stop_at_other_sites(allowed: Iterable[int], *, column: str) -> None:
    """Refuse rows that would move an appointment away from a location the importer does not look after."""
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

_PEOPLE = """
CREATE TEMP TABLE import_people ON COMMIT DROP AS
SELECT DISTINCT ON (person) person, patient_id, coalesce(first_name, '') AS first_name,
       coalesce(last_name, '') AS last_name, trim(concat(first_name, ' ', last_name)) AS name,
       phone, phone_given, phone_kind, phone_problem, language
FROM import_staged ORDER BY person, phone_given IS NULL, number DESC
"""

_MATCH_BY_ID = """
CREATE TEMP TABLE import_match ON COMMIT DROP AS
SELECT s.number, a.id AS appointment_id, a.contact_id
FROM import_staged s
JOIN reminders_appointment a ON a.external_id = s.external_id AND a.diary = %(diary)s AND a.external_id <> ''
"""

# Each row takes its best candidate, if it is that one's best row too: siblings may share phone and start.
_MATCH_BY_PLACE = """
INSERT INTO import_match
WITH rest AS MATERIALIZED (
    SELECT s.number, s.external_id, s.location_id, s.local_date, s.starts_at, s.phone,
           lower(trim(concat(s.first_name, ' ', s.last_name))) AS name
    FROM import_staged s WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.number = s.number)
)
SELECT number, appointment_id, contact_id FROM (
    SELECT s.number, a.id AS appointment_id, a.contact_id,
           row_number() OVER (PARTITION BY s.number ORDER BY x.same DESC, a.status = 'cancelled',
               a.id) AS of_row,
           row_number() OVER (PARTITION BY a.id ORDER BY x.same DESC, s.number) AS of_appointment
    FROM rest s
    JOIN reminders_appointment a
        ON a.location_id = s.location_id AND a.local_date = s.local_date AND a.starts_at = s.starts_at
    JOIN reminders_contact c ON c.id = a.contact_id AND c.phone = coalesce(s.phone, '')
    CROSS JOIN LATERAL (SELECT lower(c.name) = s.name AS same) x
    WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.appointment_id = a.id)
      AND a.diary IN ('', %(diary)s)
      AND (s.external_id IS NULL OR (a.external_id = '' AND x.same))
      AND (s.phone IS NOT NULL OR x.same)
) pairs WHERE of_row = 1 AND of_appointment = 1
"""

_KNOWN_BY_NUMBER = """
CREATE TEMP TABLE import_known ON COMMIT DROP AS
SELECT p.person, c.id AS contact_id, true AS by_number
FROM import_people p JOIN reminders_contact c ON c.external_id = p.patient_id AND c.external_id <> ''
"""

# A row with a patient number takes a contact that has none yet, never one with another number.
_KNOWN_BY_PHONE = """
INSERT INTO import_known
SELECT DISTINCT ON (contact_id) person, contact_id, false FROM (
    SELECT p.person, min(c.id) AS contact_id
    FROM import_people p
    JOIN reminders_contact c ON c.phone = p.phone AND c.phone <> '' AND lower(c.name) = lower(p.name)
        AND (p.patient_id IS NULL OR c.external_id = '')
    WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
    GROUP BY p.person
) found ORDER BY contact_id, person
"""

_KNOWN_BY_GIVEN = """
INSERT INTO import_known
SELECT DISTINCT ON (contact_id) person, contact_id, false FROM (
    SELECT p.person, min(c.id) AS contact_id
    FROM import_people p
    JOIN reminders_contact c ON c.phone = '' AND c.phone_as_given = p.phone_given
        AND lower(c.name) = lower(p.name)
        AND (p.patient_id IS NULL OR c.external_id = '')
    WHERE p.phone IS NULL AND p.phone_given IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
    GROUP BY p.person
) found ORDER BY contact_id, person
"""

# The same appointment and the same name with another number, or none: the person's number changed. Not if
# the file itself speaks of that contact under the old number too, or two rows disagree about the new one.
_KNOWN_BY_APPOINTMENT = """
INSERT INTO import_known
SELECT person, contact_id, false FROM (
    SELECT found.*, count(*) FILTER (WHERE says) OVER (PARTITION BY contact_id) AS claims
    FROM (
        SELECT p.person, min(c.id) AS contact_id,
            bool_or(p.phone_given IS NOT NULL OR p.patient_id IS NOT NULL) AS says
        FROM import_match m
        JOIN import_staged s ON s.number = m.number
        JOIN import_people p ON p.person = s.person
        JOIN reminders_contact c ON c.id = m.contact_id AND lower(c.name) = lower(p.name)
            AND (p.patient_id IS NULL OR c.external_id = '')
        WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
          AND (p.phone_given IS NULL OR NOT EXISTS (SELECT 1 FROM import_known k WHERE k.contact_id = c.id))
        GROUP BY p.person HAVING min(c.id) = max(c.id)
    ) found
) claimed WHERE claims <= 1 OR NOT says
"""

_CONTACT_CHANGES = """
CREATE TEMP TABLE import_contact_change ON COMMIT DROP AS
SELECT DISTINCT ON (c.id) c.id AS contact_id, c.xmin AS seen, x.*,
       x.phone IS NOT NULL OR x.language IS NOT NULL AS matters,
       jsonb_build_object('id', c.id, 'external_id', c.external_id, 'first_name', c.first_name,
           'last_name', c.last_name, 'phone', c.phone, 'phone_as_given', c.phone_as_given,
           'phone_kind', c.phone_kind, 'phone_problem', c.phone_problem, 'language', c.language) AS old,
       jsonb_strip_nulls(jsonb_build_object(
           'phone', CASE WHEN x.phone IS NOT NULL THEN jsonb_build_array(c.phone, x.phone) END,
           'name', CASE WHEN x.first_name IS NOT NULL
               THEN jsonb_build_array(c.name, trim(x.first_name || ' ' || x.last_name)) END,
           'language', CASE WHEN x.language IS NOT NULL THEN jsonb_build_array(c.language, x.language) END,
           'patient_id', CASE WHEN x.external_id IS NOT NULL
               THEN jsonb_build_array(c.external_id, x.external_id) END)) AS details
FROM import_known k
JOIN import_people p ON p.person = k.person
JOIN reminders_contact c ON c.id = k.contact_id
CROSS JOIN LATERAL (SELECT
    CASE WHEN p.phone_given IS NOT NULL AND coalesce(p.phone, '') <> c.phone THEN coalesce(p.phone,
        '') END AS phone,
    p.phone_given, coalesce(p.phone_kind, '') AS phone_kind, coalesce(p.phone_problem, '') AS phone_problem,
    CASE WHEN k.by_number AND lower(p.name) <> lower(c.name) THEN p.first_name END AS first_name,
    CASE WHEN k.by_number AND lower(p.name) <> lower(c.name) THEN p.last_name END AS last_name,
    CASE WHEN p.language <> c.language THEN p.language END AS language,
    CASE WHEN c.external_id = '' THEN p.patient_id END AS external_id) x
WHERE x.phone IS NOT NULL OR x.first_name IS NOT NULL OR x.language IS NOT NULL OR x.external_id IS NOT NULL
ORDER BY c.id, k.by_number DESC, p.person
"""

# An appointment that was cancelled here by staff stays so, unless the diary moves it; one that was cancelled
# because it was gone from the diary is booked again when it is back.
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
       CASE WHEN r.appointment_id IS NULL THEN 'new' WHEN r.touched OR r.contact_changed THEN 'changed'
            ELSE 'unchanged' END AS outcome,
       r.moved OR r.other_person OR r.other_service OR (r.status_to IS NOT NULL
           AND (r.status_to IN ('booked', 'confirmed')) <> (r.old_status IN ('booked',
               'confirmed'))) AS matters
FROM (
    SELECT s.number, s.person, m.appointment_id, k.contact_id, p.id AS practitioner_id, v.id AS service_id,
           f.*, a.xmin AS seen, a.status AS old_status, cc.contact_id IS NOT NULL AS contact_changed,
           a.id IS NOT NULL AND (f.moved OR f.other_person OR f.other_practitioner OR f.other_service
               OR f.other_duration OR f.other_notes OR f.other_extra OR f.takes_id OR f.status_to IS NOT
                   NULL) AS touched,
           CASE WHEN s.phone IS NOT NULL OR coalesce(f.status_to, s.status) = 'cancelled' THEN ''
                WHEN k.contact_id IS NULL OR s.phone_given IS NOT NULL THEN coalesce(s.phone_problem,
                    'missing')
                WHEN c.phone = '' THEN coalesce(nullif(c.phone_problem, ''), 'missing') ELSE '' END AS cannot
    FROM import_staged s
    LEFT JOIN import_match m ON m.number = s.number
    LEFT JOIN import_known k ON k.person = s.person
    LEFT JOIN reminders_contact c ON c.id = k.contact_id
    LEFT JOIN reminders_appointment a ON a.id = m.appointment_id
    LEFT JOIN reminders_practitioner p ON p.name = s.practitioner
    LEFT JOIN reminders_service v ON v.name = s.service
    LEFT JOIN import_contact_change cc ON cc.contact_id = k.contact_id
    LEFT JOIN LATERAL (
        SELECT e.details ?| ARRAY['gone', 'undone'] AS was, e.source IN ('staff', 'patient') AS by_us
        FROM reminders_event e
        WHERE a.status = 'cancelled' AND e.appointment_id = a.id
          AND (e.details ->> 'to' = 'cancelled' OR e.details #>> '{status,1}' = 'cancelled')
        ORDER BY e.at DESC, e.id DESC LIMIT 1) gone ON true
    CROSS JOIN LATERAL (SELECT
        coalesce(a.starts_at <> s.starts_at OR a.location_id <> s.location_id, false) AS moved,
        a.id IS NOT NULL AND k.contact_id IS DISTINCT FROM a.contact_id AS other_person,
        a.id IS NOT NULL AND s.practitioner IS NOT NULL
            AND p.id IS DISTINCT FROM a.practitioner_id AS other_practitioner,
        a.id IS NOT NULL AND s.service IS NOT NULL AND v.id IS DISTINCT FROM a.service_id AS other_service,
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
SELECT a.id AS appointment_id, a.xmin AS seen, a.status, r.appointment_id IS NULL AS gone
FROM (SELECT location_id, min(local_date) AS first,
    max(local_date) AS last FROM import_staged GROUP BY 1) span
JOIN reminders_appointment a ON a.location_id = span.location_id AND a.local_date BETWEEN span.first
    AND span.last
LEFT JOIN import_result r ON r.appointment_id = a.id
WHERE a.starts_at > %(now)s AND a.status IN ('booked', 'confirmed') AND a.diary = %(diary)s
  AND (a.external_id <> '' OR (NOT %(by_id)s AND a.imported_by_id IS NOT NULL))
"""
