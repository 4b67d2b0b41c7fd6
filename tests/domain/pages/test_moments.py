from datetime import UTC, datetime

import pytest

from reminders.domain.pages.moments import read_moment, write_moment

AT = datetime(2030, 3, 4, 5, 6, 7, 890123, tzinfo=UTC)


def test_a_moment_comes_back_to_the_microsecond():
    assert read_moment(write_moment(AT)) == AT


@pytest.mark.parametrize(
    "written", [None, "", "now", "1.5", "٣", "9" * 17 + "0", "9" * 5_000, "-" + "9" * 17, "1_000"]
)
def test_anything_odd_is_no_moment(written):
    assert read_moment(written) is None
