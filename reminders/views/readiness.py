"""`/readyz`: whether this installation can do its work, part by part, for load balancers and monitoring."""

from __future__ import annotations

from collections.abc import Callable

from celery import current_app
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from reminders.domain.health import BEAT_SILENT
from reminders.domain.rings import HEARTBEAT, last_success

OK = "ok"
BROKER_MAY_TAKE = 2


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 with every part "ok", or 503 naming what fails. Tells no secrets and needs no login."""
    parts = {name: _ask(check) for name, check in CHECKS.items()}
    ready = all(words == OK for words in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _ask(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, OSError) as error:
        return f"fails: {type(error).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return OK


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are missing: run manage.py migrate" if missing else OK


def _broker() -> str:
    try:
        with current_app.connection_for_write(connect_timeout=BROKER_MAY_TAKE) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_MAY_TAKE)
    except Exception as error:
        return f"fails: {type(error).__name__}"
    return OK


def _beat() -> str:
    last = last_success(HEARTBEAT)
    if last is None:
        return "no heartbeat yet: is beat running, and a worker?"
    silent = timezone.now() - last
    return OK if silent <= BEAT_SILENT else f"silent for {round(silent.total_seconds())} seconds"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "beat": _beat,
}
