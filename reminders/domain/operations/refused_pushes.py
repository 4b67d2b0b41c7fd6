"""Pushes that are not taken: counted, so that staff hear when the provider uses an old address, or
a key that is not ours.

Anybody can send such a thing, so it is written down at most every few seconds, with the number
since then.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Literal

from reminders.domain.common import troubles

WRITTEN_EVERY = 5.0
"""Seconds."""

Code = Literal["pushes", "signatures"]


@dataclass
class _Counted:
    count: int = 0
    written_at: float = field(default=float("-inf"))


class _Seen:
    """What this process has counted and not written down yet."""

    lock = threading.Lock()
    by_code: ClassVar[dict[str, _Counted]] = defaultdict(_Counted)


def note(*, now: datetime, code: Code = "pushes") -> None:
    """Count one more. Raises the database's errors when it can't be written down."""
    # Not `now`: that may jump when the clocks are compared.
    moment = time.monotonic()
    with _Seen.lock:
        seen = _Seen.by_code[code]
        seen.count += 1
        if moment - seen.written_at < WRITTEN_EVERY:
            return
        count, seen.count, seen.written_at = seen.count, 0, moment
    # Outside of the lock: the database may be slow, and others only want to count.
    troubles.tell(code, count=count, now=now)
