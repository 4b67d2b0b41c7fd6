"""Every export of the corpus comes in as it means, with the questions that it takes, and never otherwise."""

from __future__ import annotations

import pytest

from tests.domain.diary_import.exports.expectations import Expected, corpus
from tests.domain.diary_import.exports.trying import try_bytes


@pytest.mark.django_db
@pytest.mark.parametrize("expected", corpus(), ids=lambda expected: expected.path.name)
def test_no_export_is_read_wrongly_without_a_word(expected: Expected) -> None:
    found = try_bytes(expected.path.read_bytes(), expected)

    assert found.wrong == []
