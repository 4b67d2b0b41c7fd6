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
    hour_and_minute,
    read_time,
    read_time_span,
    with_half,
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
    "hour_and_minute",
    "order_of",
    "read_date",
    "read_start",
    "read_time",
    "read_time_span",
    "with_half",
]
