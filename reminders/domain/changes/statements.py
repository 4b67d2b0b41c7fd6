"""What noting changes says to PostgreSQL: one statement for any number of visits."""

from __future__ import annotations

from reminders.models import Appointment, ReminderRule, VisitChange
from reminders.models.in_sql.states import STATES, Given, as_text

KNOWN = "id, status, starts_at, location_id, contact_id"
"""What is kept of a visit before it changes: columns of an appointment, and of what `note_of`
reads.
"""

READ = """
SELECT id, status, starts_at::text, location_id, contact_id FROM reminders_appointment
WHERE id = ANY(%s) ORDER BY id
"""

GIVEN = """
SELECT * FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(starts)s::timestamptz[],
                     %(locations)s::bigint[], %(contacts)s::bigint[])
    AS known (id, status, starts_at, location_id, contact_id)
"""

# Texts about the change that is noted: one that was handed over has told it; one that can't be
# sent is settled with the patient by other means, once its time has come.
_TEXTS = """
SELECT bool_or(text.state = ANY(%(handed_over)s)) AS told,
       bool_or(text.state = ANY(%(handed_over)s) AND rule.kind = %(cancelled_rule)s) AS told_off,
       bool_or(text.state IN (%(reminder_planned)s, %(reminder_withdrawing)s)
           OR text.state = %(reminder_skipped)s AND text.due_at > %(now)s) AS waiting
FROM reminders_reminder text
JOIN reminders_reminderrule rule ON rule.id = text.rule_id AND rule.kind = ANY(%(changes)s)
WHERE text.appointment_id = noted.appointment_id AND text.version >= noted.version
"""

# What the patient knows of a visit, in the order in which one outweighs the other: it is another
# person's; whoever said no knows; they know no more than before the change that was noted last;
# they were told that it is off; it was off already.
_KNOWS = """
CASE WHEN visit.contact_id <> known.contact_id THEN %(nothing)s
     WHEN known.status = %(declined)s AND visit.status = %(cancelled)s THEN %(off)s
     WHEN noted.appointment_id IS NULL THEN %(coming)s
     WHEN texts.waiting OR (noted.knew = %(nothing)s AND noted.at > %(settled)s
         AND texts.told IS NOT TRUE) THEN NULL
     WHEN known.status = %(cancelled)s AND (noted.telling = %(hand)s OR texts.told_off) THEN %(off)s
     WHEN known.status <> ALL(%(expected)s) THEN NULL
     ELSE %(coming)s END
"""

STATES_OF_CHANGES: Given = STATES | {
    "nothing": str(VisitChange.Knew.NOTHING),
    "coming": str(VisitChange.Knew.COMING),
    "off": str(VisitChange.Knew.OFF),
    "hand": str(VisitChange.Telling.HAND),
    "declined": str(Appointment.Status.DECLINED),
    "cancelled": str(Appointment.Status.CANCELLED),
    "cancelled_rule": str(ReminderRule.Kind.CANCELLED),
    "changes": as_text(ReminderRule.CHANGES),
}
"""The states that `note_of` asks for, besides `now`, `settled` and `telling`."""


_NOTE = """
INSERT INTO reminders_visitchange AS change (appointment_id, version, at, knew, knew_starts_at,
    knew_location_id, telling, carded)
SELECT id, version, %(now)s, coalesce(knows, noted_knew),
       CASE WHEN knows IS NULL THEN noted_starts_at WHEN knows = %(coming)s THEN starts_at END,
       CASE WHEN knows IS NULL THEN noted_location WHEN knows = %(coming)s THEN location_id END,
       %(telling)s, false
FROM (
    SELECT visit.id, visit.version, known.starts_at, known.location_id, <knows> AS knows,
           noted.knew AS noted_knew, noted.knew_starts_at AS noted_starts_at,
           noted.knew_location_id AS noted_location
    FROM (<known>) known
    JOIN reminders_appointment visit ON visit.id = known.id
    LEFT JOIN reminders_visitchange noted ON noted.appointment_id = visit.id
    LEFT JOIN LATERAL (<texts>) texts ON noted.appointment_id IS NOT NULL
    WHERE (visit.status, visit.starts_at, visit.location_id, visit.contact_id)
       <> (known.status, known.starts_at, known.location_id, known.contact_id)
) changed
ON CONFLICT (appointment_id) DO UPDATE SET (version, at, knew, knew_starts_at, knew_location_id,
    telling, carded) = (excluded.version, excluded.at, excluded.knew, excluded.knew_starts_at,
    excluded.knew_location_id, excluded.telling, excluded.carded)
""".replace("<knows>", _KNOWS).replace("<texts>", _TEXTS)


def note_of(known: str) -> str:
    """The statement that notes what became of the visits in `known`, a table or a question with
    the columns `KNOWN`; those that stand as they did are passed over.
    """
    return _NOTE.replace("<known>", known)
