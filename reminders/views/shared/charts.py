"""Charts as SVG from plain geometry: no script, no styles in the page, a table beside.

Each series has its own pattern besides its colour, and every bar says its numbers to screen
readers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import cycle, islice
from math import ceil, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

HEIGHT, WIDE, NARROW = 220, 900, 500
LEFT, TOP, BOTTOM = 44, 14, 26
LABEL = 62
"""Room that a label below a bar takes."""
GAP = 0.34
ANSWERS, PLAIN = (1, 2, 3), (1, 4, 6, 5, 3)
"""Colours: good, bad and neither; or such that say nothing."""


@dataclass(frozen=True, slots=True)
class ChartPart:
    """One coloured part of a bar, in the units of the drawing; `series` is its colour."""

    series: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label below and its numbers in words; a `dense` label has no room on a
    phone.
    """

    label: str
    words: str
    middle: float
    top: float
    parts: tuple[ChartPart, ...]
    marked: bool
    labelled: bool
    dense: bool

    @property
    def drawn(self) -> SafeString:
        """The bar as SVG: its numbers in words, its parts, its mark and its label."""
        mark = '<text class="mark" x="{}" y="{}" dy="-3" text-anchor="middle">▲</text>'
        label = '<text class="scale below{}" x="{}" y="{}" dy="-8" text-anchor="middle">{}</text>'
        return format_html(
            "<g><title>{}</title>{}{}{}</g>",
            self.words,
            format_html_join("", _PART, (astuple(part) for part in self.parts)),
            format_html(mark, self.middle, self.top) if self.marked else "",
            format_html(label, " dense" if self.dense else "", self.middle, HEIGHT, self.label)
            if self.labelled
            else "",
        )


_PART = (
    '<rect class="series-{0}" x="{1}" y="{2}" width="{3}" height="{4}"/>'
    '<rect class="pattern" fill="url(#pattern-{0})" x="{1}" y="{2}" width="{3}" height="{4}"/>'
)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template needs to draw."""

    title: str
    names: tuple[str, ...]
    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, str], ...]
    colours: tuple[int, ...]
    width: int
    height: int = HEIGHT
    left: int = LEFT
    floor: int = HEIGHT - BOTTOM

    @property
    def drawn(self) -> SafeString:
        """All bars as SVG; drawing a year of weeks part by part in a template took 40 ms."""
        return format_html_join("", "{}", ((bar.drawn,) for bar in self.bars))

    @property
    def legend(self) -> list[tuple[int, str]]:
        """The series by their number."""
        return list(zip(self.colours, self.names, strict=False)) if len(self.names) > 1 else []


Row = tuple[str, Sequence[float], bool]


def bars(
    rows: Sequence[Row],
    *,
    names: Sequence[str],
    title: str,
    colours: Sequence[int] = ANSWERS,
    width: int = NARROW,
    unit: str = "",
) -> Chart:
    """Stacked bars. A row is its label, one value for each of `names`, and whether it is marked.

    `colours` are numbers of the style sheet's series, one for each name; `unit` stands behind
    numbers.
    """
    highest = round_up(max((sum(values) for _, values, _ in rows), default=0))
    room = HEIGHT - TOP - BOTTOM
    step = (width - LEFT) / max(1, len(rows))
    every = max(1, ceil(LABEL / step))
    drawn = []
    for index, (label, values, marked) in enumerate(rows):
        x, thick = LEFT + step * (index + GAP / 2), step * (1 - GAP)
        heights = [room * value / highest for value in values]
        parts = _stacked(heights, colours, x=x, thick=thick)
        words = ", ".join(
            f"{name}: {value:g}{unit}" for name, value in zip(names, values, strict=True)
        )
        drawn.append(
            Bar(
                label=label,
                words=f"{label}: {words}",
                middle=round(x + thick / 2, 1),
                top=round(HEIGHT - BOTTOM - sum(heights), 1),
                parts=parts,
                marked=marked,
                labelled=index % every == 0,
                dense=index % (2 * every) != 0,
            )
        )
    scale = tuple(
        (round(HEIGHT - BOTTOM - room * share, 1), f"{highest * share:g}{unit}")
        for share in (0, 0.5, 1)
    )
    return Chart(
        title, tuple(names), tuple(drawn), scale, tuple(islice(cycle(colours), len(names))), width
    )


def _stacked(
    heights: Sequence[float], colours: Sequence[int], *, x: float, thick: float
) -> tuple[ChartPart, ...]:
    """The parts of one bar from the floor upwards; what has no height is left out."""
    floor = float(HEIGHT - BOTTOM)
    parts = []
    for series, height in zip(cycle(colours), heights, strict=False):
        floor -= height
        if height:
            parts.append(
                ChartPart(series, round(x, 1), round(floor, 1), round(thick, 1), round(height, 1))
            )
    return tuple(parts)


def round_up(value: float) -> float:
    """The next round number that is even to halve: 2, 4, 10, 20, 40, 100 and so on."""
    if value <= 2:
        return 2
    unit = 10 ** int(log10(value))
    return float(next(unit * step for step in (1, 2, 4, 6, 8, 10) if unit * step >= value))
