"""Whether one row has its values below their names: a cell lost or won moves all that follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.domain.diary_import.read.cells.no_values import is_no_value
from reminders.domain.diary_import.read.files.tables import ragged
from reminders.domain.diary_import.read.header.columns import Columns
from reminders.domain.diary_import.read.header.looks import holds_a_phone

_TOO_FEW = (
    "The row has {has} cells, but the header and nearly all other rows have {width}. Look for a "
    "separator that is missing, or for an end that was cut off."
)
_PHONES = ("phone", "second_phone", "guardian_phone")


@dataclass(frozen=True)
class RowWidths:
    """How many cells the rows of a file have. `whole`: one with fewer than the header is a mistake;
    with more, one where what is too much says something, and where some are `exact`, one
    whose phone is none.
    """

    columns: Columns
    whole: bool = False
    exact: bool = False

    def mistake(self, cells: Sequence[str]) -> str:
        """What is wrong with the row's cells as they were read; "" for nothing."""
        has, width = len(cells), len(self.columns.header)
        if has < width:
            return _TOO_FEW.format(has=has, width=width) if self.whole else ""
        if any(map(str.strip, cells[width:])):
            return ragged(has, width)
        return ragged(has, width) if self.exact and self._has_moved(cells) else ""

    def _has_moved(self, cells: Sequence[str]) -> bool:
        """Of a row whose last cells are blank: whether words stand where a phone should."""
        places = self.columns.places
        phones = [cells[places[name]].strip() for name in _PHONES if name in places]
        return any(each and not holds_a_phone(each) and not is_no_value(each) for each in phones)
