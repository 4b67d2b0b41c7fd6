"""The two statements of the day sheet: what decides the states of a day, and all of chosen rows.

Both take the facts from the same place. `visit` are the appointments with their patients and
whoever is texted about them,
`planned` the reminders of those whose texts matter, `last_text` what has left last, `texts` what
the reminders come to, `card` what a reply asks of staff.
"""

from __future__ import annotations

from reminders.models.in_sql.texted import TEXTED

# Whole sets are joined: looked up row by row the same took 170 ms for a day of 1,900
# appointments; so it takes 25. MATERIALIZED keeps PostgreSQL from reading `visit` again for each.
_FACTS = """
WITH visit AS MATERIALIZED (
    SELECT __COLUMNS__, patient.name, patient.last_name, patient.first_name, contact.phone,
           contact.wrong_number, contact.id <> patient.id AS represented
    FROM reminders_appointment appointment
    __TEXTED__
    WHERE __WHERE__
), planned AS MATERIALIZED (
    SELECT reminder.appointment_id, reminder.message_id, reminder.state, reminder.reason,
           reminder.due_at, reminder.version = visit.version AS current,
           reminder.starts_at = visit.starts_at
               AND reminder.location_id = visit.location_id AS holds,
           rule.kind <> ALL(%(only_courtesy)s) AS asks,
           reminder.phone = visit.phone AS to_them, visit.status = 'cancelled' AS cancelled,
           message.state AS became, message.scheduled_at, message.created_at, message.final_at,
           message.cancel_requested_at
    FROM visit
    JOIN reminders_reminder reminder ON reminder.appointment_id = visit.id
    JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
    LEFT JOIN reminders_message message ON message.id = reminder.message_id
    WHERE __TEXTS__
), last_text AS (
    SELECT DISTINCT ON (appointment_id) appointment_id, id, became
    FROM (
        SELECT appointment_id, message_id AS id, became, scheduled_at, created_at, final_at
        FROM planned
        WHERE message_id IS NOT NULL
        UNION ALL
        SELECT visit.id, message.id, message.state, message.scheduled_at, message.created_at,
               message.final_at
        FROM visit
        JOIN reminders_message message ON message.appointment_id = visit.id
        WHERE __TEXTS__
    ) every_text
    WHERE became <> %(message_cancelled)s AND (scheduled_at <= %(now)s OR final_at IS NOT NULL)
    ORDER BY appointment_id, scheduled_at DESC, created_at DESC
), texts AS (
    SELECT planned.appointment_id,
           bool_or(
               holds AND asks AND to_them AND scheduled_at <= %(now)s
               AND became = ANY(%(may_have_arrived)s)
           ) AS told,
           -- Outdated: it went to them, holds no longer, and neither a correction nor a later
           -- text that holds came after it.
           bool_or(
               (NOT holds OR (cancelled AND cancel_requested_at IS NOT NULL))
               AND to_them AND became = ANY(%(gone_out)s)
               AND NOT EXISTS (
                   SELECT 1
                   FROM reminders_message fix
                   WHERE fix.appointment_id = planned.appointment_id AND fix.kind = 'correction'
                     AND fix.state <> %(message_cancelled)s
                     AND fix.created_at > planned.scheduled_at
               )
           ) AND NOT coalesce(
               bool_or(
                   holds AND NOT cancelled AND became = ANY(%(gone_out)s)
               ), false
           ) AS stale,
           min(coalesce(scheduled_at, due_at)) FILTER (
               WHERE current AND coalesce(scheduled_at, due_at) > %(now)s
                 AND state IN ('planned', 'sending', 'sent', 'withdrawing')
           ) AS next_at,
           (array_agg(reason ORDER BY due_at) FILTER (
               WHERE current AND reason <> '' AND state IN ('skipped', 'expired', 'failed')
           ))[1] AS reason
    FROM planned
    GROUP BY planned.appointment_id
), card AS (
    SELECT DISTINCT ON (appointment_id) appointment_id, id, kind
    FROM (
        SELECT visit.id AS appointment_id, item.id, item.kind, item.opened_at
        FROM visit
        JOIN reminders_inboxitem item ON item.appointment_id = visit.id
        WHERE item.done_at IS NULL
        UNION ALL
        SELECT visit.id, item.id, item.kind, item.opened_at
        FROM visit
        JOIN reminders_inboxitem item ON item.contact_id = visit.contact_id
        WHERE item.done_at IS NULL AND item.appointment_id IS NULL
    ) cards
    ORDER BY appointment_id, kind IN ('declined', 'unreachable', 'stale', 'untold'), opened_at DESC
)
"""
_OPTED_OUT = """EXISTS (
           SELECT 1
           FROM reminders_suppression suppression
           WHERE suppression.phone = visit.phone AND suppression.lifted_at IS NULL
       )"""
_WRONG = "(visit.wrong_number <> '' AND visit.wrong_number = visit.phone)"
_IN_ORDER = "ORDER BY visit.starts_at, visit.last_name, visit.first_name, visit.id"


def _facts(*, where: str, texts: str, columns: str) -> str:
    """`_FACTS` of these appointments; `texts`: of which of them the texts matter."""
    named = _FACTS.replace("__COLUMNS__", columns)
    named = named.replace("__TEXTED__", TEXTED)
    return named.replace("__WHERE__", where).replace("__TEXTS__", texts)


ROWS = f"""
{_facts(where="appointment.id = ANY(%(ids)s)", texts="true", columns="appointment.*")}
SELECT visit.id, location.id AS location_id, location.name AS location, location.zone,
       location.country, visit.starts_at, visit.local_date, visit.local_time, visit.duration,
       visit.status, visit.notes, visit.contact_id, visit.name, visit.phone, visit.represented,
       visit.phone <> '' AND {_OPTED_OUT} AS opted_out, {_WRONG} AS wrong_number,
       practitioner.id AS practitioner_id, coalesce(practitioner.name, '') AS practitioner,
       coalesce(service.name, '') AS service,
       message.id AS out_id, coalesce(message.kind, '') AS out_kind,
       coalesce((
           SELECT rule.kind
           FROM reminders_reminder reminder
           JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
           WHERE reminder.message_id = message.id
           LIMIT 1
       ), '') AS out_rule,
       coalesce(message.text, '') AS out_text, coalesce(message.state, '') AS out_state,
       coalesce(message.words, '') AS out_words, message.scheduled_at AS out_at,
       coalesce(texts.told, false) AS told, coalesce(texts.stale, false) AS stale, texts.next_at,
       coalesce(texts.reason, '') AS reason,
       coalesce(answer.text, '') AS in_text, answer.received_at AS in_at,
       coalesce(card.kind, '') AS card_kind, card.id AS card_id
FROM visit
JOIN reminders_location location ON location.id = visit.location_id
LEFT JOIN reminders_practitioner practitioner ON practitioner.id = visit.practitioner_id
LEFT JOIN reminders_service service ON service.id = visit.service_id
LEFT JOIN last_text ON last_text.appointment_id = visit.id
LEFT JOIN reminders_message message ON message.id = last_text.id
LEFT JOIN texts ON texts.appointment_id = visit.id
LEFT JOIN LATERAL (
    SELECT reply.text, reply.received_at
    FROM reminders_reply_appointments about
    JOIN reminders_reply reply ON reply.id = about.reply_id
    WHERE about.appointment_id = visit.id
    ORDER BY reply.received_at DESC
    LIMIT 1
) answer ON true
LEFT JOIN card ON card.appointment_id = visit.id
{_IN_ORDER}
"""

_ON_THE_DAY = "appointment.local_date = %(day)s AND appointment.location_id = ANY(%(locations)s)"
# Only what decides: notes and other columns of two thousand visits would be kept for nothing.
_DECIDING = ", ".join(
    f"appointment.{column}"
    for column in ("id location_id contact_id practitioner_id starts_at status version").split()
)
# `starts` in seconds: two thousand moments took the driver 12 ms, so many numbers take one.
STANDINGS = f"""
{_facts(where=_ON_THE_DAY, texts="visit.status = 'booked'", columns=_DECIDING)}
SELECT visit.id, visit.location_id, extract(epoch FROM visit.starts_at)::bigint AS starts,
       left(coalesce(nullif(visit.last_name, ''), visit.first_name), 1) AS initial,
       visit.practitioner_id, coalesce(practitioner.name, '') AS practitioner,
       visit.status, visit.phone <> '' AND NOT {_OPTED_OUT} AND NOT {_WRONG} AS textable,
       coalesce(last_text.became, '') AS out_state,
       coalesce(texts.told, false) AND NOT {_WRONG} AS told,
       coalesce(texts.reason, '') AS reason, coalesce(card.kind, '') AS card_kind
FROM visit
LEFT JOIN reminders_practitioner practitioner ON practitioner.id = visit.practitioner_id
LEFT JOIN last_text ON last_text.appointment_id = visit.id
LEFT JOIN texts ON texts.appointment_id = visit.id
LEFT JOIN card ON card.appointment_id = visit.id
{_IN_ORDER}
"""
