"""What withdrawing says to PostgreSQL: mark texts, let go of their reminders, find them."""

from __future__ import annotations

from reminders.models.states_in_sql import IS_WITHDRAWABLE

# One that is on its way can't be called back; it is marked all the same, so that staff read
# "already sent" of a text that no longer holds.
REQUEST_CANCEL = """
UPDATE reminders_message message
SET cancel_requested_at = %(now)s
WHERE message.id = ANY(%(messages)s)
  AND message.cancel_requested_at IS NULL
  AND message.state = ANY(%(open_messages)s)
"""

# This and `RELEASE_REMINDERS` first find the reminders, and then choose by their state. In one
# step, the database begins with states of which it had counted next to none, and an import that
# withdraws many texts compares each of them with all others: 20,000 did not end within minutes.
REMINDERS_WAIT = """
WITH carried AS MATERIALIZED (
    SELECT reminder.id, reminder.state
    FROM reminders_message message
    JOIN reminders_reminder reminder ON reminder.message_id = message.id
    WHERE message.id = ANY(%(messages)s)
      AND message.cancel_requested_at IS NOT NULL
      AND message.cancel_settled_at IS NULL
), handed_over AS MATERIALIZED (
    SELECT * FROM carried WHERE state = ANY(%(handed_over)s)
)
UPDATE reminders_reminder reminder
SET state = %(reminder_withdrawing)s, updated_at = %(now)s
FROM handed_over
WHERE reminder.id = handed_over.id AND reminder.state = handed_over.state
"""

CANCEL_QUEUED = """
UPDATE reminders_message message
SET state = %(message_cancelled)s,
    words = 'Withdrawn before it was sent',
    final_at = %(now)s,
    cancel_settled_at = %(now)s
WHERE message.id = ANY(%(messages)s)
  AND message.state = %(message_queued)s
  AND message.cancel_requested_at IS NOT NULL
"""

# Of a withdrawn message, the reminders that still hold go back to the plan, or stay stopped where
# staff stopped them; the others are done with.
RELEASE_REMINDERS = """
WITH carried AS MATERIALIZED (
    SELECT
        reminder.id,
        reminder.state,
        reminder.reason = %(reason_held)s AS stopped,
        reminder.appointment_id,
        reminder.version
    FROM reminders_message message
    JOIN reminders_reminder reminder ON reminder.message_id = message.id
    WHERE message.id = ANY(%(messages)s)
      AND (message.state = %(message_cancelled)s OR message.state = ANY(%(undelivered)s))
), released AS MATERIALIZED (
    SELECT
        carried.id,
        carried.state,
        carried.stopped,
        carried.version = appointment.version AND appointment.status = ANY(%(expected)s) AS holds
    FROM carried
    JOIN reminders_appointment appointment ON appointment.id = carried.appointment_id
    WHERE carried.state = %(reminder_withdrawing)s
)
UPDATE reminders_reminder reminder
SET updated_at = %(now)s,
    message_id = NULL,
    state = CASE
        WHEN NOT released.holds THEN %(reminder_withdrawn)s
        WHEN released.stopped THEN %(reminder_skipped)s
        ELSE %(reminder_planned)s
    END,
    reason = CASE
        WHEN NOT released.holds THEN %(reason_superseded)s
        WHEN released.stopped THEN %(reason_held)s
        ELSE ''
    END
FROM released
WHERE reminder.id = released.id AND reminder.state = released.state
"""

# Two ways to them, each through its own index.
ON_THEIR_WAY = f"""
SELECT message.id
FROM (
    SELECT own.id
    FROM reminders_message own
    JOIN reminders_contact contact ON contact.id = own.contact_id
    WHERE own.contact_id = ANY(%(contacts)s::bigint[]) AND own.phone = contact.phone
    UNION
    SELECT reminder.message_id
    FROM reminders_appointment appointment
    JOIN reminders_contact contact ON contact.id = appointment.contact_id
    JOIN reminders_reminder reminder
        ON reminder.appointment_id = appointment.id AND reminder.phone = contact.phone
    WHERE appointment.contact_id = ANY(%(contacts)s::bigint[])
      AND appointment.starts_at > %(now)s
) theirs
JOIN reminders_message message ON message.id = theirs.id
WHERE {IS_WITHDRAWABLE}
"""  # noqa: S608 -- put together from constants

SCHEDULED = """
SELECT
    message.id AS message_id,
    min(reminder.rule_id) AS rule_id,
    min(rule.kind) AS kind,
    count(*) > 1 AS family,
    min(contact.language) AS language,
    min(location.language) AS location_language,
    min(message.format) = 'TTS' AS voice,
    min(message.location_id) AS location_id,
    array_remove(array_agg(DISTINCT appointment.practitioner_id), NULL) AS practitioner_ids,
    array_remove(array_agg(DISTINCT appointment.service_id), NULL) AS service_ids
FROM reminders_message message
JOIN reminders_reminder reminder
    ON reminder.message_id = message.id AND reminder.state = ANY(%(handed_over)s)
JOIN reminders_appointment appointment ON appointment.id = reminder.appointment_id
JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
JOIN reminders_contact contact ON contact.id = message.contact_id
JOIN reminders_location location ON location.id = message.location_id
"""
GROUPED = "GROUP BY message.id"

# A branch for each partial index: in one condition, the whole table would be read.
ALL_SCHEDULED = f"""
{SCHEDULED}
WHERE NOT reminder.forced AND message.id IN (
    SELECT message.id FROM reminders_message message
    WHERE message.state = ANY(%(at_provider)s) AND {IS_WITHDRAWABLE}
    UNION ALL
    SELECT message.id FROM reminders_message message
    WHERE message.state = %(message_queued)s
      AND message.kind = %(kind_reminder)s
      AND {IS_WITHDRAWABLE}
    UNION ALL
    SELECT message.id FROM reminders_message message
    WHERE message.state = %(message_submitting)s AND {IS_WITHDRAWABLE}
    UNION ALL
    SELECT message.id FROM reminders_message message
    WHERE message.state = %(message_unknown)s AND {IS_WITHDRAWABLE}
)
{GROUPED}
"""  # noqa: S608 -- put together from constants

SCHEDULED_ABOUT = f"""
{SCHEDULED}
WHERE NOT reminder.forced AND message.id IN (
    SELECT message.id
    FROM reminders_reminder about
    JOIN reminders_message message ON message.id = about.message_id
    WHERE about.appointment_id = ANY(%(appointments)s::bigint[])
      AND about.state = ANY(%(handed_over)s)
      AND {IS_WITHDRAWABLE}
)
{GROUPED}
"""  # noqa: S608 -- put together from constants
