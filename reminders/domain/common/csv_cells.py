"""Lines of the CSV files that we write, so that no spreadsheet runs what somebody typed (CSV
injection).

Source: OWASP, "CSV Injection": what begins a formula, in its full-width forms as well.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_PLAIN = re.compile(r"[+-]?[\d.,]+")


def harmless(text: str) -> str:
    """`text` with an apostrophe before what looks like a formula; numbers stay as they are."""
    # Numbers are let through: -5 and +44 begin like a formula and are none.
    return f"'{text}" if _FORMULA.match(text) and not _PLAIN.fullmatch(text) else text


def csv_lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Rows, the header among them, as lines to stream; each cell is made harmless."""
    pen = csv.writer(_Echo())
    # Excel reads a CSV as UTF-8 only with this mark.
    mark = "\ufeff"
    for row in rows:
        yield mark + pen.writerow([harmless(cell) for cell in row])
        mark = ""


class _Echo:
    """Hands each written line back: csv wants a file, a response wants lines."""

    def write(self, line: str) -> str:
        return line
