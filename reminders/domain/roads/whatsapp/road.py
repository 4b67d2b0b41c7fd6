"""WhatsApp as the rings know a road."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reminders.domain.common.turns import GoOn
from reminders.domain.roads.next_road import take_over
from reminders.domain.roads.whatsapp import reports, submit, templates
from reminders.domain.roads.whatsapp.way import WAY
from reminders.provider.conversation import ConversationApi


class WhatsAppRoad:
    """Hands over by the Conversation API, hears what is pushed, and gives over to SMS."""

    def __init__(self, api: ConversationApi | None) -> None:
        # None where it was switched off: what is still out is given over to SMS all the same.
        self._api = api

    def receive(self, *, now: datetime, go_on: GoOn) -> int:
        """Apply what was pushed."""
        return reports.apply_reports(now=now, go_on=go_on)

    def take_over(self, *, now: datetime, go_on: GoOn) -> int:
        """Let SMS take what WhatsApp did not bring."""
        return take_over(WAY, now=now, go_on=go_on)

    def submit(self, *, clock: Callable[[], datetime], go_on: GoOn) -> int:
        """Hand over what waits, and see now and then which templates are approved."""
        if self._api is None:
            return submit.leave_to_next(now=clock())
        done = submit.submit_waiting(self._api, clock=clock, go_on=go_on)
        if go_on():
            templates.list_again_if_due(self._api, now=clock())
        return done
