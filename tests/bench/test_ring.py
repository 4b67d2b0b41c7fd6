"""The rings' plans, on a small database: the same indexes as on a large one."""

from typing import Any

import pytest
from django.db import connection

from tests import factories as make
from tests.bench.ring import fill, measure, nothing_due

FITTING = {
    "send": {"reminder_due", "message_queued"},
    "withdraw": {"message_to_withdraw"},
    "reconcile": {"message_unknown", "message_claimed"},
    "expire": {"reminder_due", "message_queued"},
    "check": {"message_to_check"},
    "apply": {"reply_to_apply"},
}
"""Of each ring, the partial indexes made for its questions."""
SMALL_HERE = {"reminders_appointment", "reminders_contact"}
"""Joined to what was found: read by their keys where they are large."""


@pytest.fixture
def rings(transactional_db: None) -> dict[str, Any]:
    """What every ring reads when nothing is due."""
    make.make_confirmation_rule()
    fill(appointments=20_000, texts=40_000)
    return {name: measure(ring) for name, ring in nothing_due().items()}


def test_a_ring_with_nothing_due_reads_by_its_own_partial_indexes_alone(
    rings: dict[str, Any],
) -> None:
    unused = {name: FITTING[name] - set(rings[name]["indexes"]) for name in FITTING}
    assert {name: indexes for name, indexes in unused.items() if indexes} == {}
    assert {table for ring in rings.values() for table in ring["whole_tables"]} <= SMALL_HERE
    assert set().union(*FITTING.values()) <= _partial_indexes()


def _partial_indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'")
        return {row[0] for row in cursor.fetchall()}
