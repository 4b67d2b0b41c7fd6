"""What a ring costs when nothing is due, however much is stored: milliseconds in the database, and
the plans.

A scratch database is filled with appointments, their reminders, texts, reports and replies of the
past, and some of the future that are not due yet. Each ring then runs as the worker runs it; its
statements are timed and explained.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from reminders.domain.replies import receive
from reminders.domain.sending import expire, poll_status, reconcile, send, withdraw_at_provider
from reminders.domain.setup import jobs
from reminders.models import Location, ReminderRule
from reminders.provider import MessagesApi
from tests.bench.scratch import KEY, SECRET, scratch_database

LIMIT_MS = 5.0
ROUNDS = 20
FUTURE_IN_A_THOUSAND = 100
"""So many of a thousand appointments are still to come; their texts are due after the hand-over
window.
"""
ONE_FAILED_OF = 50
"""One of so many texts was not delivered, so that the indexes over those do not lie empty."""
LARGE = frozenset(
    {
        "reminders_appointment",
        "reminders_contact",
        "reminders_message",
        "reminders_reminder",
        "reminders_reply",
        "reminders_deliveryreport",
    }
)


class Statement(NamedTuple):
    """One statement that a ring ran, and how long that took in milliseconds."""

    sql: str
    params: Any
    milliseconds: float


def add_arguments(parser: ArgumentParser) -> None:
    """How much is stored."""
    parser.add_argument("--appointments", type=int, default=1_000_000)
    parser.add_argument("--texts", type=int, default=2_000_000)


def run(*, appointments: int, texts: int, **_options: Any) -> dict[str, Any]:
    """Measure every ring with nothing due; `ok` tells whether all hold the limit by their
    indexes.
    """
    with scratch_database():
        fill(appointments=appointments, texts=texts)
        rings = {name: measure(ring) for name, ring in nothing_due().items()}
    return {
        "appointments": appointments,
        "texts": texts,
        "limit_ms": LIMIT_MS,
        "rings": rings,
        "ok": all(ring["ms"] < LIMIT_MS and not ring["whole_tables"] for ring in rings.values()),
    }


def nothing_due() -> dict[str, Callable[[], object]]:
    """The rings as their tasks run them. Nobody answers at this address, and nobody should be
    asked.
    """
    api = MessagesApi(base_url="http://127.0.0.1:9", key=KEY, secret=SECRET, timeout=1)
    now = timezone.now
    return {
        "send": lambda: (send.is_a_lot(now=now()), send.send_due(api, clock=now)),
        "withdraw": lambda: withdraw_at_provider.withdraw_stale(api, clock=now),
        "reconcile": lambda: reconcile.reconcile(api, clock=now),
        "expire": lambda: expire.expire(now=now()),
        "check": lambda: poll_status.check_overdue(api, clock=now),
        "apply": lambda: (
            receive.apply_waiting_replies(now=now()),
            receive.apply_waiting(now=now()),
        ),
        "jobs": lambda: jobs.work_off(clock=now, at_most=timedelta(minutes=1)),
    }


def measure(ring: Callable[[], object]) -> dict[str, Any]:
    """The median of its time in the database, its statements, and what its plans read."""
    ring()
    rounds = []
    for _ in range(ROUNDS):
        with recorded() as statements:
            ring()
        rounds.append(sum(statement.milliseconds for statement in statements))
    read = [scan for statement in statements for scan in scans(statement)]
    return {
        "ms": round(median(rounds), 2),
        "least_ms": round(min(rounds), 2),
        "statements": len(statements),
        "indexes": sorted({index for table, index in read if index and table in LARGE}),
        "whole_tables": sorted({table for table, index in read if not index and table in LARGE}),
    }


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """Every statement of a `with` block, with the time that the database took."""
    statements: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            statements.append(Statement(sql, params, (time.perf_counter() - began) * 1000))

    with connection.execute_wrapper(note):
        yield statements


def scans(statement: Statement) -> Iterator[tuple[str, str]]:
    """The tables that a statement reads and the index by which; none for a whole table."""
    if not statement.sql.lstrip().upper().startswith(("SELECT", "UPDATE", "WITH", "DELETE")):
        return
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + statement.sql, statement.params)
        [plan] = cursor.fetchone()[0]
    yield from _walk(plan["Plan"])


def _walk(node: dict[str, Any], table: str = "") -> Iterator[tuple[str, str]]:
    table = node.get("Relation Name", table)
    if node["Node Type"] == "Seq Scan":
        yield table, ""
    if "Index Name" in node:
        yield table or _table_of(node["Index Name"]), node["Index Name"]
    for child in node.get("Plans", ()):
        yield from _walk(child, table)


def _table_of(index: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_indexes WHERE indexname = %s", [index])
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def fill(*, appointments: int, texts: int) -> None:
    """Years of a busy site: what is past is over, what is to come is not due yet."""
    now = timezone.now()
    place = Location.objects.create(name="Bench", zone="UTC", country="GB")
    rule = ReminderRule.objects.order_by("pk")[0]
    given: dict[str, Any] = {
        "now": now,
        "place": place.pk,
        "rule": rule.pk,
        "people": max(1, appointments // 10),
        "appointments": appointments,
        "texts": texts,
        "future": FUTURE_IN_A_THOUSAND,
        "one_failed_of": ONE_FAILED_OF,
    }
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")


_FILL = [
    "SET synchronous_commit TO off",
    """
    INSERT INTO reminders_contact (external_id, first_name, last_name, phone, phone_as_given,
        phone_kind, phone_problem, language, channel, notes, created_at, updated_at)
    SELECT 'c' || n, 'Pat', 'Number ' || n, '+4477' || lpad(n::text, 8, '0'), '', 'mobile', '', '',
           'sms', '', %(now)s, %(now)s FROM generate_series(1, %(people)s) n
    """,
    """
    INSERT INTO reminders_appointment (location_id, contact_id, starts_at, local_date, local_time,
        wall_flag, diary, external_id, status, no_more_texts, notes, extra, version, changed_at,
        created_at, updated_at)
    SELECT %(place)s, c.first + n %% %(people)s, at, at::date, at::time, '', '', 'a' || n, 'booked',
           false, '', '{}', 1, %(now)s, %(now)s, %(now)s
    FROM generate_series(1, %(appointments)s) n, (SELECT min(id) AS first FROM reminders_contact) c,
        LATERAL (SELECT CASE WHEN n %% 1000 < %(future)s
                             THEN %(now)s + interval '3 days' + n * interval '1 second'
                             ELSE %(now)s - interval '3 days' - n * interval '1 minute' END AS at) t
    """,
    """
    INSERT INTO reminders_message (id, kind, appointment_id, contact_id, location_id, phone,
        source_number, text, format, segments, state, words, provider_id, scheduled_at, expires_at,
        attempt, resent, send_after, check_after, accepted_at, final_at, created_at)
    SELECT gen_random_uuid(), 'reminder', a.id, a.contact_id, a.location_id, '+447700900123', '',
        'Your appointment is tomorrow at 10:00.', 'SMS', 1,
        CASE WHEN n %% %(one_failed_of)s = 0 THEN 'failed' ELSE 'delivered' END, '', 'p' || n,
        at, at + interval '1 hour', 1, false, at, at, at, at, at
    FROM generate_series(0, %(texts)s - 1) n
    JOIN reminders_appointment a
        ON a.id = (SELECT min(id) FROM reminders_appointment) + n %% %(appointments)s,
        LATERAL (SELECT least(a.starts_at, %(now)s) - interval '1 day' AS at) t
    """,
    """
    INSERT INTO reminders_reminder (appointment_id, rule_id, version, state, reason, due_at,
        cutoff_at, location_id, starts_at, local_date, phone, forced, updated_at)
    SELECT a.id, %(rule)s, 1, CASE WHEN a.starts_at > %(now)s THEN 'planned' ELSE 'expired' END,
        CASE WHEN a.starts_at > %(now)s THEN '' ELSE 'cutoff' END, a.starts_at - interval '1 day',
        a.starts_at - interval '2 hours', a.location_id, a.starts_at, a.local_date, c.phone, false,
        %(now)s
    FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
    """,
    """
    INSERT INTO reminders_reply (provider_id, source, message_provider_id, phone, text, received_at,
        stored_at, applied_at, intent, matched_by, outcome, problem, raw)
    SELECT 'r' || n, 'poll', 'p' || n, '+447700900123', 'Y', %(now)s, %(now)s, %(now)s, 'yes', '',
        'confirmed', '', '{}'
    FROM generate_series(1, %(texts)s / 10) n
    """,
    """
    INSERT INTO reminders_deliveryreport (provider_id, message_provider_id, status, stored_at,
        applied_at, problem, raw)
    SELECT 'd' || n, 'p' || n, 'delivered', %(now)s, %(now)s, '', '{}'
    FROM generate_series(1, %(texts)s / 2) n
    """,
]
