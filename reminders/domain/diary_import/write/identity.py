"""Who the people of a file are: somebody we know, or somebody new.

A person is diary + patient number where the name or the phone agrees; else phone + name; else
somebody new. Whom staff merged into another person is that person, as `aliases` has it. Names are
compared as `people_names.folded` has them. A number belongs to one person
of its diary: whoever comes with it under another name and phone is another person, is told of, and
goes without it. Two people are never made one. Only reads; what people change stands in
`import_contact_change`.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from reminders.domain.diary_import.read.cells.names import same_name_in_sql
from reminders.domain.diary_import.write import aliases

APART = (
    "Somebody else has this patient number, so this is taken as another person, who gets no "
    "number. Check "
    "the number in the diary."
)
"""What is said of a row whose number stands for somebody else."""


def gather_people() -> None:
    """Fill `import_people`: each person of the file once, as the last row with a phone says."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_PEOPLE)
        cursor.execute("ANALYZE import_people (person, patient_id, phone, phone_given)")


def recognise_people(*, diary: str, only: frozenset[int] | None) -> None:
    """Fill `import_known`, `import_takes`, `import_apart`, `import_contact_change` and
    `import_reached`.

    Wants `import_people` and `import_match`. `only` are the locations whose people may be changed
    and linked, besides those who have no appointment anywhere; without it all.
    """
    given: dict[str, Any] = {"diary": diary, "only": sorted(only or ()), "apart": APART}
    visible = _VISIBLE if only is not None else "true"
    with connection.cursor() as cursor:
        for statement in _known(merged=aliases.any_merged()):
            cursor.execute(_filled(statement, visible), given)
        cursor.execute("ANALYZE import_known")
        cursor.execute(_ANY_WORD_OF_TEXTS)
        if (cursor.fetchone() or (False,))[0]:
            cursor.execute(_TEXTS)
        for statement in _CHANGES:
            cursor.execute(statement, given)
        cursor.execute("ANALYZE import_contact_change")


_FORGET = "; ".join(
    f"DROP TABLE IF EXISTS pg_temp.import_{name}"
    for name in ("people", "holder", "known", "takes", "apart", "contact_change", "reached")
)

# As `Scope.contacts` has it.
_VISIBLE = """(EXISTS (SELECT 1 FROM reminders_appointment v
    WHERE v.contact_id = c.id AND v.location_id = ANY(%(only)s))
    OR NOT EXISTS (SELECT 1 FROM reminders_appointment v WHERE v.contact_id = c.id))"""
_SAME_NAME = same_name_in_sql("c.name", "p.name")
# Twins and families: whoever has a number of this diary is nobody who comes with another one.
_FREE = "(p.patient_id IS NULL OR c.external_id = '' OR c.diary <> %(diary)s)"


def _filled(statement: str, visible: str) -> str:
    parts = {"<visible>": visible, "<same name>": _SAME_NAME, "<free>": _FREE}
    for name, words in parts.items():
        statement = statement.replace(name, words)
    return statement


_PEOPLE = """
CREATE TEMP TABLE import_people ON COMMIT DROP AS
SELECT DISTINCT ON (person) person, number, patient_id, coalesce(first_name, '') AS first_name,
       coalesce(last_name, '') AS last_name, trim(concat(first_name, ' ', last_name)) AS name,
       phone, phone_given, phone_kind, phone_problem, language, preferred_name, NULL::text AS texts
FROM import_staged ORDER BY person, phone_given IS NULL, number DESC
"""

_BY_NUMBER_AND_NAME = """
CREATE TEMP TABLE import_known ON COMMIT DROP AS
SELECT p.person, c.id AS contact_id, true AS by_number, NULL::bigint AS merge_id
FROM import_people p
JOIN reminders_contact c ON c.external_id = p.patient_id AND c.diary = %(diary)s
    AND c.external_id <> ''
WHERE <same name> AND <visible>
"""

# Who has a number that comes under another name, or is out of sight.
_HOLDERS = """
CREATE TEMP TABLE import_holder ON COMMIT DROP AS
SELECT p.person, c.id AS contact_id, <visible> AS visible,
       coalesce(c.phone <> '' AND c.phone = p.phone, false)
           OR coalesce(
               c.phone = '' AND p.phone IS NULL AND c.phone_as_given = p.phone_given, false
           ) AS same_phone
FROM import_people p
JOIN reminders_contact c ON c.external_id = p.patient_id AND c.diary = %(diary)s
    AND c.external_id <> ''
WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
"""

_BY_PHONE_AND_NAME = """
INSERT INTO import_known
SELECT DISTINCT ON (contact_id) person, contact_id, false FROM (
    SELECT p.person, min(c.id) AS contact_id
    FROM import_people p
    JOIN reminders_contact c ON c.phone = p.phone AND c.phone <> '' AND <same name> AND <free>
    WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person) AND <visible>
    GROUP BY p.person
) found ORDER BY contact_id, person
"""

_BY_GIVEN_AND_NAME = """
INSERT INTO import_known
SELECT DISTINCT ON (contact_id) person, contact_id, false FROM (
    SELECT p.person, min(c.id) AS contact_id
    FROM import_people p
    JOIN reminders_contact c ON c.phone = '' AND c.phone_as_given = p.phone_given
        AND <same name> AND <free>
    WHERE p.phone IS NULL AND p.phone_given IS NOT NULL AND <visible>
      AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
    GROUP BY p.person
) found ORDER BY contact_id, person
"""

# Another name under the number and phone: it has changed. Not where several names of the file lay
# claim to it, or the file itself speaks of the one whom we know.
_BY_NUMBER_AND_PHONE = """
INSERT INTO import_known
SELECT person, contact_id, true FROM (
    SELECT h.person, h.contact_id, count(*) OVER (PARTITION BY h.contact_id) AS claims
    FROM import_holder h
    WHERE h.same_phone AND h.visible
      AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = h.person)
      AND NOT EXISTS (
          SELECT 1 FROM import_known k WHERE k.contact_id = h.contact_id AND k.merge_id IS NULL
      )
) claimed WHERE claims = 1
"""

# The same appointment and the same name with another number, or none: the person's number changed.
# Not if the file itself speaks of that contact under the old number too, or two rows disagree about
# the new one.
_BY_APPOINTMENT = """
INSERT INTO import_known
SELECT person, contact_id, false FROM (
    SELECT found.*, count(*) FILTER (WHERE says) OVER (PARTITION BY contact_id) AS claims
    FROM (
        SELECT p.person, min(c.id) AS contact_id,
            bool_or(p.phone_given IS NOT NULL OR p.patient_id IS NOT NULL) AS says
        FROM import_match m
        JOIN import_staged s ON s.number = m.number
        JOIN import_people p ON p.person = s.person
        JOIN reminders_contact c ON c.id = m.contact_id AND <same name> AND <free>
        WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person) AND <visible>
          AND (
              p.phone_given IS NULL
              OR NOT EXISTS (SELECT 1 FROM import_known k WHERE k.contact_id = c.id)
          )
        GROUP BY p.person HAVING min(c.id) = max(c.id)
    ) found
) claimed WHERE claims <= 1 OR NOT says
"""


def _known(*, merged: bool) -> tuple[str, ...]:
    """The statements that say who is known, in their order; what staff merged is asked before a
    rename is believed.
    """
    return (
        _BY_NUMBER_AND_NAME,
        *((aliases.BY_NUMBER,) if merged else ()),
        _HOLDERS,
        _BY_PHONE_AND_NAME,
        _BY_GIVEN_AND_NAME,
        *((aliases.BY_PHONE_AND_NAME,) if merged else ()),
        _BY_NUMBER_AND_PHONE,
        _BY_APPOINTMENT,
    )


_ANY_WORD_OF_TEXTS = "SELECT EXISTS (SELECT 1 FROM import_staged WHERE texts IS NOT NULL)"
# The strictest word of all rows about somebody counts, whichever of them names them how: min has
# deceased before must_not before yes.
_TEXTS = """
UPDATE import_people p SET texts = said.texts
FROM (
    SELECT who, min(texts) AS texts FROM (
        SELECT coalesce(k.contact_id::text, s.person) AS who, s.texts
        FROM import_staged s LEFT JOIN import_known k ON k.person = s.person
        WHERE s.texts IS NOT NULL
    ) rows GROUP BY who
) said, import_people q LEFT JOIN import_known k ON k.person = q.person
WHERE q.person = p.person AND said.who = coalesce(k.contact_id::text, q.person)
"""

# A number that nobody of the diary has goes to the first who comes with it and has none yet.
_TAKES = """
CREATE TEMP TABLE import_takes ON COMMIT DROP AS
SELECT DISTINCT ON (p.patient_id) p.person, p.patient_id
FROM import_people p
LEFT JOIN import_known k ON k.person = p.person
LEFT JOIN reminders_contact c ON c.id = k.contact_id
WHERE p.patient_id IS NOT NULL AND k.by_number IS NOT TRUE AND coalesce(c.external_id, '') = ''
  AND NOT EXISTS (SELECT 1 FROM import_holder h WHERE h.person = p.person)
ORDER BY p.patient_id, p.number
"""

_APART = """
CREATE TEMP TABLE import_apart ON COMMIT DROP AS
SELECT p.person FROM import_people p
WHERE p.patient_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
  AND NOT EXISTS (SELECT 1 FROM import_takes t WHERE t.person = p.person)
"""

# Comparing may happen twice, so what was said before is taken back first.
_SAY_APART = """
UPDATE import_staged s SET words = nullif(trim(concat_ws(' ', replace(s.words, %(apart)s, ''),
    CASE WHEN EXISTS (SELECT 1 FROM import_apart a WHERE a.person = s.person)
         THEN %(apart)s END)), '')
WHERE s.person IN (SELECT person FROM import_apart) OR position(%(apart)s IN s.words) > 0
"""

# Whose coming texts a change reaches: the person's own, and those of whoever they are texted for.
_REACHED = """
CREATE TEMP TABLE import_reached ON COMMIT DROP AS
SELECT contact_id, matters, called_otherwise FROM import_contact_change
UNION
SELECT c.id, x.matters, x.called_otherwise
FROM import_contact_change x
JOIN reminders_contact c ON c.responsible_id = x.contact_id
"""

_CONTACT_CHANGES = """
CREATE TEMP TABLE import_contact_change ON COMMIT DROP AS
SELECT DISTINCT ON (c.id) c.id AS contact_id, c.xmin AS seen, p.number, x.*,
       x.phone IS NOT NULL OR x.language IS NOT NULL OR x.channel IS NOT NULL AS matters,
       x.first_name IS NOT NULL OR x.preferred_name IS NOT NULL AS called_otherwise,
       jsonb_build_object('id', c.id, 'external_id', c.external_id, 'diary', c.diary,
           'first_name', c.first_name,
           'last_name', c.last_name, 'phone', c.phone, 'phone_as_given', c.phone_as_given,
           'phone_kind', c.phone_kind, 'phone_problem', c.phone_problem, 'language', c.language,
           'preferred_name', c.preferred_name, 'channel', c.channel) AS old,
       jsonb_strip_nulls(jsonb_build_object(
           'phone', CASE WHEN x.phone IS NOT NULL THEN jsonb_build_array(c.phone, x.phone) END,
           'name', CASE WHEN x.first_name IS NOT NULL
               THEN jsonb_build_array(c.name, trim(x.first_name || ' ' || x.last_name)) END,
           'language', CASE WHEN x.language IS NOT NULL
               THEN jsonb_build_array(c.language, x.language) END,
           'preferred_name', CASE WHEN x.preferred_name IS NOT NULL
               THEN jsonb_build_array(c.preferred_name, x.preferred_name) END,
           'channel', CASE WHEN x.channel IS NOT NULL
               THEN jsonb_build_array(c.channel, x.channel) END,
           'patient_id', CASE WHEN x.external_id IS NOT NULL
               THEN jsonb_build_array(c.external_id, x.external_id) END)) AS details
FROM import_known k
JOIN import_people p ON p.person = k.person
JOIN reminders_contact c ON c.id = k.contact_id
LEFT JOIN import_takes t ON t.person = p.person
LEFT JOIN reminders_contactmerge g ON g.id = k.merge_id
CROSS JOIN LATERAL (SELECT
    CASE WHEN p.phone_given IS NOT NULL AND coalesce(p.phone, '') <> c.phone
        AND (g.id IS NULL OR <phone is news>) THEN coalesce(p.phone, '') END AS phone,
    p.phone_given, coalesce(p.phone_kind, '') AS phone_kind,
    coalesce(p.phone_problem, '') AS phone_problem,
    CASE WHEN k.by_number AND lower(p.name) <> lower(c.name) THEN p.first_name END AS first_name,
    CASE WHEN k.by_number AND lower(p.name) <> lower(c.name) THEN p.last_name END AS last_name,
    CASE WHEN p.language <> c.language AND p.language IS DISTINCT FROM g.language
        THEN p.language END AS language,
    CASE WHEN p.preferred_name <> c.preferred_name
            AND p.preferred_name IS DISTINCT FROM g.preferred_name
        THEN p.preferred_name END AS preferred_name,
    CASE WHEN p.texts IN ('must_not', 'deceased') AND c.channel <> 'none' THEN 'none'
         WHEN p.texts = 'yes' AND c.channel = 'none' THEN (<given back>) END AS channel,
    CASE WHEN c.external_id = '' THEN t.patient_id END AS external_id) x
WHERE num_nonnulls(
    x.phone, x.first_name, x.language, x.preferred_name, x.channel, x.external_id
) > 0
ORDER BY c.id, k.merge_id IS NOT NULL, k.by_number DESC, t.patient_id IS NULL, p.person
"""

# A diary gives back what a diary took, as the history has it; never what staff took, and an opt-out
# of the number itself is no matter of this column.
_GIVEN_BACK = """
SELECT CASE WHEN taken.source = 'import' THEN taken.was END
FROM (
    SELECT e.source, e.details #>> '{channel,0}' AS was FROM reminders_auditentry e
    WHERE e.contact_id = c.id AND e.details #>> '{channel,1}' = 'none'
    ORDER BY e.at DESC, e.id DESC LIMIT 1
) taken
"""
_CONTACT_CHANGES = _CONTACT_CHANGES.replace("<given back>", _GIVEN_BACK)
_CONTACT_CHANGES = _CONTACT_CHANGES.replace("<phone is news>", aliases.PHONE_IS_NEWS)

_CHANGES = (_TAKES, _APART, _SAY_APART, "ANALYZE import_takes (person)", _CONTACT_CHANGES, _REACHED)
