"""What counts can tell, by tables: intervals, verdicts and how many it takes."""

import pytest

from reminders.domain.pages.figures.chance import Share, Verdict, compare, needed

WILSON = [
    # By the formula worked out by hand, and as R's prop.test(correct=FALSE) prints it.
    (0, 1, (0.0, 0.793)),
    (1, 1, (0.207, 1.0)),
    (0, 10, (0.0, 0.278)),
    (10, 10, (0.722, 1.0)),
    (5, 10, (0.237, 0.763)),
    (81, 1000, (0.066, 0.100)),
    (52, 1000, (0.040, 0.068)),
]


@pytest.mark.parametrize(("part", "whole", "interval"), WILSON)
def test_a_share_has_its_interval(part, whole, interval):
    assert Share(part, whole).interval == pytest.approx(interval, abs=0.0005)


def test_a_share_of_none_has_neither_value_nor_interval():
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


VERDICTS = [
    # no visits at all, or on one side only
    ((0, 0), (0, 0), Verdict.NOTHING),
    ((5, 100), (0, 0), Verdict.NOTHING),
    ((0, 0), (5, 100), Verdict.NOTHING),
    # one visit, come or missed
    ((0, 1), (1, 1), Verdict.TOO_FEW),
    ((1, 1), (1, 1), Verdict.TOO_FEW),
    ((3, 20), (1, 20), Verdict.TOO_FEW),
    # nobody missed, or everybody
    ((0, 500), (0, 500), Verdict.NO_DIFFERENCE),
    ((500, 500), (500, 500), Verdict.NO_DIFFERENCE),
    ((0, 10), (0, 500), Verdict.TOO_FEW),
    # enough, and chance alone makes as much
    ((81, 1000), (79, 1000), Verdict.NO_DIFFERENCE),
    ((81, 1000), (60, 1000), Verdict.NO_DIFFERENCE),
    ((50, 1000), (50, 1000), Verdict.NO_DIFFERENCE),
    # enough, and more than chance
    ((81, 1000), (52, 1000), Verdict.FEWER),
    ((52, 1000), (81, 1000), Verdict.MORE),
    ((300, 300), (0, 300), Verdict.FEWER),
    # rare ones on the smaller side
    ((20, 2000), (0, 100), Verdict.TOO_FEW),
]


@pytest.mark.parametrize(("first", "second", "verdict"), VERDICTS)
def test_two_shares_differ_by_more_than_chance_or_not(first, second, verdict):
    assert compare(Share(*first), Share(*second)) is verdict


@pytest.mark.parametrize(
    ("base", "difference", "count"),
    # As R's power.prop.test says, rounded up; never fewer than 25.
    [(0.5, 0.1, 385), (0.5, 0.05, 1562), (0.1, 0.05, 683), (0.0, 0.5, 25), (1.0, 0.1, 71)],
)
def test_a_small_difference_takes_many(base, difference, count):
    assert needed(base, difference) == pytest.approx(count, rel=0.02)
