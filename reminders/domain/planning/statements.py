"""What planning says to PostgreSQL: whole sets at a time, states as parameters.

The conditions of the difference stand alone, because two readers share them word for word: the
statements that write it, and the dry run that shows what a changed rule would do.
"""

from __future__ import annotations

from reminders.models.in_sql.states import IS_WITHDRAWABLE, MAY_HOLD
from reminders.models.in_sql.texted import CHANNEL, TEXTED

PLANNABLE_COLUMNS = f"""
    appointment.id, appointment.version, appointment.status, appointment.starts_at,
    appointment.local_date, appointment.changed_at, appointment.location_id,
    appointment.service_id, appointment.no_more_texts, contact.phone,
    {CHANNEL} AS channel,
    contact.phone <> '' AND EXISTS (
        SELECT 1 FROM reminders_suppression suppression
        WHERE suppression.phone = contact.phone AND suppression.lifted_at IS NULL
    ) AS opted_out,
    contact.wrong_number <> '' AND contact.wrong_number = contact.phone AS wrong_number,
    appointment.practitioner_id,
    %(ask_new)s AND NOT EXISTS (
        SELECT 1 FROM reminders_appointment earlier
        WHERE earlier.contact_id = appointment.contact_id
          AND earlier.starts_at < appointment.starts_at
          AND earlier.status = ANY(%(took_place)s)
    ) AS new_patient,
    CASE WHEN %(asks_who_missed)s THEN (
        SELECT max(past.starts_at) FROM reminders_appointment past
        WHERE past.contact_id = appointment.contact_id AND past.status = 'no_show'
          AND past.starts_at < appointment.starts_at
    ) END AS last_missed
FROM reminders_appointment appointment
{TEXTED}
WHERE appointment.id = ANY(%(ids)s)
ORDER BY appointment.id
"""

READ = "SELECT" + PLANNABLE_COLUMNS
# Ordered by id, so that two plannings of the same appointments take turns.
LOCKED = "FOR NO KEY UPDATE OF appointment"

CREATE_WANTED = """
CREATE TEMP TABLE IF NOT EXISTS wanted_reminder (
    appointment_id bigint, rule_id bigint, version int, due_at timestamptz, cutoff_at timestamptz,
    reason text, location_id bigint, starts_at timestamptz, local_date date, phone text,
    told_since int
) ON COMMIT DELETE ROWS;
TRUNCATE wanted_reminder
"""

WANTED_TYPES = (
    *("int8", "int8", "int4", "timestamptz", "timestamptz"),
    *("text", "int8", "timestamptz", "date", "text", "int4"),
)

# A text about a change that tells the same just then goes instead of the rule's own.
GIVE_WAY = """
UPDATE wanted_reminder wanted SET reason = %(reason_told)s
FROM unnest(%(appointments)s::bigint[], %(rules)s::bigint[]) AS given (appointment_id, rule_id)
WHERE (wanted.appointment_id, wanted.rule_id) = (given.appointment_id, given.rule_id)
  AND wanted.reason = ''
"""

# The state is written out, so that the plan may use the partial index whatever the parameters are.
ANY_WITHDRAWING = """
SELECT EXISTS (
    SELECT 1 FROM reminders_reminder
    WHERE state = 'withdrawing' AND appointment_id = ANY(%(ids)s)
)
"""

ANY_DUE = """
SELECT EXISTS (SELECT 1 FROM wanted_reminder WHERE reason = '' AND due_at <= %(until)s)
"""

SAME_ONE = """
(wanted.appointment_id, wanted.rule_id, wanted.version)
    = (reminder.appointment_id, reminder.rule_id, reminder.version)
"""

WANTED_STATE = """
CASE WHEN wanted.reason = '' THEN %(reminder_planned)s ELSE %(reminder_skipped)s END
"""

# Of a visit that has begun nothing is wanted, but what was not sent stays on record as it is.
TAKEN_BACK = f"""
appointment.id = reminder.appointment_id
AND reminder.appointment_id = ANY(%(ids)s)
AND reminder.state = ANY(%(open_reminders)s)
AND (appointment.starts_at > %(now)s OR reminder.state = %(reminder_planned)s)
AND NOT EXISTS (SELECT 1 FROM wanted_reminder wanted WHERE {SAME_ONE})
"""

# A later version of the appointment that tells the same phone the same time and place is not told
# again, unless it is another person's by now: siblings share a phone. A text keeps the person of
# its first visit. Of a change only what was told since counts: back and forth is news twice.
IS_NEWS = """
(wanted.version = 1 OR NOT EXISTS (
    SELECT 1 FROM reminders_reminder told
    WHERE told.appointment_id = wanted.appointment_id
      AND told.rule_id = wanted.rule_id
      AND told.version < wanted.version
      AND told.version >= wanted.told_since
      AND told.state = %(reminder_sent)s
      AND told.starts_at = wanted.starts_at
      AND told.location_id = wanted.location_id
      AND told.phone = wanted.phone
      AND NOT EXISTS (
          SELECT 1 FROM reminders_message message
          JOIN reminders_appointment whose ON whose.id = message.appointment_id
          WHERE message.id = told.message_id
            AND message.appointment_id = told.appointment_id
            AND message.contact_id <> whose.contact_id
      )
))
"""

# Only those that differ: planning again is mostly reminders that stay, and none of them is written.
# What staff asked for or stopped, and what a claim set aside, no planning brings back.
CORRECTED = f"""
{SAME_ONE}
AND reminder.appointment_id = ANY(%(ids)s)
AND reminder.state IN (%(reminder_planned)s, %(reminder_skipped)s, %(reminder_withdrawn)s)
AND NOT reminder.forced
AND reminder.reason NOT IN
    (%(reason_held)s, %(reason_capped)s, %(reason_shared)s, %(reason_wording)s,
     %(reason_called_off)s, %(reason_replaced)s, %(reason_just_said)s)
AND (reminder.state, reminder.reason, reminder.due_at, reminder.cutoff_at, reminder.starts_at,
     reminder.phone)
    IS DISTINCT FROM ({WANTED_STATE}, wanted.reason, wanted.due_at, wanted.cutoff_at,
                      wanted.starts_at, wanted.phone)
AND {IS_NEWS}
"""

ADDED = f"""
NOT EXISTS (SELECT 1 FROM reminders_reminder reminder WHERE {SAME_ONE})
AND {IS_NEWS}
"""

TAKE_BACK = f"""
UPDATE reminders_reminder reminder
SET state = %(reminder_withdrawn)s,
    updated_at = %(now)s,
    reason = CASE
        WHEN reminder.version < appointment.version OR NOT {MAY_HOLD}
        THEN %(reason_superseded)s
        ELSE %(reason_rule_off)s
    END
FROM reminders_appointment appointment, reminders_reminderrule rule
WHERE rule.id = reminder.rule_id AND {TAKEN_BACK}
"""

CORRECT = f"""
UPDATE reminders_reminder reminder
SET state = {WANTED_STATE},
    reason = wanted.reason,
    due_at = wanted.due_at,
    cutoff_at = wanted.cutoff_at,
    starts_at = wanted.starts_at,
    local_date = wanted.local_date,
    location_id = wanted.location_id,
    phone = wanted.phone,
    message_id = NULL,
    updated_at = %(now)s
FROM wanted_reminder wanted
WHERE {CORRECTED}
"""

# Nobody adds the same one meanwhile, because the appointments are locked. An ON CONFLICT besides
# would write each row in two steps, which takes a third longer.
ADD = f"""
INSERT INTO reminders_reminder (
    appointment_id, rule_id, version, state, reason, due_at, cutoff_at,
    location_id, starts_at, local_date, phone, forced, updated_at
)
SELECT
    wanted.appointment_id, wanted.rule_id, wanted.version, {WANTED_STATE}, wanted.reason,
    wanted.due_at, wanted.cutoff_at, wanted.location_id, wanted.starts_at, wanted.local_date,
    wanted.phone, false, %(now)s
FROM wanted_reminder wanted
WHERE {ADDED}
"""

# Handed over, not yet on its way, and: of an older version, no longer wanted, or wanted at another
# time. What is untrue by now is asked back whatever the time; for a mere change of rules, one whose
# time has come is on its way, whether or not its report is here.
FIND_STALE = f"""
SELECT DISTINCT message.id
FROM reminders_reminder reminder
JOIN reminders_appointment appointment ON appointment.id = reminder.appointment_id
JOIN reminders_message message ON message.id = reminder.message_id
JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
LEFT JOIN wanted_reminder wanted ON {SAME_ONE}
WHERE reminder.appointment_id = ANY(%(ids)s)
  AND reminder.state = ANY(%(handed_over)s)
  AND message.cancel_requested_at IS NULL
  AND message.state = ANY(%(withdrawable)s)
  AND (
      reminder.version < appointment.version
      OR NOT {MAY_HOLD}
      OR (
          appointment.starts_at > %(now)s
          AND NOT reminder.forced
          AND {IS_WITHDRAWABLE}
          AND (wanted.rule_id IS NULL OR wanted.reason <> '' OR wanted.due_at <> reminder.due_at)
      )
  )
"""

# In two steps, for the reason that `REMINDERS_WAIT` has.
MOVE_WITHDRAWING = f"""
WITH planned AS MATERIALIZED (
    SELECT reminder.id, reminder.state, reminder.due_at AS was_due_at,
           reminder.cutoff_at AS was_cutoff_at, wanted.due_at, wanted.cutoff_at
    FROM wanted_reminder wanted
    JOIN reminders_reminder reminder ON {SAME_ONE}
    WHERE reminder.appointment_id = ANY(%(ids)s)
), moved AS MATERIALIZED (
    SELECT * FROM planned
    WHERE state = %(reminder_withdrawing)s
      AND (was_due_at, was_cutoff_at) <> (due_at, cutoff_at)
)
UPDATE reminders_reminder reminder
SET due_at = moved.due_at, cutoff_at = moved.cutoff_at
FROM moved
WHERE reminder.id = moved.id AND reminder.state = moved.state
"""

# The dry run: the same conditions, read instead of written.
WOULD_TAKE_BACK = f"""
SELECT reminder.appointment_id, reminder.rule_id
FROM reminders_reminder reminder, reminders_appointment appointment
WHERE {TAKEN_BACK} AND reminder.version = appointment.version
"""

WOULD_CORRECT = f"""
SELECT reminder.appointment_id, reminder.rule_id
FROM reminders_reminder reminder, wanted_reminder wanted
WHERE {CORRECTED}
"""

WOULD_ADD = f"""
SELECT wanted.appointment_id, wanted.rule_id
FROM wanted_reminder wanted
WHERE {ADDED}
"""
