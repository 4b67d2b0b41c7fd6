"""A worker that is told to stop in the middle of a file: another begins it again."""

from collections.abc import Iterator

import pytest

from reminders.domain.common import turns
from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.uploads import go
from tests.domain.diary_import.importing import (
    ANN,
    NOW,
    csv_of,
    diary,
    sydney,
    uploaded,
    worked_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def goes_on() -> Iterator[None]:
    yield
    turns._Worker.stopping = False


def test_a_file_is_left_as_it_was_and_taken_up_by_the_next_worker() -> None:
    sydney()
    row = worked_off(uploaded(csv_of(ANN)))
    assert go(row, gone="keep", remember_as="", confirmed=False)
    turns.stop_soon()

    assert work_off_imports(now=NOW, go_on=lambda: not turns.is_stopping()) == 0
    assert diary() == []

    turns._Worker.stopping = False
    assert worked_off(row).state == "applied"
    assert [each[0] for each in diary()] == ["1"]
