"""What charset-normalizer thinks of readings that are close, to offer the likelier one first.

It judges a whole text by its mess and its letters' frequency. Of the few words of a diary it is
often wrong when it is left alone, so it never decides: it only orders what is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

from charset_normalizer import from_bytes

from reminders.domain.diary_import.read.files.codepages import Reading

MOST_BYTES = 20_000
NEAR = 1.0
"""Readings whose costs are so near to each other are ordered by the second opinion."""


def likeliest_first(close: Sequence[Reading], words: Sequence[bytes]) -> list[Reading]:
    """The readings in the order in which they are offered."""
    best = close[0].cost
    near = [reading for reading in close if reading.cost - best <= NEAR]
    if len(near) < 2:
        return list(close)
    pages = [reading.page.codec for reading in near]
    text = b" ".join(words)[:MOST_BYTES]
    matches = from_bytes(text, cp_isolation=pages, preemptive_behaviour=False)
    order = {match.encoding: rank for rank, match in enumerate(matches)}
    near.sort(key=lambda reading: order.get(reading.page.codec, len(order)))
    return [*near, *(reading for reading in close if reading not in near)]
