"""A clinic that asks for confirmation and reminds."""

from __future__ import annotations

import pytest

from reminders.models import (
    Location,
)
from tests import factories as make


@pytest.fixture
def place(db: None) -> Location:
    make.make_confirmation_rule()
    make.make_reminder_rule()
    return make.make_location(name="Harbour Dental", phone="020 7946 0123")
