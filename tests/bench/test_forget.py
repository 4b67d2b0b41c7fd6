"""Forgetting finds what is due by the indexes made for it, however much is stored."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from reminders.domain.retention.holds import Held
from reminders.domain.retention.portions import claim
from reminders.domain.retention.steps import STEPS
from tests import factories as make
from tests.bench.ring import LARGE, fill, recorded, scans

INDEXES = {
    "texts": "message_to_forget",
    "replies": "reply_to_forget",
    "raw_replies": "reply_raw_to_forget",
    "raw_reports": "report_raw_to_forget",
    "strange_reports": "report_of_no_message",
    "appointments": "appointment_by_start",
    "bare_texts": "message_by_phone",
    "bare_replies": "reply_by_time",
}


@pytest.fixture
def _busy_site(transactional_db: None) -> None:
    """Nothing of it is old enough."""
    make.make_confirmation_rule()
    fill(appointments=20_000, texts=40_000)


@pytest.mark.usefixtures("_busy_site")
def test_a_step_with_nothing_due_reads_by_its_own_index_alone() -> None:
    long_ago = timezone.now() - timedelta(days=400)
    read = {}
    for step in STEPS:
        if step.name in INDEXES:
            with transaction.atomic(), recorded() as statements:
                claim(step.due(long_ago, Held()), limit=100)
            read[step.name] = {
                index or "whole table"
                for statement in statements
                for table, index in scans(statement)
                if table in LARGE
            }

    assert {name: INDEXES[name] in found for name, found in read.items()} == dict.fromkeys(
        INDEXES, True
    )
    assert [name for name, found in read.items() if "whole table" in found] == []
