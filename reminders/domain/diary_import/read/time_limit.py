"""A real limit on the time in which a file is read, whatever is in it.

Every parser is bounded, so nobody holds the program for long between two looks at the clock. What
is read while somebody waits for a page is the head of a file only; whole files are read by a
worker.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from reminders.domain.diary_import.problems import refuse

HEAD = 5.0
"""Seconds for the first rows and for finding out what the columns mean."""
WHOLE = 900.0
"""Seconds for all rows of a file: the largest one takes about a minute."""
TOO_SLOW = (
    "Reading the file takes far too long: its cells hold something else than a diary. Export it "
    "again, or "
    "split it and import the parts."
)
_until: ContextVar[float] = ContextVar("read_until", default=inf)


@contextmanager
def reading_within(seconds: float) -> Iterator[None]:
    """Refuse the file whose reading inside the block takes longer; an outer limit goes on."""
    token = _until.set(min(_until.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _until.reset(token)


def stop_if_late() -> None:
    """Raise ImportRefused once the time is over. Cheap: to be called for each row and each
    column.
    """
    if time.monotonic() > _until.get():
        raise refuse(TOO_SLOW)
