"""Turn a workbook (XLSX, ODS) into CSV: a small program of its own, so that a hostile file harms
only it.

Run by path, with limits on memory, time and output; imports nothing else of the product. Values
come out as they would be typed: dates as 2026-03-04, times as 10:30, whole numbers without a point.
"""

from __future__ import annotations

import csv
import sys
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TextIO

MEMORY = 1024 * 1024 * 1024
SECONDS = 120
UNPACKED = 400 * 1024 * 1024
OUTPUT = 300 * 1024 * 1024
MAX_ROWS = 1_000_050
MAX_COLUMNS = 500
EPOCH = datetime(1899, 12, 30)


class SheetError(Exception):
    """Why the workbook is not read, in words."""


def main(arguments: list[str]) -> int:
    """Read the workbook named first, write the CSV named second; problems go to stderr as one line."""
    try:
        limit_myself()
        check_archive(arguments[0])
        convert(arguments[0], arguments[1])
    except SheetError as error:
        sys.stderr.write(str(error))
        return 1
    except (MemoryError, RecursionError):
        sys.stderr.write("The workbook needs too much memory. Save it as CSV and import that file.")
        return 1
    return 0


def limit_myself() -> None:
    """Bound memory and time of this process where the platform can."""
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or hard > most:
            resource.setrlimit(kind, (most, hard))


def check_archive(path: str) -> None:
    """Refuse archives that are no workbook, are locked, or unpack to far more than they should."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise SheetError(
            "The workbook is damaged and can't be opened. Export it again, or save it as CSV."
        ) from error
    names = {part.filename for part in parts}
    if not names & {"xl/workbook.xml", "content.xml", "xl/workbook.bin"}:
        raise SheetError(
            "This is an archive, but no XLSX or ODS workbook. Export the diary as CSV."
        )
    if sum(part.file_size for part in parts) > UNPACKED or len(parts) > 10_000:
        raise SheetError(
            "The workbook unpacks to more than 400 MB. Save it as CSV and import that file."
        )


def convert(path: str, target: str) -> None:
    """Write the first sheet that has anything in it."""
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        with open(target, "w", encoding="utf-8", newline="", errors="replace") as file:
            written = any(_write_sheet(workbook, name, file) for name in names)
    except (SheetError, MemoryError):
        raise
    except (
        BaseException
    ) as error:  # the reader's panics are no Exceptions; each file fails in its own way
        raise SheetError(
            "The workbook is damaged or protected and can't be read. Save it as CSV and import that file."
        ) from error
    if not written:
        raise SheetError("The workbook has no rows. Export the diary again.")


def _write_sheet(workbook: object, name: str, file: TextIO) -> bool:
    sheet = workbook.get_sheet_by_name(name)  # type: ignore[attr-defined]  # the reader has no types here
    if sheet.total_width > MAX_COLUMNS:
        raise SheetError(
            f"The sheet “{name[:40]}” has {sheet.total_width:,} columns; at most 500 are read."
        )
    if sheet.total_height > MAX_ROWS:
        raise SheetError(
            "The file has more than 1,000,000 rows. Split it and import the parts one by one."
        )
    if not sheet.total_height:
        return False
    writer = csv.writer(file)
    first = sheet.start[0] if sheet.start else 0
    for _ in range(first):
        writer.writerow([])
    for row in sheet.iter_rows():
        writer.writerow(_texts(row))
        if file.tell() > OUTPUT:
            raise SheetError(
                "The sheet holds more than 300 MB of text. Save it as CSV and split it."
            )
    return True


def _texts(row: Iterable[object]) -> list[str]:
    cells = [_text(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        whole_day = not (value.hour or value.minute or value.second)
        return value.strftime("%Y-%m-%d") if whole_day else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    if isinstance(value, timedelta):
        return (EPOCH + value).strftime("%H:%M:%S")
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
