"""Workbooks (XLSX, XLSB, XLS, ODS): each visible sheet as a table.

Values come out as they would be typed: dates as 2026-03-04, times as 10:30, whole numbers without a
point; a number is a date only where the workbook says so. Hidden sheets are left out and named.
"""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from .output import MAX_COLUMNS, MAX_ROWS, NotReadError, Output, Table
from .sheet_parts import SheetFacts, read_facts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

UNPACKED = 400 * 1024 * 1024
DAMAGED = (
    "The workbook is damaged or protected and can't be read. Save it as CSV and import that file."
)
PROTECTED = "This workbook is protected by a password. Save it without one, or save it as CSV."
_OTHERS = (
    ("word/", "This is a Word document, not a table."),
    ("ppt/", "This is a presentation, not a table."),
    ("Index/", "This is a Numbers document. Export it from Numbers as CSV or Excel."),
)


def convert(path: Path, output: Output) -> None:
    """Write every visible sheet that has anything in it."""
    from python_calamine import CalamineWorkbook, PasswordError

    archive = path.read_bytes()[:4] == b"PK\x03\x04"
    if archive:
        check_archive(path)
    try:
        facts = read_facts(path) if archive else {}
        workbook = CalamineWorkbook.from_path(str(path))
        _write_visible(workbook, output, facts)
    except (NotReadError, MemoryError):
        raise
    except PasswordError as error:
        raise NotReadError(PROTECTED) from error
    except (
        BaseException
    ) as error:  # the reader's panics are no Exceptions; each file fails in its own way
        raise NotReadError(DAMAGED) from error
    if not output.tables:
        raise NotReadError("The workbook has no rows. Export the diary again.")


def check_archive(path: Path) -> None:
    """Refuse archives that are no workbook, are locked, or unpack to far more than they should."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise NotReadError(
            "The workbook is damaged and can't be opened. Export it again, or save it as CSV."
        ) from error
    names = {part.filename for part in parts}
    if not names & {"xl/workbook.xml", "content.xml", "xl/workbook.bin"}:
        _refuse_other_archive(sorted(names))
    if sum(part.file_size for part in parts) > UNPACKED or len(parts) > 10_000:
        raise NotReadError(
            "The workbook unpacks to more than 400 MB. Save it as CSV and import that file."
        )


def _refuse_other_archive(names: list[str]) -> None:
    for start, words in _OTHERS:
        if any(name.startswith(start) for name in names):
            raise NotReadError(f"{words} Export the diary as CSV.")
    files = [name for name in names if not name.endswith("/") and "__MACOSX" not in name]
    shown = ", ".join(f"“{name[:60]}”" for name in files[:3])
    inside = f" Unpack it and import the file inside: {shown}." if 0 < len(files) <= 3 else ""
    raise NotReadError(
        f"This is an archive, but no XLSX or ODS workbook.{inside or ' Export the diary as CSV.'}"
    )


def _write_visible(
    workbook: CalamineWorkbook, output: Output, facts: dict[str, SheetFacts]
) -> None:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    for about in workbook.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        if about.visible != SheetVisibleEnum.Visible:
            if sheet.end is not None:
                output.warnings.append(
                    f"Left aside: the hidden sheet “{about.name[:60]}”. Show it in the workbook to "
                    "have it read."
                )
            continue
        _write_sheet(sheet, output, facts.get(about.name, SheetFacts()))


def _write_sheet(sheet: CalamineSheet, output: Output, facts: SheetFacts) -> None:
    if sheet.total_width > MAX_COLUMNS:
        raise NotReadError(
            f"The sheet “{sheet.name[:40]}” has {sheet.total_width:,} columns; at most 500 are "
            "read."
        )
    if sheet.total_height > MAX_ROWS:
        raise NotReadError(
            "The file has more than 1,000,000 rows. Split it and import the parts one by one."
        )
    with output.table(sheet.name) as table:
        _write_rows(sheet, table)
        # Left for the one who chooses: a sheet that is not the diary may hold what it likes.
        table.described.warnings += facts.warnings()
        table.described.refused = facts.refusal()
        table.described.struck = facts.struck_rows


def _write_rows(sheet: CalamineSheet, table: Table) -> None:
    if sheet.end is None:
        return
    merged = _merged_downwards(sheet)
    above: dict[int, tuple[int, str]] = {}
    # The reader gives the blank rows above and the blank columns before the first cell, too.
    for number, row in enumerate(sheet.iter_rows()):
        texts = [_text(value) for value in row]
        begin = [each for each in merged.get(number, ()) if each[0] < len(texts)]
        above |= {place: (last, texts[place]) for place, last in begin}
        for place, (last, text) in above.items():
            if number <= last and not texts[place]:
                texts[place] = text
        table.write(texts)


def _merged_downwards(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """By the row in which they begin, the cells merged over several rows: the column and the last
    row. What stands in the first of them is said of all these rows.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for (first, place), (last, _) in sheet.merged_cell_ranges or ():
        if last > first:
            found.setdefault(first, []).append((place, last))
    return found


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    if isinstance(value, timedelta):
        return _length(value)
    return "" if value is None else str(value)


def _moment(value: datetime) -> str:
    # 10:30 is no exact fraction of a day: what is left below a second is rounded.
    value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    whole_day = not (value.hour or value.minute or value.second)
    return value.strftime("%Y-%m-%d") if whole_day else value.strftime("%Y-%m-%d %H:%M:%S")


def _length(value: timedelta) -> str:
    """Hours count on beyond a day: 25:00 is no time of day, and must not become 01:00."""
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < timedelta(0) else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
