"""What twice or a hundred times as much data costs: rings, day sheet, search, planning, as ratios.

A large clinic's two years are made in the database by sets, of as many visits as asked for. Names
and numbers are made up; the shape is what matters: how many rows a day, a number, a patient and a
location have. A larger clinic has more visits a day, and its day sheet more rows.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, Location, Practitioner, ReminderRule, Service
from tests.bench import metrics, pages, ring
from tests.bench.scratch import scratch_database

ZONES = (("Europe/London", "GB"), ("Australia/Sydney", "AU"), ("America/New_York", "US"))
LOCATIONS, PRACTITIONERS, SERVICES = 20, 60, 12


@dataclass(frozen=True)
class Volume:
    """How many rows to make."""

    appointments: int = 1_000_000
    contacts: int = 300_000
    replies: int = 200_000
    open_cards: int = 300


def add_arguments(parser: ArgumentParser) -> None:
    """How many visits, and the smaller site that it is compared with."""
    parser.add_argument("--appointments", type=int, default=1_000_000)
    parser.add_argument("--beside", type=int, default=100_000)


def run(*, appointments: int, beside: int, **_options: Any) -> dict[str, Any]:
    """The least milliseconds of both sites, and how many times as long the larger one takes.

    The least: what else the machine does in between is no matter of how much is stored.
    """
    small, large = _measured(beside), _measured(appointments)
    ratios = {name: round(large[name] / max(small[name], 0.01), 2) for name in small}
    return {
        "milliseconds": {str(beside): small, str(appointments): large},
        "visits_ratio": round(appointments / beside, 1),
        "ratios": ratios,
    }


def _measured(appointments: int) -> dict[str, float]:
    with scratch_database():
        pages.make(appointments)
        found = {
            f"ring: {name}": ring.measure(work)["least_ms"]
            for name, work in ring.nothing_due().items()
        }
        shown = pages.measure("day sheet, all", "search", "conversation", rounds=10)
        found |= {name: page["least"] for name, page in shown.items()}
        found["planning a thousand visits"] = _planned()
        found["/metrics"] = metrics.measure()["least_ms"]
    return found


def _planned() -> float:
    coming = Appointment.objects.filter(starts_at__gt=timezone.now()).order_by("pk")
    ids = list(coming.values_list("pk", flat=True)[:1_000])
    rounds = []
    for _ in range(5):
        began = time.perf_counter()
        with transaction.atomic():
            plan_appointments(ids, now=timezone.now())
        rounds.append(time.perf_counter() - began)
    return round(1000 * min(rounds), 1)


def make(
    volume: Volume, *, now: datetime, told: Callable[[str, float], None] | None = None
) -> None:
    """Fill the database; `told` hears of each step and how long it took, in seconds."""
    confirmation, reminder = _set_up()
    given: dict[str, Any] = {
        "now": now,
        "contacts": volume.contacts,
        "appointments": volume.appointments,
        "replies": volume.replies,
        "cards": volume.open_cards,
        "confirmation": confirmation,
        "reminder": reminder,
        "locations": LOCATIONS,
        "practitioners": PRACTITIONERS,
        "services": SERVICES,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET maintenance_work_mem = '512MB'")
        kept = _drop_indexes(cursor)
        for name, statement in (*STEPS, *(("index", index) for index in kept)):
            started = time.perf_counter()
            cursor.execute(statement, given if "%(" in statement else None)
            if told:
                told(name, time.perf_counter() - started)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("RESET maintenance_work_mem")
        started = time.perf_counter()
        cursor.execute("VACUUM (ANALYZE, PARALLEL 0)")
        # Else the server writes it all to disk while others are measured.
        cursor.execute("CHECKPOINT")
        if told:
            told("vacuum", time.perf_counter() - started)


def _set_up() -> tuple[int, int]:
    for number in range(LOCATIONS):
        zone, country = ZONES[number % len(ZONES)]
        Location.objects.create(
            name=f"Clinic {number + 1:02}", phone="020 7946 0123", zone=zone, country=country
        )
    Practitioner.objects.bulk_create(
        Practitioner(name=f"Dr Person {number + 1:02}") for number in range(PRACTITIONERS)
    )
    Service.objects.bulk_create(
        Service(name=f"Treatment {number + 1:02}") for number in range(SERVICES)
    )
    rules = dict(ReminderRule.objects.values_list("kind", "pk"))
    return rules["confirmation"], rules["reminder"]


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop the plain indexes of the large tables; the statements that make them again."""
    cursor.execute(
        """SELECT indexname, indexdef FROM pg_indexes i
           WHERE schemaname = current_schema() AND tablename = ANY(%s)
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)""",
        [["reminders_contact", "reminders_appointment", "reminders_message", "reminders_reminder",
          "reminders_reply", "reminders_auditentry"]],
    )  # fmt: skip
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


_FIRST = """(ARRAY['Ann', 'Ben', 'Chloe', 'Dev', 'Elena', 'Farid', 'Grace', 'Hugo', 'Ines',
    'Jamal', 'Keiko', 'Liam', 'Maya', 'Noah', 'Olga', 'Pablo', 'Quinn', 'Rosa', 'Sam', 'Tara',
    'Umar', 'Vera', 'Will', 'Ximena', 'Yusuf', 'Zoe', 'Aisha', 'Bruno', 'Carla', 'Daniel',
    'Emma', 'Felix'])"""
_LAST = """(ARRAY['Lee', 'Patel', 'Novak', 'Garcia', 'O''Brien', 'Haddad', 'Kim', 'Larsson',
    'Mbeki', 'Nguyen', 'Okoye', 'Petrov', 'Quist', 'Rossi', 'Silva', 'Tan', 'Ueda', 'Vogel',
    'Walsh', 'Xu', 'Young', 'Zhang', 'Adler', 'Brandt', 'Costa'])"""

# Of a hundred patients two have no number, three a landline, eight share one with somebody.
_CONTACTS = f"""
INSERT INTO reminders_contact (external_id, first_name, last_name, phone, phone_as_given,
    phone_kind, phone_problem, language, channel, notes, created_at, updated_at)
SELECT 'P' || n, {_FIRST}[1 + (n * 7) %% 32], {_LAST}[1 + (n * 13) %% 25] || ' ' || (n %% 4001),
       CASE WHEN n %% 50 = 0 THEN ''
            ELSE '+4477' || lpad((n - (n %% 25 = 1)::int)::text, 8, '0') END,
       CASE WHEN n %% 100 = 0 THEN 'ask the wife' ELSE '' END,
       CASE WHEN n %% 50 = 0 THEN '' WHEN n %% 33 = 0 THEN 'landline' ELSE 'mobile' END,
       CASE WHEN n %% 100 = 0 THEN 'letters' WHEN n %% 50 = 0 THEN 'missing' ELSE '' END,
       '', 'sms', '', %(now)s::timestamptz - interval '700 days',
       %(now)s::timestamptz - interval '700 days'
FROM generate_series(1, %(contacts)s) n
"""

# From 690 days ago to five weeks ahead, the weekends free.
_APPOINTMENTS = """
WITH numbered AS (
    SELECT n, (n * 520 / %(appointments)s)::int AS working_day
    FROM generate_series(1::bigint, %(appointments)s) n),
visit AS (
    SELECT n, l.id AS place, v.day, v.at, (v.day + v.at) AT TIME ZONE l.zone AS starts_at
    FROM numbered
    CROSS JOIN LATERAL (
        SELECT time '08:00' + (n * 37 %% 40) * interval '15 minutes' AS at,
               date_trunc('week', %(now)s::timestamptz - interval '690 days')::date
               + 7 * (working_day / 5) + working_day %% 5 AS day) v
    JOIN reminders_location l ON l.id = 1 + (n * 17) %% %(locations)s)
INSERT INTO reminders_appointment (location_id, contact_id, practitioner_id, service_id, starts_at,
    local_date, local_time, wall_flag, diary, external_id, status, no_more_texts, notes, extra,
    version, changed_at, created_at, updated_at, duration)
SELECT place, 1 + (n * 7919) %% %(contacts)s, 1 + (n * 31) %% %(practitioners)s,
       1 + n %% %(services)s, starts_at, day, at, '', '', 'A' || n,
       CASE WHEN starts_at < %(now)s
            THEN CASE WHEN n %% 100 < 6 THEN 'no_show' WHEN n %% 100 < 9 THEN 'declined'
                      WHEN n %% 100 < 12 THEN 'cancelled' ELSE 'arrived' END
            WHEN n %% 100 < 3 THEN 'declined' WHEN n %% 100 < 5 THEN 'cancelled'
            WHEN day < (%(now)s::timestamptz + interval '36 hours')::date AND n %% 100 < 60
                THEN 'confirmed'
            ELSE 'booked' END,
       false, '', '{}', 1, starts_at - interval '40 days', starts_at - interval '40 days', %(now)s,
       30
FROM visit
"""

# Two texts for each visit; the provider holds those of the next day, later ones are only planned.
_TEXTS = """
CREATE UNLOGGED TABLE bench_text AS
SELECT a.id AS appointment_id, a.contact_id, a.location_id, a.starts_at, a.local_date, c.phone,
       k.rule_id, k.due, a.starts_at - k.least AS cutoff, k.text,
       lpad(to_hex(2 * a.id + (k.rule_id = %(reminder)s)::int), 32, '0')::uuid AS message_id,
       CASE WHEN a.status = 'cancelled' AND a.starts_at > %(now)s THEN 'withdrawn'
            WHEN c.phone = '' OR (a.id + k.rule_id) %% 50 = 0 THEN 'skipped'
            WHEN k.due > %(now)s::timestamptz + interval '1 day' THEN 'planned'
            WHEN k.due > %(now)s THEN 'sent'
            WHEN (a.id + k.rule_id) %% 50 = 1 THEN 'failed' ELSE 'sent' END AS state
FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
CROSS JOIN LATERAL (VALUES
    (%(confirmation)s::bigint, a.starts_at - interval '1 day', interval '2 hours',
     'Hi, please confirm your appointment at the clinic tomorrow. '
     'Reply Y to confirm or N to decline.'),
    (%(reminder)s::bigint, a.starts_at - interval '1 hour', interval '10 minutes',
     'Hi, see you at the clinic in an hour. Please call us if you are late.')
) k (rule_id, due, least, text)
"""
_MESSAGES = """
INSERT INTO reminders_message (id, kind, appointment_id, contact_id, location_id, phone,
    source_number, text, format, segments, state, words, provider_id, scheduled_at, expires_at,
    attempt, resent, send_after, accepted_at, final_at, created_at, check_after)
SELECT t.message_id, 'reminder', t.appointment_id, t.contact_id, t.location_id, t.phone, '', t.text,
       'SMS', 1,
       CASE WHEN t.state = 'failed' THEN 'failed' WHEN t.due > %(now)s THEN 'accepted'
            ELSE 'delivered' END,
       CASE WHEN t.state = 'failed' THEN 'The number does not exist'
            WHEN t.due > %(now)s THEN ''
            ELSE 'Delivered' END,
       'p' || t.message_id, t.due, t.cutoff, 1, false, t.due, t.due - interval '1 day',
       CASE WHEN t.due <= %(now)s THEN t.due END, t.due - interval '1 day', t.cutoff
FROM bench_text t WHERE t.state IN ('sent', 'failed')
"""
_REMINDERS = """
INSERT INTO reminders_reminder (appointment_id, rule_id, version, state, reason, due_at, cutoff_at,
    location_id, starts_at, local_date, phone, forced, message_id, updated_at)
SELECT t.appointment_id, t.rule_id, 1, t.state,
       CASE WHEN t.state = 'failed' THEN 'not_delivered' WHEN t.state <> 'skipped' THEN ''
            WHEN t.phone = '' THEN 'no_phone' ELSE 'booked_late' END,
       t.due, t.cutoff, t.location_id, t.starts_at, t.local_date, t.phone, false,
       CASE WHEN t.state IN ('sent', 'failed') THEN t.message_id END, t.due
FROM bench_text t
"""
_REPLIES = """
INSERT INTO reminders_reply (provider_id, source, message_id, message_uuid, message_provider_id,
    contact_id, phone, text, received_at, stored_at, applied_at, intent, matched_by, outcome,
    problem, raw)
SELECT 'r' || t.message_id, 'poll', t.message_id, t.message_id, '', t.contact_id, t.phone,
       (ARRAY['Y', 'Yes', 'yes thanks', 'N', 'ok see you'])[1 + t.appointment_id %% 5], at, at, at,
       'yes', 'metadata', 'confirmed', '', '{}'
FROM (SELECT t.*, t.due + interval '5 minutes' AS at FROM bench_text t
      WHERE t.rule_id = %(confirmation)s AND t.state = 'sent' AND t.due < %(now)s
      ORDER BY t.appointment_id DESC LIMIT %(replies)s) t
"""
# Every reply was answered.
_ANSWERS = """
INSERT INTO reminders_message (id, kind, appointment_id, contact_id, location_id, phone,
    source_number, text, format, segments, state, words, provider_id, scheduled_at, expires_at,
    attempt, resent, send_after, accepted_at, final_at, created_at, answers_id)
SELECT ('f' || lpad(to_hex(y.id), 31, '0'))::uuid, 'answer', m.appointment_id, m.contact_id,
       m.location_id, m.phone, '', 'Thanks, see you at the clinic.', 'SMS', 1, 'delivered',
       'Delivered', 'answer-' || y.id, at, at + interval '12 hours', 1, false, at, at, at, at, y.id
FROM (SELECT y.*, y.received_at + interval '1 minute' AS at FROM reminders_reply y) y
JOIN reminders_message m ON m.id = y.message_id
"""
_ANSWERED = """
INSERT INTO reminders_reply_appointments (reply_id, appointment_id)
SELECT y.id, t.appointment_id
FROM reminders_reply y
JOIN bench_text t ON t.message_id = y.message_id
"""
_EVENTS = """
INSERT INTO reminders_auditentry (appointment_id, at, source, kind, details)
SELECT ra.appointment_id, y.received_at, 'patient', 'confirmed',
       '{"from": "booked", "to": "confirmed"}'
FROM reminders_reply y JOIN reminders_reply_appointments ra ON ra.reply_id = y.id
"""
_CARDS = """
INSERT INTO reminders_inboxitem (kind, reply_id, appointment_id, contact_id, location_id, phone,
    opened_at, done_at, outcome, revision)
SELECT (ARRAY['unclear', 'remark', 'declined', 'reschedule', 'unmatched'])[1 + n %% 5], y.id,
       ra.appointment_id, y.contact_id, a.location_id, y.phone, y.received_at,
       CASE WHEN n > %(cards)s THEN y.received_at + interval '1 hour' END,
       CASE WHEN n > %(cards)s THEN 'confirm' ELSE '' END, 1
FROM (SELECT y.*, row_number() OVER (ORDER BY y.received_at DESC) AS n FROM reminders_reply y
      ORDER BY y.received_at DESC LIMIT 20000) y
JOIN reminders_reply_appointments ra ON ra.reply_id = y.id
JOIN reminders_appointment a ON a.id = ra.appointment_id
"""
_SUPPRESSIONS = """
INSERT INTO reminders_suppression (phone, reason, words, since, lifted_words, synced_at)
SELECT DISTINCT ON (c.phone) c.phone, 'patient', 'STOP', %(now)s::timestamptz - interval '100 days',
       '', %(now)s::timestamptz
FROM reminders_contact c WHERE c.id %% 97 = 0 AND c.phone <> ''
"""
_CALLS = """
INSERT INTO reminders_callattempt (appointment_id, at, outcome)
SELECT a.id, %(now)s::timestamptz - interval '1 hour',
       (ARRAY['called', 'voicemail', 'no_answer', 'wrong_number'])[1 + a.id %% 4]
FROM reminders_appointment a WHERE a.id %% 49 = 0
"""
STEPS: tuple[tuple[str, str], ...] = (
    ("contacts", _CONTACTS),
    ("appointments", _APPOINTMENTS),
    ("texts", _TEXTS),
    ("messages", _MESSAGES),
    ("reminders", _REMINDERS),
    ("replies", _REPLIES),
    ("answers", _ANSWERS),
    ("answered", _ANSWERED),
    ("events", _EVENTS),
    ("cards", _CARDS),
    ("suppressions", _SUPPRESSIONS),
    ("calls", _CALLS),
    ("texts, gone", "DROP TABLE bench_text"),
)
