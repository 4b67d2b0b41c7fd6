"""The corpus changed at random: whatever comes in, comes in rightly."""

from __future__ import annotations

import os

import pytest
from django.db import transaction

from reminders.models import Appointment
from tests.domain.diary_import.exports.expectations import corpus
from tests.domain.diary_import.exports.mutations import mutants
from tests.domain.diary_import.exports.trying import try_bytes

EXAMPLES = int(os.environ.get("IMPORT_EXAMPLES", "60"))
SHARES = 4


@pytest.mark.deep
@pytest.mark.django_db
@pytest.mark.parametrize("share", range(SHARES))
def test_no_changed_export_is_read_wrongly_without_a_word(share: int) -> None:
    wrong = {}
    for number, (content, expected) in enumerate(
        mutants(corpus(), seed=share, number=EXAMPLES // SHARES)
    ):
        with transaction.atomic():
            found = try_bytes(content, expected)
            transaction.set_rollback(True)
        if found.wrong:
            wrong[f"{share}/{number} {expected.path.name}"] = [
                content.decode()[:400],
                *found.wrong[:5],
            ]

    assert wrong == {}
    assert not Appointment.objects.exists()
