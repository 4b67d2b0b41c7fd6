"""The state machine of a message, once: its states, how far each is, and the groups of them.

Constraints, queries, statements in SQL and the reading of reports all take it from here. A message
moves to states of a higher rank only, and from a final one to none; sending may put one that surely
never left back to `queued`.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models

WITHDRAW_MARGIN = timedelta(minutes=1)
"""A text that the provider has and that is due sooner is gone before it could be withdrawn: marking
it, the run that withdraws, and the provider's own clock all take a part of this minute.
"""


class MessageState(models.TextChoices):
    """Where one outbound text stands."""

    # The one list of words for the state of a text: every page and the administration use it.
    QUEUED = "queued", "Going out now"
    SUBMITTING = "submitting", "Being handed over"
    UNKNOWN = "unknown", "Not known whether it arrived"
    ACCEPTED = "accepted", "With the provider"
    ENROUTE = "enroute", "On its way"
    HELD = "held", "Held back by the provider"
    SUBMITTED = "submitted", "With the carrier"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Not delivered"
    REJECTED = "rejected", "Not accepted"
    EXPIRED = "expired", "Not sent in time"
    CANCELLED = "cancelled", "Withdrawn, not sent"

    @property
    def rank(self) -> int:
        """How far a message is: of two reports, the one of the higher rank holds."""
        return _RANKS[self]

    @property
    def is_final(self) -> bool:
        """Whether nothing that arrives later may change it."""
        return self in FINAL

    def may_become(self, reported: MessageState) -> bool:
        """Whether a report of this state moves a message on; late and repeated ones do not."""
        return not self.is_final and reported.rank > self.rank


_STATE = MessageState
WITH_US = (_STATE.QUEUED, _STATE.SUBMITTING, _STATE.UNKNOWN)
"""The provider has not said that it has the text."""
AT_PROVIDER = (_STATE.ACCEPTED, _STATE.ENROUTE, _STATE.HELD, _STATE.SUBMITTED)
OUT = (_STATE.ENROUTE, _STATE.SUBMITTED, _STATE.DELIVERED)
UNDELIVERED = (_STATE.FAILED, _STATE.REJECTED, _STATE.EXPIRED)
FINAL = (_STATE.DELIVERED, *UNDELIVERED, _STATE.CANCELLED)
OPEN = (*WITH_US, *AT_PROVIDER)
WITHDRAWABLE = (*WITH_US, _STATE.ACCEPTED, _STATE.HELD)
"""Not on its way yet, as far as anybody knows."""

# "Delivered" is the highest: a carrier that first said "failed" and then delivered has delivered.
_RANKS = dict.fromkeys(WITH_US, 0) | {
    state: rank
    for rank, state in enumerate(
        (
            _STATE.ACCEPTED,
            _STATE.HELD,
            _STATE.ENROUTE,
            _STATE.SUBMITTED,
            _STATE.EXPIRED,
            _STATE.FAILED,
            _STATE.REJECTED,
            _STATE.CANCELLED,
            _STATE.DELIVERED,
        ),
        start=1,
    )
}
