"""What withdrawing says to PostgreSQL: the reminders of many texts wait, or are let go of."""

from __future__ import annotations

# This and `RELEASE_REMINDERS` first find the reminders, and then choose by their state. In one
# step, the database begins with states of which it had counted next to none, and an import that
# withdraws many texts compares each of them with all others: 20,000 did not end within minutes.
REMINDERS_WAIT = """
WITH carried AS MATERIALIZED (
    SELECT reminder.id, reminder.state
    FROM reminders_message message
    JOIN reminders_reminder reminder ON reminder.message_id = message.id
    WHERE message.id = ANY(%(messages)s::uuid[])
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
    WHERE message.id = ANY(%(messages)s::uuid[])
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

MARK = """
UPDATE reminders_message SET cancel_requested_at = %(now)s
WHERE id = ANY(%(messages)s::uuid[])
  AND cancel_requested_at IS NULL AND state = ANY(%(open_messages)s)
"""

CANCEL_QUEUED = """
UPDATE reminders_message
SET state = %(message_cancelled)s, words = 'Withdrawn before it was sent', final_at = %(now)s,
    cancel_settled_at = %(now)s
WHERE id = ANY(%(messages)s::uuid[])
  AND state = %(message_queued)s AND cancel_requested_at IS NOT NULL
"""
