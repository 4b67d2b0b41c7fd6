"""When a ring is too old to be worth its work: by the database's clock, and two minutes generously.

A ring carries the time after which it means nothing any more, stamped where it was rung. Two
machines whose clocks differ by less than a minute would otherwise discard every ring without a
word.
"""

from datetime import UTC, datetime
from typing import Literal

from celery.worker import request
from celery.worker.state import revoked as revoked_tasks
from django.utils import timezone

from reminders.domain.common.database_clock import TOLERATED, now


class ExpiringRequest(request.Request):
    """A ring as a worker takes it up."""

    def maybe_expire(self) -> Literal[True] | None:
        """Whether it came too late; rings without a time never do."""
        expires: datetime | None = self.expires
        if expires is None:
            return None
        if timezone.is_naive(expires):
            expires = expires.replace(tzinfo=UTC)
        if now() <= expires + TOLERATED:
            return None
        revoked_tasks.add(self.id)
        return True
