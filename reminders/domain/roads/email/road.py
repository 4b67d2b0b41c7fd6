"""E-mail as the rings know a road."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reminders.domain.common.turns import GoOn
from reminders.domain.roads.email import access, news, submit
from reminders.domain.roads.email.way import WAY
from reminders.domain.roads.next_road import take_over


class EmailRoad:
    """Hands over to a mail server or service, hears what is seen of it, and gives over to SMS."""

    def receive(self, *, now: datetime, go_on: GoOn) -> int:
        """Apply what was heard."""
        return news.apply_news(now=now, go_on=go_on)

    def take_over(self, *, now: datetime, go_on: GoOn) -> int:
        """Let SMS take what e-mail did not bring."""
        return take_over(WAY, now=now, go_on=go_on)

    def submit(self, *, clock: Callable[[], datetime], go_on: GoOn) -> int:
        """Hand over what waits; where e-mail was switched off, SMS takes it."""
        if not access.is_on():
            return submit.leave_to_next(now=clock())
        return submit.submit_waiting(clock=clock, go_on=go_on)
