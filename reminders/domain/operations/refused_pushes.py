"""Pushes to an address that is not ours: counted, so that staff hear when the provider uses an old
one.

Anybody can send such a thing, so it is written down at most every few seconds, with the number
since then.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime

from reminders.domain.common import troubles

WRITTEN_EVERY = 5.0
"""Seconds."""


class _Seen:
    """What this process has counted and not written down yet."""

    lock = threading.Lock()
    count = 0
    written_at = float("-inf")


def note(*, now: datetime) -> None:
    """Count one more. Raises the database's errors when it can't be written down."""
    # Not `now`: that may jump when the clocks are compared.
    moment = time.monotonic()
    with _Seen.lock:
        _Seen.count += 1
        if moment - _Seen.written_at < WRITTEN_EVERY:
            return
        count, _Seen.count, _Seen.written_at = _Seen.count, 0, moment
    # Outside of the lock: the database may be slow, and others only want to count.
    troubles.tell("pushes", count=count, now=now)
