"""The figures themselves, each by a partial index or by the database's own estimate.

One scrape must cost the same at a million rows: whatever grows is counted over the last hour or
day, or estimated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Sum

from reminders.domain.operations import promise
from reminders.domain.operations.alert_words import WORDS
from reminders.domain.operations.health import Pulse, take_pulse
from reminders.domain.sending.calls.answering import answered_at
from reminders.models import (
    Appointment,
    CallCount,
    Import,
    InboxItem,
    Message,
    Reply,
    SignInCount,
    TaskRun,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPEN_STATES = (Message.State.QUEUED, Message.State.SUBMITTING, Message.State.UNKNOWN)
_ANY_NAME = "0" * 32
"""How the key of a count begins that is for an address under any name; see `sign_ins`."""

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its values by labels; times and ages in seconds."""

    name: str
    help: str
    values: list[tuple[Labels, float]] = field(default_factory=list)


def figures(*, now: datetime) -> list[Figure]:
    """Everything but the calls to the provider, which are counters. `now` is UTC."""
    pulse = take_pulse(now=now)
    return [
        *_of_pulse(pulse, now=now),
        *_of_texts(now=now),
        *_of_replies(now=now),
        *_of_work(now=now),
        *_of_database(),
    ]


def _of_pulse(pulse: Pulse, *, now: datetime) -> Iterator[Figure]:
    found = set(pulse.troubles(now=now))
    yield Figure(
        "trouble",
        "1 while staff are told of this trouble",
        [({"code": code}, float(code in found)) for code in sorted(WORDS)],
    )
    yield _one("oldest_due_age_seconds", "How long the oldest due text waits", pulse.oldest_due)
    yield _one("oldest_unread_reply_age_seconds", "How long the oldest reply waits to be read",
               pulse.oldest_unread_reply)  # fmt: skip
    yield _one("texts_unknown", "Texts of unknown outcome", pulse.unknown)
    yield _one("texts_to_withdraw", "Texts to be withdrawn", pulse.to_withdraw)
    answered = answered_at()
    yield _one(
        "provider_answer_age_seconds",
        "Since the provider last answered anything",
        now - answered if answered else None,
    )
    beat = now - pulse.heartbeat if pulse.heartbeat else None
    # Endless, not 0: a site whose worker never ran is no healthy one.
    yield _one("heartbeat_age_seconds", "Since scheduler, broker and worker last worked together",
               beat if beat is not None else float("inf"))  # fmt: skip


def _of_texts(*, now: datetime) -> Iterator[Figure]:
    # One by one: each state has a partial index, all three together would read every text.
    waiting: list[tuple[Labels, float]] = [
        ({"state": state}, float(Message.objects.filter(state=state).count()))
        for state in OPEN_STATES
    ]
    yield Figure("texts_open", "Texts that the provider does not have yet, by state", waiting)
    lately = Message.objects.filter(accepted_at__gt=now - HOUR)
    yield Figure("texts_last_hour", "Texts handed over within an hour, by their state now",
                 _by(lately, "state"))  # fmt: skip
    # Counted every five minutes: at this moment it would mean to read the texts of two days.
    today = promise.days(now=now)[0]
    yield _one("texts_due_today", "Texts that were due today until some minutes ago", today.due)
    yield _one("texts_in_time_today", "Of these, handed over within 60 seconds", today.kept)
    coming = Appointment.objects.filter(starts_at__gte=now, starts_at__lt=now + DAY)
    yield Figure("appointments_next_day", "Appointments of the next 24 hours, by status",
                 _by(coming, "status"))  # fmt: skip


def _of_replies(*, now: datetime) -> Iterator[Figure]:
    lately = Reply.objects.filter(received_at__gt=now - DAY)
    yield Figure("replies_last_day", "Replies within 24 hours, by how they were read",
                 _by(lately, "intent"))  # fmt: skip
    waiting = InboxItem.objects.filter(done_at=None)
    cards = waiting.aggregate(n=Count("pk"), since=Min("opened_at"))
    yield _one("inbox_cards", "Cards that wait for a person", cards["n"])
    age = now - cards["since"] if cards["since"] else None
    yield _one("inbox_oldest_age_seconds", "How long the oldest card waits", age)


def _of_work(*, now: datetime) -> Iterator[Figure]:
    runs = list(TaskRun.objects.all())
    ages: list[tuple[Labels, float]] = [
        ({"task": run.name}, (now - run.succeeded_at).total_seconds())
        for run in runs
        if run.succeeded_at
    ]
    yield Figure("task_last_success_age_seconds", "Since each periodic task last went well", ages)
    failed: list[tuple[Labels, float]] = [
        ({"task": run.name}, float(bool(run.error))) for run in runs
    ]
    yield Figure("task_failed", "1 where the last run of a periodic task failed", failed)
    files = Import.objects.filter(created_at__gt=now - DAY)
    yield Figure("imports_last_day", "Diary files within 24 hours, by what became of them",
                 _by(files, "state"))  # fmt: skip
    failures = SignInCount.objects.filter(key__startswith=_ANY_NAME, until__gt=now)
    yield _one("sign_in_failures", "Failed sign-ins of the last 15 minutes",
               failures.aggregate(n=Sum("failures"))["n"])  # fmt: skip


def _of_database() -> Iterator[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(_CONNECTIONS)
        used = cursor.fetchall()
        cursor.execute(_ESTIMATES)
        rows = cursor.fetchall()
    yield Figure("database_connections", "Connections to our database, by what they do",
                 [({"state": state or "other"}, float(n)) for state, n, _ in used])  # fmt: skip
    yield _one("database_connections_limit", "Connections that the server allows",
               used[0][2] if used else 0)  # fmt: skip
    yield Figure("rows_estimate", "About how many rows each large table has",
                 [({"table": name}, float(max(n, 0))) for name, n, *_ in rows])  # fmt: skip
    sizes = [
        ({"table": name, "part": part}, float(size))
        for name, _, table, indexes in rows
        for part, size in (("rows", table), ("indexes", indexes))
    ]
    yield Figure("table_bytes", "Bytes on the disk of each large table, by part", sizes)


def calls() -> list[CallCount]:
    """Calls to the provider since the site began, by kind, outcome and how long they took."""
    return list(CallCount.objects.order_by("call", "outcome", "within"))


def _one(name: str, words: str, value: timedelta | float | None) -> Figure:
    plain = value.total_seconds() if isinstance(value, timedelta) else float(value or 0)
    return Figure(name, words, [({}, plain)])


def _by(rows: Any, column: str) -> list[tuple[Labels, float]]:
    # Any: whatever has the column.
    counted = dict(rows.order_by().values_list(column).annotate(n=Count("pk")))
    return [({column: str(value) or "none"}, float(n)) for value, n in sorted(counted.items())]


_CONNECTIONS = """
SELECT state, count(*), current_setting('max_connections')::int
FROM pg_stat_activity WHERE datname = current_database() GROUP BY state ORDER BY state
"""
_ESTIMATES = """
SELECT replace(relname, 'reminders_', ''), reltuples, pg_table_size(oid), pg_indexes_size(oid)
FROM pg_class
WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname IN (
    'reminders_appointment', 'reminders_auditentry', 'reminders_contact',
    'reminders_deliveryreport', 'reminders_importrow', 'reminders_message', 'reminders_reminder',
    'reminders_reply', 'reminders_trailentry'
) ORDER BY relname
"""
