"""How fast replies and delivery reports are received, applied and confirmed, next to the wire
alone.

The product's own loops against a sandbox that takes 50 ms a call; then the same queues through the
bare client: fetch and confirm, one after the other, as the provider's queues ask for it.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from django.utils import timezone

from reminders.domain.replies.receive import receive_replies, receive_reports
from reminders.domain.sending.send import send_due
from reminders.models import Appointment, Message, Reply
from reminders.provider import MessagesApi
from tests.bench.scratch import KEY, SECRET, scratch_database, scratch_sandbox
from tests.bench.send import CALL_TAKES, make_due

AT_A_TIME = 100
NO_EVERY = 10
"""Every so many patients decline; the others confirm."""

Json = dict[str, Any]


def add_arguments(parser: ArgumentParser) -> None:
    """How many replies, and as many reports."""
    parser.add_argument("--replies", type=int, default=5_000)


def run(*, replies: int, **_options: Any) -> dict[str, Any]:
    """Measure and return replies and reports a second: ours, the wire's, and their ratio."""
    with scratch_database(), scratch_sandbox(seconds_a_call=CALL_TAKES) as url:
        make_due(replies)
        with MessagesApi(base_url=url, key=KEY, secret=SECRET, max_connections=16) as api:
            send_due(api, clock=timezone.now)
            _drain(api.delivery_reports, api.confirm_delivery_reports, "delivery_report_id")
            _queue(url, "delivery_reports", _reports())
            reports_ours = _measure(lambda: receive_reports(api, now=timezone.now()))
            _queue(url, "replies", _replies())
            replies_ours = _measure(lambda: receive_replies(api, now=timezone.now()))
            _queue(url, "replies", _replies())
            wire = _measure(lambda: _drain(api.replies, api.confirm_replies, "reply_id"))
        confirmed = Appointment.objects.filter(status=Appointment.Status.CONFIRMED).count()
        acted_on = Reply.objects.exclude(applied_at=None).count()
    return {
        "replies": replies,
        "acted_on": acted_on,
        "confirmed": confirmed,
        "replies_a_second": round(replies_ours),
        "reports_a_second": round(reports_ours),
        "wire_a_second": round(wire),
        "ratio": round(replies_ours / wire, 2),
    }


def _measure(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    count = work()
    return count / (time.perf_counter() - started)


def _drain(fetch: Callable[[], Any], confirm: Callable[[list[str]], None], id_name: str) -> int:
    """Empty a queue and do nothing with what comes; return how many."""
    count = 0
    while items := fetch():
        confirm([getattr(item, id_name) for item in items])
        count += len(items)
    return count


def _replies() -> Iterator[Json]:
    """One answer to each text, in the provider's shape."""
    now = timezone.now().isoformat()
    for number, message in enumerate(
        Message.objects.filter(kind=Message.Kind.REMINDER).order_by("pk")
    ):
        yield {
            "reply_id": f"reply-{message.pk}",
            "message_id": message.provider_id,
            "metadata": {"message": str(message.pk)},
            "date_received": now,
            "source_number": message.phone,
            "content": "Y" if number % NO_EVERY else "N",
        }


def _reports() -> Iterator[Json]:
    """Two reports about each text: on its way, and delivered."""
    now = timezone.now().isoformat()
    for status, code in (("enroute", "101"), ("delivered", "220")):
        for message in Message.objects.filter(kind=Message.Kind.REMINDER).order_by("pk"):
            yield {
                "delivery_report_id": f"{status}-{message.pk}",
                "message_id": message.provider_id,
                "metadata": {"message": str(message.pk)},
                "date_received": now,
                "submitted_date": now,
                "status": status,
                "error_code": code,
                "source_number": message.phone,
                "original_text": message.text,
            }


def _queue(url: str, name: str, items: Iterator[Json]) -> None:
    """Put these into one of the sandbox's queues."""
    everything = list(items)
    for at in range(0, len(everything), AT_A_TIME):
        body = {"queue": name, "items": everything[at : at + AT_A_TIME]}
        httpx.post(f"{url}/sandbox/raw", json=body, timeout=30).raise_for_status()
