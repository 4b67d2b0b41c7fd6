"""Forgetting old texts: how many a second, and the longest transaction while pages are asked for.

A scratch database is filled with texts of half a year ago, every second one with a report, every
tenth with a reply, and with a reminder each appointment. The night's work then runs as the worker
runs it; meanwhile another connection reads a conversation again and again, and takes the time.
"""

from __future__ import annotations

import gc
import time
from argparse import ArgumentParser
from collections import defaultdict
from datetime import timedelta
from statistics import median
from threading import Event, Thread
from typing import Any

from django.db import connection
from django.utils import timezone

from reminders.domain.pages.conversation import thread
from reminders.domain.retention.run import forget_what_is_due
from reminders.models import Contact, Message, Reply
from tests.bench.ring import fill
from tests.bench.scratch import scratch_database

LIMIT = 0.2
"""Seconds that no transaction may take."""


def add_arguments(parser: ArgumentParser) -> None:
    """How much there is to forget, and whether to pause as the worker does."""
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--no-pause", action="store_true", help="do not leave half to others")


def run(*, texts: int, no_pause: bool = False, **_options: Any) -> dict[str, Any]:
    """Forget them; `ok` tells whether no transaction was too long and nothing is left."""
    with scratch_database():
        fill(appointments=max(1_000, texts // 2), texts=texts)
        _make_old()
        return _measure(pause=(lambda _: None) if no_pause else time.sleep)


def _measure(*, pause: Any) -> dict[str, Any]:  # Any: as `forget_what_is_due` takes it
    took: dict[str, list[float]] = defaultdict(list)
    rows: dict[str, int] = defaultdict(int)

    def note(step: str, count: int, seconds: float) -> None:
        took[step].append(seconds)
        rows[step] += count

    # What was loaded before is no matter of a transaction that Python happens to clean up in.
    gc.collect()
    gc.freeze()
    with _Reader() as reader:
        began = time.perf_counter()
        forget_what_is_due(now=timezone.now(), pause=pause, on_step=note)
        whole = time.perf_counter() - began
    longest = {name: max(times) for name, times in took.items() if rows[name]}
    every = [seconds for times in took.values() for seconds in times]
    left = Message.objects.exclude(text="").count() + Reply.objects.exclude(text="").count()
    return {
        "forgotten": {name: count for name, count in rows.items() if count},
        "transactions": sum(map(len, took.values())),
        "seconds": round(whole, 1),
        "rows_a_second": round(sum(rows.values()) / whole),
        "longest_ms": {name: round(seconds * 1000, 1) for name, seconds in longest.items()},
        "longest_of_all_ms": round(max(longest.values(), default=0) * 1000, 1),
        "limit_ms": LIMIT * 1000,
        "median_ms": round(median(every) * 1000, 1),
        "over_limit": sum(1 for seconds in every if seconds >= LIMIT),
        "page_ms": reader.figures(),
        "left": left,
        "ok": max(longest.values(), default=0) < LIMIT and left == 0,
    }


class _Reader:
    """Somebody who looks at a conversation all the while, on a connection of their own."""

    def __init__(self) -> None:
        self._over = Event()
        self._times: list[float] = []
        self._thread = Thread(target=self._read, daemon=True)

    def __enter__(self) -> _Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _read(self) -> None:
        contact = Contact.objects.order_by("pk")[0]
        while not self._over.wait(0.05):
            began = time.perf_counter()
            thread(contact_id=contact.pk, phone=contact.phone, scope=None)
            self._times.append(time.perf_counter() - began)
        connection.close()

    def figures(self) -> dict[str, float]:
        """The middle and the longest of its looks, in milliseconds."""
        times = self._times or [0.0]
        return {"median": round(median(times) * 1000, 1), "most": round(max(times) * 1000, 1)}


def _make_old() -> None:
    """Everything that `fill` made is as old as texts may be, and a hundred days more."""
    given: dict[str, Any] = {"ago": timedelta(days=190)}  # Any: as the cursor takes it
    with connection.cursor() as cursor:
        for statement in _OLD:
            cursor.execute(statement, given)
        cursor.execute("VACUUM ANALYZE")
        # Else the server writes all of this to disk while we measure.
        cursor.execute("CHECKPOINT")
        # As a server runs that must lose nothing: each transaction waits for the disk.
        cursor.execute("RESET synchronous_commit")


_OLD = (
    "UPDATE reminders_appointment SET starts_at = starts_at - %(ago)s, "
    "local_date = (starts_at - %(ago)s)::date",
    "UPDATE reminders_message SET created_at = created_at - %(ago)s, "
    "expires_at = expires_at - %(ago)s, scheduled_at = scheduled_at - %(ago)s",
    # Some texts carry a reminder, as those of rules do.
    "UPDATE reminders_reminder r SET message_id = m.id FROM ("
    "SELECT DISTINCT ON (appointment_id) appointment_id, id FROM reminders_message) m "
    "WHERE m.appointment_id = r.appointment_id",
    "UPDATE reminders_reply SET received_at = received_at - %(ago)s, "
    "stored_at = stored_at - %(ago)s",
    "UPDATE reminders_deliveryreport d SET stored_at = d.stored_at - %(ago)s, message_id = m.id "
    "FROM reminders_message m WHERE m.provider_id = d.message_provider_id",
)
