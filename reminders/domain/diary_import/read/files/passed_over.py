"""Rows that are no appointment whatever the columns mean: headers repeated, titles of groups,
totals.

They are told apart by their form alone, and each is listed with its words, so that people see what
was passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from reminders.domain.diary_import.read.files.sources import printable
from reminders.domain.diary_import.read.header.looks import looks_like_date
from reminders.domain.diary_import.read.header.names.naming import read_names

MOST_LISTED = 20
FEW_COLUMNS = 4
"""In a table of fewer columns a row of one cell may be an appointment that lacks the rest."""


class Reason(StrEnum):
    """Why a row is no appointment; the values are words for people."""

    HEADER = "the header again"
    TITLE = "a title"
    TOTAL = "a total"


_TOTAL = re.compile(
    r"(?:grand |sub-?)?totals?\b|sum\b|summe\b|gesamt|zwischensumme|totaal|totale\b|suma\b|somme\b"
    r"|sous-total|subtotaal|subtotale|razem\b|łącznie|celkem\b|ukupno\b|итого|всего"
    r"|разом\b|всього\b|усього\b|合計|合计|总计|小计|합계"
    r"|yhteensä|summa\b|i alt\b|count\b|anzahl\b|number of ",
    re.IGNORECASE,
)
_LONGEST_TOTAL = 60
_TITLE_PARTS = re.compile(r"\s+[-–—|/]+\s+|:\s+|;\s*|\s*[()]\s*")
_LONGEST_TITLE = 120
_OF_THE_LIST = frozenset({"printed_on", "changed_on", "booked_on", "birth", "last_visit"})
DATE = "Date"
"""What the column is called that the dates in titles become."""


@dataclass
class PassedOver:
    """What was passed over: the first rows of each reason, and how many there were."""

    listed: dict[Reason, list[tuple[int, str]]] = field(default_factory=dict)
    counts: dict[Reason, int] = field(default_factory=dict)

    def note(self, reason: Reason, number: int, words: str) -> None:
        """Remember a row."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        rows = self.listed.setdefault(reason, [])
        if len(rows) < MOST_LISTED:
            rows.append((number, printable(words[:200])))

    def by_reason(self) -> list[tuple[Reason, int, list[tuple[int, str]]]]:
        """Each reason with how many rows it has, and the first of them."""
        return [(reason, self.counts[reason], rows) for reason, rows in self.listed.items()]


class Forms:
    """Tells the rows of one table apart, given its header as it stands in the file."""

    def __init__(self, header: Sequence[str]) -> None:
        self.header = [_plain(cell) for cell in header]
        while self.header and not self.header[-1]:
            self.header.pop()
        self.wide = len(self.header) >= FEW_COLUMNS
        self.first = self.header[0] if self.header else ""

    def title(self, cells: list[str]) -> str:
        """The words of a title; "" of any other row."""
        if self.reason(cells) is not Reason.TITLE:
            return ""
        return next(filter(None, map(str.strip, cells)))

    def is_ordinary(self, cells: list[str]) -> bool:
        """A quick look, for nearly all rows: it has a first cell and others, and is no header."""
        first = cells[0]
        return bool(
            first
            and not first.isspace()
            and any(cells[2:])
            and len(first) < 200
            and _plain(first) != self.first
            and not _TOTAL.match(first)
        )

    def reason(self, cells: list[str]) -> Reason | None:
        """Why the row is no appointment; None when it may be one."""
        filled = [cell.strip() for cell in cells if cell and not cell.isspace()]
        if self.header and len(filled) > 1 and self._is_header(cells):
            return Reason.HEADER
        if not self.wide:
            return None
        few = len(filled) * 2 <= len(self.header)
        if few and len(filled[0]) <= _LONGEST_TOTAL and _TOTAL.match(filled[0]):
            return Reason.TOTAL
        return Reason.TITLE if len(filled) == 1 else None

    def _is_header(self, cells: list[str]) -> bool:
        again = [_plain(cell) for cell in cells]
        return again[: len(self.header)] == self.header and not any(again[len(self.header) :])


def date_in_title(title: str) -> str:
    """The day that a title names, alone or set off: "Dr Lee - Monday 8 March 2027"; "" for none.

    When a list was printed is no day of its rows.
    """
    if looks_like_date(title):
        return title
    parts = [part.strip() for part in _TITLE_PARTS.split(title[:_LONGEST_TITLE])]
    days = [part for part in parts if looks_like_date(part)]
    rest = [part for part in parts if part not in days]
    other = any(_OF_THE_LIST & each.kinds.keys() for each in read_names(rest)) if days else False
    return days[0] if len(days) == 1 and not other else ""


def _plain(cell: str) -> str:
    return cell.strip("\ufeff \t\r\n\u00a0").casefold()
