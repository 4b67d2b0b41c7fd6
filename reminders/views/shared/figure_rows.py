"""The rows of a table of figures, drawn at once: a template took a third of a year's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from reminders.domain.pages.statistics import Figures
from reminders.formatting import share

_ROW = (
    '<tr><th scope="row"><bdi>{}</bdi></th><td>{}</td><td>{} <span class="soft">{}</span></td>'
    '<td>{} <span class="soft">{}</span></td><td>{}</td><td>{}</td>'
    '<td>{} <span class="soft">{}</span></td><td>{}</td>'
    '<td>{} <span class="soft">{}</span></td><td>{}</td></tr>'
)


class FigureTable(NamedTuple):
    """What the template needs of one table."""

    title: str
    head: str
    rows: Sequence[tuple[str | date, Figures]]

    @property
    def drawn(self) -> SafeString:
        """All rows as HTML."""
        return format_html_join("\n", _ROW, (tuple(_cells(*row)) for row in self.rows))


def _cells(name: str | date, one: Figures) -> Iterator[str | int]:
    yield f"{name:%-d %b %Y}" if isinstance(name, date) else name
    yield one.appointments
    yield from (one.confirmed, share(one.confirmed_share))
    yield from (one.declined, share(one.declined_share))
    yield from (one.unanswered, one.arrived)
    yield from (one.no_show, share(one.no_show_share))
    yield one.texts
    yield from (one.delivered, share(one.delivered_share), one.failed)
