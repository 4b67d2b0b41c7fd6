"""The services: database, broker, worker and scheduler, and what they say of themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from celery import current_app
from django.db import connection

from reminders.domain.operations import database_room, schema
from reminders.domain.operations.alert_words import WORDS
from reminders.domain.operations.doctor.findings import Finding, Findings, danger, ok, warning
from reminders.domain.operations.health import BEAT_SILENT, take_pulse
from reminders.domain.operations.periodic_tasks import HEARTBEAT, last_success
from reminders.domain.operations.reaching import reach_broker

OLDEST_SERVER = 150_000
CROWDED = 0.8
"""Of the connections that the server allows: beyond that a further worker may find none."""
HAVE_THEIR_OWN = frozenset({"beat", "disk", "read_only", "backup", "clock", "room", "folder"})
"""Troubles that another check looks at by itself, and says more about."""


def database(**_: object) -> Findings:
    """Its version, its connections, whether it can be written to, and whether its tables are ours.

    Raises the database's errors when it can't be asked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity)"
        )
        version, number, most, used = cursor.fetchone() or ("", 0, 1, 0)
    if number < OLDEST_SERVER:
        yield danger(
            "database",
            "Database",
            f"PostgreSQL {version} is too old.",
            "Move to PostgreSQL 15 or later.",
        )
    else:
        yield ok("database", "Database", f"PostgreSQL {version}")
    words = f"{used} of {most} connections are used."
    if used > most * CROWDED:
        yield warning(
            "connections",
            "Database connections",
            words,
            "Raise max_connections of PostgreSQL, or lower DATABASE_POOL_SIZE.",
        )
    else:
        yield ok("connections", "Database connections", words)
    yield _writable()
    yield _tables()


def _writable() -> Finding:
    refusal = database_room.refusal(fresh=True)
    if refusal:
        _, title, words = WORDS[refusal]
        return danger("writable", "Saving", title, words)
    return ok("writable", "Saving", "The database takes what is written.")


def _tables() -> Finding:
    missing = len(schema.waiting_migrations())
    if missing:
        return danger(
            "migrations",
            "Tables",
            f"{missing} changes of the tables are missing.",
            "Run: manage.py migrate",
        )
    return ok("migrations", "Tables", "As this version needs them.")


def broker(**_: object) -> Findings:
    """Whether it can be reached."""
    if fault := reach_broker():
        yield danger(
            "broker",
            "Broker",
            f"It does not answer ({fault}).",
            "Start Redis or RabbitMQ again, or look at CELERY_BROKER_URL.",
        )
    else:
        yield ok("broker", "Broker", "It answers.")


def worker_and_beat(*, now: datetime) -> Findings:
    """Whether work in the background goes on; if not, which of the two programs is missing."""
    last = last_success(HEARTBEAT)
    if last and now - last <= BEAT_SILENT:
        yield ok("background", "Worker and scheduler", "They work.")
        return
    silent = f"for {_ago(now - last)}" if last else "at all so far"
    workers = _workers()
    if workers:
        mend = "Start the scheduler again, as docs/installing.md says."
        yield danger(
            "background", "Scheduler", f"It has not rung {silent}; {workers} answer.", mend
        )
    else:
        mend = "Start the worker again, as docs/installing.md says; then the scheduler."
        yield danger("background", "Worker", f"None has answered {silent}.", mend)


def _workers() -> str:
    """How many workers answer, in words; "" where none does or nobody can be asked."""
    if reach_broker():
        return ""
    try:
        found = len(current_app.control.ping(timeout=1.0) or [])
    # Each transport has errors of its own.
    except Exception:
        return ""
    return {0: "", 1: "one worker does"}.get(found, f"{found} workers do")


def _ago(age: timedelta) -> str:
    minutes = round(age.total_seconds() / 60)
    return "a minute" if minutes <= 1 else f"{minutes:,} minutes"


def troubles(*, now: datetime) -> Findings:
    """What staff read on top of their pages."""
    pulse = take_pulse(now=now, fresh=True)
    found = [code for code in pulse.troubles(now=now) if code not in HAVE_THEIR_OWN]
    if not found:
        yield ok("work", "Texts and replies", "Texts leave and replies arrive.")
    for code in found:
        level, title, words = WORDS[code]
        details = pulse.details.get(code, "")
        yield Finding(code, level, title, details, words)
