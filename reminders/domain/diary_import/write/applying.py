"""Carry out what matching found: contacts, appointments, history, the rows' outcome, and the
planning.

The set-based twin of `domain.appointments`: what matters to a message raises the version, a moved
appointment is to be confirmed again, and every change leaves a line of history. All of it happens
in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from secrets import token_hex
from typing import Any

from django.db import connection

from reminders.domain.diary_import.read.rows.kinds import CELL_SEPARATOR
from reminders.domain.diary_import.write.follow_up import keep_in_step, plan_result
from reminders.domain.diary_import.write.gone import write_gone
from reminders.domain.diary_import.write.old_values import CHANGED_FROM, PATIENT_ONLY, details_of
from reminders.domain.diary_import.write.to_tell import keep_visits, note_changes
from reminders.domain.planning.plan import PlanResult
from reminders.models import Practitioner, Service


def apply_result(
    *,
    import_id: int,
    diary: str,
    now: datetime,
    user_id: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> PlanResult:
    """Write everything that `import_result` and `import_gone` hold; return what planning did.

    The history names `user_id`. `on_progress` hears percents from 0 to 100 of the writing.
    """
    given: dict[str, Any] = {"import": import_id, "diary": diary, "now": now, "by": user_id}
    given |= {"separator": CELL_SEPARATOR, "secret": token_hex(32)}
    tell = on_progress or (lambda _percent: None)
    with connection.cursor() as cursor:
        # Foreign keys are checked after each statement, with its rows at hand, and not remembered
        # to the end.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_SEQUENCES)
        given["contacts"], given["appointments"] = cursor.fetchone() or ("", "")
        _name_new(cursor, import_id)
        tells = keep_visits(cursor, import_id=import_id)
        for percent, statement in zip(range(0, 100, 4), _STATEMENTS, strict=False):
            cursor.execute(statement, given)
            tell(percent)
        cursor.execute("SELECT EXISTS (SELECT 1 FROM import_contact_change)")
        for statement in _OF_PEOPLE if cursor.fetchone()[0] else ():
            cursor.execute(statement, given)
        write_gone(import_id=import_id, user_id=user_id, now=now)
        if tells:
            note_changes(cursor, import_id=import_id, diary=diary, now=now)
        keep_in_step(cursor, import_id=import_id, now=now)
        planned = plan_result(cursor, given, now=now, tell=tell)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    tell(100)
    return planned


def _name_new(cursor: Any, import_id: int) -> None:  # Any: Django's cursor
    """Practitioners and services that the file names first; another file may just have done so."""
    # In the order of their names: two files that name the same ones take turns.
    cursor.execute(_PRACTITIONERS)
    Practitioner.objects.bulk_create(
        (
            Practitioner(name=name, first_named_by_id=import_id)
            for (name,) in sorted(cursor.fetchall())
        ),
        ignore_conflicts=True,
    )
    cursor.execute(_SERVICES)
    Service.objects.bulk_create(
        (Service(name=name, first_named_by_id=import_id) for (name,) in sorted(cursor.fetchall())),
        ignore_conflicts=True,
    )


_SEQUENCES = """
SELECT pg_get_serial_sequence('reminders_contact', 'id'),
       pg_get_serial_sequence('reminders_appointment', 'id')
"""

_PRACTITIONERS = "SELECT DISTINCT practitioner FROM import_staged WHERE practitioner IS NOT NULL"
_SERVICES = "SELECT DISTINCT service FROM import_staged WHERE service IS NOT NULL"

_FRESH_CONTACTS = """
CREATE TEMP TABLE import_fresh_contact ON COMMIT DROP AS
SELECT p.person, nextval(%(contacts)s::regclass) AS contact_id
FROM import_people p WHERE NOT EXISTS (SELECT 1 FROM import_known k WHERE k.person = p.person)
"""

_NEW_CONTACTS = """
INSERT INTO reminders_contact (id, external_id, diary, first_name, last_name, phone, phone_as_given,
                               phone_kind, phone_problem, language, preferred_name, channel, notes,
                               created_at, updated_at)
SELECT f.contact_id, coalesce(t.patient_id, ''),
       CASE WHEN t.patient_id IS NULL THEN '' ELSE %(diary)s END, p.first_name, p.last_name,
       coalesce(p.phone, ''), coalesce(p.phone_given, ''), coalesce(p.phone_kind, ''),
       coalesce(p.phone_problem, ''), coalesce(p.language, ''), coalesce(p.preferred_name, ''),
       CASE WHEN p.texts IN ('must_not', 'deceased') THEN 'none' ELSE 'sms' END, '',
       %(now)s, %(now)s
FROM import_fresh_contact f
JOIN import_people p ON p.person = f.person
LEFT JOIN import_takes t ON t.person = f.person
"""

# So that a later file may give back what this one took, and staff see who took it.
_NEW_WITHOUT_TEXTS = """
INSERT INTO reminders_auditentry (contact_id, at, source, user_id, kind, details)
SELECT f.contact_id, %(now)s, 'import', %(by)s, 'contact_changed',
       jsonb_build_object('channel', jsonb_build_array('sms', 'none'), 'import', %(import)s::bigint)
FROM import_people p JOIN import_fresh_contact f ON f.person = p.person
WHERE p.texts IN ('must_not', 'deceased')
"""

_CHANGED_CONTACTS = """
UPDATE reminders_contact c SET updated_at = %(now)s,
    phone = coalesce(x.phone, c.phone),
    phone_as_given = CASE WHEN x.phone IS NULL THEN c.phone_as_given ELSE x.phone_given END,
    phone_kind = CASE WHEN x.phone IS NULL THEN c.phone_kind ELSE x.phone_kind END,
    phone_problem = CASE WHEN x.phone IS NULL THEN c.phone_problem ELSE x.phone_problem END,
    first_name = coalesce(x.first_name, c.first_name),
    last_name = CASE WHEN x.first_name IS NULL THEN c.last_name ELSE x.last_name END,
    language = coalesce(x.language, c.language),
    preferred_name = coalesce(x.preferred_name, c.preferred_name),
    channel = coalesce(x.channel, c.channel),
    external_id = coalesce(x.external_id, c.external_id),
    diary = CASE WHEN x.external_id IS NULL THEN c.diary ELSE %(diary)s END
FROM import_contact_change x WHERE x.contact_id = c.id
"""

_CONTACT_EVENTS = """
INSERT INTO reminders_auditentry (contact_id, at, source, user_id, kind, details)
SELECT contact_id, %(now)s, 'import', %(by)s, 'contact_changed',
       details || jsonb_build_object('import', %(import)s::bigint)
FROM import_contact_change
"""

_FRESH = """
CREATE TEMP TABLE import_fresh ON COMMIT DROP AS
SELECT number, nextval(%(appointments)s::regclass) AS appointment_id
FROM import_result WHERE outcome = 'new' ORDER BY number;
ALTER TABLE import_fresh ADD PRIMARY KEY (appointment_id);
ANALYZE import_fresh
"""

# From one secret of this import: asking the system for chance takes four times as long a row. The
# two digits say that it is of an own making (version 8 of RFC 9562).
_UUID = """
overlay(overlay(left(encode(sha256((%(secret)s || f.appointment_id)::bytea), 'hex'), 32)
    placing '8' from 13) placing 'a' from 17)::uuid
"""

_NEW_APPOINTMENTS = """
INSERT INTO reminders_appointment (
    id, location_id, contact_id, practitioner_id, service_id, starts_at, local_date, local_time,
    wall_flag, duration, diary, external_id, status, status_since, no_more_texts, notes, extra,
    version, changed_at, imported_by_id, created_at, updated_at, uuid
)
SELECT f.appointment_id, s.location_id, coalesce(r.contact_id, fc.contact_id), p.id, v.id,
       s.starts_at, s.local_date, s.local_time, coalesce(s.wall_flag, ''), s.duration,
       CASE WHEN s.external_id IS NULL THEN '' ELSE %(diary)s END, coalesce(s.external_id, ''),
       coalesce(s.status, 'booked'), CASE WHEN s.status <> 'booked' THEN %(now)s::timestamptz END,
       false, coalesce(s.notes, ''), coalesce(s.extra, '{}'), 1, %(now)s, %(import)s, %(now)s,
       %(now)s, <uuid>
FROM import_fresh f
JOIN import_staged s ON s.number = f.number
JOIN import_result r ON r.number = f.number
LEFT JOIN import_fresh_contact fc ON fc.person = s.person
LEFT JOIN reminders_practitioner p ON p.name = s.practitioner
LEFT JOIN reminders_service v ON v.name = s.service
""".replace("<uuid>", _UUID)

# Of what is as it was before, only the number is kept: a diary that comes every quarter of an hour
# would else fill the disk with it. Rows that somebody should look at are kept all the same.
_ROWS = (
    """
INSERT INTO reminders_importrow (of_id, number, cells, outcome, cannot_be_reminded, "column", words,
    appointment_id, before)
SELECT %(import)s, s.number, string_to_array(coalesce(s.cells, ''), %(separator)s), r.outcome,
       r.cannot, '', coalesce(s.words, ''), coalesce(r.appointment_id, f.appointment_id),
       coalesce(d.details, <patient>)
FROM import_staged s
JOIN import_result r ON r.number = s.number
LEFT JOIN import_contact_change cc ON r.outcome = 'new' AND cc.contact_id = r.contact_id
LEFT JOIN import_fresh f ON f.number = s.number
LEFT JOIN (
    SELECT r.number, <details> AS details
    <changed>
    LEFT JOIN import_fresh_contact fc ON fc.person = s.person
    WHERE r.outcome = 'changed') d ON d.number = s.number
WHERE r.outcome <> 'unchanged' OR r.cannot <> '' OR s.words IS NOT NULL
""".replace("<details>", details_of("fc.contact_id"))
    .replace("<changed>", CHANGED_FROM)
    .replace("<patient>", PATIENT_ONLY)
)

_EVENTS = """
INSERT INTO reminders_auditentry (appointment_id, at, source, user_id, kind, details)
SELECT r.appointment_id, %(now)s, 'import', %(by)s,
       CASE WHEN r.moved THEN 'moved' WHEN r.status_to = 'cancelled' THEN 'cancelled'
            WHEN r.status_to IS NOT NULL THEN r.status_to ELSE 'changed' END,
       (w.before - 'patient' - 'patient_row' - 'was')
           || jsonb_build_object('import', %(import)s::bigint)
           || CASE WHEN r.status_to IS NULL THEN '{}'
                   ELSE jsonb_build_object('from', r.old_status, 'to', r.status_to) END
FROM import_result r JOIN reminders_importrow w ON w.of_id = %(import)s AND w.number = r.number
WHERE r.touched
"""

_CHANGED_APPOINTMENTS = """
UPDATE reminders_appointment a SET updated_at = %(now)s,
    location_id = s.location_id, starts_at = s.starts_at, local_date = s.local_date,
    local_time = s.local_time, wall_flag = coalesce(s.wall_flag, ''),
    contact_id = coalesce(r.contact_id, fc.contact_id, a.contact_id),
    practitioner_id = CASE WHEN s.practitioner IS NULL THEN a.practitioner_id ELSE p.id END,
    service_id = CASE WHEN s.service IS NULL THEN a.service_id ELSE v.id END,
    duration = coalesce(s.duration, a.duration), notes = coalesce(s.notes, a.notes),
    extra = a.extra || coalesce(s.extra, '{}'),
    external_id = coalesce(s.external_id, a.external_id),
    diary = CASE WHEN r.takes_id THEN %(diary)s ELSE a.diary END,
    status = coalesce(r.status_to, a.status),
    status_since = CASE WHEN r.status_to IS NULL THEN a.status_since ELSE %(now)s END,
    version = a.version + r.matters::int,
    changed_at = CASE WHEN r.matters THEN %(now)s ELSE a.changed_at END
FROM import_result r
JOIN import_staged s ON s.number = r.number
LEFT JOIN import_fresh_contact fc ON fc.person = s.person
LEFT JOIN reminders_practitioner p ON p.name = s.practitioner
LEFT JOIN reminders_service v ON v.name = s.service
WHERE r.touched AND a.id = r.appointment_id
"""

_RAISE_BY_CONTACT = """
UPDATE reminders_appointment a SET version = a.version + 1, changed_at = %(now)s
FROM import_reached x
WHERE x.matters AND a.contact_id = x.contact_id AND a.starts_at > %(now)s
  AND NOT EXISTS (SELECT 1 FROM import_result r WHERE r.appointment_id = a.id AND r.matters)
  AND NOT EXISTS (SELECT 1 FROM import_fresh f WHERE f.appointment_id = a.id)
"""

_STATEMENTS = (
    _FRESH_CONTACTS,
    _NEW_CONTACTS,
    _NEW_WITHOUT_TEXTS,
    _FRESH,
    "ANALYZE import_fresh_contact",
    _NEW_APPOINTMENTS,
    _ROWS,
    _EVENTS,
    _CHANGED_APPOINTMENTS,
)
_OF_PEOPLE = (_CONTACT_EVENTS, _CHANGED_CONTACTS, _RAISE_BY_CONTACT)
"""Only where the file changes people."""
