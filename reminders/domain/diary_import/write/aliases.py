"""A diary that goes on speaking of somebody whom staff made part of another person means that
person.

Read only where anybody was merged at all. What the diary says of the former entry changes nothing
of the kept person unless it is news, something else than the entry said when it was merged, and the
file does not say it of the kept person itself.
"""

from __future__ import annotations

from reminders.domain.diary_import.read.cells.names import same_name_in_sql
from reminders.models import ContactMerge


def any_merged() -> bool:
    """Whether staff have made any two people one."""
    return ContactMerge.objects.filter(split_at=None).exists()


MATCH_BY_PLACE = """
INSERT INTO import_match
SELECT number, appointment_id, contact_id FROM (
    SELECT s.number, a.id AS appointment_id, a.contact_id,
           row_number() OVER (
               PARTITION BY s.number ORDER BY a.status = 'cancelled', a.id
           ) AS of_row,
           row_number() OVER (PARTITION BY a.id ORDER BY s.number) AS of_appointment
    FROM import_staged s
    JOIN reminders_contactmerge g ON g.split_at IS NULL AND g.phone = coalesce(s.phone, '')
        AND <same name>
    JOIN reminders_appointment a ON a.contact_id = g.kept_id AND a.location_id = s.location_id
        AND a.local_date = s.local_date AND a.starts_at = s.starts_at
    WHERE NOT EXISTS (SELECT 1 FROM import_match m WHERE m.number = s.number)
      AND NOT EXISTS (SELECT 1 FROM import_match m WHERE m.appointment_id = a.id)
      AND a.diary IN ('', %(diary)s) AND (s.external_id IS NULL OR a.external_id = '')
) pairs WHERE of_row = 1 AND of_appointment = 1
""".replace(
    "<same name>", same_name_in_sql("g.name", "trim(concat(s.first_name, ' ', s.last_name))")
)
"""Rows without a match whose visit lies with the kept person, who may have another phone."""

_SAME_NAME = same_name_in_sql("g.name", "p.name")

BY_NUMBER = """
INSERT INTO import_known
SELECT DISTINCT ON (p.person) p.person, c.id, false, g.id
FROM import_people p
JOIN reminders_contactmerge g ON g.external_id = p.patient_id AND g.diary = %(diary)s
    AND g.external_id <> '' AND g.split_at IS NULL
    AND (<same name> OR g.phone <> '' AND g.phone = p.phone)
JOIN reminders_contact c ON c.id = g.kept_id
WHERE <visible> AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
  AND NOT EXISTS (SELECT 1 FROM reminders_contact h WHERE h.external_id = p.patient_id
      AND h.diary = %(diary)s AND h.id <> g.kept_id)
ORDER BY p.person, g.id
""".replace("<same name>", _SAME_NAME)

# A twin of the former person has another number of this diary.
BY_PHONE_AND_NAME = """
INSERT INTO import_known
SELECT DISTINCT ON (p.person) p.person, c.id, false, g.id
FROM import_people p
JOIN reminders_contactmerge g ON g.split_at IS NULL AND <same name>
    AND CASE WHEN g.phone <> '' THEN g.phone = p.phone
        ELSE p.phone IS NULL AND g.phone_as_given <> '' AND g.phone_as_given = p.phone_given END
    AND (p.patient_id IS NULL OR g.external_id = '' OR g.diary <> %(diary)s)
JOIN reminders_contact c ON c.id = g.kept_id
WHERE <visible> AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
ORDER BY p.person, g.id
""".replace("<same name>", _SAME_NAME)

# Two files that each know one entry would else turn the number round every night.
PHONE_IS_NEWS = """
coalesce(p.phone, '') <> g.phone AND (p.phone IS NOT NULL OR c.phone = g.phone) AND NOT EXISTS (
    SELECT 1 FROM import_known d JOIN import_people q ON q.person = d.person
    WHERE d.contact_id = k.contact_id AND d.merge_id IS NULL AND q.phone_given IS NOT NULL)
"""
