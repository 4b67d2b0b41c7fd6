"""The door to dates and times of cells: what other rooms need of `when`, under one name."""

from reminders.domain.diary_import.read.cells.when.calendar_dates import (
    DMY,
    MDY,
    ORDER_WORDS,
    YMD,
    Numbers,
    read_date,
)
from reminders.domain.diary_import.read.cells.when.cell_text import LONGEST, UnreadableError
from reminders.domain.diary_import.read.cells.when.orders import (
    DateReader,
    DatesOpen,
    order_of,
)
from reminders.domain.diary_import.read.cells.when.starts import Start, read_start
from reminders.domain.diary_import.read.cells.when.times import (
    TimeSpan,
    read_half,
    read_time,
    read_time_span,
)

__all__ = [
    "DMY",
    "LONGEST",
    "MDY",
    "ORDER_WORDS",
    "YMD",
    "DateReader",
    "DatesOpen",
    "Numbers",
    "Start",
    "TimeSpan",
    "UnreadableError",
    "order_of",
    "read_date",
    "read_half",
    "read_start",
    "read_time",
    "read_time_span",
]
