"""Tables in web pages and in Excel's XML of 2003: what many programs write under the name .xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.parsers import expat

from .output import MAX_COLUMNS, MAX_ROWS, NotReadError, Output, Table

NO_TABLE = "There is no table in this web page. Export the diary as CSV (or XLSX or ODS)."
DAMAGED = "The workbook (XML) is damaged. Save it as .xlsx or CSV and import that file."
DEEPEST = 20
_BLANKS = re.compile(r"\s+")
_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"


def convert_html(path: Path, output: Output) -> None:
    """Write each table of a web page; one inside of another is a table of its own."""
    page = _Page()
    with path.open(encoding="utf-8", newline="") as file:
        while block := file.read(1 << 16):
            page.feed(block)
    page.close()
    while page.open_tables:
        page.handle_endtag("table")
    filled = [rows for rows in page.tables if any(map(any, rows))]
    for number, rows in enumerate(filled, start=1):
        with output.table(f"Table {number}") as table:
            for row in rows:
                table.write(row)
    if not output.tables:
        raise NotReadError(NO_TABLE)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self.open_tables: list[list[list[str]]] = []
        self.cells: list[list[str] | None] = []
        self.below: list[dict[int, int]] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a row, a cell, or what parts two words."""
        if tag in ("script", "style"):
            self.silent += 1
        elif tag == "table" and len(self.open_tables) < DEEPEST:
            rows: list[list[str]] = []
            self.tables.append(rows)
            self.open_tables.append(rows)
            self.cells.append(None)
            self.below.append({})
        elif not self.open_tables:
            return
        elif tag == "tr":
            self._end_cell()
            self._start_row()
        elif tag in ("td", "th"):
            self._end_cell()
            self._start_cell(dict(attrs))
        elif tag in ("br", "p", "div") and self.cells[-1] is not None:
            self.cells[-1].append(" ")

    def handle_endtag(self, tag: str) -> None:
        """The end of what a start tag began."""
        if tag in ("script", "style"):
            self.silent = max(0, self.silent - 1)
        elif not self.open_tables:
            return
        elif tag in ("td", "th", "tr"):
            self._end_cell()
        elif tag == "table":
            self._end_cell()
            for pile in (self.open_tables, self.cells, self.below):
                pile.pop()

    def handle_data(self, data: str) -> None:
        """Text counts inside of a cell only."""
        if self.cells and self.cells[-1] is not None and not self.silent:
            self.cells[-1].append(data)

    def _start_row(self) -> None:
        self.open_tables[-1].append([])
        self._skip_cells_from_above()

    def _skip_cells_from_above(self) -> None:
        """Cells that reach down from a row above stay blank here, so that columns keep their
        places.
        """
        row, below = self.open_tables[-1][-1], self.below[-1]
        while below.get(len(row), 0) > 0:
            below[len(row)] -= 1
            row.append("")

    def _start_cell(self, attrs: dict[str, str | None]) -> None:
        if not self.open_tables[-1]:
            self._start_row()
        row = self.open_tables[-1][-1]
        wide, high = _number(attrs.get("colspan")), _number(attrs.get("rowspan"))
        for place in range(len(row), len(row) + wide):
            if high > 1:
                self.below[-1][place] = high - 1
        row.extend([""] * wide)
        if len(row) > 2 * MAX_COLUMNS:
            raise NotReadError(f"The table has more than {MAX_COLUMNS} columns. Export it as CSV.")
        self.cells[-1] = [str(len(row) - wide)]

    def _end_cell(self) -> None:
        cell = self.cells[-1]
        if cell is None:
            return
        place, *texts = cell
        row = self.open_tables[-1][-1]
        row[int(place)] = _BLANKS.sub(" ", "".join(texts)).strip()
        self.cells[-1] = None
        self._skip_cells_from_above()


def _number(text: str | None) -> int:
    return min(max(int(text), 1), MAX_COLUMNS) if text and text.isdecimal() and len(text) < 5 else 1


def convert_xml(path: Path, output: Output) -> None:
    """Write each sheet of an XML Spreadsheet of 2003."""
    book = _Book(output)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = book.start
    parser.EndElementHandler = book.end
    parser.CharacterDataHandler = book.text
    parser.EntityDeclHandler = book.entity
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise NotReadError(DAMAGED) from error
    if not output.tables:
        raise NotReadError(
            "This is XML, but no workbook. Export the diary as CSV (or XLSX or ODS)."
        )


class _Book:
    def __init__(self, output: Output) -> None:
        self.output = output
        self.rows: list[list[str]] = []
        self.name, self.kind, self.data = "", "", False
        self.hidden, self.place = False, 0

    def entity(self, *_: object) -> None:
        """Entities of the file's own are how small files become huge."""
        raise NotReadError(
            "This XML declares entities, which is not read. Save it as .xlsx or CSV."
        )

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        """A sheet, a row, a cell or its value."""
        space, _, name = tag.rpartition(" ")
        if space != _NAMESPACE:
            # Excel writes that a sheet is hidden in a namespace of its own.
            self.hidden = self.hidden or name == "Visible"
            return
        index = _whole(attrs.get(f"{_NAMESPACE} Index"))
        if name == "Worksheet":
            self.rows, self.hidden = [], False
            self.name = attrs.get(f"{_NAMESPACE} Name", "")
        elif name == "Row":
            self._start_row(index)
        elif name == "Cell" and self.rows:
            self._start_cell(index, _whole(attrs.get(f"{_NAMESPACE} MergeAcross")))
        elif name == "Data" and self.rows and self.rows[-1]:
            self.kind, self.data = attrs.get(f"{_NAMESPACE} Type", ""), True

    def _start_row(self, index: int) -> None:
        if max(index, len(self.rows)) > MAX_ROWS:
            raise NotReadError(
                "The file has more than 1,000,000 rows. Split it and import the parts one by one."
            )
        self.rows.extend([] for _ in range(index - 1 - len(self.rows)))
        self.rows.append([])

    def _start_cell(self, index: int, merged: int) -> None:
        row = self.rows[-1]
        self.place = max(index - 1, len(row))
        if self.place + merged > 2 * MAX_COLUMNS:
            raise NotReadError(f"The sheet has more than {MAX_COLUMNS} columns. Save it as CSV.")
        row.extend([""] * (self.place + 1 + merged - len(row)))

    def text(self, data: str) -> None:
        """Text counts inside of a value only."""
        if self.data:
            self.rows[-1][self.place] += data

    def end(self, tag: str) -> None:
        """A value is whole, or a sheet."""
        name = tag.rpartition(" ")[2]
        if name == "Data" and self.data:
            self.data = False
            self.rows[-1][self.place] = _value(self.rows[-1][self.place], self.kind)
        elif name == "Worksheet" and self.hidden:
            self.output.warnings.append(f"Left aside: the hidden sheet “{self.name[:60]}”.")
        elif name == "Worksheet":
            with self.output.table(self.name) as table:
                _write(table, self.rows)
            self.rows = []


def _whole(text: str | None) -> int:
    """A number of the file's own; one that is none, or has no end, is refused."""
    if text is None:
        return 0
    if not text.isdecimal() or len(text) > 9:
        raise NotReadError(DAMAGED)
    return int(text)


def _write(table: Table, rows: list[list[str]]) -> None:
    for row in rows:
        table.write(row)


def _value(text: str, kind: str) -> str:
    if kind == "Boolean":
        return "TRUE" if text.strip() == "1" else "FALSE"
    if kind == "Number" and re.fullmatch(r"-?\d{1,15}(?:\.\d{1,20})?(?:[Ee][+-]?\d{1,2})?", text):
        number = float(text)
        return str(int(number)) if number.is_integer() and abs(number) < 1e16 else text
    if kind != "DateTime":
        return text
    day, _, clock = text.partition("T")
    clock = clock.partition(".")[0]
    if day in ("1899-12-31", "1899-12-30", "1900-01-00", "1904-01-01"):
        return clock
    return day if clock in ("", "00:00:00") else f"{day} {clock}"
