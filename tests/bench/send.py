"""How fast texts go from due to recorded, next to what the wire alone allows, in one run.

As many runs of `send_due` as one worker process makes of a large backlog, against a sandbox that
takes 50 ms a call; then the same number of texts through the bare client, four calls at a time.
"""

from __future__ import annotations

import time
import uuid
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from reminders.domain.common.connections import release_connection
from reminders.domain.sending.send import WORKERS, send_due
from reminders.models import Location, Message
from reminders.provider import MessagesApi, OutboundMessage
from tests.bench.scratch import KEY, SECRET, scratch_database, scratch_sandbox

CALL_TAKES = 0.05
CALLS = 4


def add_arguments(parser: ArgumentParser) -> None:
    """How many texts."""
    parser.add_argument("--texts", type=int, default=20_000)


def run(*, texts: int, **_options: Any) -> dict[str, Any]:
    """Measure and return texts a second: ours, the wire's, and their ratio."""
    with scratch_database(), scratch_sandbox(seconds_a_call=CALL_TAKES) as url:
        make_due(texts)
        with MessagesApi(base_url=url, key=KEY, secret=SECRET, max_connections=16) as api:
            started = time.perf_counter()
            accepted = _one_worker(api)
            ours = accepted / (time.perf_counter() - started)
            wire = _wire_alone(api, texts=texts)
        kept = Message.objects.filter(state=Message.State.ACCEPTED).count()
    return {
        "texts": texts,
        "accepted": kept,
        "ours_a_second": round(ours),
        "wire_a_second": round(wire),
        "ratio": round(ours / wire, 2),
    }


def _one_worker(api: MessagesApi) -> int:
    """What the threads of one worker process do with a backlog; how many texts were accepted."""

    def hand(_number: int) -> int:
        try:
            return send_due(api, clock=timezone.now).accepted
        finally:
            release_connection()

    with ThreadPoolExecutor(WORKERS) as pool:
        return sum(pool.map(hand, range(WORKERS)))


def make_due(count: int) -> None:
    """Fill an empty database with appointments whose confirmation is due now, by sets."""
    now = timezone.now()
    place = Location.objects.create(
        name="Bench", zone="UTC", country="GB", opens="00:00", closes="00:00"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reminders_reminderrule SET changed_at = %s", [now - timedelta(days=30)]
        )
        cursor.execute(
            """
            INSERT INTO reminders_contact (external_id, first_name, last_name, phone,
                phone_as_given, phone_kind, phone_problem, language, channel, notes, created_at,
                updated_at)
            SELECT 'c' || n, 'Pat', 'Number ' || n, '+4477' || lpad(n::text, 8, '0'), '',
                'mobile', '', '', 'sms', '', %(now)s, %(now)s
            FROM generate_series(1, %(count)s) n
            """,
            {"now": now, "count": count},
        )
        cursor.execute(
            """
            INSERT INTO reminders_appointment (location_id, contact_id, starts_at, local_date,
                local_time, wall_flag, diary, external_id, status, no_more_texts, notes, extra,
                version, changed_at, created_at, updated_at)
            SELECT %(place)s, c.id, at, at::date, at::time,
                '', '', 'a' || c.id, 'booked', false, '', '{}', 1,
                %(long_ago)s, %(now)s, %(now)s
            FROM reminders_contact c, LATERAL (
                SELECT date_trunc('minute', %(now)s::timestamptz) + interval '20 hours'
                       + (c.id %% 60) * interval '1 minute' AS at) t
            """,
            {"now": now, "place": place.pk, "long_ago": now - timedelta(days=10)},
        )
        cursor.execute(
            """
            INSERT INTO reminders_reminder (appointment_id, rule_id, version, state, reason,
                due_at, cutoff_at,
                location_id, starts_at, local_date, phone, forced, updated_at)
            SELECT a.id, r.id, 1, 'planned', '',
                a.starts_at - interval '1 day', a.starts_at - interval '2 hours',
                a.location_id, a.starts_at, a.local_date, c.phone, false, %(now)s
            FROM reminders_appointment a JOIN reminders_contact c ON c.id = a.contact_id
            JOIN reminders_reminderrule r ON r.kind = 'confirmation'
            """,
            {"now": now},
        )
        cursor.execute("ANALYZE")


def _wire_alone(api: MessagesApi, *, texts: int) -> float:
    """Texts a second through the bare client, `CALLS` requests of a hundred at a time."""

    def call(_: int) -> int:
        batch = [
            OutboundMessage(
                "See you tomorrow at 10:00",
                "+447700900123",
                metadata={"message": str(uuid.uuid4())},
            )
            for _ in range(100)
        ]
        return len(api.send(batch))

    started = time.perf_counter()
    with ThreadPoolExecutor(CALLS) as pool:
        sent = sum(pool.map(call, range(texts // 100)))
    return sent / (time.perf_counter() - started)
