"""What sending says to PostgreSQL: many messages at a time, states as parameters."""

from __future__ import annotations

COPY_MESSAGES = """
COPY reminders_message (
    id, kind, appointment_id, contact_id, location_id, phone, source_number, text, asks, format,
    segments, state, words, scheduled_at, expires_at, attempt, resent, send_after, claimed_until,
    check_after, created_at
) FROM STDIN (FORMAT BINARY)
"""
MESSAGE_TYPES = (
    *("uuid", "varchar", "int8", "int8", "int8", "varchar", "varchar", "text", "varchar"),
    *("varchar", "int2", "varchar", "varchar", "timestamptz", "timestamptz", "int2", "bool"),
    *("timestamptz", "timestamptz", "timestamptz", "timestamptz"),
)

POINT_REMINDERS = """
UPDATE reminders_reminder reminder
SET state = %(reminder_sending)s, message_id = carried.message_id, updated_at = %(now)s
FROM unnest(%(reminders)s::bigint[], %(messages)s::uuid[]) AS carried (id, message_id)
WHERE reminder.id = carried.id
"""

# Also one that was given up for unknown meanwhile, or waits to be sent once more. One that was
# called off stays so, but is known by its id from now on, so that it is looked for there.
ACCEPT = """
UPDATE reminders_message message
SET provider_id = answer.provider_id,
    accepted_at = coalesce(message.accepted_at, %(now)s),
    claimed_until = NULL,
    unknown_since = CASE
        WHEN message.state = %(message_cancelled)s THEN message.unknown_since
    END,
    words = CASE WHEN message.state = ANY(%(with_us)s) THEN '' ELSE message.words END,
    check_after = coalesce(
        message.check_after, greatest(message.scheduled_at, %(now)s) + %(check_after)s
    ),
    state = CASE
        WHEN message.state = ANY(%(with_us)s) THEN %(message_accepted)s
        ELSE message.state
    END
FROM unnest(%(ids)s::uuid[], %(provider_ids)s::text[]) AS answer (id, provider_id)
WHERE message.id = answer.id AND message.provider_id IS NULL
"""

QUEUE_AGAIN = """
UPDATE reminders_message message
SET state = %(message_queued)s, send_after = pause.until, claimed_until = NULL
FROM unnest(%(ids)s::uuid[], %(after)s::timestamptz[]) AS pause (id, until)
WHERE message.id = pause.id AND message.state = %(message_submitting)s
"""

# `MessageState.may_become` for many messages: a state that is not final, and a report that ranks
# higher. A report without the provider's id, of a message that never had one, says nothing.
MOVE = """
UPDATE reminders_message message
SET state = report.state,
    words = report.words,
    status_code = coalesce(report.code, message.status_code),
    provider_id = coalesce(message.provider_id, report.provider_id),
    claimed_until = NULL,
    unknown_since = NULL,
    accepted_at = coalesce(message.accepted_at, %(now)s),
    final_at = CASE WHEN report.final THEN %(now)s END,
    billed = greatest(message.billed, report.units)
FROM unnest(
    %(ids)s::uuid[], %(states)s::text[], %(ranks)s::int[], %(finals)s::bool[], %(words)s::text[],
    %(codes)s::int[], %(provider_ids)s::text[], %(units)s::int[]
) AS report (id, state, rank, final, words, code, provider_id, units),
unnest(%(open_messages)s::text[], %(open_ranks)s::int[]) AS before (state, rank)
WHERE message.id = report.id
  AND coalesce(message.provider_id, report.provider_id) IS NOT NULL
  AND message.state = before.state
  AND report.rank > before.rank
RETURNING message.id
"""
