"""The time that all programs share: the database's.

Every program measures now and then how far the clock of its machine is from the database's, and
corrects for the difference. So what is due, too late or expired is decided by one clock, however
many machines there are; a clock that is wrong by more than two minutes is told of, because logs,
pages and signatures go by it.
"""

from __future__ import annotations

import logging
import socket
from datetime import datetime, timedelta
from threading import Event, Thread

from django.db import Error, connection
from django.utils import timezone

from reminders.domain.common import troubles
from reminders.domain.common.connections import release_connection

logger = logging.getLogger(__name__)

TOLERATED = timedelta(minutes=2)
NO_DIFFERENCE = timedelta(seconds=1)
"""Less than this is the way to the database and back, and not worth a time that jumps."""
SLOW_ANSWER = timedelta(seconds=2)
"""An answer that took longer says too little about when it was given."""
MEASURE_EVERY = 20.0
"""Seconds between two looks of `watch`."""


class _Measured:
    """What this process found: how much is to be added to its machine's clock."""

    correction = timedelta()


def now() -> datetime:
    """The current time in UTC by the database's clock, as far as this process knows it."""
    return timezone.now() + _Measured.correction


def correction() -> timedelta:
    """What is to be added to this machine's clock to get the database's: negative where it is
    ahead.
    """
    return _Measured.correction


def measure() -> timedelta:
    """Compare this machine's clock with the database's; return the correction from now on.

    Raises the database's errors; the last correction stays then.
    """
    with connection.cursor() as cursor:
        asked = timezone.now()
        cursor.execute("SELECT clock_timestamp()")
        (there,) = cursor.fetchone() or (asked,)
    took = timezone.now() - asked
    # A negative time says that this machine's clock was set in between: that answer tells nothing.
    if timedelta() <= took <= SLOW_ANSWER:
        # Half the way there: the database looked at its clock at about the middle of the exchange.
        found = there - asked - took / 2
        _Measured.correction = found if abs(found) >= NO_DIFFERENCE else timedelta()
    return _Measured.correction


def compare(program: str) -> None:
    """Measure, and tell of a clock that is too far off; a database that is away changes nothing."""
    try:
        off = -measure()
        if abs(off) > TOLERATED:
            place = f"{program} on {socket.gethostname()}"
            logger.warning("The clock of this machine is %s", in_words(off))
            troubles.tell("clock", place=place, words=f"{place}: {in_words(off)}", now=now())
    except Error as error:
        logger.warning("The clocks could not be compared: %s", type(error).__name__)
    finally:
        release_connection()


def in_words(off: timedelta) -> str:
    """How far a clock is off, such as "4 minutes ahead"."""
    minutes, seconds = divmod(round(abs(off).total_seconds()), 60)
    how_much = f"{minutes:,} minutes" if minutes > 1 else f"{minutes * 60 + seconds} seconds"
    return f"{how_much} {'ahead' if off > timedelta() else 'behind'}"


def watch(program: str, stop: Event | None = None) -> None:
    """Compare the clocks now, and from a thread of its own every 20 seconds until `stop`."""
    compare(program)
    Thread(target=_watch, args=(program, stop or Event()), name="clocks", daemon=True).start()


def _watch(program: str, stop: Event) -> None:
    while not stop.wait(MEASURE_EVERY):
        compare(program)
