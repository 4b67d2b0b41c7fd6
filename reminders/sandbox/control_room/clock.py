"""The sandbox's clock, and how the provider writes a point of time.

The clock normally follows the machine; tests move it or stop it. Seconds since 1970 inside, ISO
8601 outside.
"""

import time
from datetime import UTC, datetime


class SandboxClock:
    """A clock in seconds since 1970 UTC that can be set, stopped and moved."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._stopped_at: float | None = None

    def now(self) -> float:
        """Seconds since 1970 UTC, as this clock sees it."""
        return time.time() + self._offset if self._stopped_at is None else self._stopped_at

    @property
    def stopped(self) -> bool:
        """Whether time only passes by `advance`."""
        return self._stopped_at is not None

    def set(self, moment: datetime | None, *, running: bool = False) -> None:
        """Show `moment` from now on, stopped unless `running`; None goes back to the machine's
        time.
        """
        self._offset, self._stopped_at = 0.0, None
        if moment is None:
            return
        if running:
            self._offset = moment.timestamp() - time.time()
        else:
            self._stopped_at = moment.timestamp()

    def advance(self, seconds: float) -> None:
        """Move by `seconds`; a stopped clock stays stopped."""
        if self._stopped_at is None:
            self._offset += seconds
        else:
            self._stopped_at += seconds


def written(moment: float) -> str:
    """A time as the provider writes it: `2016-11-03T11:49:02.807Z`."""
    # Six characters are the “+00:00” in whose place the provider writes a Z.
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def written_or_none(moment: float | None) -> str | None:
    """As `written`, and None for a time that has not come."""
    return None if moment is None else written(moment)


def read(text: str) -> float:
    """Seconds since 1970 of an ISO 8601 text; without an offset it is UTC. ValueError when it is
    none.
    """
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
