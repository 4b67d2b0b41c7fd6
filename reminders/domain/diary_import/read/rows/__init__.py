"""One row: its cells into the values that are staged, a reason why it is no appointment, or
mistakes.

The door is `reader.RowReader`; `meanings` are the words of columns that decide about a row.
"""

from reminders.domain.diary_import.read.rows.kinds import (
    CELL_SEPARATOR,
    LONGEST,
    ImportLocation,
)
from reminders.domain.diary_import.read.rows.reader import RowReader

__all__ = ["CELL_SEPARATOR", "LONGEST", "ImportLocation", "RowReader"]
