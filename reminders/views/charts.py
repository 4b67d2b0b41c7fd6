"""Charts as plain geometry that a template draws as SVG: no script, no styles in the page, a table beside.

Each series has its own pattern besides its colour, and every bar says its numbers to screen readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

WIDTH, HEIGHT = 720, 220
LEFT, TOP, BOTTOM = 40, 14, 26
GAP = 0.34


@dataclass(frozen=True, slots=True)
class Part:
    """One coloured part of a bar, in the units of the drawing; `series` counts from 1."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label below and its numbers in words."""

    label: str
    words: str
    middle: float
    top: float
    parts: tuple[Part, ...]
    marked: bool
    labelled: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template needs to draw."""

    title: str
    names: tuple[str, ...]
    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM

    @property
    def legend(self) -> list[tuple[int, str]]:
        """The series by their number."""
        return list(enumerate(self.names, start=1)) if len(self.names) > 1 else []


Row = tuple[str, Sequence[float], bool]


def bars(
    rows: Sequence[Row], *, names: Sequence[str], title: str, top: float | None = None, unit: str = ""
) -> Chart:
    """Stacked bars. A row is its label, one value for each of `names`, and whether it is marked.

    `top` fixes the upper end of the scale; else it follows the highest bar. `unit` stands behind numbers.
    """
    highest = top or round_up(max((sum(values) for _, values, _ in rows), default=0))
    room = HEIGHT - TOP - BOTTOM
    step = (WIDTH - LEFT) / max(1, len(rows))
    every = max(1, ceil(len(rows) / 14))
    drawn = []
    for index, (label, values, marked) in enumerate(rows):
        x, width = LEFT + step * (index + GAP / 2), step * (1 - GAP)
        floor = float(HEIGHT - BOTTOM)
        parts = []
        for series, value in enumerate(values, start=1):
            height = room * value / highest
            floor -= height
            if value:
                parts.append(Part(series, round(x, 1), round(floor, 1), round(width, 1), round(height, 1)))
        words = ", ".join(f"{name}: {value:g}{unit}" for name, value in zip(names, values, strict=True))
        drawn.append(
            Bar(label, f"{label}: {words}", round(x + width / 2, 1), round(floor, 1), tuple(parts), marked,
                index % every == 0)
        )  # fmt: skip
    scale = tuple(
        (round(HEIGHT - BOTTOM - room * share, 1), f"{highest * share:g}{unit}") for share in (0, 0.5, 1)
    )
    return Chart(title, tuple(names), tuple(drawn), scale)


def round_up(value: float) -> float:
    """The next round number that is even to halve: 2, 4, 10, 20, 40, 100 and so on."""
    if value <= 2:
        return 2
    unit = 10 ** int(log10(value))
    return float(next(unit * step for step in (1, 2, 4, 6, 8, 10) if unit * step >= value))
