"""Workbooks made for the tests, in the kinds of files that programs write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence

import openpyxl
import xlwt

HEADER = ["Appt ID", "Patient", "Mobile", "Date", "Start"]
Rows = Sequence[Sequence[object]]


def xlsx(
    sheets: dict[str, Rows],
    *,
    hidden: Sequence[str] = (),
    finish: Callable[[openpyxl.Workbook], None] = lambda book: None,
) -> bytes:
    """A workbook with these sheets; `finish` may do to it what else is wanted."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "veryHidden" if name.startswith("very") else "hidden"
    finish(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def xls(rows: Rows, *, formats: dict[int, str] | None = None, hidden_first: bool = False) -> bytes:
    """An old workbook; `formats` are number formats by column."""
    book = xlwt.Workbook()
    if hidden_first:
        old = book.add_sheet("Old")
        old.visibility = 1
        old.write(0, 0, "old")
    sheet = book.add_sheet("Diary")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            style = xlwt.easyxf(num_format_str=(formats or {}).get(place, "General"))
            sheet.write(number, place, value, style)
    book.active_sheet = 1 if hidden_first else 0
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" office:version="1.2">
<office:automatic-styles>
  <style:style style:name="on" style:family="table">
    <style:table-properties table:display="true"/></style:style>
  <style:style style:name="off" style:family="table">
    <style:table-properties table:display="false"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>TABLES</office:spreadsheet></office:body>
</office:document-content>"""


def ods(sheets: dict[str, str], *, hidden: Sequence[str] = ()) -> bytes:
    """An OpenDocument workbook; each sheet is the XML of its rows."""
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"off" if name in hidden else "on"}">'
        f"{rows}</table:table>"
        for name, rows in sheets.items()
    )
    content = _ODS.replace("TABLES", tables)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return file.getvalue()


def ods_row(*cells: str, hidden: bool = False) -> str:
    """A row of texts."""
    state = ' table:visibility="filter"' if hidden else ""
    texts = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row{state}>{texts}</table:table-row>"
