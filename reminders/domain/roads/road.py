"""What a ring asks of a road, and the order in which it asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from reminders.domain.common.turns import GoOn


class Road(Protocol):
    """A way besides SMS. Each step returns how many texts it dealt with, and may die at any point:
    the next round goes on from what is in the database.
    """

    def receive(self, *, now: datetime, go_on: GoOn) -> int:
        """Apply what was heard of texts that are out."""

    def take_over(self, *, now: datetime, go_on: GoOn) -> int:
        """Let the next road take what this one did not bring in time."""

    def submit(self, *, clock: Callable[[], datetime], go_on: GoOn) -> int:
        """Hand over what waits for this road."""


def work_off(road: Road, *, clock: Callable[[], datetime], go_on: GoOn) -> int:
    """One round of a road."""
    # News first: a text that is known to have arrived needs no second one. And once more at the
    # end, so that a text that was refused just now does not wait for the next round.
    done = road.receive(now=clock(), go_on=go_on)
    done += road.take_over(now=clock(), go_on=go_on)
    done += road.submit(clock=clock, go_on=go_on)
    return done + road.take_over(now=clock(), go_on=go_on)
