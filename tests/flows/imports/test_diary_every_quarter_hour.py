"""A diary comes every quarter of an hour: nothing of it is stored twice, and a change still is
taken back.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.domain.diary_import.undo import take_back
from reminders.domain.retention.run import forget_what_is_due
from reminders.models import Import, ImportRow
from tests.domain.diary_import.importing import ANN, BOB, NOW, bring_in, csv_of, diary, sydney

pytestmark = pytest.mark.django_db(transaction=True)
QUARTER = timedelta(minutes=15)


def test_a_morning_of_the_same_diary_with_one_change_in_it() -> None:
    sydney()
    for n in range(3):
        bring_in(csv_of(ANN, BOB), now=NOW + n * QUARTER, source="folder")
    assert ImportRow.objects.count() == 2  # as the first file left it
    assert [row.counts["unchanged"] for row in Import.objects.order_by("pk")] == [0, 2, 2]

    moved = ANN.replace("10:00", "10:15")
    bring_in(csv_of(moved, BOB), now=NOW + 3 * QUARTER, source="folder")
    change = Import.objects.latest("pk")
    bring_in(csv_of(moved, BOB), now=NOW + 4 * QUARTER, source="folder")
    assert ImportRow.objects.filter(of=change).get().outcome == "changed"

    take_back(change, now=NOW + 5 * QUARTER)
    assert [line[3] for line in diary()] == ["2026-03-04 10:00", "2026-03-05 11:30"]

    forget_what_is_due(now=NOW + timedelta(days=32), pause=lambda _: None)
    assert (ImportRow.objects.count(), Import.objects.count()) == (0, 5)
    forget_what_is_due(now=NOW + timedelta(days=740), pause=lambda _: None)
    assert set(Import.objects.values_list("counts__new", flat=True)) == {2}
