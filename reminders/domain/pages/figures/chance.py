"""What counts can tell: an interval for a share, and whether two shares differ by more than chance.

Sources: Wilson's interval (1927), as Brown, Cai and DasGupta (2001) advise for small counts; the
two-proportion z-test with a pooled share, where at least five are expected on either side (Cochran
1954).
"""

from __future__ import annotations

from enum import Enum
from math import ceil, erfc, sqrt
from typing import NamedTuple

Z = 1.959964
"""Of the normal distribution, 95 % lie within so many deviations."""
POWER_Z = 0.841621
"""Four of five true differences are found."""
CLEAR = 0.05
LEAST_EXPECTED = 5


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """0 to 1, None of none."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies, in 95 of 100 such cases; None of none."""
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max(0.0, middle - reach), min(1.0, middle + reach)


class Verdict(Enum):
    """What may be said of two shares."""

    NOTHING = "nothing"
    """One of them is of none."""
    TOO_FEW = "too_few"
    NO_DIFFERENCE = "no_difference"
    """Chance alone makes such differences."""
    FEWER = "fewer"
    MORE = "more"


def compare(first: Share, second: Share) -> Verdict:
    """Whether the second share is larger or smaller than the first by more than chance."""
    if not first.whole or not second.whole:
        return Verdict.NOTHING
    pooled = (first.part + second.part) / (first.whole + second.whole)
    smaller = min(first.whole, second.whole)
    # Nobody at all, or everybody, on both sides: no difference, whatever the test would need.
    if pooled in (0, 1) and smaller >= LEAST_EXPECTED**2:
        return Verdict.NO_DIFFERENCE
    if smaller * min(pooled, 1 - pooled) < LEAST_EXPECTED:
        return Verdict.TOO_FEW
    difference = second.part / second.whole - first.part / first.whole
    deviation = sqrt(pooled * (1 - pooled) * (1 / first.whole + 1 / second.whole))
    if erfc(abs(difference) / deviation / sqrt(2)) >= CLEAR:
        return Verdict.NO_DIFFERENCE
    return Verdict.MORE if difference > 0 else Verdict.FEWER


def needed(base: float, difference: float) -> int:
    """How many of each kind it takes to find a difference of so much beside a share of `base`."""
    # A share of which nothing is known yet may be one half, which takes the most.
    other = min(1.0, max(0.0, base + (difference if base < 0.5 else -difference)))
    spread = base * (1 - base) + other * (1 - other)
    return max(LEAST_EXPECTED**2, ceil((Z + POWER_Z) ** 2 * spread / difference**2))
