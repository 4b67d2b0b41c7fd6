"""A clinic whose stories take days and run in a blink: real database, real client, the sandbox over
HTTP.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from reminders.models import Appointment, InboxItem, Location
from reminders.provider import MessagesApi
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.diary_import.importing import bring_in, csv_of
from tests.faults.support.world import World

ANN = "+447700900123"
STEP = timedelta(hours=2)


class Clinic:
    """One site in London with the two usual rules; its clock stands at NOON on Monday 2 March."""

    def __init__(self, sandbox: Sandbox, api: MessagesApi) -> None:
        make.make_confirmation_rule()
        make.make_reminder_rule()
        self.place: Location = make.make_location(name="Harbour Dental", phone="020 7946 0123")
        self.world = World(sandbox, api)

    def diary(self, *rows: str, **options: Any) -> None:  # Any: options of the import
        """Import the diary's export: lines of id, name, phone, date, time."""
        bring_in(csv_of(*rows), now=self.world.now, **options)
        self.world.settle()

    def wait_until(self, moment: datetime) -> None:
        """Let the rings ring until then."""
        self.world.play(moment - self.world.now, step=STEP)

    def hear(self, text: str, *, phone: str = ANN) -> None:
        """A patient texts, and what follows is done."""
        self.world.hear(phone, text)
        self.world.settle()

    def texts(self, phone: str = ANN) -> list[tuple[str, str]]:
        """Every text that the provider took for this phone, in order: its status and its words."""
        return [
            (one["status"], one["content"])
            for one in self.world.ledger()
            if one["destination"] == phone
        ]

    @staticmethod
    def statuses() -> dict[str, str]:
        """The status of each appointment by its id in the diary."""
        return dict(Appointment.objects.values_list("external_id", "status"))

    @staticmethod
    def cards() -> list[str]:
        """What waits in the inbox."""
        return list(
            InboxItem.objects.filter(done_at=None).order_by("pk").values_list("kind", flat=True)
        )


@pytest.fixture
def clinic(db: None, sandbox: Sandbox, api: MessagesApi) -> Clinic:
    """The clinic, without appointments."""
    return Clinic(sandbox, api)
