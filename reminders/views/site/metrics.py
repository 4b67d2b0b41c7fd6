"""`/metrics`: figures for Prometheus, for whoever knows the token or asks from a known network.

Answered before sessions and hosts, as the other probes are; off unless a setting says who may ask.
"""

from __future__ import annotations

import hmac
from concurrent.futures import Future, ThreadPoolExecutor, wait
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache

from reminders.domain.common import database_clock
from reminders.domain.common.connections import release_connection
from reminders.domain.operations.metrics.exposition import exposition, up
from reminders.views.site.readiness import MAY_TAKE, OK, ask_broker

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_askers = ThreadPoolExecutor(2, thread_name_prefix="metrics")


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures; 404 to everybody who may not read them, so that nobody learns of them."""
    if not _may_read(request):
        return HttpResponseNotFound("There is nothing here.\n", content_type="text/plain")
    asked = ask_broker()
    wait([asked], timeout=MAY_TAKE)
    broker = asked.done() and asked.result() == OK
    # In a thread: a database that hangs must not keep monitoring from hearing just that.
    figures = _askers.submit(_figures, broker=broker)
    wait([figures], timeout=MAY_TAKE)
    return HttpResponse(_said(figures) or up(database=False, broker=broker), content_type=TYPE)


def _said(figures: Future[bytes]) -> bytes:
    if not figures.done():
        figures.cancel()
        return b""
    return figures.result()


def _figures(*, broker: bool) -> bytes:
    try:
        return exposition(now=database_clock.now(), broker=broker)
    except (DatabaseError, InterfaceError):
        return b""
    finally:
        release_connection()


def _may_read(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    token = settings.METRICS.token
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS.networks)
