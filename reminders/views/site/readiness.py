"""`/readyz`: whether this installation can do its work, part by part, for load balancers and
monitoring.

Answers within three seconds whatever hangs. Database and broker are asked at the same time, each
over a connection of its own; the other questions go to a database that was heard of a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import psycopg
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from reminders.domain.common import database_clock
from reminders.domain.operations import database_room, schema
from reminders.domain.operations.health import BEAT_SILENT
from reminders.domain.operations.periodic_tasks import HEARTBEAT, last_success
from reminders.domain.operations.reaching import reach_broker

OK = "ok"
MAY_TAKE = 2
"""Seconds for reaching the database, and for reaching the broker."""
UNREACHED = "not asked: the database does not answer"
_askers = ThreadPoolExecutor(8, thread_name_prefix="readyz")
"""Few: whoever asks often while something hangs gets the same answer without a thread of their own.
"""


def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """200 with every part "ok", or 503 naming what fails. Tells no secrets and needs no login."""
    # Both at once, or a hanging one would use up the time of the other.
    asked = {"database": _askers.submit(_reach_database), "broker": ask_broker()}
    wait(asked.values(), timeout=MAY_TAKE)
    parts = {name: _answer(future) for name, future in asked.items()}
    reached = parts["database"] == OK
    # Only over a database that answered just now: else each question would wait for it in turn.
    parts |= {name: _ask(check) if reached else UNREACHED for name, check in CHECKS.items()}
    ready = all(words == OK for words in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def ask_broker() -> Future[str]:
    """Whether the broker answers, in a while: OK or what fails."""
    return _askers.submit(_reach_broker)


def _answer(future: Future[str]) -> str:
    if not future.done():
        # A thread that hangs cannot be ended; what waits behind it can be taken back.
        future.cancel()
        return f"fails: no answer within {MAY_TAKE} seconds"
    return future.result()


def _ask(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, OSError) as error:
        # The kind only: the words of the driver name hosts, users and databases to anybody who
        # asks.
        return f"fails: {type(error).__name__}"


def _reach_database() -> str:
    # A connection of its own: Django's own belongs to the request's thread, and may be what hangs.
    given = connection.get_connection_params()
    given.pop("cursor_factory", None)
    try:
        with psycopg.connect(**given | {"connect_timeout": MAY_TAKE}) as direct:
            direct.execute("SELECT 1")
    except psycopg.Error as error:
        return f"fails: {type(error).__name__}"
    return OK


def _reach_broker() -> str:
    fault = reach_broker()
    return f"fails: {fault}" if fault else OK


def _migrations() -> str:
    missing = schema.waiting_migrations()
    return f"{len(missing)} migrations are missing: run manage.py migrate" if missing else OK


def _disk() -> str:
    words = {
        "": OK,
        "disk": "full: the database can't write",
        "read_only": "the database is read-only",
    }
    return words[database_room.refusal()]


def _beat() -> str:
    last = last_success(HEARTBEAT)
    if last is None:
        return "no heartbeat yet: is beat running, and a worker?"
    silent = database_clock.now() - last
    return OK if silent <= BEAT_SILENT else f"silent for {round(silent.total_seconds())} seconds"


CHECKS: dict[str, Callable[[], str]] = {"migrations": _migrations, "beat": _beat, "disk": _disk}
