"""The statements of this room that are written in SQL, and why each is.

They look up or write for a whole batch of replies at once what would be a statement for each, or
lock what others skip. Aliases are whole words; each column is named as the field that it fills.
"""

from __future__ import annotations

from reminders.models.in_sql.texted import TEXTED

# Of a number: what had reached it when it wrote. Only these parameters; the rest is constant.
_ARRIVED = """
message.phone = reply.phone
  AND message.created_at > reply.received_at - %(lately)s::interval - %(before)s::interval
  AND message.scheduled_at BETWEEN reply.received_at - %(lately)s::interval AND reply.received_at
  AND message.state IN
      ('submitting', 'unknown', 'accepted', 'enroute', 'held', 'submitted', 'delivered')
"""

# A lateral join takes the last text of each number from the index, however many it has had.
LAST_TEXTS = f"""
SELECT reply.id AS reply_id, last.id AS message_id
FROM reminders_reply reply CROSS JOIN LATERAL (
    SELECT message.id FROM reminders_message message
    WHERE {_ARRIVED} AND message.kind <> 'test'
    ORDER BY message.scheduled_at DESC, message.created_at DESC LIMIT 1) last
WHERE reply.id = ANY(%(ids)s) AND reply.phone <> ''
"""

LAST_LISTS = f"""
SELECT reply.id AS reply_id, list.id AS message_id
FROM reminders_reply reply CROSS JOIN LATERAL (
    SELECT message.id FROM reminders_message message
    WHERE {_ARRIVED} AND message.kind = 'reminder'
      AND (SELECT count(*) FROM reminders_reminder told WHERE told.message_id = message.id) > 1
    ORDER BY message.scheduled_at DESC, message.created_at DESC LIMIT 1) list
WHERE reply.id = ANY(%(ids)s) AND reply.phone <> '' AND EXISTS (
    SELECT 1 FROM reminders_reminder told
    JOIN reminders_appointment appointment ON appointment.id = told.appointment_id
    WHERE told.message_id = list.id AND appointment.starts_at > reply.received_at
      AND appointment.status IN ('booked', 'confirmed', 'declined'))
"""

IN_STAFF_HANDS = f"""
SELECT reply.id AS reply_id
FROM reminders_reply reply
WHERE reply.id = ANY(%(ids)s) AND reply.phone <> '' AND EXISTS (
    SELECT 1 FROM reminders_message message
    LEFT JOIN LATERAL (
        SELECT bool_or(card.done_at IS NULL
                       AND heard.received_at > reply.received_at - %(talk)s::interval) AS waits,
               bool_or(card.done_at IS NOT NULL) AS settled
        FROM reminders_reply heard JOIN reminders_inboxitem card ON card.reply_id = heard.id
        WHERE heard.message_id = message.id AND heard.id <> reply.id) answer ON true
    WHERE {_ARRIVED} AND message.kind = 'staff'
      AND (answer.waits OR answer.settled IS NOT TRUE
           AND message.scheduled_at > reply.received_at - %(talk)s::interval
           AND NOT EXISTS (
               SELECT 1 FROM reminders_message later
               WHERE later.scheduled_at > message.scheduled_at
                 AND (later.id = reply.message_uuid
                      OR reply.message_provider_id <> ''
                         AND later.provider_id = reply.message_provider_id))))
"""

# Whose the appointment was when the text was written, and whether the number still is that of
# whoever is texted about it. A text keeps the person of its first appointment only; of the others
# history tells whether they were handed on.
_OWNER_THEN = """coalesce(
    CASE WHEN message.appointment_id = appointment.id THEN message.contact_id END,
    (SELECT (coalesce(entry.details -> 'contact', entry.details -> 'contact_id') ->> 0)::bigint
     FROM reminders_auditentry entry
     WHERE entry.appointment_id = appointment.id AND entry.at > message.created_at
       AND entry.details ?| ARRAY['contact', 'contact_id'] ORDER BY entry.at, entry.id LIMIT 1),
    appointment.contact_id)"""
_TOLD_OF = f"""
    {_OWNER_THEN} AS contact_id,
    message.phone IN (contact.phone, contact.second_phone)
        AND contact.wrong_number <> message.phone AND {_OWNER_THEN} = patient.id AS theirs,
    patient.first_name, patient.name, contact.language,
    appointment.status, appointment.starts_at AS begins_at,
    appointment.location_id AS place_id, coalesce(practitioner.name, '') AS practitioner
"""
_JOINED = f"""
{TEXTED}
LEFT JOIN reminders_practitioner practitioner ON practitioner.id = appointment.practitioner_id
"""

# Three sources of what a text told, the surest first.
TOLD = f"""
SELECT told.message_id, told.appointment_id, told.starts_at, told.location_id, told.since,
    {_TOLD_OF}
FROM (
    SELECT 1 AS source, message.id AS message_id, reminder.appointment_id, reminder.starts_at,
           reminder.location_id, message.created_at AS since, reminder.starts_at AS place,
           reminder.id AS tie
    FROM reminders_message message
    JOIN reminders_reminder reminder ON reminder.message_id = message.id
    WHERE message.id = ANY(%(ids)s)
    UNION ALL
    SELECT 2, message.id, link.appointment_id, NULL, NULL, message.created_at,
           appointment.starts_at, appointment.id
    FROM reminders_message message
    JOIN reminders_reply_appointments link ON link.reply_id = message.answers_id
    JOIN reminders_appointment appointment ON appointment.id = link.appointment_id
    WHERE message.id = ANY(%(ids)s)
    UNION ALL
    SELECT 3, message.id, message.appointment_id, NULL, NULL, message.created_at, NULL, 0
    FROM reminders_message message
    WHERE message.id = ANY(%(ids)s) AND message.appointment_id IS NOT NULL
) told
JOIN reminders_message message ON message.id = told.message_id
JOIN reminders_appointment appointment ON appointment.id = told.appointment_id
{_JOINED}
ORDER BY told.source, told.place, told.tie
"""

# What reached the phone, or may have: the latest text about each appointment comes first.
TOLD_LATELY = f"""
SELECT message.phone, message.id AS message_id, message.kind, message.state,
    own.id AS own_contact_id, message.location_id AS told_location_id, message.asks, message.text,
    reminder.appointment_id, reminder.starts_at, reminder.location_id,
    message.created_at AS since,
    {_TOLD_OF}
FROM reminders_message message
JOIN reminders_reminder reminder ON reminder.message_id = message.id
JOIN reminders_appointment appointment ON appointment.id = reminder.appointment_id
{_JOINED}
LEFT JOIN reminders_contact own ON own.id = message.contact_id AND EXISTS (
    SELECT 1 FROM reminders_contact reached
    WHERE reached.id IN (own.id, own.responsible_id)
      AND message.phone IN (reached.phone, reached.second_phone)
      AND reached.wrong_number <> message.phone)
WHERE message.phone = ANY(%(phones)s) AND message.created_at > %(written)s
  AND message.scheduled_at BETWEEN %(lately)s AND %(now)s
  AND message.state IN
      ('submitting', 'unknown', 'accepted', 'enroute', 'held', 'submitted', 'delivered')
  AND appointment.starts_at > %(now)s AND appointment.status IN ('booked', 'confirmed', 'declined')
ORDER BY message.scheduled_at DESC, message.created_at DESC, reminder.starts_at, reminder.id
"""

PEOPLE = """
SELECT given.phone, CASE WHEN people.count = 1 THEN people.id END AS contact_id,
       (SELECT message.location_id FROM reminders_message message
        WHERE message.phone = given.phone AND message.location_id IS NOT NULL
        ORDER BY message.created_at DESC LIMIT 1) AS location_id,
       coalesce(people.language, '') AS language
FROM unnest(%(phones)s::text[]) AS given (phone)
CROSS JOIN LATERAL (
    SELECT count(*) AS count, min(id) AS id, min(language) AS language
    FROM reminders_contact contact
    WHERE contact.phone = given.phone AND contact.phone <> ''
      AND contact.wrong_number <> contact.phone) people
"""

# A pushed opt-out notice and the polled reply are the same text under two ids; so are a reply that
# was pushed without its id, for which `payloads` made one, and the polled copy. The latter answer
# the same text of ours.
NUMBER_ACTIVITY = """
SELECT reply.id,
    EXISTS (
        SELECT 1 FROM reminders_reply copy
        WHERE copy.phone = reply.phone AND copy.id <> reply.id AND copy.applied_at IS NOT NULL
          AND lower(btrim(copy.text)) = lower(btrim(reply.text))
          AND ((copy.source = 'notice') <> (reply.source = 'notice')
               OR starts_with(copy.provider_id, 'pushed-')
            <> starts_with(reply.provider_id, 'pushed-')
                  AND (copy.message_provider_id = reply.message_provider_id
                       OR '' IN (copy.message_provider_id, reply.message_provider_id)))
          AND copy.received_at BETWEEN reply.received_at - %(twins)s
        AND reply.received_at + %(twins)s
    ) AS twin,
    same.same_text, same.same_text_to_it,
    (SELECT count(*) FROM reminders_message message
     WHERE message.phone = reply.phone AND message.kind = 'answer'
       AND message.created_at > %(hour_ago)s) AS answers_lately,
    EXISTS (
        SELECT 1 FROM reminders_message message
        JOIN reminders_reply answered ON answered.id = message.answers_id
        WHERE message.phone = reply.phone AND message.kind = 'answer'
          AND message.created_at > %(day_ago)s AND answered.outcome = ANY(%(vague)s)
    ) AS told_that_read,
    EXISTS (
        SELECT 1 FROM reminders_suppression suppression
        WHERE suppression.phone = reply.phone AND suppression.lifted_at IS NULL) AS opted_out,
    EXISTS (
        SELECT 1 FROM reminders_message message
        WHERE message.phone = reply.phone AND message.kind = 'answer'
          AND message.purpose = 'out_of_hours' AND message.created_at > %(half_a_day_ago)s
          AND message.state <> 'cancelled') AS told_closed,
    coalesce((
        SELECT string_agg(part.text, '' ORDER BY part.received_at, part.id)
        FROM reminders_reply part
        WHERE part.phone = reply.phone AND part.phone <> ''
          AND char_length(part.text) = ANY(%(cut_at)s)
          AND part.received_at BETWEEN reply.received_at - %(at_a_time)s AND reply.received_at
          AND (part.received_at, part.id) < (reply.received_at, reply.id)), '') AS begun
FROM reminders_reply reply
CROSS JOIN LATERAL (
    SELECT count(*) AS same_text,
           count(*) FILTER (WHERE (before.message_uuid, before.message_provider_id)
               IS NOT DISTINCT FROM (reply.message_uuid, reply.message_provider_id)
           ) AS same_text_to_it
    FROM reminders_reply before
    WHERE before.phone = reply.phone
      AND before.received_at BETWEEN reply.received_at - %(hour)s AND reply.received_at
      AND (before.received_at, before.id) < (reply.received_at, reply.id)
      AND before.outcome <> 'duplicate'
      AND lower(btrim(before.text)) = lower(btrim(reply.text))) same
WHERE reply.id = ANY(%(ids)s)
"""

# Of each number the first one that waits, and of those what nobody else has locked.
CLAIM_REPLIES = """
WITH waiting AS (
    SELECT id, phone, received_at FROM reminders_reply
    WHERE applied_at IS NULL ORDER BY received_at, id LIMIT %(look_ahead)s),
first AS (SELECT DISTINCT ON (phone) id FROM waiting ORDER BY phone, received_at, id)
SELECT reply.id, reply.source, reply.message_uuid, reply.message_provider_id, reply.phone,
    reply.text, reply.received_at, reply.pictures, reply.button
FROM reminders_reply reply JOIN first USING (id)
WHERE reply.applied_at IS NULL AND (%(only)s::bigint IS NULL OR reply.id = %(only)s)
ORDER BY reply.received_at, reply.id LIMIT %(limit)s
FOR NO KEY UPDATE OF reply SKIP LOCKED
"""

# Seven columns of up to a hundred rows: as a bulk_update it takes ten times as long.
MARK_REPLIES = """
UPDATE reminders_reply reply
SET applied_at = %(now)s, message_id = given.message_id, contact_id = given.contact_id,
    matched_by = given.matched_by, intent = given.intent, outcome = given.outcome,
    reading = given.reading
FROM unnest(%(ids)s::bigint[], %(messages)s::uuid[], %(contacts)s::bigint[], %(matched)s::text[],
            %(intents)s::text[], %(outcomes)s::text[], %(readings)s::jsonb[])
     AS given (id, message_id, contact_id, matched_by, intent, outcome, reading)
WHERE reply.id = given.id
"""

# A report's message is found by our id or the provider's; what nobody else has locked is claimed.
CLAIM_REPORTS = """
WITH waiting AS (
    SELECT report.id, coalesce(
        (SELECT message.id FROM reminders_message message WHERE message.id = report.message_uuid),
        (SELECT message.id FROM reminders_message message
         WHERE report.message_provider_id <> ''
           AND message.provider_id = report.message_provider_id)) AS message_id
    FROM reminders_deliveryreport report
    WHERE report.applied_at IS NULL AND report.problem = '' AND report.stored_at >= %(since)s)
SELECT report.id, report.status, report.code, report.message_provider_id,
    message.id AS message_id, message.provider_id AS known_as, message.kind, message.phone,
    message.appointment_id, message.contact_id, message.location_id, message.state,
    message.accepted_at, report.raw ->> 'billing_units' AS units
FROM waiting JOIN reminders_deliveryreport report ON report.id = waiting.id
JOIN reminders_message message ON message.id = waiting.message_id
WHERE report.applied_at IS NULL
ORDER BY message.id, report.id LIMIT %(limit)s
FOR NO KEY UPDATE OF report SKIP LOCKED
"""

# What was understood is in the columns and on the text: no form of it is kept beside them.
MARK_REPORTS = """
UPDATE reminders_deliveryreport report
SET applied_at = %(now)s, message_id = given.message_id, problem = given.problem,
    raw = CASE WHEN given.problem <> '' THEN report.raw END
FROM unnest(%(ids)s::bigint[], %(messages)s::uuid[], %(problems)s::text[])
     AS given (id, message_id, problem)
WHERE report.id = given.id
"""

# What is new comes back: a bulk_create that ignores conflicts does not tell.
STORE_REPLIES = """
INSERT INTO reminders_reply (provider_id, source, message_uuid, message_provider_id, phone, text,
    received_at, stored_at, applied_at, intent, matched_by, outcome, problem, raw, pictures)
SELECT given.provider_id, given.source, given.message_uuid, given.message_provider_id, given.phone,
    given.text, given.received_at, %(now)s, CASE WHEN given.problem <> '' THEN %(now)s END, '', '',
    CASE WHEN given.problem <> '' THEN 'unreadable' ELSE '' END, given.problem, given.raw::jsonb,
    given.pictures
FROM unnest(%(provider_ids)s::text[], %(sources)s::text[], %(uuids)s::uuid[],
            %(message_provider_ids)s::text[], %(phones)s::text[], %(texts)s::text[],
            %(received)s::timestamptz[], %(problems)s::text[], %(raws)s::text[],
            %(pictures)s::int[])
     AS given (provider_id, source, message_uuid, message_provider_id, phone, text, received_at,
               problem, raw, pictures)
ON CONFLICT (provider_id) DO NOTHING
RETURNING id AS reply_id, phone, problem <> '' AS unreadable
"""

STORE_REPORTS = """
INSERT INTO reminders_deliveryreport (provider_id, message_uuid, message_provider_id, status, code,
    submitted_at, received_at, stored_at, applied_at, problem, raw)
SELECT given.provider_id, given.message_uuid, given.message_provider_id, given.status, given.code,
    given.submitted_at, given.received_at, %(now)s,
    CASE WHEN given.problem <> '' THEN %(now)s END, given.problem, given.raw::jsonb
FROM unnest(%(provider_ids)s::text[], %(uuids)s::uuid[], %(message_provider_ids)s::text[],
            %(statuses)s::text[], %(codes)s::int[], %(submitted)s::timestamptz[],
            %(received)s::timestamptz[], %(problems)s::text[], %(raws)s::text[])
     AS given (provider_id, message_uuid, message_provider_id, status, code, submitted_at,
               received_at, problem, raw)
ON CONFLICT (provider_id) DO NOTHING
RETURNING NULL::bigint AS reply_id, '' AS phone, problem <> '' AS unreadable
"""
