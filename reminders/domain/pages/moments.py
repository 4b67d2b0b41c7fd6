"""Where a long list goes on: the moment of its last row, as it stands in an address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = re.compile(r"-?[0-9]{1,17}")
"""So many digits are the microseconds of the years 1 to 5138; more is no moment of ours."""


def write_moment(at: datetime) -> str:
    """Microseconds since 1970: exact, so that no row is shown twice or left out."""
    return str((at - _EPOCH) // timedelta(microseconds=1))


def read_moment(written: str | None) -> datetime | None:
    """The moment in UTC; None for anything else that an address may hold."""
    if not written or not _WRITTEN.fullmatch(written):
        return None
    try:
        return _EPOCH + timedelta(microseconds=int(written))
    except OverflowError:
        return None
