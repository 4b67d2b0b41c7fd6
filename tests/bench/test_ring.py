"""The rings' plans, on a small database: the same indexes as on a large one."""

import pytest
from django.db import connection

from reminders.bench.ring import fill, measure, nothing_due
from tests import factories as make


@pytest.mark.django_db(transaction=True)
def test_a_ring_with_nothing_due_reads_by_its_partial_index() -> None:
    make.make_confirmation_rule()
    fill(appointments=20_000, texts=40_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    rings = {name: measure(ring) for name, ring in nothing_due().items()}

    whole = {table for ring in rings.values() for table in ring["whole_tables"]}
    assert whole <= {"reminders_appointment", "reminders_contact"}  # joined, and small here
    assert {"reminder_due", "message_queued"} <= set(rings["send"]["indexes"])
    assert {"message_to_withdraw"} <= set(rings["withdraw"]["indexes"])
    assert {"message_unknown", "message_claimed"} <= set(rings["reconcile"]["indexes"])
    assert {"reminder_too_late", "message_queued"} <= set(rings["expire"]["indexes"])
    assert {"message_to_check"} <= set(rings["check"]["indexes"])
    assert {"reply_to_apply"} <= set(rings["apply"]["indexes"])
