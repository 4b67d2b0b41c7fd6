"""Equal periods around a day."""

from datetime import date

import pytest

from reminders.domain.pages.figures.periods import around

TODAY = date(2026, 3, 31)

AROUND = [
    # as long before as since, whole weeks from a week on
    (date(2026, 3, 3), 4, (date(2026, 2, 3), date(2026, 3, 30))),
    (date(2026, 3, 30), 4, (date(2026, 3, 29), date(2026, 3, 30))),
    (date(2026, 3, 27), 4, (date(2026, 3, 23), date(2026, 3, 30))),
    (date(2026, 3, 20), 4, (date(2026, 3, 13), date(2026, 3, 26))),
    # at most the weeks that were asked for
    (date(2025, 1, 1), 4, (date(2024, 12, 4), date(2025, 1, 28))),
    # today, tomorrow, another world
    (TODAY, 4, None),
    (date(2026, 4, 1), 4, None),
    (date.max, 26, None),
    (date.min, 26, None),
]


@pytest.mark.parametrize(("on", "weeks", "ends"), AROUND)
def test_the_days_before_are_as_many_as_those_since(on, weeks, ends):
    found = around(on, weeks=weeks, today=TODAY)

    assert (found and (found[0].first, found[1].last)) == ends
    if found:
        assert found[0].days == found[1].days
        assert found[1].first == on
